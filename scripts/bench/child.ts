/** Child processes of the benchmarks: each serves on a port of its own and tells what it has used. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { own, ownFolder } from '../own.ts';

/** What a process has used since it began. */
export interface Usage {
  /** User and system time, in microseconds. */
  readonly cpu: number;
  /** Resident memory, in bytes: now, and the most there ever was. */
  readonly rss: number;
  readonly peakRss: number;
}

/** A server in a process of its own. */
export interface Served {
  readonly port: number;
  usage(): Promise<Usage>;
  close(): Promise<void>;
}

/** Starts `script` beside this file, with a first argument, and waits until it says its port. */
export async function serve(script: string, argument = ''): Promise<Served> {
  // It is killed and cannot clean up, so what it makes below the folder for temporary files is removed here.
  const folder = await ownFolder('agent-runtimes-bench-');
  const owned = await own(
    () =>
      fork(new URL(script, import.meta.url), [argument], {
        env: { ...process.env, NODE_ENV: 'production', TMPDIR: folder.path },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    async (forked) => {
      forked.kill('SIGKILL');
      if (forked.exitCode === null && forked.signalCode === null) await once(forked, 'exit');
    },
  );
  const child = owned.value;
  const { port } = await answer<{ port: number }>(child);
  return {
    port,
    usage: async () => {
      child.send('usage');
      return answer<Usage>(child);
    },
    async close() {
      await owned[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** For the child: says the port and answers for the usage. */
export function announce(port: number): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const peakRss = process.resourceUsage().maxRSS * 1024;
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss(), peakRss } satisfies Usage);
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ port });
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const abort = new AbortController();
  const died = once(child, 'exit', { signal: abort.signal }).then(([code]) => {
    throw new Error(`a benchmark server ended with code ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: AbortSignal.timeout(20_000) }), died]);
    return message as T;
  } finally {
    died.catch(() => undefined);
    abort.abort();
  }
}
