/** Ends a process that starts others, with all of those. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const GONE_MS = 10_000;
const LOOK_MS = 5;
const hasProc = existsSync('/proc/self/stat');

/** Ends a process and its children with kill -9, so that none of them sees another end first, and resolves once they are gone. */
export async function killTree(pid: number): Promise<void> {
  // Held still it neither ends its children nor starts new ones.
  tell(pid, 'SIGSTOP');
  const all = [...(await childrenOf(pid)), pid];
  for (const each of all) tell(each, 'SIGKILL');
  const deadline = performance.now() + GONE_MS;
  while (all.some(isRunning)) {
    if (performance.now() > deadline) throw new Error(`Process ${pid} or a child of it does not end`);
    await sleep(LOOK_MS);
  }
}

/** Sends a process a signal; that it has ended by itself is no error. */
export function tell(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return false;
    throw cause;
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  if (!hasProc) {
    const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)]);
    return stdout.split('\n').filter(Boolean).map(Number);
  }
  return readdirSync('/proc')
    .map(Number)
    .filter((other) => other && readStat(other)?.parent === pid);
}

/** One that has ended may wait for a parent that never asks. */
function isRunning(pid: number): boolean {
  return hasProc ? !/^[ZX]?$/.test(readStat(pid)?.state ?? '') : tell(pid, 0);
}

function readStat(pid: number): { state: string; parent: number } | undefined {
  try {
    const [, state = '', parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { state, parent: Number(parent) };
  } catch {
    // It has ended since it was listed.
    return undefined;
  }
}
