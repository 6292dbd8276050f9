import { join } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import { ApiError } from '../call/errors.ts';
import { type Publish, publishNothing } from '../live-events/publish.ts';
import { createAgentsStore } from './agents-store.ts';
import { createApprovalsStore } from './approvals-store.ts';
import { createConversationsStore } from './conversations-store.ts';
import { createFactsStore } from './facts-store.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate, SCHEMA_VERSION } from './migrations.ts';
import { createPrivateFile, createPrivateFolder } from './private-file.ts';
import type { StoreLog } from './record-reader.ts';
import { createRunsStore } from './runs-store.ts';
import type { Tables } from './schema.ts';
import { createServersStore } from './servers-store.ts';
import { openDatabase, type StatementListener, toKyselyDatabase } from './sqlite-database.ts';
import type { Store } from './store.ts';
import { toOpenError } from './store-errors.ts';
import { createTasksStore } from './tasks-store.ts';

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
  const facts = createFactsStore(db);
  const close = async () => {
    await db.destroy();
    unlock();
  };
  return {
    agents: createAgentsStore(db, log),
    servers: createServersStore(db, log),
    conversations: createConversationsStore(db, log, publish),
    runs: createRunsStore(db, log, publish),
    approvals: createApprovalsStore(db, log, publish),
    tasks: createTasksStore(db, log),
    facts,
    // A write, because a disk that is full or read-only still reads.
    check: () => facts.set('checked_at', new Date().toISOString()),
    close,
    [Symbol.asyncDispose]: close,
  };
}
