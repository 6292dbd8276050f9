/** What runs came to: added up as they end, and the same as adding them up one by one. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test, vi } from 'vitest';
import { EVERYBODY, type Principal } from '../server/call/principal.ts';
import type { RunStep, Store } from '../server/store/store.ts';
import { NO_USAGE, sumUsage } from '../server/store/usage.ts';
import { undoReplicas, undoSums } from './support/old-store.ts';
import { isShared, openPlace, openStore } from './support/stores.ts';

afterEach(() => void vi.useRealTimers());

const keyOf = (name: string): Principal => ({ name, seesAll: false });
const STATUSES = ['finished', 'failed', 'cancelled'] as const;

/** A run as it was made, to be added up by hand. */
interface Made {
  readonly owner: string;
  readonly agentId: string;
  readonly conversationId: string;
  readonly status: (typeof STATUSES)[number];
  readonly startedAt: number;
  readonly durationMs: number;
  readonly steps: readonly RunStep[];
}

const stepOf = (number: number, model: string, tokens: number, cost: number | null): RunStep => ({
  number,
  model,
  status: 'finished',
  startedAt: 1,
  askedAt: 1,
  firstTokenAt: 2,
  answeredAt: 3,
  endedAt: 4,
  usage: { inputTokens: tokens, outputTokens: 1, cachedInputTokens: 2, reasoningTokens: 3 },
  cost,
  stopReason: 'stop',
  failure: null,
  retries: [],
  toolCalls: [],
  moreToolCalls: 0,
});

async function make(
  store: Store,
  { owner, conversationId, startedAt, durationMs, steps, ...run }: Made,
): Promise<void> {
  vi.setSystemTime(startedAt);
  const name = await store.conversations.name(conversationId, owner === '' ? EVERYBODY : keyOf(owner));
  const conversation = { conversationId, conversationKey: name.key, owner: name.owner };
  const id = `run-${crypto.randomUUID()}`;
  const { key } = await store.runs.open({ id, ...conversation, agentId: run.agentId, messages: [] });
  const usage = steps.reduce((sum, step) => sumUsage(sum, step.usage ?? NO_USAGE), NO_USAGE);
  const endedAt = new Date(startedAt + durationMs).toISOString();
  await store.runs.close({ key, status: run.status, messages: [], usage, steps, endedAt });
}

/** The same numbers again and again: mulberry32. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const FIRST = Date.UTC(2026, 1, 27);
const MINUTE = 60_000;
const DAY = 86_400_000;

/** A moment in five days or in a hundred, often at the border of a minute, of a day or of a month, and next to it. */
function momentOf(random: (below: number) => number): number {
  const time = FIRST + random(random(2) ? 5 * DAY : 100 * DAY);
  const border = [1, MINUTE, DAY][random(4)];
  const month = Date.UTC(2026, new Date(time).getUTCMonth());
  return (border === undefined ? month : time - (time % border)) + random(3) - 1;
}

function addUp(runs: readonly Made[]) {
  const steps = runs.flatMap((run) => run.steps);
  const priced = steps.filter(({ cost }) => cost !== null);
  return {
    runs: runs.length,
    durationMs: runs.reduce((sum, { durationMs }) => sum + durationMs, 0),
    usage: steps.reduce((sum, { usage }) => sumUsage(sum, usage ?? NO_USAGE), NO_USAGE),
    cost:
      steps.length && !priced.length
        ? null
        : expect.closeTo(
            priced.reduce((sum, { cost }) => sum + (cost ?? 0), 0),
            9,
          ),
    unpricedSteps: steps.length - priced.length,
  };
}

