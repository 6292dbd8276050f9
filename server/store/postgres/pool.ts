/** Connections to PostgreSQL: bounded, with deadlines, and with statements that are prepared once. */
import pg from 'pg';
import { ApiError } from '../../call/errors.ts';
import type { StatementListener } from '../sqlite-database.ts';
import { isUnreachable, toPostgresError } from './errors.ts';

/** Where a database is, and how it is used. */
export interface PoolOptions {
  readonly url: string;
  /** How many connections there are at most. */
  readonly connections?: number;
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
const toLimits = (set: string) =>
  `${set} statement_timeout = ${STATEMENT_MS}; ${set} idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;

/** Opens connections as they are needed; none is made here. */
export function openPool({ url, connections = CONNECTIONS, onStatement, onError }: PoolOptions): ConnectionPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // The server ends a statement itself, unless the way to it is cut.
    query_timeout: STATEMENT_MS * 2,
    application_name: 'agent-runtimes',
    // What does not wait for an answer is sent behind what does.
    pipeline: true,
    types: { getTypeParser },
  });
  pool.on('error', onError);
  const known = new WeakMap<pg.PoolClient, PooledConnection>();
  return {
    async connect() {
      const client = await connect(pool);
      const ready = known.get(client) ?? (await prepare(client, onStatement));
      known.set(client, ready);
      return ready;
    },
    close: () => pool.end(),
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
const MAX_NAMED_LENGTH = 4000;
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known || names.size >= MAX_NAMED || text.length > MAX_NAMED_LENGTH) return known;
  const name = `s${names.size + 1}`;
  names.set(text, name);
  return name;
}

const CONTROL = /^(?:begin|commit|rollback)\b/i;

/** Makes a new connection ready for use. */
async function prepare(client: pg.PoolClient, onStatement: StatementListener | undefined): Promise<PooledConnection> {
  // Between two statements nobody waits for a connection that breaks: the next one tells.
  client.on('error', () => undefined);
  let isBroken = false;
  const isDirect = await isSession(client);
  const watch = onStatement && createWatch(onStatement);
  const run = (text: string, values: readonly unknown[]): Promise<pg.QueryResult> => {
    if (CONTROL.test(text)) return client.query(text);
    const name = isDirect ? nameOf(text) : undefined;
    return client.query({ ...(name && { name }), text, values: values.map(toValue) });
  };
  const query = async (text: string, values: readonly unknown[] = []) => {
    const begunAt = performance.now();
    try {
      return await run(text, values);
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
      // What comes behind it tells of a connection that breaks.
      if (isDirect) query('begin').catch(() => undefined);
      else await query(`begin; ${toLimits('set local')}`);
    },
    // What an answer never came from may still answer: to the next who asks.
    release: () => client.release(isBroken),
  };
}

/**
 * Whether a connection is a session of the database, which then gets its limits. A pooler in between gives each transaction another
 * session: what is prepared or set in one is lost, or met by somebody else.
 */
async function isSession(client: pg.PoolClient): Promise<boolean> {
  try {
    const { rows } = await client.query('select pg_backend_pid() as pid');
    const isDirect = 'processID' in client && rows[0]?.pid === client.processID;
    if (isDirect) await client.query(toLimits('set'));
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
