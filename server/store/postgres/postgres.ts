import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, type Transaction } from 'kysely';
import { ApiError } from '../../call/errors.ts';
import { type Publish, publishNothing } from '../../live-events/publish.ts';
import { createStore } from '../create-store.ts';
import { createOwnership } from '../ownership.ts';
import type { StoreLog } from '../record-reader.ts';
import { createRunReader } from '../runs-store.ts';
import type { Tables } from '../schema.ts';
import type { Transact } from '../share-transactions.ts';
import type { StatementListener } from '../sqlite-database.ts';
import type { Store } from '../store.ts';
import { appendOwned } from './append.ts';
import { createAtOnce } from './at-once.ts';
import { SharedDialect } from './dialect.ts';
import { isConflict, isPassing } from './errors.ts';
import { migrateDatabase } from './migrate.ts';
import { openPool } from './pool.ts';
import { createSharedStore } from './shared.ts';

interface OpenPostgresStore {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** This process, as the others know it: another one at each start. */
  readonly replica: string;
  readonly log?: StoreLog;
  readonly onStatement?: StatementListener | undefined;
  readonly publish?: Publish;
}

/** Opens a store that other processes use too, making its tables when they are not there. Throws one sentence when that cannot be done. */
export async function openPostgresStore({
  url,
  replica,
  log = { warn: () => undefined },
  onStatement,
  publish = publishNothing,
}: OpenPostgresStore): Promise<Store> {
  const onError = (err: unknown) => log.warn({ err }, 'a connection to the database broke');
  const pools = [openPool({ url, onStatement, onError }), openPool({ url, connections: 1, onError })] as const;
  const dialect = new SharedDialect(pools[0]);
  const db = new Kysely<Tables>({ dialect });
  const beats = new Kysely<Tables>({ dialect: new SharedDialect(pools[1]) });
  const close = async () => {
    // One that was never used closes nothing.
    await Promise.all([db.destroy(), beats.destroy(), ...pools.map((pool) => pool.close())]);
  };
  try {
    const newerVersion = await migrateDatabase({ url, onError });
    if (newerVersion !== undefined) log.warn({ version: newerVersion }, 'the database is of a newer release');
  } catch (cause) {
    await close();
    throw toOpenError(cause);
  }
  const ownership = createOwnership(replica);
  const shared = createSharedStore(db, {
    replica,
    ownership,
    reader: createRunReader(log),
    adapter: dialect.adapter,
    beats,
  });
  const engine = {
    db,
    ownership,
    shared,
    transact: transactIn(db),
    atOnce: createAtOnce(db, ownership, replica),
    append: (happened: Parameters<typeof appendOwned>[2]) => appendOwned(db, ownership, happened),
    persist: untilStored,
  };
  return createStore(engine, { log, publish, close });
}

const CONFLICTS = 5;

/** Transactions that are done again when another one was preferred to them. */
function transactIn(db: Kysely<Tables>): Transact {
  return async <Result>(work: (transaction: Transaction<Tables>) => Promise<Result>) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.transaction().execute(work);
      } catch (cause) {
        if (!isConflict(cause) || attempt >= CONFLICTS) throw cause;
      }
    }
  };
}

/** How long is tried to store what must not be lost while the database is away or slow. */
const PERSIST_MS = 60_000;
const PERSIST_EVERY_MS = 250;

/** Does work again and again as long as the database is away, or too slow for it. The work must be one that may be done twice: the answer alone may have got lost. */
async function untilStored<Result>(work: () => Promise<Result>): Promise<Result> {
  const givesUpAt = performance.now() + PERSIST_MS;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      if (!isPassing(cause) || performance.now() > givesUpAt) throw cause;
    }
    await sleep(PERSIST_EVERY_MS);
  }
}

function toOpenError(cause: unknown): unknown {
  if (!(cause instanceof ApiError)) return cause;
  const reason = cause.cause instanceof Error && !cause.cause.message.includes('://') ? cause.cause.message : '';
  return new ApiError(cause.code, `${cause.message}${reason && ` (${reason})`}; check --database-url`, {
    cause: cause.cause,
  });
}
