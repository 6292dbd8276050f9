import type { Kysely } from 'kysely';
import { isJsonObject } from './json-object.ts';
import { createPositions } from './positions.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import type { CustomServerRecord, ServersStore } from './stored-servers.ts';

/** Custom MCP servers, in the order of their creation. */
export function createServersStore(db: Kysely<Tables>, log: StoreLog): ServersStore {
  const reader = createRecordReader<Tables['servers'], CustomServerRecord>({
    table: 'servers',
    key: ['id'],
    toRecord,
    log,
  });
  const nextPosition = createPositions(db, 'servers');
  return {
    async list() {
      const rows = await db.selectFrom('servers').selectAll().orderBy('position').execute();
      return reader.all(rows);
    },
    async save({ id, definition, secrets, createdAt, updatedAt }) {
      const changes = { definition: toStoredJson(definition), secrets: toColumn(secrets), updated_at: updatedAt };
      await db
        .insertInto('servers')
        .values({ id, created_at: createdAt, ...changes, position: await nextPosition() })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute();
    },
    async replaceSecrets(id, before, after) {
      await db
        .updateTable('servers')
        .set({ secrets: toColumn(after) })
        .where('id', '=', id)
        .where('secrets', '=', toColumn(before))
        .execute();
    },
    async delete(id) {
      await db.deleteFrom('servers').where('id', '=', id).execute();
    },
  };
}

const toColumn = (secrets: CustomServerRecord['secrets']) =>
  Object.keys(secrets).length > 0 ? toStoredJson(secrets) : null;

const toRecord = (row: RowReading<keyof Tables['servers']>): CustomServerRecord => ({
  id: row.text('id'),
  definition: row.json('definition', isJsonObject),
  secrets: row.texts('secrets'),
  createdAt: row.time('created_at'),
  updatedAt: row.time('updated_at'),
});
