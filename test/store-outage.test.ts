/** A database that goes away in the middle of something, and answers that never come. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DroppingProxy, startDroppingProxy } from '../scripts/dropping-proxy.ts';
import { ApiError } from '../server/call/errors.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import type { Store } from '../server/store/store.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { userSays } from './support/loop.ts';
import { hasNoDatabase, hasNoServer, openDatabase, openServer, query, type TestDatabase } from './support/postgres.ts';

vi.setConfig({ testTimeout: 60_000 });

const PASSWORD = 'open-sesame';
const open = ({ runs }: Store, id: string, conversationId = 'c') =>
  runs.open({ id, conversationId, agentId: 'a', messages: [userSays('Hi', `said in ${id}`)] });
const toEnd = (key: string) =>
  ({ key, status: 'finished', messages: [userSays('Ho', `end of ${key}`)], usage: NO_USAGE }) as const;
const close = ({ runs }: Store, key: string) => runs.close(toEnd(key));
const APPROVAL = { id: 'approval', callId: 'call', tool: 'send', description: '', args: {}, toolHash: '' };
const until = (check: () => Promise<boolean>) => vi.waitUntil(check, { timeout: 30_000, interval: 50 });
const connect = async (url: string) => {
  const client = new Client({ connectionString: url });
  // A server that is killed says so to everybody.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/** What a caller is told: when to come again, and nothing of where the database is. */
function expectAway(error: unknown): void {
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 'store-failed', status: 503, headers: { 'retry-after': expect.any(String) } });
  const told = JSON.stringify([(error as ApiError).toBody(), (error as ApiError).message]);
  expect(told).not.toMatch(new RegExp(`${PASSWORD}|127\\.0\\.0\\.1|postgres|\\d{4,5}(?!")`));
}

