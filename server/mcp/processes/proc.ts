/** Names processes, and finds those of a group. */
import { readFileSync, readlinkSync } from 'node:fs';
import { listProcesses, readProcStat } from '../../async/proc-stat.ts';

/** A process, named so that no later process with its number is mistaken for it. */
export interface ProcessName {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
}

/** The name of a process that lives; undefined of one that is gone or a zombie. */
export function nameProcess(pid: number): ProcessName | undefined {
  const stat = readProcStat(pid);
  return stat && stat.state !== 'Z' ? { pid, startTime: stat.startTime } : undefined;
}

/** Whether a process lives in the group and session that `leader` once began; its own death does not matter. */
export function hasGroupMembers(leader: ProcessName): boolean {
  return listProcesses().some((entry) => {
    const stat = readProcStat(entry);
    const isMember = stat?.group === leader.pid && stat.session === leader.pid && stat.state !== 'Z';
    return isMember && Number(stat.startTime) >= Number(leader.startTime);
  });
}

/** Names the space in which process numbers are unique: another one after each boot of the machine, and in each container. */
export function pidSpace(): string {
  try {
    const [namespace] = /\d+/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}-${namespace}`;
  } catch {
    return '';
  }
}
