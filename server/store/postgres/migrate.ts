/** Brings the tables of a database that other processes use to the state that this server knows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { type Migration, migrateShared } from '../migrations.ts';
import type { Tables } from '../schema.ts';
import { SharedDialect } from './dialect.ts';
import { isConflict, isLocked } from './errors.ts';
import { openPool } from './pool.ts';

interface MigrateDatabase {
  readonly url: string;
  readonly onError: (cause: unknown) => void;
  /** Those of another release, for tests. */
  readonly changes?: readonly Migration[] | undefined;
}

/** How long one change may take, and the others who start wait for it: a large table is not rewritten in seconds. */
const MIGRATE_MS = 600_000;
/** How long a change waits for who uses a table, and how long it then lets those through who came behind it. */
const LOCK_MS = 2000;
const LET_THROUGH_MS = 1000;
/** How long that is tried: a transaction that lasts as long is none of this server. */
const GIVE_UP_MS = 60_000;

/** Migrates, on a connection of its own with deadlines of its own. Returns the version that was found if it is newer than this server. */
export async function migrateDatabase({ url, onError, changes }: MigrateDatabase): Promise<number | undefined> {
  const pool = openPool({ url, connections: 1, statementMs: MIGRATE_MS, onError });
  const db = new Kysely<Tables>({ dialect: new SharedDialect(pool) });
  const givesUpAt = performance.now() + GIVE_UP_MS;
  try {
    for (;;) {
      try {
        const { newerVersion } = await migrateShared(db, { lockMs: LOCK_MS, changes });
        return newerVersion;
      } catch (cause) {
        if (!(isLocked(cause) || isConflict(cause)) || performance.now() > givesUpAt) throw cause;
      }
      await sleep(LET_THROUGH_MS);
    }
  } finally {
    await db.destroy();
  }
}
