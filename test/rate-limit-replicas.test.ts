import { describe, expect, test } from 'vitest';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { openStore } from '../server/store/sqlite.ts';
import { openRateLimits } from '../server/wiring/rate-limits.ts';
import { startTestServer } from './support/http-server.ts';
import { hasNoDatabase, openDatabase } from './support/postgres.ts';
import { HOUR_ONE, openCounts, startReplica } from './support/rate-replicas.ts';

const HOUR_TWO = HOUR_ONE + 3_600_000;

describe.skipIf(hasNoDatabase)('replicas on one database', () => {
  test('let in together the limit, and what came before they heard of each other', async () => {
    await using database = await openCounts();
    const [a, b] = [startReplica({ database: database.pool }), startReplica({ database: database.pool })];
    expect(a.send(6)).toBe(6);
    await a.exchange();
    expect(b.send(1)).toBe(1);
    await b.exchange();
    // It knows of the six now: three are left of ten.
    expect(b.send(5)).toBe(3);
    // The other one knows nothing of these four yet.
    expect(a.send(2)).toBe(2);
    await b.exchange();
    await a.exchange();
    expect([a.send(5), b.send(5)]).toEqual([0, 0]);
    expect((await database.rows('used')).flat().map(Number)).toEqual([4, 8]);
  });

  test('never let in more than the limit each, whatever they hear', async () => {
    await using database = await openCounts();
    const replicas = Array.from({ length: 3 }, () => startReplica({ database: database.pool }));
    expect(replicas.map((replica) => replica.send(100))).toEqual([10, 10, 10]);
    for (const replica of replicas) await replica.exchange();
    expect(replicas.map((replica) => replica.send(100))).toEqual([0, 0, 0]);
  });

  test('let in one request too many each at most when requests come by turns', async () => {
    await using database = await openCounts();
    const replicas = Array.from({ length: 3 }, () => startReplica({ database: database.pool }));
    let letIn = 0;
    for (let n = 0; n < 36; n++) {
      const replica = replicas[n % 3];
      letIn += replica?.send(1) ?? 0;
      await replica?.exchange();
    }
    expect(letIn).toBeGreaterThanOrEqual(10);
    expect(letIn).toBeLessThanOrEqual(12);
  });

  test('tell how much is left of all they have let in', async () => {
    await using database = await openCounts();
    const clock = { now: HOUR_TWO - 90_000 };
    const options = { database: database.pool, clock };
    const [a, b] = [startReplica(options), startReplica(options)];
    a.send(5);
    await a.exchange();
    expect(b.take()).toEqual({ limit: 10, remaining: 9, resetS: 90 });
    await b.exchange();
    expect(b.take()).toEqual({ limit: 10, remaining: 3, resetS: 90 });
    b.send(3);
    const headers = { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '90' };
    expect(() => b.take()).toThrow(
      expect.objectContaining({ code: 'rate-limited', headers: { 'retry-after': '90', ...headers } }),
    );
  });

  test('count callers, operations and lengths of windows apart', async () => {
    await using database = await openCounts();
    const options = { database: database.pool, rules: ['5/h', '3/min', 'things.create=2/h'] };
    const [a, b] = [startReplica(options), startReplica(options)];
    expect([a.send(4, 'x'), a.send(4, 'y'), a.send(3, 'x', 'things.create')]).toEqual([3, 3, 2]);
    await a.exchange();
    b.send(1, 'x');
    b.send(1, 'x', 'things.create');
    await b.exchange();
    expect([b.send(9, 'x'), b.send(9, 'x', 'things.create'), b.send(9, 'z')]).toEqual([0, 0, 3]);
  });

  test('count a request once, however often they tell of it', async () => {
    await using database = await openCounts();
    const [a, b] = [startReplica({ database: database.pool }), startReplica({ database: database.pool })];
    for (let n = 0; n < 3; n++) {
      for (const replica of [a, b]) {
        replica.send(1);
        await replica.exchange();
      }
    }
    // It knows of three of its own and three of the other.
    expect(b.send(20)).toBe(4);
  });

  test('count a request once by a rule that is given twice', async () => {
    await using database = await openCounts();
    const options = { database: database.pool, rules: ['10/h', '10/h', '6/h'] };
    const [a, b] = [startReplica(options), startReplica(options)];
    a.send(2);
    await a.exchange();
    b.send(1);
    await b.exchange();
    expect(b.send(9)).toBe(3);
  });

  test('that are started with another limit count on', async () => {
    await using database = await openCounts();
    const before = startReplica({ database: database.pool, rules: ['10/h'] });
    const after = startReplica({ database: database.pool, rules: ['12/h'] });
    before.send(10);
    await before.exchange();
    after.send(1);
    await after.exchange();
    expect(after.send(9)).toBe(1);
  });

  test('know after a restart what was counted before', async () => {
    await using database = await openCounts();
    const before = startReplica({ database: database.pool });
    before.send(9);
    await before.exchange();
    const after = startReplica({ database: database.pool });
    after.send(1);
    await after.exchange();
    expect(after.send(1)).toBe(0);
  });

  test('answer the requests over the limit of all of them with 429', async () => {
    await using database = await openCounts();
    const options = { rateLimits: ['3/h'], apiKeys: ['one:first-key', 'two:second-key'] };
    const [here, there] = [startReplica({ database: database.pool }), startReplica({ database: database.pool })];
    await using a = await startTestServer({ ...options, openRateWindow: here.openWindow });
    await using b = await startTestServer({ ...options, openRateWindow: there.openWindow });
    const ask = (server: typeof a, key: string) =>
      server.call('GET', '/things/a', undefined, { authorization: `Bearer ${key}` });
    expect([(await ask(a, 'first-key')).status, (await ask(a, 'first-key')).status]).toEqual([200, 200]);
    await here.exchange();
    expect((await ask(b, 'first-key')).status).toBe(200);
    await there.exchange();
    const refused = await ask(b, 'first-key');
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('ratelimit-remaining')]).toEqual([
      429,
      '3600',
      '0',
    ]);
    expect((await ask(b, 'second-key')).status).toBe(200);
  });
});

