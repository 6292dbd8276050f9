/**
 * Prints what a start costs, and what a server costs that nobody asks anything, of the bundle that `npm ci` builds, with and without stored
 * runs: `npm run bench:start -- [rounds] [--only SECTION] [--json] [--against FILE]`. The bundle is built anew first.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf } from './bench/machine.ts';
import type { Report } from './bench/report.ts';
import { runSections } from './bench/sections.ts';
import { seedRuns } from './bench/seed-runs.ts';
import { rssMbOf, type Started, startDemo, wakeUpsOf } from './bench/started.ts';
import { ownFolder } from './own.ts';

/** Time that the server gets to load what it loads after it listens. */
const REST_MS = 2_000;
const IDLE_MS = 10_000;
const STORED_RUNS = 100_000;
const BUNDLE = ['dist/server/main.js'];
const SOURCES = ['--import', './scripts/compile-cache.js', 'server/main.ts'];
const MOST = { listeningMs: 100, idleMb: 70, wakeUpsASecond: 1, firstRequestMs: 30 };

const DOORS: Readonly<Record<string, { readonly path: string; readonly body?: object }>> = {
  tRPC: { path: '/trpc/agents.list' },
  docs: { path: '/docs' },
  A2A: { path: '/api/v1/a2a/demo/', body: { jsonrpc: '2.0', id: 1, method: 'ListTasks', params: {} } },
};

execFileSync(process.execPath, ['scripts/bundle-server.ts'], { cwd: new URL('..', import.meta.url), timeout: 300_000 });
await using stored = await ownFolder('agent-runtimes-bench-stored-');
await seedRuns(stored.path, STORED_RUNS);
await using home = await ownFolder('agent-runtimes-bench-home-');
/** A later start of the bundle, beside which the sections differ. */
const FOLDERS = { 'nothing stored': undefined, [`${STORED_RUNS} runs stored`]: stored.path };
const startBundle = (dataFolder: string | undefined) => startDemo({ program: BUNDLE, home: home.path, dataFolder });

await runSections([
  { name: 'start', run: benchStart },
  { name: 'idle', run: benchIdle },
  { name: 'first-requests', run: benchFirstRequests },
]);

/** Homes without anything: the first start compiles, and the second one finds that in its cache. The rounds take turns. */
async function benchStart(report: Report): Promise<void> {
  const { rounds = 5 } = report.options;
  report.section('start', 'Start with the demo agent, until it listens, and until it has come to rest');
  const starts = new Map<string, Start[]>();
  const add = (key: string, start: Start) => starts.set(key, [...(starts.get(key) ?? []), start]);
  for (let round = 0; round < rounds; round++) {
    for (const [name, program] of Object.entries({ bundle: BUNDLE, sources: SOURCES })) {
      await using empty = await ownFolder('agent-runtimes-bench-home-');
      for (const which of ['first', 'second']) {
        add(`${name}, ${which}`, await measureStart(() => startDemo({ program, home: empty.path })));
      }
      if (program !== BUNDLE) continue;
      const withRuns = () => startDemo({ program, home: empty.path, dataFolder: stored.path });
      add(`${name}, ${STORED_RUNS} runs`, await measureStart(withRuns));
    }
  }
  for (const [name, values] of [...starts].sort()) {
    const isHeld = name.startsWith('bundle') && !name.endsWith('first');
    report.row(name, {
      listening: {
        values: values.map(({ listeningMs }) => listeningMs),
        unit: 'ms',
        ...(isHeld && { atMost: MOST.listeningMs }),
      },
      CPU: { values: values.map(({ cpuMs }) => cpuMs), unit: 'ms' },
      'idle RSS': { values: values.map(({ rssMb }) => rssMb), unit: 'MB', ...(isHeld && { atMost: MOST.idleMb }) },
    });
  }
}

