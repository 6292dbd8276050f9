import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Kysely, SqliteDialect } from 'kysely';
import { expect, it } from 'vitest';
import { toApiError } from '../server/call/errors.ts';
import { migrate } from '../server/store/migrations.ts';
import { createRunsStore } from '../server/store/runs-store.ts';
import type { Tables } from '../server/store/schema.ts';
import { openStore, toSoleEngine } from '../server/store/sqlite.ts';
import { openDatabase, toKyselyDatabase } from '../server/store/sqlite-database.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Runs over a database whose limits the test sets itself. */
async function openRuns(file: string) {
  const database = openDatabase(file);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: toKyselyDatabase(database) }) });
  await migrate(db);
  const runs = createRunsStore(toSoleEngine(db), { warn: () => undefined });
  const open = (id: string, text: string) =>
    runs.open({
      id,
      conversationId: id,
      agentId: 'a',
      messages: [{ id: 'u', role: 'user', content: [{ type: 'text', text }] }],
    });
  return { database, runs, open, [Symbol.asyncDispose]: () => db.destroy() };
}

it('a full store is a 507, forgets the whole of what did not fit, and goes on once there is room', async () => {
  await using folder = await temporaryFolder();
  await using store = await openRuns(join(folder.path, 'a.db'));
  store.database.exec('pragma max_page_count = 60');
  const error = await store.open('large', 'x'.repeat(500_000)).catch((cause: unknown) => toApiError(cause).toBody());
  expect(error).toEqual({ detail: 'The store failed: the disk is full', status_code: 507, code: 'store-full' });
  expect(await store.runs.get('large')).toBeUndefined();
  await store.open('small', 'Hello');
  store.database.exec('pragma max_page_count = 10000');
  await store.open('large', 'x'.repeat(500_000));
  expect(await store.runs.get('large')).toMatchObject({ status: 'running' });
});

it('what does not fit into a full store takes nothing with it that is stored in the same turn', async () => {
  await using folder = await temporaryFolder();
  await using store = await openRuns(join(folder.path, 'a.db'));
  store.database.exec('pragma max_page_count = 60');
  const opened = [store.open('small', 'Hello'), store.open('large', 'x'.repeat(500_000)), store.open('last', 'Hello')];
  expect(await Promise.allSettled(opened)).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'store-full' } },
    { status: 'fulfilled' },
  ]);
  expect(await store.runs.get('small')).toMatchObject({ status: 'running' });
  expect(await store.runs.get('large')).toBeUndefined();
  expect(await store.runs.get('last')).toMatchObject({ status: 'running' });
});

it('a run whose end did not fit is interrupted, and its conversation takes the next run once there is room', async () => {
  await using folder = await temporaryFolder();
  await using store = await openRuns(join(folder.path, 'a.db'));
  await store.open('c', 'Hello');
  await store.open('other', 'Hello');
  store.database.exec('pragma max_page_count = 60');
  const content = [{ type: 'text', text: 'x'.repeat(500_000) }] as const;
  const messages = [{ id: 'a', role: 'assistant', content }] as const;
  const end = { status: 'finished', messages, usage: { ...NO_USAGE, inputTokens: 1, outputTokens: 1 } } as const;
  await expect(store.runs.close({ key: 'c', ...end })).rejects.toMatchObject({ code: 'store-full' });
  store.database.exec('pragma max_page_count = 10000');
  await store.runs.open({ id: 'next', conversationId: 'c', agentId: 'a', messages: [] });
  expect(await store.runs.get('c')).toMatchObject({ status: 'interrupted' });
  expect(await store.runs.get('other')).toMatchObject({ status: 'running' });
  await store.runs.close({ key: 'other', ...end });
  expect(await store.runs.get('other')).toMatchObject({ status: 'finished' });
});

it('a store that turns read-only is a 503 and still reads', async () => {
  await using folder = await temporaryFolder();
  await using store = await openRuns(join(folder.path, 'a.db'));
  await store.open('one', 'Hello');
  store.database.exec('pragma query_only = on');
  const error = await store.open('two', 'Hello').catch((cause: unknown) => toApiError(cause).toBody());
  expect(error).toEqual({ detail: 'The store failed: it is read-only', status_code: 503, code: 'store-failed' });
  expect(await store.runs.get('one')).toMatchObject({ status: 'running' });
});

it('a file that may not grow is a typed error and loses nothing that was acknowledged', async () => {
  await using folder = await temporaryFolder();
  const script = new URL('support/fill-disk.ts', import.meta.url).pathname;
  // No file of the child may grow beyond 1 MiB: there is room for the tables, and not much more.
  const command = 'trap "" XFSZ; ulimit -f 1024; exec "$0" "$@"';
  const child = spawn('bash', ['-c', command, process.execPath, script, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  const { acknowledged, error, readable } = JSON.parse(lines.at(-1) ?? '{}');
  expect(error).toEqual({
    detail: 'The store failed: the disk refused to read or write',
    status_code: 503,
    code: 'store-failed',
  });
  expect(acknowledged).toBeGreaterThan(0);
  expect(readable).toBe(acknowledged);
  await using store = await openStore({ folder: folder.path });
  const { conversations } = await store.conversations.list({ limit: 200 });
  expect(conversations).toHaveLength(acknowledged);
});