test.skipIf(hasNoDatabase)('servers that share a store let in together no more than the limit', async () => {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await openDatabase());
  const logged: string[] = [];
  const log = { info: () => undefined, warn: (_: object, message: string) => void logged.push(message) };
  const options = { 'rate-limit': ['4/d'] };
  const start = async (replica: string) => {
    const store = opened.use(await openPostgresStore({ url, replica, log }));
    await store.shared?.beat({ draining: false });
    const limits = opened.adopt(await openRateLimits({ options, store, log }), (each) => each.close());
    const server = opened.use(
      await startTestServer({ rateLimits: options['rate-limit'], openRateWindow: limits.openWindow }),
    );
    return { limits, ask: async () => (await server.call('GET', '/things/a')).status };
  };
  const [a, b] = [await start('a'), await start('b')];
  expect([await a.ask(), await a.ask(), await a.ask()]).toEqual([200, 200, 200]);
  // What it has counted is told when it is closed, if it was not before.
  await a.limits.close();
  expect(await b.ask()).toBe(200);
  await b.limits.close();
  expect([await b.ask(), logged]).toEqual([429, []]);
});

test('a server that has its store alone compares its counts with nobody', async () => {
  await using store = await openStore({ folder: ':memory:' });
  const log = { info: () => undefined, warn: () => undefined };
  const limits = await openRateLimits({ options: { 'rate-limit': ['4/d'] }, store, log });
  expect(limits.openWindow).toBeUndefined();
  expect(await store.facts.get('rate_limit_key')).toBeUndefined();
  await limits.close();
});

