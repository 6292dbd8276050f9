/** Child processes of the benchmarks: each serves on a port of its own and tells what it has used. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { basename } from 'node:path';
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
export interface Served extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** What it has used; `collected`: after its garbage is gone, so that memory is that of what it keeps. */
  usage(which?: 'collected'): Promise<Usage>;
  close(): Promise<void>;
}

/** How a child is started. */
interface Serve {
  readonly environment?: Readonly<Record<string, string>>;
  /** How long it may tell nothing while something is awaited of it. */
  readonly silenceMs?: number;
}

/** A busy machine takes long to start a process; a process that tells nothing for so long tells nothing more. */
const SILENCE_MS = 60_000;
const LAST_WORDS = 2_000;

/**
 * Starts a script, by its URL or its name beside this file, with a first argument, and waits until it says its port. What goes wrong names
 * the script, what was awaited, and what the script said last.
 */
export async function serve(
  script: string,
  argument = '',
  { environment = {}, silenceMs = SILENCE_MS }: Serve = {},
): Promise<Served> {
  // It is killed and cannot clean up, so what it makes below the folder for temporary files is removed here.
  const folder = await ownFolder('agent-runtimes-bench-');
  const owned = await own(
    () =>
      fork(new URL(script, import.meta.url), [argument], {
        env: { ...process.env, ...environment, NODE_ENV: 'production', TMPDIR: folder.path },
        execArgv: ['--expose-gc'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      }),
    async (forked) => {
      forked.kill('SIGKILL');
      if (forked.exitCode === null && forked.signalCode === null) await once(forked, 'exit');
    },
  );
  const close = async () => {
    await owned[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  const child = owned.value;
  const listen = createListener(child, { name: [basename(script), argument].join(' ').trim(), silenceMs });
  try {
    const { port } = await listen<{ port: number }>('its port', ['port']);
    const usage = (which?: 'collected') => {
      const answer = listen<Usage>('what it has used', ['cpu']);
      // That it cannot be told is heard by who listens.
      child.send(which ?? 'usage', () => undefined);
      return answer;
    };
    return { port, pid: child.pid ?? 0, usage, close, [Symbol.asyncDispose]: close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** For the child: says the port and answers for the usage. */
export function announce(port: number): void {
  process.on('message', (message) => {
    if (message === 'collected') globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const peakRss = process.resourceUsage().maxRSS * 1024;
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss(), peakRss } satisfies Usage);
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ port });
}

/** For the child: says what it has got to. Whoever waits for it waits on. */
export function tellProgress(progress: string): void {
  process.send?.({ progress });
}

/** For the child: has a server listen on a free port, and says it. */
export function listenAndAnnounce(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    announce(address.port);
  });
}

/** Waits for a message with the given field. */
type Listen = <T>(what: string, fields: readonly [keyof T & string]) => Promise<T>;

function createListener(child: ChildProcess, { name, silenceMs }: { name: string; silenceMs: number }): Listen {
  let lastWords = '';
  let progress = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    lastWords = (lastWords + text).slice(-LAST_WORDS);
  });
  // A message that cannot be sent is one of these; that the child is gone is told by its end.
  child.on('error', () => undefined);
  const fail = (what: string, how: string) =>
    new Error(
      `${name} ${how} while a benchmark waited for ${what}` +
        `${progress && `; it had got to: ${progress}`}; its last words: ${lastWords.trim() || 'none'}`,
    );
  return (what, [field]) =>
    new Promise((resolve, reject) => {
      const isGone = () => child.exitCode !== null || child.signalCode !== null;
      const ended = () =>
        finish(() => reject(fail(what, `ended with ${child.signalCode ?? `code ${child.exitCode}`}`)));
      const silent = () => finish(() => reject(fail(what, `told nothing for ${silenceMs / 1000} s`)));
      const timer = setTimeout(silent, silenceMs);
      const wake = () => void timer.refresh();
      const take = (message: object) => {
        wake();
        if ('progress' in message) progress = String(message.progress);
        if (field in message) finish(() => resolve(Object(message)));
      };
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        child.off('message', take).off('close', ended).stderr?.off('data', wake);
        settle();
      };
      child.on('message', take).on('close', ended).stderr?.on('data', wake);
      // Its last words have come by then.
      if (isGone() && child.stderr?.closed !== false) ended();
    });
}