test('sums are those of the runs one by one, for whatever agent, status, key and time', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const random = randomOf(11);
  const pick = <Item>(items: readonly Item[]) => items[random(items.length)] as Item;
  await using store = await openStore();
  const made: Made[] = [];
  for (let index = 0; index < 400; index++) {
    const owner = pick(['', 'anna', 'ben']);
    const steps = Array.from({ length: random(4) }, (_, step) =>
      stepOf(step + 1, pick(['a:one', 'b:two']), random(1000), random(4) ? random(1000) / 1e6 : null),
    );
    const names = { owner, agentId: pick(['x', 'y']), conversationId: `${owner}-${index}` };
    const run = { ...names, status: pick(STATUSES), startedAt: momentOf(random), durationMs: random(5000), steps };
    made.push(run);
    await make(store, run);
  }
  for (let turn = 0; turn < 300; turn++) {
    const principal = pick([EVERYBODY, keyOf('anna'), keyOf('carl')]);
    const agentId = pick([undefined, 'x', 'y']);
    const status = pick([undefined, ...STATUSES]);
    const since = pick([undefined, momentOf(random)]);
    const until = pick([undefined, momentOf(random)]);
    const query = { principal, agentId, status, since: toTimeOf(since), until: toTimeOf(until) };
    const matching = made.filter(
      (run) =>
        (principal.seesAll || run.owner === '' || run.owner === principal.name) &&
        (agentId === undefined || run.agentId === agentId) &&
        (status === undefined || run.status === status) &&
        (since === undefined || run.startedAt >= since) &&
        (until === undefined || run.startedAt < until),
    );
    expect(await store.runs.sums(query), JSON.stringify(query)).toEqual(addUp(matching));
    const { runs } = await store.runs.list({ ...query, limit: 1000 });
    expect(runs.map(({ startedAt }) => Date.parse(startedAt))).toEqual(
      matching.map(({ startedAt }) => startedAt).toSorted((a, b) => b - a),
    );
  }
  const { total, groups } = await store.runs.usage(
    { since: toTime(FIRST + MINUTE), until: toTime(FIRST + DAY) },
    'key',
  );
  const inTime = made.filter(({ startedAt }) => startedAt >= FIRST + MINUTE && startedAt < FIRST + DAY);
  expect(total).toEqual(addUp(inTime));
  for (const { name, ...sums } of groups) expect(sums).toEqual(addUp(inTime.filter(({ owner }) => owner === name)));
});

const toTime = (time: number) => new Date(time).toISOString();
const toTimeOf = (time: number | undefined) => (time === undefined ? undefined : toTime(time));

test('pages of runs of several owners come in one order, each run once', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await using store = await openStore();
  const base = { agentId: 'x', status: 'finished', durationMs: 1, steps: [] } as const;
  for (let index = 0; index < 30; index++) {
    const owner = ['', 'anna', 'ben'][index % 3] ?? '';
    await make(store, { ...base, owner, conversationId: `c${index}`, startedAt: FIRST + Math.floor(index / 4) });
  }
  for (const [principal, count] of [
    [EVERYBODY, 30],
    [keyOf('anna'), 20],
  ] as const) {
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const { runs, nextCursor } = await store.runs.list({ principal, limit: 7, cursor });
      seen.push(...runs.map(({ startedAt, key }) => `${startedAt} ${key}`));
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(seen).toHaveLength(count);
  }
});

if (!isShared()) {
  test('a page of runs is the newest of them, however many keys have begun some', async () => {
    await using folder = await openPlace();
    {
      await using store = await openStore({ folder: folder.path });
      const run = {
        owner: '',
        agentId: 'x',
        conversationId: 'c',
        status: 'finished',
        durationMs: 1,
        steps: [],
      } as const;
      await make(store, { ...run, startedAt: Date.now() });
    }
    const database = new DatabaseSync(join(folder.path, 'agent-runtimes.db'));
    const columns = database
      .prepare('select name from pragma_table_info(?)')
      .all('runs')
      .map(({ name }) => `${name}`);
    const copied = new Map([
      ['key', "'copy-' || n"],
      ['id', "'copy-' || n"],
      ['owner', "'key-' || n"],
      ['started_at', "printf('2026-01-%02dT00:00:00.%03dZ', 1 + n % 28, n)"],
    ]);
    database.exec(`
    with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 900)
    insert into runs (${columns.join()}) select ${columns.map((name) => copied.get(name) ?? name).join()} from runs, numbers;
    delete from runs where key not like 'copy-%'`);
    database.close();
    await using store = await openStore({ folder: folder.path });
    const newest = Array.from({ length: 900 }, (_, index) => index + 1)
      .map((n) => ({ id: `copy-${n}`, day: n % 28, n }))
      .sort((a, b) => b.day - a.day || b.n - a.n)
      .map(({ id }) => id);
    const first = await store.runs.list({ limit: 50 });
    expect(first.runs.map(({ id }) => id)).toEqual(newest.slice(0, 50));
    const second = await store.runs.list({ limit: 50, cursor: first.nextCursor ?? '' });
    expect(second.runs.map(({ id }) => id)).toEqual(newest.slice(50, 100));
  });
}

