/** The server started as a person starts it, and what Linux tells of its process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { own } from '../own.ts';

/** A server that listens. */
export interface Started extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** From the start of its process until it said its address, in milliseconds. */
  readonly listeningMs: number;
}

interface Start {
  /** What Node runs, with its options. */
  readonly program: readonly string[];
  /** Its home, where it keeps what it compiled. */
  readonly home: string;
  /** Absent: in its home. */
  readonly dataFolder?: string | undefined;
}

const SILENCE_MS = 60_000;

/** Starts a server with the demo agent on a free port. Rejects with what it said when it ends instead, or tells nothing for a minute. */
export async function startDemo({ program, home, dataFolder }: Start): Promise<Started> {
  const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
  const data = dataFolder === undefined ? [] : ['--data-dir', dataFolder];
  const startedAt = performance.now();
  const owned = await own(
    () =>
      spawn(process.execPath, [...program, '--demo', '--port', '0', ...data], {
        cwd: new URL('../..', import.meta.url),
        env: { ...environment, HOME: home },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    async (started) => {
      // Asked to end, so that it leaves what it compiled to the next.
      started.kill('SIGTERM');
      if (started.exitCode === null && started.signalCode === null) await once(started, 'exit');
    },
  );
  const { pid = 0 } = owned.value;
  try {
    const url = await readUrl(owned.value);
    const listeningMs = performance.now() - startedAt;
    return { pid, url, listeningMs, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
  } catch (cause) {
    await owned[Symbol.asyncDispose]();
    throw cause;
  }
}

function readUrl(child: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    const fail = (how: string) =>
      reject(new Error(`The server ${how} before it listened; it said: ${said.trim() || 'nothing'}`));
    const timer = setTimeout(() => fail(`said nothing for ${SILENCE_MS / 1000} s`), SILENCE_MS);
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? `code ${code}`}`));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        timer.refresh();
        said = (said + text).slice(-10_000);
        const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(url);
      });
    }
  });
}

/** Resident memory of a process, in megabytes. */
export function rssMbOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** How often the threads of a process have woken from waiting, by the name of the thread. */
export function wakeUpsOf(pid: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    const name = /^Name:\s+(.*)$/m.exec(status)?.[1] ?? thread;
    const count = Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
    found.set(name, (found.get(name) ?? 0) + count);
  }
  return found;
}
