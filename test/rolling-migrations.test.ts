/** Releases that change the tables while others use them. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Migration, migrations, SCHEMA_VERSION } from '../server/store/migrations.ts';
import { migrateDatabase } from '../server/store/postgres/migrate.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { hasNoDatabase, openDatabase, query, type TestDatabase } from './support/postgres.ts';
import { useStore } from './support/use-store.ts';

vi.setConfig({ testTimeout: 60_000 });

const TABLES = [
  'agents',
  'servers',
  'conversations',
  'messages',
  'runs',
  'run_events',
  'run_steps',
  'approvals',
  'tasks',
] as const;

/** What a release to come may do beside those that are there. */
const expand: Migration = async ({ schema }) => {
  for (const table of TABLES) {
    await schema.alterTable(table).addColumn('added_later', 'text').execute();
    await schema
      .alterTable(table)
      .addColumn('counted_later', 'integer', (column) => column.notNull().defaultTo(7))
      .execute();
  }
  await schema
    .createTable('made_later')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .execute();
};

const ignore = () => undefined;
const newer = (url: string, ...more: Migration[]) =>
  migrateDatabase({ url, onError: ignore, changes: [...migrations, ...more] });

describe.skipIf(hasNoDatabase)('tables that change', () => {
  let database: TestDatabase;
  let warned: object[];
  const openStore = () => {
    const warn = (details: object) => void warned.push(details);
    return openPostgresStore({ url: database.url, replica: randomUUID(), log: { warn } });
  };
  beforeEach(async () => {
    warned = [];
    database = await openDatabase();
  });
  afterEach(() => database.close());

  test('under a store that is open cost none of what it does, in transactions and without', async () => {
    await using store = await openStore();
    await useStore(store);
    expect(await newer(database.url, expand)).toBeUndefined();
    await useStore(store);
    expect(await query(database.url, `select distinct counted_later from runs`)).toEqual(['7']);
    await newer(database.url, expand, async ({ schema }) => {
      await schema.alterTable('runs').addColumn('added_last', 'text').execute();
      await schema.alterTable('conversations').addColumn('added_last', 'text').execute();
    });
    await useStore(store);
    expect(warned).toEqual([]);
  });

  test('are used by an older release that starts later, which says so', async () => {
    await newer(database.url, expand);
    await using store = await openStore();
    await useStore(store);
    expect(warned).toEqual([{ version: SCHEMA_VERSION + 1 }]);
    expect(await query(database.url, 'select max(version) from schema_versions')).toEqual([String(SCHEMA_VERSION + 1)]);
  });

  test('are made once by six that start at the same moment', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, openStore));
    expect(await query(database.url, 'select version from schema_versions order by version')).toEqual(
      migrations.map((_, index) => String(index + 1)),
    );
    await Promise.all(stores.map((store, index) => store.facts.set(`fact ${index}`, `${index}`)));
    expect(await stores[0]?.facts.get('fact 5')).toBe('5');
    for (const store of stores) await store.close();
  });

  test('stay as they were where a change fails half-way, and the next one that starts makes them', async () => {
    const failing: Migration = async (db) => {
      await expand(db);
      throw new Error('half-way');
    };
    await expect(newer(database.url, failing)).rejects.toThrow('half-way');
    expect(await query(database.url, "select count(*) from pg_tables where schemaname = 'public'")).toEqual(['0']);
    await using store = await openStore();
    await expect(newer(database.url, failing)).rejects.toThrow('half-way');
    expect(await query(database.url, "select to_regclass('made_later')")).toEqual([null]);
    await useStore(store);
  });

  test('are waited for in turns: who reads them meanwhile does not wait behind a transaction that lasts', async () => {
    await using store = await openStore();
    const lasting = new Client({ connectionString: database.url });
    await lasting.connect();
    try {
      await lasting.query('begin; select 1 from runs');
      const changed = newer(database.url, expand);
      const isWaiting = 'select 1 from pg_locks where not granted and relation is not null';
      for (let turn = 0; turn < 2; turn += 1) {
        await vi.waitUntil(async () => (await query(database.url, isWaiting)).length, {
          timeout: 30_000,
          interval: 50,
        });
        // It would fail after six seconds.
        expect((await store.runs.list({ limit: 1 })).runs).toEqual([]);
      }
      await lasting.query('commit');
      expect(await changed).toBeUndefined();
      await useStore(store);
    } finally {
      await lasting.end();
    }
  });
});
