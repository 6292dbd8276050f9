import type { Kysely } from 'kysely';
import { nextPosition } from './positions.ts';
import type { Tables } from './schema.ts';
import type { ServersStore } from './stored-servers.ts';

/** Custom MCP servers, in the order of their creation. */
export function createServersStore(db: Kysely<Tables>): ServersStore {
  return {
    async list() {
      const rows = await db.selectFrom('servers').selectAll().orderBy('position').execute();
      return rows.map((row) => ({
        id: row.id,
        definition: JSON.parse(row.definition),
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }));
    },
    async save({ id, definition, createdAt, updatedAt }) {
      const changes = { definition: JSON.stringify(definition), updated_at: updatedAt };
      await db
        .insertInto('servers')
        .values({ id, created_at: createdAt, ...changes, position: nextPosition('servers') })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute();
    },
    async delete(id) {
      await db.deleteFrom('servers').where('id', '=', id).execute();
    },
  };
}
