import type { Kysely } from 'kysely';
import type { Principal } from '../call/principal.ts';
import type { Tables } from './schema.ts';

/** The owners whose runs a principal sees, as the column `owner` has them. */
export async function findOwners(db: Kysely<Tables>, { name, seesAll }: Principal): Promise<string[]> {
  if (!seesAll) return name === undefined ? [''] : ['', name];
  const owners: string[] = [];
  // A seek for each: reading all rows for their few owners would cost as much as there are runs.
  for (let last: string | undefined; ; ) {
    const next = await db
      .selectFrom('runs')
      .select('owner')
      .$if(last !== undefined, (query) => query.where('owner', '>', last ?? ''))
      .orderBy('owner')
      .limit(1)
      .executeTakeFirst();
    if (!next) return owners;
    last = next.owner;
    owners.push(last);
  }
}
