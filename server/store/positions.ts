import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** Greater than every number of a row that a server has written. Texts and bytes, which a restored file may hold instead, come behind all numbers. */
export const MAX_POSITION = 2 ** 52;

/**
 * Gives positions behind the last row of a table. That row is looked for once, among all: one process owns the store, so that from then on
 * it knows the last one.
 */
export function createPositions(db: Kysely<Tables>, table: 'agents' | 'servers'): () => Promise<number> {
  let last: number | undefined;
  return async () => {
    const read = last ?? (await readLast(db, table));
    // Another may have got one while this was read.
    last = Math.max(last ?? 0, read) + 1;
    return last;
  };
}

async function readLast(db: Kysely<Tables>, table: 'agents' | 'servers'): Promise<number> {
  const { rows } = await sql<{
    last: number;
  }>`select coalesce(max(position), 0) as last from ${sql.table(table)} where position < ${MAX_POSITION}`.execute(db);
  return rows[0]?.last ?? 0;
}
