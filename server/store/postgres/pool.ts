/** Connections to PostgreSQL: bounded, with deadlines, and with statements that are prepared once. */
import pg from 'pg';
import { ApiError } from '../../call/errors.ts';
import type { StatementListener } from '../sqlite-database.ts';
import { isConflict, isStalePlan, isUnreachable, toPostgresError } from './errors.ts';
import { Turns } from './turns.ts';

/** Where a database is, and how it is used. */
export interface PoolOptions {
  readonly url: string;
  /** How many connections there are at most. */
  readonly connections?: number;
  /** How long a statement may take; absent: well below the lease of a replica. */
  readonly statementMs?: number;
  readonly onStatement?: StatementListener | undefined;
  /** Told of a connection that broke while nobody used it. */
  readonly onError: (cause: unknown) => void;
}

/** One connection, which is given back when it is not needed any more. Its failures are store errors. */
export interface PooledConnection {
  query(text: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  /** Begins a transaction that ends by itself when this process stands still. */
  begin(): Promise<void>;
  release(): void;
}

/** The connections that there are. */
export interface ConnectionPool {
  connect(): Promise<PooledConnection>;
  close(): Promise<void>;
}

const CONNECTIONS = 10;
const CONNECT_MS = 5000;
/** How long a statement may wait for a database that is starting again. */
const AWAY_MS = 5000;
const RETRY_MS = 100;
/** Well below the lease of a replica: what a process holds that stands still must not outlive it. */
const STATEMENT_MS = 6000;
const IDLE_IN_TRANSACTION_MS = 4000;
/** How often a statement is done again that another one was preferred to, or whose plan was old. */
const ATTEMPTS = 5;

/** Opens connections as they are needed; none is made here. */
export function openPool({
  url,
  connections = CONNECTIONS,
  statementMs = STATEMENT_MS,
  onStatement,
  onError,
}: PoolOptions): ConnectionPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // The server ends a statement itself, unless the way to it is cut.
    query_timeout: statementMs * 2,
    application_name: 'agent-runtimes',
    // What does not wait for an answer is sent behind what does.
    pipeline: true,
    types: { getTypeParser },
  });
  pool.on('error', onError);
  const known = new WeakMap<pg.PoolClient, PooledConnection>();
  const names = new StatementNames();
  const turns = new Turns({ atOnce: connections, silenceMs: AWAY_MS });
  let ending: Promise<void> | undefined;
  return {
    async connect() {
      await turns.enter();
      try {
        const client = await connect(pool);
        const ready = known.get(client) ?? (await prepare(client, { names, statementMs, onStatement, turns }));
        known.set(client, ready);
        return ready;
      } catch (cause) {
        turns.leave(false);
        throw cause;
      }
    },
    close() {
      ending ??= pool.end();
      return ending;
    },
  };
}

