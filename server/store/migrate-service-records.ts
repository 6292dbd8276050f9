import { type Kysely, sql } from 'kysely';
import { LIVE_EVENTS, LIVE_EVENTS_DROPPED } from './counters.ts';
import { isShared } from './dialect.ts';
import type { Tables } from './schema.ts';

/** What processes that share a database keep in common beside runs: which records have changed, what is wished of all, and what was told. */
export async function addServiceRecords(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('counters')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createTable('server_desires')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('secrets', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createTable('live_events')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('source', 'text', (column) => column.notNull().unique())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addColumn('owner', 'text')
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  for (const table of ['agents', 'servers'] as const) {
    await schema
      .alterTable(table)
      .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  }
  if (isShared(db)) await beginCounting(db);
}

async function beginCounting(db: Kysely<Tables>): Promise<void> {
  for (const table of ['agents', 'servers', 'server_desires'] as const) {
    await db.schema.createIndex(`${table}_changed`).on(table).column('revision').execute();
  }
  // Revisions are places as well, and go on behind those that there are.
  await sql`
    insert into counters (name, value)
    select 'agents', coalesce(max(position), 0) from agents
    union all select 'servers', coalesce(max(position), 0) from servers
    union all select 'server_desires', 0`.execute(db);
  const now = Date.now() * 1000;
  await db
    .insertInto('counters')
    .values([LIVE_EVENTS, LIVE_EVENTS_DROPPED].map((name) => ({ name, value: now })))
    .execute();
}
