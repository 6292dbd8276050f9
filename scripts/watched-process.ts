/** Server programs that end with the process that started them, however that ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tell } from './kill-tree.ts';

/** A user who is not root. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** A running server program. */
export interface WatchedProcess {
  readonly pid: number;
  /** Resolves once it has ended. */
  readonly ended: Promise<void>;
  /** The last of what it has written to its standard error. */
  output(): string;
  /** Sends it a signal, unless it has ended. */
  signal(signal: NodeJS.Signals): void;
}

interface StartWatched {
  readonly command: string;
  readonly args: readonly string[];
  /** The folder it runs in. */
  readonly folder: string;
  /** What ends it when its starter is gone. */
  readonly endSignal: NodeJS.Signals;
  /** What is removed, with all in it, when its starter is gone; undefined: nothing. */
  readonly remove: string | undefined;
  /** What its standard error says once it serves. */
  readonly ready: RegExp;
}

const OUTPUT_LENGTH = 4_000;
const START_MS = 60_000;
const RETRY_FOR_MS = 20_000;
const RETRY_MS = 100;
// The shell waits for the server, and a part of it for the end of its input, which comes when the starter is gone.
const WATCH = `
exec 3<&0
remove=$1 signal=$2
shift 2
"$@" </dev/null 3<&- >&2 &
server=$!
trap 'kill -$signal $server; kill -CONT $server; wait $server; [ -z "$remove" ] || rm -rf -- "$remove"; exit' TERM
{ read -r line <&3; kill -TERM $$; } >/dev/null 2>&1 &
watch=$!
echo $server
wait $server
trap - TERM
kill $watch
`;

/** Whom a server program runs as that refuses to be root; undefined where this process is not root. */
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('There is no user postgres and no user nobody: PostgreSQL does not run as root');
}

/** Starts a server program as {@link unprivilegedUser} and resolves once it serves; rejects with what it said when it ends instead, or takes too long. */
export async function startWatched(options: StartWatched): Promise<WatchedProcess> {
  const { command, args, folder, endSignal, remove, ready } = options;
  const shell = spawn('/bin/sh', ['-c', WATCH, 'sh', remove ?? '', endSignal.replace('SIG', ''), command, ...args], {
    ...unprivilegedUser(),
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A terminal's Ctrl-C is for the starter alone, which may still need the server.
    detached: true,
  });
  const ended = once(shell, 'close').then(() => undefined);
  shell.stdin.on('error', () => undefined);
  let output = '';
  const said = Promise.withResolvers<number>();
  const serving = Promise.withResolvers<void>();
  shell.stdout.setEncoding('utf8').once('data', (line: string) => said.resolve(Number(line)));
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_LENGTH);
    if (ready.test(output)) serving.resolve();
  });
  const timer = setTimeout(() => serving.reject(new Error(`${command} took too long to start: ${output}`)), START_MS);
  void ended
    .then(() => new Error(`${command} ended: ${output}`))
    .catch((cause: unknown) => cause)
    .then(serving.reject);
  try {
    const [pid] = await Promise.all([said.promise, serving.promise]);
    return {
      pid,
      ended,
      output: () => output,
      signal: (signal) => {
        if (shell.exitCode === null && shell.signalCode === null) tell(pid, signal);
      },
    };
  } catch (cause) {
    shell.stdin.destroy();
    await ended.catch(() => undefined);
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}

/** Starts again what was too fast for the one before or too slow for another: while it fails with what `retried` fits, after `prepare`, and for a time. */
export async function startPersistently(
  start: () => Promise<WatchedProcess>,
  retried: RegExp,
  prepare: () => Promise<void> = async () => undefined,
): Promise<WatchedProcess> {
  const deadline = performance.now() + RETRY_FOR_MS;
  for (;;) {
    try {
      return await start();
    } catch (cause) {
      const isRetried = cause instanceof Error && retried.test(cause.message) && performance.now() < deadline;
      if (!isRetried) throw cause;
      await sleep(RETRY_MS);
      await prepare();
    }
  }
}
