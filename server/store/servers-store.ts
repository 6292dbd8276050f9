import type { Kysely } from 'kysely';
import { isShared, timeIn } from './dialect.ts';
import { isJsonObject } from './json-object.ts';
import { createPositions } from './positions.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { createSharedRecords } from './shared-records.ts';
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
  const save = async (server: CustomServerRecord) => {
    const { id, created_at, ...changes } = toRow(server);
    await db
      .insertInto('servers')
      .values({ id, created_at, ...changes, position: await nextPosition(), revision: 0 })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
      .execute();
    return 0;
  };
  return {
    async list() {
      const rows = await db.selectFrom('servers').selectAll().orderBy('position').execute();
      return reader.all(rows);
    },
    insert: save,
    update: save,
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
    now: () => timeIn(db),
    ...(isShared(db) && createSharedRecords(db, { table: 'servers', key: 'id', order: 'position', reader, toRow })),
  };
}

const toRow = ({ id, definition, secrets, createdAt, updatedAt }: CustomServerRecord) => ({
  id,
  definition: toStoredJson(definition),
  secrets: toColumn(secrets),
  created_at: createdAt,
  updated_at: updatedAt,
});

const toColumn = (secrets: CustomServerRecord['secrets']) =>
  Object.keys(secrets).length > 0 ? toStoredJson(secrets) : null;

const toRecord = (row: RowReading<keyof Tables['servers']>): CustomServerRecord => ({
  id: row.text('id'),
  definition: row.json('definition', isJsonObject),
  secrets: row.texts('secrets'),
  createdAt: row.time('created_at'),
  updatedAt: row.time('updated_at'),
});