if (!isShared()) {
  test('a number beyond those of JavaScript costs a list no row', async () => {
    await using folder = await openPlace();
    {
      await using store = await openStore({ folder: folder.path });
      const run = { owner: '', agentId: 'x', status: 'finished', durationMs: 1, steps: [] } as const;
      for (const id of ['a', 'b']) await make(store, { ...run, conversationId: id, startedAt: Date.now() });
    }
    const database = new DatabaseSync(join(folder.path, 'agent-runtimes.db'));
    database.exec(`update runs set input_tokens = 9223372036854775807, output_tokens = 7 where conversation_id = 'a'`);
    database.close();
    await using store = await openStore({ folder: folder.path });
    for (const _ of [1, 2]) {
      const { runs } = await store.runs.list({ limit: 9 });
      expect(runs.map(({ conversationId, usage }) => [conversationId, usage.outputTokens]).sort()).toEqual([
        ['a', 7],
        ['b', 0],
      ]);
    }
  });
}

test('usage is grouped by agent, key, model and day, and stays when its conversation is deleted', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await using store = await openStore();
  const base = { status: 'finished', durationMs: 1000 } as const;
  const [early, late] = [FIRST + DAY - 1, FIRST + DAY];
  const both = [stepOf(1, 'a:one', 10, 0.5), stepOf(2, 'b:two', 20, null)];
  await make(store, { ...base, owner: 'anna', agentId: 'x', conversationId: 'c1', startedAt: early, steps: both });
  const one = [stepOf(1, 'a:one', 10, 0.25)];
  await make(store, { ...base, owner: 'ben', agentId: 'y', conversationId: 'c2', startedAt: late, steps: one });
  for (const conversation of ['c1', 'c2']) {
    const { key } = await store.conversations.name(conversation, keyOf(conversation === 'c1' ? 'anna' : 'ben'));
    expect(await store.conversations.delete(key)).toBe(true);
  }
  expect((await store.runs.list({ limit: 5 })).runs).toEqual([]);
  const groupsOf = async (group: 'agent' | 'key' | 'model' | 'day', principal?: Principal) =>
    (await store.runs.usage({ principal }, group)).groups.map(({ name, runs, usage, cost, unpricedSteps }) => [
      name,
      runs,
      usage.inputTokens,
      cost,
      unpricedSteps,
    ]);
  expect(await groupsOf('agent')).toEqual([
    ['x', 1, 30, 0.5, 1],
    ['y', 1, 10, 0.25, 0],
  ]);
  expect(await groupsOf('key')).toEqual([
    ['anna', 1, 30, 0.5, 1],
    ['ben', 1, 10, 0.25, 0],
  ]);
  expect(await groupsOf('model')).toEqual([
    ['a:one', 1, 20, 0.75, 0],
    ['b:two', 1, 20, null, 1],
  ]);
  expect(await groupsOf('day')).toEqual([
    ['2026-02-27', 1, 30, 0.5, 1],
    ['2026-02-28', 1, 10, 0.25, 0],
  ]);
  expect(await groupsOf('key', keyOf('anna'))).toEqual([['anna', 1, 30, 0.5, 1]]);
});

test('a step that only ran what a person had answered makes no group of models', async () => {
  await using store = await openStore();
  const answered: RunStep = { ...stepOf(0, '', 0, null), model: null, usage: null, stopReason: null };
  const base = { owner: '', agentId: 'x', status: 'finished', startedAt: FIRST, durationMs: 1000 } as const;
  vi.useFakeTimers({ toFake: ['Date'] });
  await make(store, { ...base, conversationId: 'went on', steps: [answered, stepOf(1, 'a:one', 10, 0.5)] });
  const namesOf = async () => (await store.runs.usage({}, 'model')).groups.map(({ name, runs }) => [name, runs]);
  expect(await namesOf()).toEqual([['a:one', 1]]);
  await make(store, { ...base, conversationId: 'ended with it', steps: [answered] });
  expect(await namesOf()).toEqual([
    ['', 1],
    ['a:one', 1],
  ]);
});

