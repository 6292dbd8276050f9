/** How much processor time other processes have used, from /proc, which only Linux has. */
import { readdirSync, readFileSync } from 'node:fs';

/** The unit of /proc, which is the same on every Linux. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10;

/** The time of a process, and of its children that have ended; undefined when it is not known. */
export function processorMsOf(pid: number | undefined): number | undefined {
  return readTimes(String(pid))?.usedMs;
}

/** The time of every process of a group, and of their children that have ended; 0 when it is not known. */
export function processorMsOfGroup(group: number): number {
  let sumMs = 0;
  for (const entry of listProcesses()) {
    const times = readTimes(entry);
    if (times?.group === group) sumMs += times.usedMs;
  }
  return sumMs;
}

function readTimes(pid: string): { readonly group: number; readonly usedMs: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { group: Number(fields[2]), usedMs: ticks * TICK_MS };
  } catch {
    return undefined;
  }
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  } catch {
    return [];
  }
}
