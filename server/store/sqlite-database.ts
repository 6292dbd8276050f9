import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { toStoreError } from './store-errors.ts';

/** What has been done: a statement, or a transaction with all of its statements. */
type StoreWork = 'read' | 'write' | 'commit' | 'transaction';

/** Told of what was done, and how long it took. */
export type StatementListener = (work: StoreWork, ms: number) => void;

/** Told when a statement began and ended. */
type OnRun = (begunAt: number, endedAt: number) => void;

/**
 * After so many pages, 16 MiB, what was committed is moved into the database, which waits for the disk. A run writes some 40 of them, and
 * mostly the same ones.
 */
const CHECKPOINT_PAGES = 4096;
const MAX_KEPT_STATEMENTS = 100;
const MAX_KEPT_LENGTH = 2000;
/** A list for a key that sees all names the owner of each run. */
const MAX_KEPT_READ_LENGTH = 32_768;

/** Opens `file` (or `:memory:`) so that what is committed survives the death of the process, though not of the machine. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true });
  try {
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = normal; pragma journal_size_limit = 67108864; pragma trusted_schema = off;
      pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    );
  } catch (cause) {
    database.close();
    throw cause;
  }
  return database;
}

/** Node's SQLite in the shape Kysely's dialect asks for. Statements are prepared once; failures of the disk become store errors. */
export function toKyselyDatabase(database: DatabaseSync, onStatement?: StatementListener): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  const watch = onStatement && createWatch(onStatement);
  return {
    close: () => database.close(),
    prepare(sql) {
      // A full disk makes SQLite roll back by itself; a second rollback would fail and hide why.
      if (sql === 'rollback' && !database.isTransaction) return emptyStatement;
      const known = kept.get(sql);
      if (known) return known;
      const isRead = READ.test(sql);
      const statement = toKyselyStatement(
        orStoreError(() => database.prepare(sql)),
        { isRead, onRun: watch?.(sql) },
      );
      // Long statements that write are inserts of many rows: rarely the same twice.
      if (sql.length <= (isRead ? MAX_KEPT_READ_LENGTH : MAX_KEPT_LENGTH)) {
        if (kept.size >= MAX_KEPT_STATEMENTS) kept.clear();
        kept.set(sql, statement);
      }
      return statement;
    },
  };
}

/** What changes nothing, whatever follows. */
const READ = /^\s*select\b/i;

interface StatementOptions {
  readonly isRead: boolean;
  readonly onRun: OnRun | undefined;
}

function toKyselyStatement(statement: StatementSync, { isRead, onRun }: StatementOptions): SqliteStatement {
  // Else one number beyond those of JavaScript throws, and all rows with it.
  statement.setReadBigInts(!isRead);
  const all = isRead ? readAll : (of: StatementSync, values: SQLInputValue[]) => of.all(...values).map(withNumbers);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => timed(() => all(statement, parameters.map(toSqlValue)), onRun),
    run: (parameters) => timed(() => statement.run(...parameters.map(toSqlValue)), onRun),
    iterate: (parameters) => all(statement, parameters.map(toSqlValue)).values(),
  };
}

/** The rows of what only reads, and so can be done again: numbers that are none of JavaScript's are rare, and cost every row a look at each column. */
function readAll(statement: StatementSync, values: SQLInputValue[]): Record<string, SQLOutputValue>[] {
  try {
    return statement.all(...values);
  } catch (cause) {
    if (!isOutOfRange(cause)) throw cause;
  }
  statement.setReadBigInts(true);
  try {
    return statement.all(...values).map(withNumbers);
  } finally {
    statement.setReadBigInts(false);
  }
}

const isOutOfRange = (cause: unknown) => cause instanceof Error && 'code' in cause && cause.code === 'ERR_OUT_OF_RANGE';

function withNumbers(row: Record<string, SQLOutputValue>): Record<string, SQLOutputValue> {
  for (const [column, value] of Object.entries(row)) if (typeof value === 'bigint') row[column] = Number(value);
  return row;
}

/** The result of a statement, which is one step: nothing else goes on meanwhile. */
function timed<Result>(work: () => Result, onRun: OnRun | undefined): Result {
  if (!onRun) return orStoreError(work);
  const begunAt = performance.now();
  try {
    return orStoreError(work);
  } finally {
    onRun(begunAt, performance.now());
  }
}

/** What each statement is to be told as. There is one connection, so one transaction at a time. */
function createWatch(onWork: StatementListener): (sql: string) => OnRun {
  let transactionAt = 0;
  return (sql) => {
    if (sql === 'begin') {
      return (begunAt) => {
        transactionAt = begunAt;
      };
    }
    if (sql === 'commit' || sql === 'rollback') {
      return (begunAt, endedAt) => {
        if (sql === 'commit') onWork('commit', endedAt - begunAt);
        onWork('transaction', endedAt - transactionAt);
      };
    }
    const work = /^\s*(?:select|with)\b/i.test(sql) ? 'read' : 'write';
    return (begunAt, endedAt) => onWork(work, endedAt - begunAt);
  };
}

/** A statement that does nothing. */
const emptyStatement: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

function orStoreError<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw toStoreError(cause);
  }
}

function toSqlValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  // Another hand may have written bytes where a text should stand, such as in a key.
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A ${typeof value} cannot be stored`);
}
