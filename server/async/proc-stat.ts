/** Reads /proc, where Linux tells of its processes; elsewhere no process is found. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
import { readdirSync, readFileSync } from 'node:fs';

/** The unit of time in /proc, which is the same on every Linux. */
const TICK_MS = 10;

/** One process as the system tells of it. */
export interface ProcStat {
  /** Its state as a letter; `Z` is a zombie. */
  readonly state: string | undefined;
  readonly group: number;
  readonly session: number;
  /** Clock ticks from the boot to its start. */
  readonly startTime: string;
  /** Processor time that it has used, and its children that have ended, in milliseconds. */
  readonly usedMs: number;
}

/** Reads what is told of a process; undefined when there is none. */
export function readProcStat(pid: number | string): ProcStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const [state, , group, session] = fields;
    const startTime = fields[19] ?? '';
    return { state, group: Number(group), session: Number(session), startTime, usedMs: ticks * TICK_MS };
  } catch {
    return undefined;
  }
}

/** Lists the ids of all processes. */
export function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  } catch {
    return [];
  }
}
