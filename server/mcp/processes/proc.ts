/** Reads /proc, where Linux tells of its processes. On a system without it, no process is found. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, named so that no later process with its number is mistaken for it. */
export interface ProcessName {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
}

/** The name of a process that lives; undefined of one that is gone or a zombie. */
export function nameProcess(pid: number): ProcessName | undefined {
  const stat = readStat(pid);
  return stat && stat.state !== 'Z' ? { pid, startTime: stat.startTime } : undefined;
}

/** Whether a process lives in the group and session that `leader` once began; its own death does not matter. */
export function hasGroupMembers(leader: ProcessName): boolean {
  return listProcesses().some((entry) => {
    const stat = readStat(Number(entry));
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

/** The fields of a process. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readStat(pid: number) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], group: Number(fields[2]), session: Number(fields[3]), startTime: fields[19] ?? '' };
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
