/** Releases that change the tables while others use them. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Migration, migrations, SCHEMA_VERSION } from '../server/store/migrations.ts';
import { migrateDatabase } from '../server/store/postgres/migrate.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import type { Store } from '../server/store/store.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { userSays } from './support/loop.ts';
import { hasNoDatabase, openDatabase, query, type TestDatabase } from './support/postgres.ts';

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

/** Uses all that the store has, many at once: each connection knows each statement then. */
async function useStore(store: Store): Promise<void> {
  await store.shared?.beat({ draining: false });
  await Promise.all(Array.from({ length: 12 }, () => useOnce(store, randomUUID())));
}

async function useOnce(store: Store, id: string): Promise<void> {
  const time = '2026-11-28T10:00:00.000Z';
  const { runs, conversations, approvals, tasks, servers } = store;
  const open = (run: string) =>
    runs.open({ id: `${run}-${id}`, conversationId: id, agentId: 'a', messages: [userSays('Hi', run)] });
  const { key } = await open('first');
  await runs.append({ events: [{ runKey: key, first: 1, events: ['a'], times: [1] }], steps: [] });
  const asked = { id, callId: 'c', tool: 't', description: '', args: {}, toolHash: '' };
  await runs.close({ key, status: 'finished', messages: [], usage: NO_USAGE, approvals: [asked] });
  await approvals.decide({ id, isApproved: true, reason: null });
  const second = await open('second');
  expect(second.resumed).toMatchObject([{ id }]);
  await runs.close({ key: second.key, status: 'finished', messages: [userSays('Ho', 'third')], usage: NO_USAGE });
  await tasks.save({
    id,
    agentId: 'a',
    owner: null,
    contextId: 'c',
    conversationKey: id,
    state: 'completed',
    detail: null,
    body: {},
    changedAt: time,
  });
  await servers.save({ id, definition: {}, secrets: {}, createdAt: time, updatedAt: time });
  expect(await runs.events(key)).toHaveLength(1);
  expect(await conversations.rewind(id, { after: 'second' })).toBe(true);
  expect(await conversations.messages(id)).toHaveLength(2);
  expect((await runs.list({ limit: 5, conversationId: id })).runs.map(({ status }) => status)).toEqual([
    'finished',
    'finished',
  ]);
  expect(await runs.latest(id)).toMatchObject({ key: second.key });
  expect(await tasks.get('a', id)).toMatchObject({ id });
  expect((await servers.list()).filter((server) => server.id === id)).toHaveLength(1);
  expect((await approvals.list({ limit: 5, conversationId: id })).approvals).toMatchObject([{ status: 'approved' }]);
  expect((await conversations.list({ limit: 3 })).conversations).not.toEqual([]);
  await store.shared?.claim(60_000);
  await store.shared?.undriven([]);
}

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
