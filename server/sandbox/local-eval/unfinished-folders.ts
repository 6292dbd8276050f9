/** Folders that a process is filling, named after it: so that what a kill leaves behind is known from what is being made. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, nameProcess } from '../../async/process-name.ts';

/** The folder in which this process makes what is to become `wanted`. */
export function toUnfinished(wanted: string): string {
  const { startTime = '0' } = nameProcess(process.pid) ?? {};
  return `${wanted}.${process.pid}-${startTime}.tmp`;
}

/** Older versions left the start of the process out. */
const UNFINISHED = /^python-[0-9a-f]{16}\.(\d{1,10})(?:-(\d{1,20}))?\.tmp$/;

/** Removes the folders below `folder` that nobody fills any more; one that cannot be removed costs room and nothing else. */
export async function sweepUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid, startTime] = UNFINISHED.exec(name) ?? [];
    if (pid === undefined || isBeingFilled(Number(pid), startTime)) continue;
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

function isBeingFilled(pid: number, startTime: string | undefined): boolean {
  const knowsStarts = nameProcess(process.pid) !== undefined;
  if (knowsStarts && startTime !== undefined) return isAlive({ pid, startTime });
  // What bears the number of this process, and no start, is of another that had it before.
  if (pid === process.pid) return startTime !== undefined;
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
