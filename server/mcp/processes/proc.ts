/** Finds the processes of a group, and names the space of their numbers. */
import { readFileSync, readlinkSync } from 'node:fs';
import { listProcesses, readProcStat } from '../../async/proc-stat.ts';
import type { ProcessName } from '../../async/process-name.ts';

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
