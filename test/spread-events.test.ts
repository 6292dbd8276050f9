/** Live events of a service on PostgreSQL where wake-ups get lost, answers fail and processes die. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EVERYBODY } from '../server/call/principal.ts';
import { LiveEvents } from '../server/live-events/live-events.ts';
import { type KeptEvents, SpreadEvents } from '../server/live-events/spread-events.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import type { Store } from '../server/store/store.ts';
import { hasNoDatabase, openDatabase, type TestDatabase } from './support/postgres.ts';
import { until } from './support/processes.ts';

interface Process extends AsyncDisposable {
  readonly live: LiveEvents;
  readonly store: Store;
  readonly kept: KeptEvents;
  happen(id: string): void;
}

interface ProcessOptions {
  readonly maxEvents?: number;
  readonly silentMs?: number;
  readonly giveUpMs?: number;
  readonly lookMs?: number;
  /** What stands between it and the store. */
  readonly between?: (kept: KeptEvents) => Partial<KeptEvents>;
}

describe.skipIf(hasNoDatabase)('where nobody is ever woken', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await openDatabase();
  });
  afterEach(() => database.close());

  async function startProcess(replica: string, { between, ...times }: ProcessOptions = {}): Promise<Process> {
    const store = await openPostgresStore({ url: database.url, replica });
    const events = store.service?.events;
    if (!events) throw new Error('the store is not shared');
    const kept = { ...events, ...between?.(events) };
    const live = new LiveEvents();
    const options = { kept, source: replica, replica, now: Date.now, tell: () => undefined, log: { warn: () => {} } };
    const spread = new SpreadEvents({ lookMs: 20, ...options, ...times });
    live.shareBy(spread);
    return {
      live,
      store,
      kept,
      happen: (id) => live.publish({ type: 'agent', id, status: 'changed' }),
      async [Symbol.asyncDispose]() {
        await live.close();
        await spread.close();
        await store.close();
      },
    };
  }

  /** What a reader is told, as it is told. */
  function read(live: LiveEvents, after?: number): { told: string[]; numbers: number[]; leave: () => void } {
    const abort = new AbortController();
    const told: string[] = [];
    const numbers: number[] = [];
    const events = live.follow({
      principal: EVERYBODY,
      types: undefined,
      after,
      untilNow: false,
      signal: abort.signal,
    });
    const run = async () => {
      for await (const event of events) {
        told.push('id' in event ? event.id : event.type);
        numbers.push(events.lastNumber());
      }
    };
    void run();
    return { told, numbers, leave: () => abort.abort() };
  }
  const begin = async (live: LiveEvents, after?: number) => {
    const reader = read(live, after);
    await until(() => reader.told.length > 0, 'the reader has begun');
    return reader;
  };
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

  test('a reader is told what another process tells', async () => {
    await using one = await startProcess('one');
    await using other = await startProcess('other');
    const reader = await begin(other.live);
    one.happen('a');
    await until(() => reader.told.length === 2, 'it has heard of it');
    expect(reader.told).toEqual(['ready', 'a']);
  });

  test('what many tell at once is told to all in one order, each once', async () => {
    await using one = await startProcess('one');
    await using other = await startProcess('other');
    const readers = await Promise.all([one, other].map(({ live }) => begin(live)));
    for (let index = 0; index < 300; index++) {
      one.happen(`one-${index}`);
      other.happen(`other-${index}`);
      if (index % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (const { told } of readers) await until(() => told.length === 601, 'all is told');
    const [told = [], again] = readers.map((reader) => reader.told.slice(1));
    expect(again).toEqual(told);
    for (const name of ['one', 'other']) {
      expect(told.filter((id) => id.startsWith(`${name}-`))).toEqual(names(`${name}-`, 300));
    }
    for (const { numbers } of readers) expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  test('a reader that comes while others tell is told exactly what comes behind its number', async () => {
    await using one = await startProcess('one');
    await using other = await startProcess('other');
    const whole = await begin(other.live);
    const later: (typeof whole)[] = [];
    for (let index = 0; index < 200; index++) {
      one.happen(`n${index}`);
      if (index % 20 === 0) later.push(await begin(index % 40 ? one.live : other.live));
    }
    await until(() => whole.told.length === 201, 'all is told');
    for (const { told, numbers } of later) {
      const behind = whole.told.filter((_, index) => (whole.numbers[index] ?? 0) > (numbers[0] ?? 0));
      await until(() => told.length === behind.length + 1, 'it is told the rest');
      expect(told).toEqual(['ready', ...behind]);
    }
  });

  test('what is stored though its answer got lost is told once', async () => {
    let failures = 3;
    const between = (kept: KeptEvents): Partial<KeptEvents> => ({
      async append(...args) {
        await kept.append(...args);
        if (failures-- > 0) throw new Error('The connection broke');
      },
    });
    await using one = await startProcess('one', { between });
    await using other = await startProcess('other');
    const reader = await begin(other.live);
    one.happen('a');
    one.happen('b');
    await until(() => failures < 0, 'it was answered');
    one.happen('c');
    await until(() => reader.told.includes('c'), 'all is told');
    expect(reader.told).toEqual(['ready', 'a', 'b', 'c']);
  });

  test('what cannot be stored for long is told as missed', async () => {
    let isBroken = true;
    const between = (kept: KeptEvents): Partial<KeptEvents> => ({
      async append(source, from, events) {
        if (isBroken && events.some(({ body }) => body.type === 'agent')) throw new Error('The disk is full');
        return kept.append(source, from, events);
      },
    });
    await using one = await startProcess('one', { between, giveUpMs: 0 });
    await using other = await startProcess('other');
    const reader = await begin(other.live);
    one.happen('lost');
    await until(() => reader.told.length === 2, 'it has heard of it');
    isBroken = false;
    one.happen('kept');
    await until(() => reader.told.length === 3, 'it has heard of the next');
    expect(reader.told).toEqual(['ready', 'missed', 'kept']);
  });

  test('more than a process may hold back is told as missed', async () => {
    let isAway = true;
    const between = (kept: KeptEvents): Partial<KeptEvents> => ({
      async append(...args) {
        if (isAway) throw new Error('The database is away');
        return kept.append(...args);
      },
    });
    await using one = await startProcess('one', { between, maxEvents: 100 });
    await using other = await startProcess('other');
    const reader = await begin(other.live);
    for (const name of names('n', 150)) one.happen(name);
    isAway = false;
    await until(() => reader.told.includes('n149'), 'the newest is told');
    expect(reader.told.slice(0, 2)).toEqual(['ready', 'missed']);
    expect(reader.told.slice(2)).toEqual(names('n', 150).slice(100));
  });

  test('the readers of all are told that they may have missed what a process has told that died, once', async () => {
    await using one = await startProcess('one', { silentMs: 1000 });
    await using other = await startProcess('other', { silentMs: 1000 });
    await using dies = await startProcess('dies');
    const beats = setInterval(() => {
      for (const { store } of [one, other]) void store.shared?.beat({ draining: false });
    }, 100);
    for (const { store } of [one, other, dies]) await store.shared?.beat({ draining: false });
    const readers = await Promise.all([one, other].map(({ live }) => begin(live)));
    for (const { told } of readers) await until(() => told.includes('missed'), 'it is told');
    one.happen('mark');
    for (const { told } of readers) await until(() => told.includes('mark'), 'the mark is told');
    clearInterval(beats);
    for (const { told } of readers) expect(told).toEqual(['ready', 'missed', 'mark']);
    await dies.store.shared?.beat({ draining: false });
  });

  test('a reader that comes back too late, or where nobody has read for long, is told that it has missed some', async () => {
    await using one = await startProcess('one', { maxEvents: 100 });
    await using other = await startProcess('other', { maxEvents: 100 });
    const reader = await begin(other.live);
    one.happen('first');
    await until(() => reader.told.includes('first'), 'the first is told');
    reader.leave();
    const last = reader.numbers.at(-1);
    for (let round = 0; round < 40; round++) {
      for (const name of names(`${round}-`, 10)) one.happen(name);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await using late = await startProcess('late', { maxEvents: 100 });
    one.happen('last');
    const mark = await begin(one.live, 0);
    await until(() => mark.told.includes('last'), 'all is stored');
    for (const { live } of [one, other, late]) {
      const again = await begin(live, last);
      await until(() => again.told.includes('last'), 'the last is told');
      expect(again.told[0]).toBe('missed');
      expect(again.told.length).toBeLessThanOrEqual(103);
    }
    // Behind the newest number nothing was missed.
    const now = await begin(late.live, mark.numbers.at(-1));
    expect(now.told).toEqual(['ready']);
  });

  test('a reader is refused while it cannot be known what was told', async () => {
    const between = (): Partial<KeptEvents> => ({
      takeNumber: async () => {
        throw new Error('The database is away');
      },
    });
    await using one = await startProcess('one', { between });
    const events = one.live.follow({
      principal: EVERYBODY,
      types: undefined,
      after: undefined,
      untilNow: true,
      signal: new AbortController().signal,
    });
    await expect(Array.fromAsync(events)).rejects.toThrow('The database is away');
  });
});
