/** The birth of a child process, as the leader of a process group of its own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { StdioLaunch } from '../definitions/server-definition.ts';

/** A child whose three standard streams are pipes. */
export type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A child that could not be made. The message says why, to be read after the name of the server. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
}

/** Runs a program. A child without a `pid` does not run: {@link spawnErrorOf} says why. */
export function spawnChild({ command, args, env, cwd }: StdioLaunch): Child {
  return spawn(command, args, { env, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
}

/** Why a child does not run. To be called before the event loop turns, so that its `error` event is not missed. */
export async function spawnErrorOf(child: Child, { command, cwd }: StdioLaunch): Promise<SpawnError> {
  const [cause] = await once(child, 'error');
  return new SpawnError(describe(cause, command, cwd), { cause });
}

function describe(error: unknown, command: string, cwd: string | undefined): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code !== 'ENOENT') return `could not run '${command}' (${code})`;
  return cwd ? `has no command '${command}', or no folder '${cwd}'` : `has no command '${command}'`;
}
