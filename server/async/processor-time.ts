/** How much processor time other processes have used. */
import { listProcesses, readProcStat } from './proc-stat.ts';

/** The time of a process, and of its children that have ended; undefined when it is not known. */
export function processorMsOf(pid: number | undefined): number | undefined {
  return readProcStat(String(pid))?.usedMs;
}

/** The time of every process of a group, and of their children that have ended; 0 when it is not known. */
export function processorMsOfGroup(group: number): number {
  const members = listProcesses().map(readProcStat);
  return members.reduce((sumMs, stat) => (stat?.group === group ? sumMs + stat.usedMs : sumMs), 0);
}