interface Start {
  readonly listeningMs: number;
  /** Until it has come to rest, with that of the tools it runs. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

async function measureStart(start: () => Promise<Started>): Promise<Start> {
  await using server = await start();
  await sleep(REST_MS);
  const { listeningMs, pid } = server;
  return { listeningMs, cpuMs: cpuSecondsOf(pid) * 1000, rssMb: rssMbOf(pid) };
}

/** How often a server wakes that nobody asks anything. */
async function benchIdle(report: Report): Promise<void> {
  const rounds = Math.ceil((report.options.rounds ?? 5) / 2);
  report.section('idle', `Idle, of the bundle: how often its threads wake in ${IDLE_MS / 1000} s, and what it takes`);
  for (const [name, folder] of Object.entries(FOLDERS)) {
    await using server = await startBundle(folder);
    await sleep(REST_MS);
    const idle: { wakeUps: number; cpuMs: number; rssMb: number }[] = [];
    const threads = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const before = wakeUpsOf(server.pid);
      const cpuBefore = cpuSecondsOf(server.pid);
      await sleep(IDLE_MS);
      let wakeUps = 0;
      for (const [thread, count] of wakeUpsOf(server.pid)) {
        const more = (count - (before.get(thread) ?? 0)) / (IDLE_MS / 1000);
        threads.set(thread, (threads.get(thread) ?? 0) + more / rounds);
        wakeUps += more;
      }
      const cpuMs = ((cpuSecondsOf(server.pid) - cpuBefore) * 1e6) / IDLE_MS;
      idle.push({ wakeUps, cpuMs, rssMb: rssMbOf(server.pid) });
    }
    report.row(name, {
      'wake-ups a second': { values: idle.map(({ wakeUps }) => wakeUps), unit: '', atMost: MOST.wakeUpsASecond },
      'CPU a second': { values: idle.map(({ cpuMs }) => cpuMs), unit: 'ms' },
      RSS: { values: idle.map(({ rssMb }) => rssMb), unit: 'MB', atMost: MOST.idleMb },
    });
    const awake = [...threads].filter(([, count]) => count >= 0.05).sort(([, a], [, b]) => b - a);
    report.note(
      `    by thread: ${awake.map(([thread, count]) => `${thread} ${count.toFixed(1)}`).join(', ') || 'none'}`,
    );
  }
}

/** What is loaded at the first request, at once after the start and when the server has come to rest. Each is the first of its server. */
async function benchFirstRequests(report: Report): Promise<void> {
  const { rounds = 5 } = report.options;
  report.section('first-requests', 'How much longer the first request takes than the second, of the bundle');
  for (const [stock, folder] of Object.entries(FOLDERS)) {
    for (const [door, request] of Object.entries(DOORS)) {
      const more: Record<'at once' | 'at rest', number[]> = { 'at once': [], 'at rest': [] };
      for (let round = 0; round < rounds; round++) {
        more['at once'].push(await measureFirst(folder, request, 0));
        more['at rest'].push(await measureFirst(folder, request, REST_MS));
      }
      const figures = Object.entries(more).map(([when, values]) => [
        when,
        { values, unit: 'ms', atMost: MOST.firstRequestMs },
      ]);
      report.row(`${door}, ${stock}`, Object.fromEntries(figures));
    }
  }
}

async function measureFirst(
  folder: string | undefined,
  { path, body }: { readonly path: string; readonly body?: object },
  restMs: number,
): Promise<number> {
  await using server = await startBundle(folder);
  await sleep(restMs);
  const time = async (at: string, sent?: object) => {
    const startedAt = performance.now();
    const headers = { 'a2a-version': '1.0', ...(sent && { 'content-type': 'application/json' }) };
    const post = sent && { method: 'POST', body: JSON.stringify(sent) };
    const response = await fetch(server.url + at, { headers, ...post, signal: AbortSignal.timeout(60_000) });
    await response.text();
    if (!response.ok) throw new Error(`${at} answered ${response.status}`);
    return performance.now() - startedAt;
  };
  // The connection is open by then, and what this process needs is loaded.
  await time('/health');
  const first = await time(path, body);
  return first - (await time(path, body));
}
