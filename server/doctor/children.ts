/** The children of this process, where the system tells of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { listProcesses, readProcStat } from '../async/proc-stat.ts';

/** Ends the children that nobody has ended, such as one in the middle of a start. */
export function killChildren(): void {
  for (const pid of listChildren()) {
    // MCP servers lead groups of their own.
    if (!kill(-pid)) kill(pid);
  }
}

/** The processor time that the children and the groups they lead have used, in milliseconds; 0 where it is not known. */
export function processorMsOfChildren(): number {
  const children = new Set(listChildren());
  if (!children.size) return 0;
  return listProcesses().reduce((sumMs, pid) => {
    const stat = readProcStat(pid);
    return stat && (children.has(stat.group) || children.has(Number(pid))) ? sumMs + stat.usedMs : sumMs;
  }, 0);
}

function kill(target: number): boolean {
  try {
    return process.kill(target, 'SIGKILL');
  } catch {
    return false; // there is no such group, or it is gone
  }
}

function listChildren(): number[] {
  try {
    const tasks = `/proc/${process.pid}/task`;
    const lists = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/children`, 'utf8'));
    return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  } catch {
    return [];
  }
}
