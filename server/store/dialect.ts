/** What a query may need to know of the database it is for: the queries themselves are the same for both. */
import { type Kysely, PostgresAdapter, type SelectQueryBuilder } from 'kysely';
import type { Tables } from './schema.ts';

/** PostgreSQL, with a clock that all of its processes share. */
export class SharedAdapter extends PostgresAdapter {
  #clockOffsetMs = 0;

  /** How many milliseconds the clock of the database is before that of this process. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  /** Notes what the clock of the database showed between two moments of this process. */
  noteClock(shown: number, { sentAt, answeredAt }: { readonly sentAt: number; readonly answeredAt: number }): void {
    // How long the way was in each direction is not known: one that may be right stays, or time would go back and forth.
    const mayBe = shown - answeredAt - 1 <= this.#clockOffsetMs && this.#clockOffsetMs <= shown - sentAt + 1;
    if (!mayBe) this.#clockOffsetMs = Math.round(shown - (sentAt + answeredAt) / 2);
  }
}

const adapterOf = (db: Kysely<Tables>) => db.getExecutor().adapter;

/** Whether other processes use the same database. */
export const isShared = (db: Kysely<Tables>): boolean => adapterOf(db) instanceof SharedAdapter;

/** What tells one dialect from the other, and is the same for all that use one database. */
export const dialectOf = (db: Kysely<Tables>): object => adapterOf(db);

/** What time it is where the rows are kept, as RFC 3339: the clocks of processes that share a database differ. */
export function timeIn(db: Kysely<Tables>): string {
  const adapter = adapterOf(db);
  const offsetMs = adapter instanceof SharedAdapter ? adapter.clockOffsetMs : 0;
  return new Date(Date.now() + offsetMs).toISOString();
}

/** Holds the rows that a query finds until the transaction ends; where one process has the database alone, a transaction holds everything. */
export const holdRows = <Table extends keyof Tables, Row>(
  db: Kysely<Tables>,
  query: SelectQueryBuilder<Tables, Table, Row>,
): SelectQueryBuilder<Tables, Table, Row> => (isShared(db) ? query.forUpdate() : query);
