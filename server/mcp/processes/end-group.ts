/** The end of whole process groups: signals, and bounded waits for what they do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { processorMsOfGroup } from '../../async/processor-time.ts';
import { settlesWithin } from '../../async/settles-within.ts';
import { hasGroupMembers } from './proc.ts';

const KILL_WAIT_MS = 1000;
/** How many graces a group may take in all that works on its end. */
const MAX_GRACES = 5;

/** How long a child may do nothing that leads to its end after its input was closed, and again after SIGTERM. */
export interface Grace {
  readonly input: number;
  readonly term: number;
}

/** Ends a group by SIGTERM and, when it is still there after the grace, by SIGKILL. Resolves once `exited` does, or a second after the kill. */
export async function endGroup(pid: number, exited: Promise<void>, { term }: Grace): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  if (await endsWithin(pid, exited, term)) return;
  signalGroup(pid, 'SIGKILL');
  await settlesWithin(exited, KILL_WAIT_MS);
}

/** Whether a group ends within a grace; one that works on its end, as on a busy machine, gets some more. */
export function endsWithin(pid: number, exited: Promise<void>, graceMs: number): Promise<boolean> {
  return settlesWithin(exited, graceMs, { workMs: () => processorMsOfGroup(pid), totalMs: graceMs * MAX_GRACES });
}

/** Ends the processes that a leader which is gone has left in its group. */
export async function endRestOfGroup(pid: number, { term }: Grace): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return;
  if (await groupEnds(pid, term)) return;
  signalGroup(pid, 'SIGKILL');
  await groupEnds(pid, KILL_WAIT_MS);
}

/** Sends a signal to a group; false when no process is left in it. */
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
