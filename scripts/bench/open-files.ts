import { readFileSync } from 'node:fs';

/** Throws when a process may not have so many connections. Each has a descriptor, and Node raises its soft limit to the hard one by itself. */
export function checkOpenFiles(connections: number): void {
  const [, limit] = /Max open files\s+\S+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  if (limit === undefined || Number(limit) >= connections + 200) return;
  throw new Error(
    `${connections} streams need ${connections + 200} open files, and ${limit} are allowed: raise it with ulimit -Hn`,
  );
}
