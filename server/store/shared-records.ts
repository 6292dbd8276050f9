/** Records of a table that several processes write. */
import { type Kysely, sql } from 'kysely';
import type { CountedTable } from './counters.ts';
import type { RecordReader } from './record-reader.ts';
import { NOTHING_READ, type ReadChanges, type RecordChanges, type RecordStore } from './record-store.ts';
import type { Tables } from './schema.ts';

/** How rows of a table become records, by which column they are told apart, and in which order they were created. */
interface FollowedTable<Name extends CountedTable, Record> {
  readonly table: Name;
  readonly key: keyof Tables[Name] & string;
  readonly order: keyof Tables[Name] & string;
  readonly reader: Pick<RecordReader<Tables[Name], Record>, 'one'>;
}

interface SharedRecordsOptions<Name extends 'agents' | 'servers', Record> extends FollowedTable<Name, Record> {
  readonly toRow: (record: Record) => Readonly<globalThis.Record<string, unknown>> & { readonly id: string };
}

/**
 * How records of one table are written and followed. A revision is the place of a new record, too: whoever takes one has waited for who
 * took the one before. Each statement takes its number first: two that lock in different orders could wait for each other.
 */
export function createSharedRecords<Name extends 'agents' | 'servers', Record extends { readonly id: string }>(
  db: Kysely<Tables>,
  options: SharedRecordsOptions<Name, Record>,
): Pick<RecordStore<Record>, 'insert' | 'update' | 'delete' | 'changes'> {
  const { table, reader, toRow } = options;
  const insert = async (record: Record) => {
    const row = Object.entries(toRow(record));
    const { rows } = await sql<{ revision: number }>`
      with next as (${takeRevision(table)})
      insert into ${sql.table(table)} (${sql.join(row.map(([name]) => sql.ref(name)))}, position, revision)
      values (${sql.join(row.map(([, value]) => value))}, (select value from next), (select value from next))
      on conflict (id) do nothing returning revision`.execute(db);
    return rows[0]?.revision;
  };
  const update = async (record: Record, before: number) => {
    const { id, created_at: _created, ...changes } = toRow(record);
    const assigned = Object.entries(changes).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
    const { rows } = await sql<{ revision: number }>`
      with next as (${takeRevision(table)})
      update ${sql.table(table)} set ${sql.join(assigned)}, revision = (select value from next)
      where id = ${id} and revision = ${before} and (select value from next) > 0 returning revision`.execute(db);
    return rows[0]?.revision;
  };
  return {
    update,
    async insert(record) {
      const revision = await insert(record);
      if (revision !== undefined) return revision;
      // One that cannot be read is in nobody's way.
      const { rows } = await sql<Tables[Name]>`
        select * from ${sql.table(table)} where id = ${record.id}`.execute(db);
      const [row] = rows;
      return row && !reader.one(row) ? update(record, row.revision) : undefined;
    },
    async delete(id) {
      await sql`
        with next as (${takeRevision(table)})
        delete from ${sql.table(table)} where id = ${id} and (select value from next) > 0`.execute(db);
    },
    changes: createReadChanges(db, options),
  };
}

/** The first part of each write of a table that others follow. What is refused behind it is counted all the same. */
export const takeRevision = (table: CountedTable) =>
  sql`update counters set value = value + 1 where name = ${table} returning value`;

/** Reads what has changed of a table since a revision. */
export function createReadChanges<Name extends CountedTable, Record>(
  db: Kysely<Tables>,
  { table, key, order, reader }: FollowedTable<Name, Record>,
): ReadChanges<Record> {
  const readIds = async () => {
    const { rows } = await sql<{ id: string }>`select ${sql.ref(key)} as id from ${sql.table(table)}`.execute(db);
    return new Set(rows.map(({ id }) => id));
  };
  return async function read(since): Promise<RecordChanges<Record>> {
    // In one statement, so that nothing comes between. Where nothing has changed its only row tells the revision.
    const { rows } = await sql<Tables[Name] & { readonly last: number }>`
      select changed.*, counters.value as last from counters
      left join ${sql.table(table)} as changed on changed.revision > ${since}
      where counters.name = ${table} order by ${sql.ref(`changed.${order}`)}`.execute(db);
    const revision = rows[0]?.last ?? since;
    // The database is not what it was: a copy of an earlier day was put in its place.
    if (revision < since) return read(NOTHING_READ);
    const changed = rows.filter((row) => row[key] !== null);
    const written = changed.flatMap((row) => {
      const record = reader.one(row);
      return record ? [{ record, revision: row.revision }] : [];
    });
    // As many rows as writes: each has written one, and none has taken one away.
    const mayLack = changed.length !== revision - since;
    return { revision, written, ids: mayLack ? await readIds() : undefined };
  };
}
