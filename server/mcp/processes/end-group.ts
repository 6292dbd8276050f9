/** Signals to whole process groups, and waits that end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasGroupMembers } from './proc.ts';

const KILL_WAIT_MS = 1000;

/** How long a child may take to end after its input was closed, and again after SIGTERM. */
export interface Grace {
  readonly input: number;
  readonly term: number;
}

/** Ends a group by SIGTERM and, for what is there after the grace, SIGKILL. Resolves once `exited` does, or a second after the kill. */
export async function endGroup(pid: number, exited: Promise<void>, { term }: Grace): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  if (await settlesWithin(exited, term)) return;
  signalGroup(pid, 'SIGKILL');
  await settlesWithin(exited, KILL_WAIT_MS);
}

/** Ends what a leader that is gone has left behind. */
export async function endRestOfGroup(pid: number, { term }: Grace): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return;
  if (await groupEnds(pid, term)) return;
  signalGroup(pid, 'SIGKILL');
  await groupEnds(pid, KILL_WAIT_MS);
}

/** Whether `promise` resolves in time. */
export async function settlesWithin(promise: Promise<void>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise.then(() => true),
      sleep(timeoutMs, false, { signal: timer.signal }).catch(() => false),
    ]);
  } finally {
    timer.abort();
  }
}

/** False when no process is left in the group. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    return false;
  }
}

// Where nobody collects the dead, as in some containers, their zombies answer to signals for ever.
const isGroupAlive = (pid: number) =>
  signalGroup(pid, 0) && (process.platform !== 'linux' || hasGroupMembers({ pid, startTime: '0' }));

async function groupEnds(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (let waitMs = 10; isGroupAlive(pid); waitMs = Math.min(waitMs * 2, 100)) {
    if (performance.now() > deadline) return false;
    await sleep(waitMs);
  }
  return true;
}
