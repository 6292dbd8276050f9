import { type RawBuilder, sql } from 'kysely';

/** The position behind the last row, computed within the insert it is a value of. */
export function nextPosition(table: 'agents' | 'servers'): RawBuilder<number> {
  return sql<number>`(select coalesce(max(position), 0) + 1 from ${sql.table(table)})`;
}