describe.skipIf(hasNoDatabase)('a connection that breaks', () => {
  let database: TestDatabase;
  let proxy: DroppingProxy;
  let store: Store;
  let told: object[];
  beforeEach(async () => {
    told = [];
    database = await openDatabase();
    proxy = await startDroppingProxy(database.url);
    const url = new URL(proxy.url);
    url.password = PASSWORD;
    const publish = (what: object) => void told.push(what);
    store = await openPostgresStore({ url: url.href, replica: 'behind-proxy', publish });
  });
  afterEach(async () => {
    await store.close();
    await proxy[Symbol.asyncDispose]();
    await database.close();
  });

  /** Has what `work` stores last be stored, and its answer get lost. */
  async function loseAnswer<Result>(
    work: () => Promise<Result>,
    isStored: string,
  ): Promise<PromiseSettledResult<Result>> {
    const gate = await connect(database.url);
    await gate.query('select pg_advisory_lock(1)');
    const settling = Promise.allSettled([work()]);
    const waits = "select count(*)::int from pg_locks where locktype = 'advisory' and objid = 1 and not granted";
    await until(async () => (await query(database.url, waits))[0] !== 0);
    proxy.stall('answers');
    await gate.end();
    await until(async () => (await query(database.url, isStored))[0] === true);
    proxy.cut();
    await proxy.resume();
    const [settled] = await settling;
    return settled;
  }

  /** Has each transaction that writes a table wait for the test: at its end, as it commits. */
  async function holdCommits(table: string): Promise<void> {
    const client = await connect(database.url);
    await client.query(`
      create function hold() returns trigger language plpgsql as
        'begin perform pg_advisory_lock_shared(1); perform pg_advisory_unlock_shared(1); return null; end';
      create constraint trigger held after insert or update on ${table}
        deferrable initially deferred for each row execute function hold()`);
    await client.end();
  }

  test('as a run is opened: it is told as failed, and found among the runs that nobody drives', async () => {
    await holdCommits('conversations');
    const lost = await loseAnswer(() => open(store, 'r'), `select exists (select 1 from runs)`);
    if (lost.status === 'fulfilled') throw new Error('The answer was not lost');
    expectAway(lost.reason);
    expect(await store.shared?.undriven([])).toMatchObject([{ key: 'r' }]);
    await close(store, 'r');
    expect(await store.runs.get('r')).toMatchObject({ status: 'finished' });
    expect(await store.conversations.messages('c')).toHaveLength(2);
  });

  test('as a run is closed: it is closed once, with what it said, and told as closed', async () => {
    await open(store, 'r');
    await holdCommits('runs');
    const stored = `select exists (select 1 from runs where status = 'finished')`;
    told = [];
    const approvals = [{ id: 'ap', callId: 'call', tool: 'pay', description: 'Pays', args: {}, toolHash: 'h' }];
    const closing = () =>
      store.runs.close({
        key: 'r',
        status: 'finished',
        messages: [userSays('Ho', 'end of r')],
        usage: NO_USAGE,
        approvals,
      });
    expect(await loseAnswer(closing, stored)).toMatchObject({ status: 'fulfilled' });
    const of = { agent_id: 'a', conversation_id: 'c' };
    expect(told).toEqual([
      { type: 'conversation', id: 'c', status: 'changed', agent_id: 'a' },
      { type: 'approval', id: 'ap', status: 'pending', run_id: 'r', ...of },
      { type: 'run', id: 'r', status: 'finished', parent_run_id: null, ...of },
    ]);
    // Who closes what is closed already tells nothing.
    await closing();
    expect(told).toHaveLength(3);
    expect((await store.conversations.messages('c')).map(({ id }) => id)).toEqual(['said in r', 'end of r']);
    expect(await store.runs.sums({})).toMatchObject({ runs: 1 });
    await expect(open(store, 'next')).rejects.toMatchObject({ code: 'approval-pending' });
  });

  test('as events are stored: stored again they are there once', async () => {
    await open(store, 'r');
    await holdCommits('run_events');
    const events = [{ runKey: 'r', first: 1, events: ['a', 'b'], times: [1, 2] }];
    const append = () => store.runs.append({ events, steps: [] });
    const lost = await loseAnswer(append, `select exists (select 1 from run_events)`);
    if (lost.status === 'fulfilled') throw new Error('The answer was not lost');
    expectAway(lost.reason);
    expect(await append()).toEqual({ lost: [], cancelled: [] });
    expect(await store.runs.events('r')).toEqual(events);
  });

  test('as a run is taken over: it is found among the runs that nobody drives, and may be closed', async () => {
    await using dead = await openPostgresStore({ url: database.url, replica: randomUUID() });
    await open(dead, 'r');
    await holdCommits('runs');
    const lost = await loseAnswer(
      async () => store.shared?.claim(60_000),
      `select exists (select 1 from runs where fence = 1)`,
    );
    if (lost.status === 'fulfilled') throw new Error('The answer was not lost');
    expectAway(lost.reason);
    expect(await store.shared?.undriven([])).toMatchObject([{ key: 'r' }]);
    await expect(close(dead, 'r')).rejects.toMatchObject({ name: 'RunLostError' });
    await close(store, 'r');
    expect((await store.conversations.messages('c')).map(({ id }) => id)).toEqual(['said in r', 'end of r']);
  });

  test('before a process has asked for the runs of silent ones: what it judged then is not done later', async () => {
    await using other = await openPostgresStore({ url: database.url, replica: 'silent' });
    for (const one of [other, store]) await one.shared?.beat({ draining: false });
    await open(other, 'r');
    await query(database.url, "update replicas set beat = beat - interval '1 minute' where id = 'silent'");
    proxy.stall();
    const [runs, tasks] = [store.shared?.claim(6000), store.tasks.claim([], 6000)];
    const noted = store.service?.events.noteDead(6000, { body: { type: 'missed' }, owner: null, at: 1 });
    await new Promise((resolve) => setTimeout(resolve, 3500));
    await proxy.resume();
    expect([await runs, await tasks, await noted]).toEqual([[], [], 0]);
    await store.shared?.beat({ draining: false });
    expect(await store.shared?.claim(6000)).toMatchObject([{ key: 'r' }]);
  });

  test('in the middle of much work: what was told as stored is there, once, and the next work succeeds', async () => {
    const begun = await Promise.all(Array.from({ length: 20 }, (_, index) => open(store, `r${index}`, `c${index}`)));
    const works = begun.map(({ key }) => close(store, key));
    proxy.cut();
    await Promise.all(works);
    for (const index of begun.keys()) {
      const said = (await store.conversations.messages(`c${index}`)).map(({ id }) => id);
      expect(said).toEqual([`said in r${index}`, `end of r${index}`]);
    }
    expect(await store.runs.sums({})).toMatchObject({ runs: 20 });
  });

  /** Has a process that closes a run wait for its conversation, and stand still from then on. */
  async function standStill(work: () => Promise<void>): Promise<Promise<PromiseSettledResult<void>[]>[]> {
    const holder = await connect(database.url);
    await holder.query("begin; select 1 from conversations where key = 'c' for update");
    const closing = Promise.allSettled([work()]);
    const waits =
      "select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    await until(async () => (await query(database.url, waits))[0] !== 0);
    proxy.stall();
    await holder.query('commit');
    await holder.end();
    // In a list, or whoever waits for this would wait for that.
    return [closing];
  }

  test('of a process that stands still with a row in its hands: that is free in time for who takes the run over', async () => {
    await using other = await openPostgresStore({ url: database.url, replica: randomUUID() });
    await open(store, 'r');
    // What leaves a call to a person is stored by more than one statement.
    const [closing] = await standStill(() => store.runs.close({ ...toEnd('r'), approvals: [APPROVAL] }));
    const idle =
      "select count(*)::int from pg_stat_activity where state = 'idle in transaction' and datname = current_database()";
    await until(async () => (await query(database.url, idle))[0] !== 0);
    // The lease is of 8 seconds.
    await vi.waitFor(async () => expect(await other.shared?.claim(60_000)).toMatchObject([{ key: 'r' }]), 8000);
    await close(other, 'r');
    proxy.cut();
    await proxy.resume();
    expect(await closing).toMatchObject([{ status: 'rejected', reason: { name: 'RunLostError' } }]);
    expect((await store.conversations.messages('c')).map(({ id }) => id)).toEqual(['said in r', 'end of r']);
  });

  test('of a process that stands still as a run is closed: it is closed', async () => {
    await open(store, 'r');
    const [closing] = await standStill(() => close(store, 'r'));
    const isFinished = `select exists (select 1 from runs where status = 'finished')`;
    await until(async () => (await query(database.url, isFinished))[0] === true);
    await proxy.resume();
    expect(await closing).toMatchObject([{ status: 'fulfilled' }]);
    expect((await store.conversations.messages('c')).map(({ id }) => id)).toEqual(['said in r', 'end of r']);
  });
});

