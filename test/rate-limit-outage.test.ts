import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RateCountBeat } from '../server/http/rate-count-beat.ts';
import type { SharedDatabase } from '../server/http/shared-rate-counts.ts';
import { openStore } from '../server/store/sqlite.ts';
import { hasNoDatabase, hasNoServer, openServer } from './support/postgres.ts';
import { createCounts, openCounts, startReplica, startShared } from './support/rate-replicas.ts';

const AWAY = new Error('the database is away');

describe('without an answer of the database', () => {
  test.skipIf(hasNoServer)('requests are counted here alone, and together again when it is back', async () => {
    await using server = await openServer();
    await using opened = new AsyncDisposableStack();
    const pool = opened.adopt(await createCounts(server.url()), (each) => each.end());
    const [a, b] = [startReplica({ database: pool }), startReplica({ database: pool })];
    a.send(2);
    await a.exchange();
    await server.stop();
    expect(a.send(4)).toBe(4);
    await expect(a.exchange()).rejects.toThrow();
    expect(a.send(20)).toBe(4);
    await expect(a.exchange()).rejects.toThrow();
    await server.restart();
    await a.exchange();
    b.send(1);
    await b.exchange();
    expect(b.send(20)).toBe(0);
  });

  test.skipIf(hasNoDatabase)('a request is counted once when only the answer was lost', async () => {
    await using database = await openCounts();
    let isLost = true;
    const lossy: SharedDatabase = {
      async query(text, values) {
        const answer = await database.pool.query(text, values);
        if (isLost) throw AWAY;
        return answer;
      },
    };
    const replica = startReplica({ database: lossy });
    replica.send(3);
    await expect(replica.exchange()).rejects.toThrow(AWAY);
    await expect(replica.exchange()).rejects.toThrow(AWAY);
    isLost = false;
    await replica.exchange();
    expect(await database.rows('used')).toEqual([['3']]);
  });

  test.skipIf(hasNoDatabase)('a statement that comes late takes nothing back', async () => {
    await using database = await openCounts();
    const statements: [string, unknown[]][] = [];
    const slow: SharedDatabase = {
      async query(...statement) {
        statements.push(statement);
        if (statements.length === 1) throw AWAY;
        return await database.pool.query(...statement);
      },
    };
    const replica = startReplica({ database: slow });
    replica.send(3);
    await expect(replica.exchange()).rejects.toThrow(AWAY);
    replica.send(2);
    await replica.exchange();
    for (const statement of statements.slice(0, 1)) await database.pool.query(...statement);
    expect(await database.rows('used')).toEqual([['5']]);
  });

  test('what waits to be told is bounded, and so is what is told at once', async () => {
    const told: number[] = [];
    let isAway = true;
    const database: SharedDatabase = {
      async query(_text, [, rules]) {
        if (isAway) throw AWAY;
        told.push((rules as unknown[]).length);
        return { rows: [] };
      },
    };
    const replica = startReplica({ database, rules: ['9/h', '9/s', '9/min', '9/d'] });
    for (let n = 0; n < 15_000; n++) replica.send(1, `caller ${n}`);
    await expect(replica.exchange()).rejects.toThrow(AWAY);
    isAway = false;
    while (await replica.exchange());
    expect(told).toEqual(Array(10).fill(5000));
    // What found no place is told with the next request of its caller.
    replica.send(1, 'caller 14999');
    await replica.exchange();
    expect(told.at(-1)).toBe(4);
  });
});

describe('the beat of exchanges', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('tells soon what is counted, rests, and asks nothing when nothing is counted', async () => {
    await using shared = await startShared();
    expect(shared.take()).toMatchObject({ remaining: 9 });
    await vi.advanceTimersByTimeAsync(1);
    expect(shared.told).toEqual([1]);
    shared.take();
    shared.take();
    await vi.advanceTimersByTimeAsync(99);
    expect(shared.told).toEqual([1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(shared.told).toEqual([1, 3]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shared.told).toEqual([1, 3]);
  });

  test('is one statement at a time, however long it takes, and no request waits for it', async () => {
    await using shared = await startShared();
    const { promise, resolve } = Promise.withResolvers<void>();
    shared.answer = () => promise;
    shared.take();
    await vi.advanceTimersByTimeAsync(1);
    expect(shared.take()).toMatchObject({ remaining: 8 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shared.told).toEqual([1]);
    resolve();
    await vi.advanceTimersByTimeAsync(100);
    expect(shared.told).toEqual([1, 2]);
  });

  test('that fails is said once, tried again every two seconds, and said to be over', async () => {
    await using shared = await startShared();
    shared.answer = () => Promise.reject(AWAY);
    shared.take();
    await vi.advanceTimersByTimeAsync(1);
    await vi.advanceTimersByTimeAsync(1999);
    expect(shared.told).toEqual([1]);
    await vi.advanceTimersByTimeAsync(4001);
    expect(shared.told).toEqual([1, 1, 1, 1]);
    shared.answer = async () => undefined;
    await vi.advanceTimersByTimeAsync(2000);
    shared.take();
    await vi.advanceTimersByTimeAsync(100);
    expect(shared.told).toEqual([1, 1, 1, 1, 1, 2]);
    expect(shared.said).toEqual([
      ['warn', 'rate limits are counted by this replica alone: the database does not answer', AWAY],
      ['info', 'rate limits are counted for all replicas together again'],
    ]);
  });

  test('tells the rest when it is closed, and nothing after', async () => {
    const shared = await startShared();
    shared.take();
    await Promise.all([shared.close(), shared.close()]);
    expect(shared.told).toEqual([1]);
    expect(shared.take()).toMatchObject({ remaining: 8 });
    const idle = await startShared();
    await idle.close();
    idle.take();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([shared.told, idle.told]).toEqual([[1], []]);
  });

  test('ends without an answer of the database', async () => {
    const shared = await startShared();
    shared.answer = () => new Promise(() => undefined);
    shared.take();
    const closed = shared.close();
    await vi.advanceTimersByTimeAsync(10_000);
    await closed;
    expect(shared.told).toEqual([1]);
  });
});

test('the beat of exchanges belongs to no request that is counted', async () => {
  const requests = new AsyncLocalStorage<string>();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const exchange = async () => {
    resolve(requests.getStore());
    return true;
  };
  const beat = new RateCountBeat({ exchange, log: { info: () => undefined, warn: () => undefined } });
  requests.run('a request', () => beat.want());
  expect(await promise).toBeUndefined();
  await beat.close();
});

test('replicas of one store have one key for their callers', async () => {
  await using store = await openStore({ folder: ':memory:' });
  const [first, second] = [await startShared(store.facts), await startShared(store.facts)];
  for (const replica of [first, second]) {
    replica.take();
    await replica.close();
  }
  expect(first.callers).toHaveLength(1);
  expect(first.callers).toEqual(second.callers);
});
