/** The command `acp` in a process of its own, started as editors start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { ndJsonStream, type Stream } from '@agentclientprotocol/sdk';
import { COMPILE_CACHE } from '../../scripts/server-process.ts';
import { BUILT } from './server-process.ts';

/** The command, while it runs and after. */
export interface AcpCommand extends AsyncDisposable {
  readonly child: ChildProcess & { readonly pid: number };
  /** Its standard input and output. */
  readonly stream: Stream;
  /** All that it has written to its standard output. */
  stdout(): string;
  stderr(): string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts it with no variable of this machine but the path. */
export function startAcp(
  home: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  command: readonly string[] = [process.execPath, BUILT, 'acp'],
): AcpCommand {
  const [program = '', ...before] = command;
  const child = spawn(program, [...before, ...args], {
    env: { PATH: process.env.PATH, HOME: home, NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  let stdout = '';
  let stderr = '';
  const output = new PassThrough();
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stdout.pipe(output);
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  // It may end before all is written to it.
  child.stdin.on('error', () => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} cannot be started`);
  return {
    child: Object.assign(child, { pid }),
    stream: ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(output) as ReadableStream<Uint8Array>),
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    async [Symbol.asyncDispose]() {
      child.stdin.destroy();
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
