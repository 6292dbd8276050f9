import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ApiError } from '../call/errors.ts';
import { createPrivateFile } from './private-file.ts';
import { isLockedError, toOpenError } from './store-errors.ts';

/**
 * Makes this process the only server of `folder` until `unlock`, or throws naming the process that is.
 * The lock is the operating system's and dies with the process, however it dies; the store itself stays readable for backups.
 */
export function lockFolder(folder: string): { unlock(): void } {
  const file = join(folder, 'agent-runtimes.lock');
  let database: DatabaseSync | undefined;
  try {
    createPrivateFile(file);
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('begin immediate; create table if not exists owner (pid integer); delete from owner');
    database.prepare('insert into owner values (?)').run(process.pid);
    // Committed, so that others can read it; the second transaction is never ended and is the lock.
    database.exec('commit; begin immediate');
  } catch (cause) {
    const owner = isLockedError(cause) && database ? readOwner(database) : '';
    if (database?.isOpen) database.close();
    if (!isLockedError(cause)) throw toOpenError(file, cause);
    throw new ApiError(
      'store-failed',
      `The data folder ${folder} is in use by another server${owner}: stop that one, or choose another folder with --data-dir`,
    );
  }
  const locked = database;
  return {
    unlock() {
      if (locked.isOpen) locked.close();
    },
  };
}

/** The process that is the server of `folder` now; undefined when none is. Changes nothing. Throws when the lock cannot be read. */
export function findServerOf(folder: string): { readonly pid?: number } | undefined {
  const file = join(folder, 'agent-runtimes.lock');
  if (!existsSync(file)) return undefined;
  using database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Held for no longer than it takes to see that it can be had; nothing is written.
    database.exec('begin immediate; rollback');
    return undefined;
  } catch (cause) {
    if (!isLockedError(cause)) throw cause;
    const pid = readPid(database);
    return pid === undefined ? {} : { pid };
  }
}

function readOwner(database: DatabaseSync): string {
  const pid = readPid(database);
  return pid !== undefined && pid !== process.pid ? ` (process ${pid})` : '';
}

function readPid(database: DatabaseSync): number | undefined {
  try {
    const pid = database.prepare('select pid from owner').get()?.pid;
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    // The other server is at this very moment making the table: it has the lock, its id is not known yet.
    return undefined;
  }
}