test.skipIf(hasNoDatabase)('a run whose end a slow database gives up is closed all the same', async () => {
  await using database = await openDatabase();
  await using store = await openPostgresStore({ url: database.url, replica: 'own' });
  await open(store, 'r');
  const holder = await connect(database.url);
  await holder.query("begin; select 1 from conversations where key = 'c' for update");
  const closing = Promise.allSettled([close(store, 'r')]);
  const waiting =
    "select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  await until(async () => (await query(database.url, waiting))[0] === 1);
  // Its statement has reached its limit.
  await until(async () => (await query(database.url, waiting))[0] === 0);
  await holder.query('commit');
  await holder.end();
  expect(await closing).toMatchObject([{ status: 'fulfilled' }]);
  expect(await store.runs.get('r')).toMatchObject({ status: 'finished' });
  expect((await store.conversations.messages('c')).map(({ id }) => id)).toEqual(['said in r', 'end of r']);
});

describe.skipIf(hasNoServer)('a database that is killed', () => {
  test('is told as away, keeps what it has answered, and is used again when it is back', async () => {
    await using server = await openServer({ fsync: 'off' });
    const warned: object[] = [];
    const log = { warn: (details: object) => void warned.push(details) };
    await using store = await openPostgresStore({ url: server.url(), replica: randomUUID(), log });
    await Promise.all(Array.from({ length: 8 }, (_, index) => open(store, `r${index}`, `c${index}`)));
    await server.kill();
    const tried = await Promise.allSettled([
      open(store, 'no', 'no'),
      store.runs.list({ limit: 1 }),
      store.conversations.rewind('c0', { from: 'said in r0' }),
      store.shared?.beat({ draining: false }),
    ]);
    for (const one of tried) {
      if (one.status === 'fulfilled') throw new Error('Somebody answered');
      expectAway(one.reason);
    }
    const closing = Array.from({ length: 8 }, (_, index) => close(store, `r${index}`));
    await server.restart();
    await Promise.all(closing);
    const { runs } = await store.runs.list({ limit: 20 });
    expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'finished'));
    expect(await store.runs.sums({})).toMatchObject({ runs: 8 });
    await open(store, 'again', 'c0');
    expect(JSON.stringify(warned)).not.toContain('password');
  });
});