/** A connection; waits a while for a database that starts again. */
async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  const givesUpAt = performance.now() + AWAY_MS;
  for (;;) {
    try {
      return await pool.connect();
    } catch (cause) {
      if (!isUnreachable(cause) || performance.now() > givesUpAt) throw toPostgresError(cause);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** How many statements are prepared on a connection, and how long one may be. */
const MAX_NAMED = 300;
const MAX_NAMED_LENGTH = 8000;

/** The names that statements are prepared by, which are the same on all connections. */
class StatementNames {
  #names = new Map<string, string>();
  #generation = 0;

  /** Undefined for one that is not to be prepared. */
  of(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known || this.#names.size >= MAX_NAMED || text.length > MAX_NAMED_LENGTH) return known;
    const name = `s${this.#generation}_${this.#names.size + 1}`;
    this.#names.set(text, name);
    return name;
  }

  /**
   * Has all statements prepared anew: another release has changed a table, and PostgreSQL refuses what was prepared before that if it gives
   * all columns. `text` tells whether somebody has seen to it already.
   */
  renew(text: string, name: string | undefined): void {
    if (name === undefined || this.#names.get(text) !== name) return;
    this.#names = new Map();
    this.#generation += 1;
  }
}

const CONTROL = /^(?:begin|commit|rollback)\b/i;

interface PrepareOptions {
  readonly names: StatementNames;
  readonly statementMs: number;
  readonly onStatement: StatementListener | undefined;
  /** Where the turn ends of who gives the connection back. */
  readonly turns: Turns;
}

/** Makes a new connection ready for use. */
async function prepare(
  client: pg.PoolClient,
  { names, statementMs, onStatement, turns }: PrepareOptions,
): Promise<PooledConnection> {
  // Between two statements nobody waits for a connection that breaks: the next one tells.
  client.on('error', () => undefined);
  let isBroken = false;
  let isInTransaction = false;
  let failedFirst: unknown;
  const isDirect = await isSession(client, toLimits('set', statementMs));
  const watch = onStatement && createWatch(onStatement);
  const run = async (text: string, values: readonly unknown[]): Promise<pg.QueryResult> => {
    for (let attempt = 1; ; attempt++) {
      const name = isDirect ? names.of(text) : undefined;
      try {
        return await client.query({ ...(name && { name }), text, values: values.map(toValue) });
      } catch (cause) {
        if (isStalePlan(cause)) names.renew(text, name);
        // A transaction is done again as a whole. What comes behind a failure says of itself only that it does.
        failedFirst ??= cause;
        if (isInTransaction) throw failedFirst;
        if (!isConflict(cause) || attempt >= ATTEMPTS) throw cause;
      }
    }
  };
  const control = async (text: string): Promise<pg.QueryResult> => {
    isInTransaction = true;
    failedFirst = undefined;
    try {
      return await client.query(text);
    } catch (cause) {
      // Whether it still is in a transaction is not known then.
      isBroken = true;
      throw cause;
    } finally {
      isInTransaction = text.startsWith('begin');
    }
  };
  const query = async (text: string, values: readonly unknown[] = []) => {
    const begunAt = performance.now();
    try {
      return await (CONTROL.test(text) ? control(text) : run(text, values));
    } catch (cause) {
      isBroken ||= isUnreachable(cause);
      throw toPostgresError(cause);
    } finally {
      watch?.(text, begunAt, performance.now());
    }
  };
  return {
    query,
    async begin() {
      // Nothing is sent behind it: where it fails, each statement would be stored by itself.
      await query(isDirect ? 'begin' : `begin; ${toLimits('set local', statementMs)}`);
    },
    // What an answer never came from may still answer: to the next who asks.
    release() {
      client.release(isBroken);
      turns.leave(!isBroken);
    },
  };
}

const toLimits = (set: string, statementMs: number) =>
  `${set} statement_timeout = ${statementMs}; ${set} idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;

/**
 * Whether a connection is a session of the database, which then gets its limits. A pooler in between gives each transaction another
 * session: what is prepared or set in one is lost, or met by somebody else.
 */
async function isSession(client: pg.PoolClient, limits: string): Promise<boolean> {
  try {
    const { rows } = await client.query('select pg_backend_pid() as pid');
    const isDirect = 'processID' in client && rows[0]?.pid === client.processID;
    if (isDirect) await client.query(limits);
    return isDirect;
  } catch (cause) {
    client.release(true);
    throw toPostgresError(cause);
  }
}

/** What each statement is to be told as. */
function createWatch(onWork: StatementListener): (text: string, begunAt: number, endedAt: number) => void {
  let transactionAt = 0;
  return (text, begunAt, endedAt) => {
    if (text.startsWith('begin')) transactionAt = begunAt;
    else if (text === 'commit' || text === 'rollback') {
      if (text === 'commit') onWork('commit', endedAt - begunAt);
      onWork('transaction', endedAt - transactionAt);
    } else onWork(/^\s*select\b/i.test(text) ? 'read' : 'write', endedAt - begunAt);
  };
}

const { INT8, NUMERIC, TIMESTAMPTZ } = pg.types.builtins;

/** Numbers as JavaScript has them: what is stored here is counted, and stays far below where they lose digits. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (oid === INT8 || oid === NUMERIC) return Number;
  if (oid === TIMESTAMPTZ) return String;
  return format === 'binary' ? pg.types.getTypeParser(oid, format) : pg.types.getTypeParser(oid, 'text');
};

/** PostgreSQL holds no NUL in a text: it is stored as what stands for a character that is none. */
function toValue(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\u{fffd}') : value;
  if (value === null || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array)
    return value;
  if (Array.isArray(value)) return value.map(toValue);
  throw new ApiError('internal', `A ${typeof value} cannot be stored`);
}
