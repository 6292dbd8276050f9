/** Replicas that count rate limits together, each with its own counts, on one database or on one that is made up. */
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { ApiError } from '../../server/call/errors.ts';
import { createRateLimits } from '../../server/http/rate-limit.ts';
import { type SharedDatabase, SharedRateCounts } from '../../server/http/shared-rate-counts.ts';
import { createRateLimitCounts } from '../../server/store/migrate-rate-limits.ts';
import type { Tables } from '../../server/store/schema.ts';
import type { FactsStore } from '../../server/store/store.ts';
import { openSharedRateLimits } from '../../server/wiring/rate-limits.ts';
import { openDatabase } from './postgres.ts';

/** Such a whole hour that the database does not think of its windows as past. */
export const HOUR_ONE = Date.UTC(2100, 0, 1, 1);

/** An empty database with the table of counts. */
export async function openCounts() {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await openDatabase());
  const pool = opened.adopt(await createCounts(url), (each) => each.end());
  const owned = opened.move();
  return {
    pool,
    rows: async (columns: string): Promise<unknown[][]> => {
      const text = `select ${columns} from rate_limit_counts order by ends_at, rule, used`;
      return (await pool.query<unknown[]>({ text, rowMode: 'array' })).rows;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Creates the table of counts in a database. Returns the connections to it. */
export async function createCounts(url: string): Promise<Pool> {
  const pool = new Pool({ connectionString: url, max: 4 });
  const ignore = () => undefined;
  // They are cut while nobody uses them, also after the end of the pool: it does not wait until they are closed.
  pool.on('error', ignore).on('connect', (client) => client.on('error', ignore));
  await createRateLimitCounts(new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }));
  return pool;
}

interface ReplicaOptions {
  readonly database: SharedDatabase;
  readonly rules?: readonly string[];
  readonly hashKey?: string;
  readonly clock?: { now: number };
}

/** A replica that has just started, and whose exchanges happen when they are called. */
export function startReplica({ database, rules = ['10/h'], hashKey = 'secret', clock }: ReplicaOptions) {
  const now = () => clock?.now ?? HOUR_ONE;
  const counts = new SharedRateCounts({ database, now, hashKey, onCounted: () => undefined });
  const limits = createRateLimits(rules, ['things.create'], counts.openWindow);
  const isLetIn = (caller: string, operation: string | undefined) => {
    try {
      limits?.take(caller, operation);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'rate-limited') return false;
      throw error;
    }
  };
  return {
    openWindow: counts.openWindow,
    exchange: () => counts.exchange(),
    take: (caller = 'someone') => limits?.take(caller, undefined),
    /** Sends requests, and returns how many were let in. */
    send: (count: number, caller = 'someone', operation?: string) =>
      Array.from({ length: count }, () => isLetIn(caller, operation)).filter(Boolean).length,
  };
}

/** A replica as it is opened by a server, with a database that answers nothing unless it is told to. */
export async function startShared(facts: Pick<FactsStore, 'keep'> = { keep: async (_name, value) => value }) {
  /** Of each statement how many requests it told of, and who the first was. */
  const told: number[] = [];
  const callers: string[] = [];
  /** What the log was told. */
  const said: unknown[][] = [];
  const replica = {
    told,
    callers,
    said,
    answer: async (): Promise<void> => undefined,
  };
  const database: SharedDatabase = {
    async query(_text, values) {
      const [, , digests = [], , used = []] = values as [string, string[], string[], number[], number[]];
      told.push(used.reduce((sum, each) => sum + each, 0));
      callers.push(...digests.slice(0, 1));
      await replica.answer();
      return { rows: [] };
    },
  };
  const log = {
    info: (message: string) => void said.push(['info', message]),
    warn: ({ err }: { err: unknown }, message: string) => void said.push(['warn', message, err]),
  };
  const { openWindow, close } = await openSharedRateLimits({ database, now: () => HOUR_ONE, facts, log });
  const limits = createRateLimits(['10/h'], [], openWindow);
  const take = () => limits?.take('someone', undefined);
  return Object.assign(replica, { take, close, [Symbol.asyncDispose]: close });
}
