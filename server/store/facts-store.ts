import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';
import type { FactsStore } from './store.ts';

/** Facts about the data folder, by name. */
export function createFactsStore(db: Kysely<Tables>): FactsStore {
  const get = async (name: string) => {
    const row = await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst();
    return row?.value;
  };
  return {
    get,
    async set(name, value) {
      await db
        .insertInto('facts')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
    async keep(name, value) {
      await db
        .insertInto('facts')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return (await get(name)) ?? value;
    },
  };
}
