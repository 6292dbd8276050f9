import { type Kysely, sql } from 'kysely';
import type { Principal } from '../call/principal.ts';
import type { Tables } from './schema.ts';

/** The owners whose runs a principal sees, as the column `owner` has them. */
export async function findOwners(db: Kysely<Tables>, { name, seesAll }: Principal): Promise<string[]> {
  if (!seesAll) return name === undefined ? [''] : ['', name];
  // A seek for each: reading all rows for their few owners would cost as much as there are runs.
  const { rows } = await sql<{ owner: string }>`
    with recursive owners (owner) as (
      select min(owner) from runs
      union all
      select (select min(owner) from runs where owner > owners.owner) from owners where owner is not null
    )
    select owner from owners where owner is not null`.execute(db);
  return rows.map(({ owner }) => owner);
}
