import { type RawBuilder, sql } from 'kysely';

/** Greater than every number of a row that a server has written. Texts and bytes, which a restored file may hold instead, come behind all numbers. */
export const MAX_POSITION = 2 ** 52;

/** The position behind the last row, computed within the insert it is a value of. */
export function nextPosition(table: 'agents' | 'servers'): RawBuilder<number> {
  return sql<number>`(select coalesce(max(position), 0) + 1 from ${sql.table(table)} where position < ${MAX_POSITION})`;
}
