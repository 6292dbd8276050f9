/** Remembers on disk which process groups this server has started, so that the next one can end those a killed server left behind. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, hasGroupMembers, nameProcess, type ProcessName } from './proc.ts';

interface RecordFile {
  readonly bootId: string;
  readonly owner: ProcessName;
  /** Leaders of groups and sessions of their own. */
  readonly groups: readonly ProcessName[];
}

/** The groups of this process, in a file of its own in `folder`; in memory alone without a folder, or where there is no /proc. */
export class ProcessRecords {
  readonly #folder: string | undefined;
  readonly #groups = new Map<number, ProcessName>();
  readonly #owner = nameProcess(process.pid);
  #hasFolder = false;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  // Written before anything else happens: between the birth of a child and its record, a kill would leave it behind.
  add(pid: number): void {
    this.#groups.set(pid, nameProcess(pid) ?? { pid, startTime: '' });
    this.#write();
  }

  remove(pid: number): void {
    if (this.#groups.delete(pid)) this.#write();
  }

  /** Ends every group at once, without waiting for any. */
  kill(): void {
    for (const pid of this.#groups.keys()) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // gone in the meantime
      }
    }
  }

  #write(): void {
    if (!this.#owner || this.#folder === undefined) return;
    const file = join(this.#folder, `${this.#owner.pid}-${this.#owner.startTime}.json`);
    if (this.#groups.size === 0) {
      rmSync(file, { force: true });
      return;
    }
    if (!this.#hasFolder) mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#hasFolder = true;
    const record: RecordFile = { bootId: bootId(), owner: this.#owner, groups: [...this.#groups.values()] };
    writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

/** Ends the groups that dead servers have left behind and returns how many there were. Never touches a living server's, nor a stranger's. */
export function sweepOrphans(folder: string): number {
  let swept = 0;
  for (const name of listFolder(folder)) {
    const file = join(folder, name);
    const record = readRecord(file);
    if (record && isAlive(record.owner)) continue;
    if (record?.bootId === bootId()) swept += record.groups.filter(killGroup).length;
    rmSync(file, { force: true });
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

const isAlive = (name: ProcessName) => nameProcess(name.pid)?.startTime === name.startTime;

function readRecord(file: string): RecordFile | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined; // torn or gone: it names nobody
  }
}

const isRecord = (value: unknown): value is RecordFile =>
  typeof value === 'object' &&
  value !== null &&
  'bootId' in value &&
  'owner' in value &&
  isProcessName(value.owner) &&
  'groups' in value &&
  Array.isArray(value.groups) &&
  value.groups.every(isProcessName);

// Numbers below 2 would address this process's own group, or everything.
const isProcessName = (value: unknown): value is ProcessName =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  Number.isSafeInteger(value.pid) &&
  Number(value.pid) > 1 &&
  'startTime' in value &&
  typeof value.startTime === 'string';

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