describe.skipIf(hasNoDatabase)('windows of replicas', () => {
  test('begin at whole multiples of their length on the clock of the database', async () => {
    await using database = await openCounts();
    const clock = { now: HOUR_TWO - 1 };
    const options = { database: database.pool, clock };
    const [a, b] = [startReplica(options), startReplica(options)];
    a.send(10);
    await a.exchange();
    b.send(1);
    await b.exchange();
    expect(b.send(1)).toBe(0);
    clock.now = HOUR_TWO;
    expect([a.send(1), b.send(2)]).toEqual([1, 2]);
    await Promise.all([a.exchange(), b.exchange()]);
    const rows = await database.rows('ends_at, used');
    expect(rows.map((row) => row.map(Number))).toEqual([
      [HOUR_TWO, 1],
      [HOUR_TWO, 10],
      [HOUR_TWO + 3_600_000, 1],
      [HOUR_TWO + 3_600_000, 2],
    ]);
  });

  test('that are over have no say in the next', async () => {
    const clock = { now: HOUR_TWO - 1 };
    const answer = Promise.withResolvers<{ rows: unknown[] }>();
    const replica = startReplica({ database: { query: () => answer.promise }, clock });
    replica.send(1);
    const exchange = replica.exchange();
    clock.now = HOUR_TWO;
    replica.send(1);
    answer.resolve({ rows: [{ at: 1, used: 9 }] });
    expect(await exchange).toBe(true);
    expect(replica.send(20)).toBe(9);
  });

  test('that are over are told of no more', async () => {
    await using database = await openCounts();
    const clock = { now: HOUR_TWO - 1 };
    const replica = startReplica({ database: database.pool, clock });
    replica.send(10);
    clock.now = HOUR_TWO + 1;
    expect(await replica.exchange()).toBe(false);
    expect(await database.rows('used')).toEqual([]);
    expect(replica.send(11)).toBe(10);
  });

  test('last no longer when the clock is set back', async () => {
    await using database = await openCounts();
    const clock = { now: HOUR_TWO - 10 };
    const replica = startReplica({ database: database.pool, clock });
    expect(replica.send(11)).toBe(10);
    // What a measured clock goes back by begins no other window.
    clock.now = HOUR_TWO + 5;
    expect(replica.send(11)).toBe(10);
    clock.now = HOUR_TWO - 5;
    expect(replica.send(11)).toBe(0);
    clock.now = HOUR_TWO - 7_200_000;
    expect(replica.send(11)).toBe(10);
  });

  test('leave no rows behind', async () => {
    await using database = await openCounts();
    const past = startReplica({ database: database.pool, clock: { now: Date.now() - 2 * 3_600_000 } });
    for (let n = 0; n < 30; n++) past.send(1, `caller ${n}`);
    await past.exchange();
    expect(await database.rows('used')).toHaveLength(30);
    const replica = startReplica({ database: database.pool, clock: { now: Date.now() } });
    replica.send(1);
    await replica.exchange();
    expect(await database.rows('used')).toEqual([['1']]);
  });
});

describe.skipIf(hasNoDatabase)('what is stored of callers', () => {
  test('gives away no key, name or address', async () => {
    await using database = await openCounts();
    const callers = [
      '203.0.113.7',
      'alice',
      'key-0123456789ab',
      'sandbox of demo for alice',
      'nul \0',
      'x'.repeat(2000),
    ];
    const replica = startReplica({ database: database.pool, hashKey: 'of all replicas' });
    for (const caller of callers) replica.send(1, caller);
    await replica.exchange();
    const rows = await database.rows('rule, caller, replica');
    expect(rows).toHaveLength(callers.length);
    for (const [rule, caller, counter] of rows) {
      expect(rule).toBe('*/3600');
      expect(caller).toMatch(/^[\w-]{22}$/);
      expect(counter).toMatch(/^[\w-]{12}$/);
    }
    const stranger = startReplica({ database: database.pool, hashKey: 'of a stranger' });
    for (const caller of callers) stranger.send(1, caller);
    await stranger.exchange();
    expect(new Set((await database.rows('caller')).flat()).size).toBe(2 * callers.length);
  });
});

test.skipIf(hasNoDatabase)('twenty thousand callers are counted apart, and further ones share', async () => {
  await using database = await openCounts();
  const replica = startReplica({ database: database.pool, rules: ['1000/h'] });
  for (let n = 0; n < 21_000; n++) replica.send(1, `caller ${n}`);
  let exchanges = 0;
  while (await replica.exchange()) exchanges++;
  expect(exchanges).toBe(5);
  const counts = (await database.rows('used')).flat().map(Number);
  expect(counts.length).toBeLessThanOrEqual(20_064);
  expect(counts.filter((count) => count === 1).length).toBeGreaterThanOrEqual(20_000);
  expect(counts.reduce((sum, count) => sum + count)).toBe(21_000);
  const other = startReplica({ database: database.pool, rules: ['2/h'] });
  for (const caller of ['caller 7', 'caller 20999']) other.send(1, caller);
  await other.exchange();
  // One that shares a counter there has one of its own here.
  expect([other.send(1, 'caller 7'), other.send(1, 'caller 20999')]).toEqual([0, 1]);
});
