import { type Kysely, sql } from 'kysely';
import { isJsonObject } from './json-object.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { ReadChanges } from './record-store.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { createReadChanges, takeRevision } from './shared-records.ts';
import { toStoredJson } from './stored-json.ts';

/** Something that was asked of one process, and that all are to do: of several with one name the last. */
export interface DesireRecord {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Sealed values by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What the processes of one service are to do. */
export interface DesiresStore {
  /** Stores a desire in the place of the one of its name. Returns its revision. */
  put(desire: DesireRecord): Promise<number>;
  delete(name: string): Promise<void>;
  readonly changes: ReadChanges<DesireRecord>;
}

/** Opens what the processes of one service are to do. */
export function createDesiresStore(db: Kysely<Tables>, log: StoreLog): DesiresStore {
  const table = 'server_desires';
  const reader = createRecordReader<Tables[typeof table], DesireRecord>({ table, key: ['name'], toRecord, log });
  return {
    async put({ name, body, secrets }) {
      const sealed = Object.keys(secrets).length > 0 ? toStoredJson(secrets) : null;
      const { rows } = await sql<{ revision: number }>`
        with next as (${takeRevision(table)})
        insert into server_desires (name, body, secrets, revision)
        values (${name}, ${toStoredJson(body)}, ${sealed}, (select value from next))
        on conflict (name) do update set body = excluded.body, secrets = excluded.secrets, revision = excluded.revision
        returning revision`.execute(db);
      return rows[0]?.revision ?? 0;
    },
    async delete(name) {
      await sql`
        with next as (${takeRevision(table)})
        delete from server_desires where name = ${name} and (select value from next) > 0`.execute(db);
    },
    changes: createReadChanges(db, { table, key: 'name', order: 'revision', reader }),
  };
}

const toRecord = (row: RowReading<keyof Tables['server_desires']>): DesireRecord => ({
  name: row.text('name'),
  body: row.json('body', isJsonObject),
  secrets: row.texts('secrets'),
});
