import { readProcStat } from './proc-stat.ts';

/** A process, named so that no later process with its number is mistaken for it. */
export interface ProcessName {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
}

/** The name of a process that lives; undefined of one that is gone or a zombie, and where there is no /proc. */
export function nameProcess(pid: number): ProcessName | undefined {
  const stat = readProcStat(pid);
  return stat && stat.state !== 'Z' ? { pid, startTime: stat.startTime } : undefined;
}

/** Whether a process lives, and is no later one with its number. */
export const isAlive = (name: ProcessName): boolean => nameProcess(name.pid)?.startTime === name.startTime;
