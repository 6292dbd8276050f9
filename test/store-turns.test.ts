/** Those that wait for a connection to the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isUnreachable } from '../server/store/postgres/errors.ts';
import { openPool } from '../server/store/postgres/pool.ts';
import { Turns } from '../server/store/postgres/turns.ts';
import { hasNoDatabase, openDatabase } from './support/postgres.ts';

const AWAY = { code: 'store-failed', status: 503, headers: { 'retry-after': '2' } };

describe('turns', () => {
  test('come in order, so many at once, however long all of them take', async () => {
    const turns = new Turns({ atOnce: 2, silenceMs: 400 });
    const served: number[] = [];
    let [now, most] = [0, 0];
    const use = async (id: number) => {
      await turns.enter();
      most = Math.max(most, ++now);
      await sleep(100);
      now -= 1;
      served.push(id);
      turns.leave(true);
    };
    await Promise.all(Array.from({ length: 20 }, (_, id) => use(id)));
    expect({ most, order: served.toSorted((a, b) => a - b) }).toEqual({ most: 2, order: [...Array(20).keys()] });
    expect(served.slice(0, 4).toSorted()).toEqual([0, 1, 2, 3]);
  });

  test('are given up when nobody is served any more, and are there again for who comes then', async () => {
    const turns = new Turns({ atOnce: 1, silenceMs: 100 });
    await turns.enter();
    const waiting = [turns.enter(), turns.enter()];
    for (const one of waiting) {
      const failure = await one.catch((cause: unknown) => cause);
      expect(failure).toMatchObject(AWAY);
      // Else the end of a run would be given up at once.
      expect(isUnreachable(failure)).toBe(true);
    }
    turns.leave(false);
    await turns.enter();
    turns.leave(true);
  });

  test('that end because the database is away are no sign of life', async () => {
    const turns = new Turns({ atOnce: 1, silenceMs: 200 });
    await turns.enter();
    const failing = (async () => {
      for (;;) {
        await sleep(50);
        turns.leave(false);
        await turns.enter();
      }
    })();
    await expect(Promise.all(Array.from({ length: 50 }, () => turns.enter()))).rejects.toMatchObject(AWAY);
    await expect(failing).rejects.toMatchObject(AWAY);
  });

  test('are bounded: who comes when too many wait is sent away at once', async () => {
    const turns = new Turns({ atOnce: 1, silenceMs: 60_000 });
    await turns.enter();
    const waiting = Array.from({ length: 10_000 }, () => turns.enter());
    await expect(turns.enter()).rejects.toMatchObject(AWAY);
    for (const one of waiting) {
      turns.leave(true);
      await one;
    }
    turns.leave(true);
  });
});

describe.skipIf(hasNoDatabase)('connections', () => {
  test('are waited for while others are served, for longer than a database that is away', {
    timeout: 30_000,
  }, async () => {
    await using database = await openDatabase();
    const pool = openPool({ url: database.url, connections: 1, onError: () => undefined });
    const use = async () => {
      const connection = await pool.connect();
      await connection.query('select pg_sleep(0.25)');
      connection.release();
    };
    await Promise.all(Array.from({ length: 28 }, use));
    await pool.close();
  });
});
