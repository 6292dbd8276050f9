import { type RawBuilder, sql } from 'kysely';

/** A limit that stands in its statement: with a bound one SQLite compiles the statement anew each time it is run. */
export const atMost = (rows: number): RawBuilder<number> => sql.lit(Math.trunc(rows));
