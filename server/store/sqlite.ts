import { join } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import { ApiError } from '../call/errors.ts';
import { type Publish, publishNothing } from '../live-events/publish.ts';
import { createStore } from './create-store.ts';
import type { Engine } from './engine.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate, SCHEMA_VERSION } from './migrations.ts';
import { SOLE_OWNER } from './ownership.ts';
import { createPrivateFile, createPrivateFolder } from './private-file.ts';
import type { StoreLog } from './record-reader.ts';
import { appendEvents } from './run-events-store.ts';
import { saveSteps } from './run-steps-store.ts';
import type { Tables } from './schema.ts';
import { shareTransactions } from './share-transactions.ts';
import { openDatabase, type StatementListener, toKyselyDatabase } from './sqlite-database.ts';
import type { Store } from './store.ts';
import { toOpenError } from './store-errors.ts';

const IN_MEMORY = ':memory:';
const SILENT: StoreLog = { warn: () => undefined };

interface OpenStore {
  readonly folder: string;
  /** Told of records that are odd; absent: nobody is. */
  readonly log?: StoreLog;
  /** Told of each statement; absent: nobody is. */
  readonly onStatement?: StatementListener | undefined;
  /** Told of what was stored; absent: nobody is. */
  readonly publish?: Publish;
}

/**
 * Opens the store of `folder`, making both when they are not there; `:memory:` keeps nothing.
 * Throws one sentence that names the file when it is damaged, newer than this server, unwritable, or in use by another server; the file is then as it was.
 */
export async function openStore({
  folder,
  log = SILENT,
  publish = publishNothing,
  onStatement,
}: OpenStore): Promise<Store> {
  if (folder === IN_MEMORY)
    return toStore(await openTables(IN_MEMORY, onStatement), { log, publish, unlock: () => {} });
  const file = join(folder, 'agent-runtimes.db');
  try {
    createPrivateFolder(folder);
  } catch (cause) {
    throw toOpenError(file, cause);
  }
  const lock = lockFolder(folder);
  try {
    createPrivateFile(file);
    return toStore(await openTables(file, onStatement), { log, publish, unlock: () => lock.unlock() });
  } catch (cause) {
    lock.unlock();
    throw toOpenError(file, cause);
  }
}

async function openTables(file: string, onStatement?: StatementListener): Promise<Kysely<Tables>> {
  const database = openDatabase(file);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: toKyselyDatabase(database, onStatement) }) });
  try {
    const { newerVersion } = await migrate(db);
    if (newerVersion === undefined) return db;
    throw new ApiError(
      'store-failed',
      `The store ${file} has schema version ${newerVersion}, and this server knows ${SCHEMA_VERSION}: start the newer server that wrote it, or choose another folder with --data-dir`,
    );
  } catch (cause) {
    database.close();
    throw cause;
  }
}

interface StoreParts {
  readonly log: StoreLog;
  readonly publish: Publish;
  readonly unlock: () => void;
}

function toStore(db: Kysely<Tables>, { log, publish, unlock }: StoreParts): Store {
  const close = async () => {
    await db.destroy();
    unlock();
  };
  return createStore(toSoleEngine(db), { log, publish, close });
}

/** A database that this process has alone. */
export function toSoleEngine(db: Kysely<Tables>): Engine {
  const transact = shareTransactions(db);
  return {
    db,
    transact,
    ownership: SOLE_OWNER,
    // A disk that fails is not mended by asking again.
    persist: (work) => work(),
    async append({ events, steps }) {
      await transact(async (transaction) => {
        await appendEvents(transaction, events);
        await saveSteps(transaction, steps);
      });
      return NOTHING_LEARNED;
    },
  };
}

const NOTHING_LEARNED = { lost: [], cancelled: [] };
