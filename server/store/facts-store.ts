import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';
import type { FactsStore } from './store.ts';

/** Facts about the data folder, by name. */
export function createFactsStore(db: Kysely<Tables>): FactsStore {
  return {
    async get(name) {
      const row = await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst();
      return row?.value;
    },
    async set(name, value) {
      await db
        .insertInto('facts')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
