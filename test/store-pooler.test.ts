/** A store whose connections lead through a pooler, which gives each transaction another session. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { migrations } from '../server/store/migrations.ts';
import { migrateDatabase } from '../server/store/postgres/migrate.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { hasNoBouncer, openBouncer, openDatabase, query } from './support/postgres.ts';
import { useStore } from './support/use-store.ts';

vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(hasNoBouncer)('through PgBouncer', () => {
  let opened: AsyncDisposableStack;
  let url: string;
  let direct: string;
  const openStore = async () => opened.use(await openPostgresStore({ url, replica: randomUUID() }));
  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    direct = opened.use(await openDatabase()).url;
    // Fewer sessions than there are connections to it: none meets the same one for long.
    url = opened.use(await openBouncer(direct, { default_pool_size: '3' })).url;
  });
  afterEach(() => opened.disposeAsync());

  test('several make the tables at once, and use them beside each other', async () => {
    const stores = await Promise.all(Array.from({ length: 3 }, openStore));
    await Promise.all(stores.map(useStore));
    expect(await query(direct, 'select max(version) from schema_versions')).toEqual([String(migrations.length)]);
    expect(await query(direct, "select count(*)::int from runs where status = 'finished'")).toEqual([3 * 12 * 2]);
  });

  test('no session keeps what a store has prepared or set, nor needs it', async () => {
    const store = await openStore();
    await useStore(store);
    const kept = await Promise.all(
      Array.from({ length: 9 }, async () => {
        const { rows } = (await store.shared?.query(
          `select (select count(*)::int from pg_prepared_statements where name <> '') as prepared,
            current_setting('statement_timeout') as timeout, current_setting('lock_timeout') as lock`,
          [],
        )) ?? { rows: [] };
        return rows[0];
      }),
    );
    expect(kept).toEqual(Array.from({ length: 9 }, () => ({ prepared: 0, timeout: '0', lock: '0' })));
  });

  test('another release changes the tables meanwhile', async () => {
    const store = await openStore();
    await useStore(store);
    await migrateDatabase({
      url,
      onError: () => undefined,
      changes: [
        ...migrations,
        async ({ schema }) => {
          for (const table of ['runs', 'conversations', 'approvals'] as const)
            await schema.alterTable(table).addColumn('added_later', 'text').execute();
        },
      ],
    });
    await useStore(store);
  });
});