if (!isShared()) {
  test('the runs of an older store are counted as far as their rows can be read', async () => {
    await using folder = await openPlace();
    {
      await using store = await openStore({ folder: folder.path });
      for (const id of ['good', 'words', 'odd-time', 'no-end']) {
        const { key } = await store.runs.open({
          id,
          conversationId: id,
          conversationKey: id,
          agentId: 'x',
          messages: [],
        });
        const usage = { ...NO_USAGE, inputTokens: 10, outputTokens: 5 };
        if (id !== 'no-end') await store.runs.close({ key, status: 'finished', messages: [], usage });
      }
    }
    const database = new DatabaseSync(join(folder.path, 'agent-runtimes.db'));
    undoSums(database);
    database.exec(`
    update runs set started_at = '2026-02-27T23:59:59.999Z', ended_at = '2026-02-28T00:00:01.999Z';
    update runs set input_tokens = 'many', output_tokens = '7' where key = 'words';
    update runs set started_at = 'long ago', status = 'nonsense' where key = 'odd-time';
    update runs set ended_at = null where key = 'no-end';
  `);
    database.close();
    await using store = await openStore({ folder: folder.path });
    const tokens = (inputTokens: number, outputTokens: number) => ({ ...NO_USAGE, inputTokens, outputTokens });
    const { groups } = await store.runs.usage({}, 'day');
    expect(groups).toEqual([
      {
        name: '1970-01-01',
        runs: 1,
        durationMs: expect.any(Number),
        usage: tokens(10, 5),
        cost: null,
        unpricedSteps: 1,
      },
      { name: '2026-02-27', runs: 2, durationMs: 4000, usage: tokens(10, 12), cost: null, unpricedSteps: 2 },
    ]);
    await store.runs.interruptOpen();
    expect(await store.runs.sums({ status: 'interrupted' })).toMatchObject({ runs: 2 });
    expect(await store.runs.sums({ since: '2026-02-27T23:59:59.999Z' })).toMatchObject({
      runs: 3,
      usage: tokens(10, 12),
    });
    expect((await store.runs.list({ limit: 9, agentId: 'x' })).runs).toHaveLength(4);
  });
}

if (!isShared()) {
  test('a store that was added up by days is added up by months once', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using folder = await openPlace();
    const run = {
      owner: 'anna',
      agentId: 'x',
      status: 'finished',
      durationMs: 1,
      steps: [stepOf(1, 'm', 5, 0.5)],
    } as const;
    {
      await using store = await openStore({ folder: folder.path });
      for (const day of [0, 1, 2, 40])
        await make(store, { ...run, conversationId: `c${day}`, startedAt: FIRST + day * DAY });
    }
    const database = new DatabaseSync(join(folder.path, 'agent-runtimes.db'));
    undoReplicas(database);
    database.exec(`
    delete from run_sums where span = 'month'; delete from schema_versions where version > 11;
    update run_sums set input_tokens = 'many', cost = -1 where span = 'day' and start = '2026-02-27'`);
    database.close();
    for (const _ of [1, 2]) {
      await using store = await openStore({ folder: folder.path });
      expect(await store.runs.sums({})).toMatchObject({
        runs: 4,
        cost: 1.5,
        usage: { inputTokens: 15, outputTokens: 4 },
      });
      expect(await store.runs.sums({ since: toTime(FIRST + 2 * DAY) })).toMatchObject({ runs: 2, cost: 1 });
      expect((await store.runs.usage({}, 'agent')).total).toMatchObject({ runs: 4, cost: 1.5 });
    }
  });
}

test('an answer that broke off is in no sum, beside those whose cost is known and beside those whose is not', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await using store = await openStore();
  const broken: RunStep = { ...stepOf(2, 'm', 0, null), status: 'cancelled', usage: null, stopReason: null };
  const uncounted: RunStep = { ...stepOf(2, 'm', 0, null), usage: null };
  const runs = {
    priced: [stepOf(1, 'm', 5, 0.5), broken],
    unpriced: [stepOf(1, 'm', 5, null), broken],
    uncounted: [uncounted],
    broken: [broken],
  };
  for (const [agentId, steps] of Object.entries(runs))
    await make(store, {
      owner: '',
      agentId,
      conversationId: agentId,
      status: 'failed',
      startedAt: FIRST,
      durationMs: 1,
      steps,
    });
  const { groups } = await store.runs.usage({}, 'agent');
  expect(groups.map(({ name, cost, unpricedSteps }) => ({ name, cost, unpricedSteps }))).toEqual([
    { name: 'broken', cost: 0, unpricedSteps: 0 },
    { name: 'priced', cost: 0.5, unpricedSteps: 0 },
    { name: 'uncounted', cost: null, unpricedSteps: 1 },
    { name: 'unpriced', cost: null, unpricedSteps: 1 },
  ]);
});

test('the last moment that can be named is no bound', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await using store = await openStore();
  const run = { owner: '', agentId: 'x', conversationId: 'c', status: 'finished', durationMs: 1, steps: [] } as const;
  await make(store, { ...run, startedAt: FIRST });
  const until = '9999-12-31T23:59:59.999Z';
  expect(await store.runs.sums({ until })).toMatchObject({ runs: 1 });
  expect((await store.runs.usage({ until }, 'day')).total).toMatchObject({ runs: 1 });
  expect(await store.runs.sums({ since: until })).toMatchObject({ runs: 0 });
});
