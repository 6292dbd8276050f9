/** Remembers on disk which process groups this server has started, so that the next one can end those a killed server left behind. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, nameProcess, type ProcessName } from '../../async/process-name.ts';
import { hasGroupMembers, pidSpace } from './proc.ts';
import type { ServerLog } from './server-log.ts';

/** One group. It is written as the name of an empty file, so that a record is made and removed at once, and never half. */
interface ProcessRecord {
  readonly space: string;
  readonly owner: ProcessName;
  /** The leader of a group and session of its own. */
  readonly leader: ProcessName;
}

/** The groups of this process, each in a file of its own in `folder`; in memory alone without a folder, or where there is no /proc. */
export class ProcessRecords {
  readonly #folder: string | undefined;
  readonly #log: ServerLog | undefined;
  readonly #leaders = new Map<number, ProcessName>();
  readonly #owner = nameProcess(process.pid);
  readonly #space = pidSpace();
  #hasFolder = false;

  constructor(folder: string | undefined, log?: ServerLog) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Writes a group down. To be called right after its birth: a kill before that would leave it behind. */
  add(pid: number): void {
    const leader = nameProcess(pid) ?? { pid, startTime: '0' };
    this.#leaders.set(pid, leader);
    this.#change(leader, (file) => writeFileSync(file, '', { mode: 0o600 }));
  }

  /** Forgets a group that is gone. */
  remove(pid: number): void {
    const leader = this.#leaders.get(pid);
    if (!leader) return;
    this.#leaders.delete(pid);
    this.#change(leader, (file) => rmSync(file, { force: true }));
  }

  /** Ends every group at once, without waiting for any. */
  kill(): void {
    for (const pid of this.#leaders.keys()) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // gone in the meantime
      }
    }
  }

  // A full disk must not keep servers from running: the record only matters if this process is killed.
  #change(leader: ProcessName, write: (file: string) => void): void {
    if (!this.#owner || this.#folder === undefined) return;
    try {
      if (!this.#hasFolder) mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#hasFolder = true;
      write(join(this.#folder, fileNameOf({ space: this.#space, owner: this.#owner, leader })));
    } catch (err) {
      const reason = err instanceof Error ? err.message : String(err);
      this.#log?.warn({ reason }, 'The record of an MCP server process cannot be written');
    }
  }
}

/** Ends the groups that dead servers have left behind and returns how many there were. Never touches a living server's, nor a stranger's. */
export function sweepOrphans(folder: string): number {
  const space = pidSpace();
  let swept = 0;
  for (const name of listFolder(folder)) {
    const record = readFileName(name);
    if (record && isAlive(record.owner)) continue;
    if (record?.space === space && killGroup(record.leader)) swept++;
    rmSync(join(folder, name), { force: true, recursive: true });
  }
  return swept;
}

function killGroup(leader: ProcessName): boolean {
  const now = nameProcess(leader.pid);
  // The number has been given away: whatever runs under it is somebody else's.
  if (now && now.startTime !== leader.startTime) return false;
  // With the leader gone, its group is known by its session: ours were started as sessions of their own, after the leader.
  if (!now && !hasGroupMembers(leader)) return false;
  try {
    process.kill(-leader.pid, 'SIGKILL');
    return true;
  } catch {
    return false; // gone in the meantime, or not ours to end
  }
}

const fileNameOf = ({ space, owner, leader }: ProcessRecord) =>
  [space, owner.pid, owner.startTime, leader.pid, leader.startTime].join('_');

const RECORD = /^([^_]+)_(\d{1,10})_(\d{1,20})_(\d{1,10})_(\d{1,20})$/;

/** The record that a file name stands for; undefined when it is none. A leader below 2 would be this process's own group, or everything. */
function readFileName(name: string): ProcessRecord | undefined {
  const [, space = '', ownerPid, ownerStart = '', pid, startTime = ''] = RECORD.exec(name) ?? [];
  const owner = { pid: Number(ownerPid), startTime: ownerStart };
  const leader = { pid: Number(pid), startTime };
  return owner.pid > 0 && leader.pid > 1 ? { space, owner, leader } : undefined;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
