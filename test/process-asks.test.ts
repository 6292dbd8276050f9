/** What processes that share a database ask each other. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openPostgresWake } from '../server/replicas/postgres-wake.ts';
import { ProcessAsks } from '../server/replicas/process-asks.ts';
import { createMemoryWake, type Wake } from '../server/replicas/wake.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { hasNoDatabase, openDatabase, query, type TestDatabase } from './support/postgres.ts';

vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(hasNoDatabase)('a question to all others', () => {
  let database: TestDatabase;
  let opened: AsyncDisposableStack;
  beforeEach(async () => {
    database = await openDatabase();
    opened = new AsyncDisposableStack();
  });
  afterEach(async () => {
    await opened.disposeAsync();
    await database.close();
  });

  /** A process that is there, and its log. */
  async function openProcess({
    isDeaf = false,
    ...options
  }: {
    isDeaf?: boolean;
    waitMs?: number;
    lookMs?: number;
  } = {}) {
    const replica = randomUUID();
    const warned: string[] = [];
    const store = opened.use(await openPostgresStore({ url: database.url, replica }));
    if (!store.service || !store.shared) throw new Error('The store is not shared');
    await store.shared.beat({ draining: false });
    const wake: Wake = isDeaf
      ? createMemoryWake()
      : opened.adopt(await openPostgresWake({ url: database.url, replica, log: pino({ level: 'silent' }) }), (each) =>
          each.close(),
        );
    const log = {
      warn: (details: object, message: string) => void warned.push(`${message} ${JSON.stringify(details)}`),
    };
    const asks = new ProcessAsks({ store: store.service.asks, wake, log, ...options });
    opened.adopt(asks, (each) => each.close());
    return { asks, warned, store, leave: () => store.shared?.leave() };
  }

  const left = () =>
    query(database.url, 'select (select count(*) from process_asks)::int, (select count(*) from process_answers)::int');

  test('is answered by each, once, and leaves nothing behind', async () => {
    const [one, two, three] = [await openProcess(), await openProcess(), await openProcess()];
    const asked: unknown[] = [];
    for (const [name, { asks }] of Object.entries({ one, two, three })) {
      asks.answer('who', (body) => {
        asked.push(body);
        return { name };
      });
    }
    const { answers, missing } = await one.asks.ask('who', { why: 'so' });
    expect(answers.map(({ name }) => name).toSorted()).toEqual(['three', 'two']);
    expect([missing, asked]).toEqual([0, [{ why: 'so' }, { why: 'so' }]]);
    expect(await left()).toEqual([0, 0]);
    expect(await two.asks.ask('unknown', {})).toEqual({ answers: [{}, {}], missing: 0 });
  });

  test('is stored nowhere where nobody else is', async () => {
    const one = await openProcess();
    await using gone = await openPostgresStore({ url: database.url, replica: 'gone' });
    await gone.shared?.beat({ draining: false });
    await query(database.url, "update replicas set beat = beat - interval '9 seconds' where id = 'gone'");
    // As a process of the release before says that it is there.
    await query(database.url, "insert into replicas (id, beat, draining) values ('older', clock_timestamp(), 0)");
    expect(await one.asks.ask('who', {})).toEqual({ answers: [], missing: 0 });
  });

  test('says who does not answer, and is taken back then', async () => {
    const one = await openProcess({ waitMs: 600 });
    const two = await openProcess();
    const three = await openProcess();
    two.asks.answer('who', () => ({ name: 'two' }));
    three.asks.answer('who', () => {
      throw new Error('not today');
    });
    expect(await one.asks.ask('who', {})).toEqual({ answers: [{ name: 'two' }], missing: 1 });
    expect(three.warned.join()).toContain('What other processes ask is not answered');
    expect(await left()).toEqual([0, 0]);
    await three.asks.close();
    await three.leave();
    expect(await one.asks.ask('who', {})).toEqual({ answers: [{ name: 'two' }], missing: 0 });
  });

  test('is found and answered without a word being heard', async () => {
    const one = await openProcess({ isDeaf: true, waitMs: 10_000 });
    const two = await openProcess({ isDeaf: true, lookMs: 20 });
    two.asks.answer('who', async () => ({ name: 'two' }));
    expect(await one.asks.ask('who', {})).toEqual({ answers: [{ name: 'two' }], missing: 0 });
  });

  test('of a process that died with it is answered no more, and goes', async () => {
    const one = await openProcess();
    const two = await openProcess({ isDeaf: true });
    const asks = two.store.service?.asks;
    await one.store.service?.asks.ask({ id: 'old', kind: 'who', body: {} });
    expect(await asks?.open()).toEqual([{ id: 'old', kind: 'who', body: {} }]);
    await query(database.url, 'update process_asks set asked_at = asked_at - 6000');
    expect(await asks?.open()).toEqual([]);
    await query(database.url, 'update process_asks set asked_at = asked_at - 60000');
    await one.store.service?.asks.ask({ id: 'new', kind: 'who', body: {} });
    expect(await query(database.url, 'select id from process_asks')).toEqual(['new']);
    await one.store.service?.asks.end('new');
    await asks?.answer('new', { too: 'late' });
    expect(await left()).toEqual([0, 0]);
  });
});
