import { readdirSync, readFileSync } from 'node:fs';

/** Ends the children that nobody has ended, such as one in the middle of a start; where the system tells of them. */
export function killChildren(): void {
  for (const pid of listChildren()) {
    // MCP servers lead groups of their own.
    if (!kill(-pid)) kill(pid);
  }
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
