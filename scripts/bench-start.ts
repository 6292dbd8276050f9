/**
 * Prints what a start costs, of the server that `npm ci` builds and of its sources: the first one with an empty home, which compiles
 * everything, and the second one, which finds that in its cache. The rounds take turns; the numbers are medians.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { own, ownFolder } from './own.ts';

/** Time that the server gets to load what it loads after it listens. */
const REST_MS = 2_000;
const TICKS_A_SECOND = 100;
const PROGRAMS = {
  built: ['scripts/with-node.js', 'scripts/start.js'],
  sources: ['--import', './scripts/compile-cache.js', 'server/main.ts'],
};

interface Start {
  readonly listeningMs: number;
  /** Until it has come to rest, with that of the tools it runs. */
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

const rounds = Number(process.argv[2] ?? 5);
const starts = new Map<string, Start[]>();
for (let round = 0; round < rounds; round++) {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    await using home = await ownFolder('agent-runtimes-bench-');
    for (const which of ['first', 'second']) {
      const key = `${which} start, ${name}`;
      starts.set(key, [...(starts.get(key) ?? []), await startOnce(program, home.path)]);
    }
  }
}
console.log(`Start with the demo agent, medians of ${rounds} rounds`);
for (const [name, values] of [...starts].sort()) {
  const median = (of: (start: Start) => number) =>
    values.map(of).toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  const cells = [
    `${median(({ cpuSeconds }) => cpuSeconds).toFixed(2)} s of CPU`,
    `listening after ${median(({ listeningMs }) => listeningMs).toFixed(0)} ms`,
    `idle RSS ${median(({ rssMb }) => rssMb).toFixed(0)} MB`,
  ];
  console.log(`  ${name.padEnd(22)} ${cells.join(' · ')}`);
}

async function startOnce(program: readonly string[], home: string): Promise<Start> {
  const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
  const startedAt = performance.now();
  await using owned = await own(
    () =>
      spawn(process.execPath, [...program, '--demo', '--port', '0'], {
        cwd: new URL('..', import.meta.url),
        env: { ...environment, HOME: home },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    async (started) => {
      // Asked to end, so that it leaves what it compiled to the next.
      started.kill('SIGTERM');
      if (started.exitCode === null && started.signalCode === null) await once(started, 'exit');
    },
  );
  const child = owned.value;
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(60_000) });
  const listeningMs = performance.now() - startedAt;
  await sleep(REST_MS);
  const rssMb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  return { listeningMs, cpuSeconds: cpuSecondsOf(child.pid ?? 0), rssMb };
}

/** What a process has used, with its children, dead and alive. */
function cpuSecondsOf(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const own = fields
    .split(' ')
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks) / TICKS_A_SECOND, 0);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + cpuSecondsOf(Number(child)), own);
}
