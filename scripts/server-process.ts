import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { own } from './own.ts';

/** A server in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  /** Its root, such as `http://127.0.0.1:41233`. */
  readonly url: string;
  readonly pid: number;
  /** Resolves with its exit code when it has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** What it has written to both outputs so far, of much the last. */
  output(): string;
  /** Sends it a signal and does not wait. */
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end and resolves with its exit code; after the grace it is killed. */
  stop(): Promise<number | null>;
}

interface StartServerProcess {
  readonly args?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** The file Node runs; the sources of this repository unless told otherwise. */
  readonly entry?: string;
  /** The program that is Node; the one that runs this unless told otherwise. */
  readonly node?: string;
  /** The folder it starts in. */
  readonly folder?: string;
  /** A command that runs Node, such as in a control group; absent: none. */
  readonly within?: readonly string[];
  /** How long it may take until it listens. */
  readonly startMs?: number;
  /** Told what it writes to either output once it listens, in pieces. */
  readonly onOutput?: (text: string) => void;
}

/** What was compiled for one process is there for the next, whatever its home. */
export const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));
const START_MS = 60_000;
const STOP_MS = 10_000;
const AGAIN_MS = 500;
const MAX_OUTPUT_LENGTH = 16 * 1024 * 1024;

/** Starts the command on a free port and resolves once it listens. Rejects with its output when it ends instead, or takes too long. */
export async function startServerProcess({
  args = [],
  environment = process.env,
  entry = fileURLToPath(new URL('../server/main.ts', import.meta.url)),
  node = process.execPath,
  folder,
  within = [],
  startMs = START_MS,
  onOutput,
}: StartServerProcess): Promise<ServerProcess> {
  const [command = node, ...rest] = [...within, node, entry, '--port', '0', ...args];
  const options = { cwd: folder, env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment } };
  const owned = await own(
    () => {
      const child = spawn(command, rest, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
      return { child, ended: once(child, 'close').then(([code]: (number | null)[]) => code ?? null) };
    },
    ({ child, ended }) => endAtOnce(child, ended),
  );
  const { child, ended } = owned.value;
  void ended.catch(() => undefined).then(() => owned[Symbol.asyncDispose]());
  let output = '';
  const listening = new Promise<string>((resolve) => {
    let url: string | undefined;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-MAX_OUTPUT_LENGTH);
        if (url !== undefined) return onOutput?.(text);
        url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
        if (url !== undefined) resolve(url);
      });
    }
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    return ended.finally(() => clearTimeout(timer));
  };
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`The server did not listen within ${startMs} ms`)), startMs);
  const died = ended.then((code) => {
    throw new Error(`The server ended with code ${code} before it listened`);
  });
  try {
    const url = await Promise.race([listening, died, late]);
    died.catch(() => undefined);
    const { pid = 0 } = child;
    const kill = (signal: NodeJS.Signals) => void child.kill(signal);
    return {
      url,
      pid,
      ended,
      output: () => output,
      kill,
      stop,
      [Symbol.asyncDispose]: async () => void (await stop()),
    };
  } catch (cause) {
    await stop();
    const { message } = cause instanceof Error ? cause : new Error(String(cause));
    throw new Error(`${message}; it said: ${output.trim().slice(-2_000) || 'nothing'}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Does not wait for what is in its middle: a server ends without its grace at the second signal. */
async function endAtOnce(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const tell = () => void child.kill('SIGTERM');
  tell();
  const again = setInterval(tell, AGAIN_MS);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended.catch(() => undefined);
  clearInterval(again);
  clearTimeout(timer);
}
