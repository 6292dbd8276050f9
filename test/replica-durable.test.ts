import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiError } from '../server/call/errors.ts';
import type { LoggedEvent } from '../server/runs/log-reader.ts';
import type { RunEvent } from '../server/runs/run-events.ts';
import type { ToolOutcome } from '../server/runs/toolset.ts';
import {
  durable,
  expectWhole,
  IN_TIME,
  openDurable,
  saidIn,
  storedOf,
  type Tools,
  typesOf,
  untilStored,
} from './support/durable-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { hasNoDatabase, openDatabase, query, type TestDatabase } from './support/postgres.ts';
import { readAll } from './support/running.ts';
import { type Answer, finish, text, toolCall } from './support/scripted-model.ts';
import { readElsewhere } from './support/shared-runs.ts';

describe.skipIf(hasNoDatabase)('durable runs', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase();
  }, 120_000);
  afterAll(() => database?.close());

  /** A process whose model gives these answers, with these tools. */
  const open = (answers: readonly Answer[], tools: Tools = {}, options = {}) =>
    openDurable({ answers, tools, url: database.url, ...options });
  const textOf = (events: readonly LoggedEvent[]) =>
    events.map(({ event }) => (event.type === 'text-delta' ? event.delta : '')).join('');

  test('one that is cut off in the middle of a text goes on elsewhere, and the text is told once', async () => {
    await using own = await open([[...text('one ', 'two '), 'hang']]);
    const whole: Answer = [...text('One, two, three'), finish()];
    await using other = await open([whole]);
    await using third = await open([whole]);
    const run = await own.begin({ conversationId: 'text' });
    const here = readAll(run);
    await untilStored(other, run.storedId, 'two ');
    const elsewhere = readElsewhere(third, run.storedId);
    own.isStopped = true;
    const events = await elsewhere;
    expectWhole(events);
    expect(await here).toEqual(events);
    const withdrawn = events.find(({ event }) => event.type === 'answer-withdrawn')?.event;
    const first = events.find(({ event }) => event.type === 'text-started')?.event;
    expect(withdrawn).toEqual({
      type: 'answer-withdrawn',
      messageIds: [first?.type === 'text-started' && first.messageId],
      callIds: [],
    });
    expect(await saidIn(other, 'text')).toEqual([
      [{ type: 'text', text: 'Hello' }],
      [{ type: 'text', text: 'One, two, three' }],
    ]);
    expect(events.at(-1)?.event).toMatchObject({
      outcome: { status: 'finished' },
      usage: { inputTokens: 10, outputTokens: 5 },
    });
    expect(await storedOf(other, run.storedId)).toMatchObject(events.map(({ id, event }) => ({ id, event })));
    const steps = await other.store.runs.steps((await other.store.runs.get(run.storedId))?.key ?? '');
    expect(steps.map(({ number, status }) => [number, status])).toEqual([[1, 'finished']]);
  });

  test('a tool that was running is not run again: the model is told that it may have run', async () => {
    let runs = 0;
    const look = () => {
      runs++;
      return new Promise<ToolOutcome>(() => undefined);
    };
    const asks: Answer = [
      ...text('Let me look. '),
      ...toolCall('c1', 'look', {}),
      ...toolCall('c2', 'look', {}),
      finish('tool-calls'),
    ];
    await using own = await open([asks], { look }, { limits: { parallelTools: 1 } });
    await using other = await open([[...text('It is done'), finish()]], { look });
    const run = await own.begin({ conversationId: 'tool' });
    const here = readAll(run);
    await expect.poll(() => runs, IN_TIME).toBe(1);
    own.isStopped = true;
    const events = await here;
    expectWhole(events);
    expect(runs).toBe(1);
    expect(typesOf(events)).not.toContain('answer-withdrawn');
    expect(await saidIn(other, 'tool')).toEqual([
      [{ type: 'text', text: 'Hello' }],
      [
        { type: 'text', text: 'Let me look. ' },
        { type: 'tool-call', callId: 'c1', name: 'look', args: {} },
        { type: 'tool-call', callId: 'c2', name: 'look', args: {} },
      ],
      { tool: expect.stringContaining('may have run') },
      { tool: expect.stringContaining('Not run') },
      [{ type: 'text', text: 'It is done' }],
    ]);
    expect(JSON.stringify(other.model.asked[0]?.prompt)).toContain('may have run');
    expect(events.flatMap(({ event }) => (event.type === 'step-started' ? event.step : []))).toEqual([1, 2]);
    expect(events.at(-1)?.event).toMatchObject({ usage: { inputTokens: 20, outputTokens: 10 } });
    const record = await other.store.runs.get(run.storedId);
    expect(record).toMatchObject({ status: 'finished', usage: { inputTokens: 20, outputTokens: 10 } });
  });

  test('a call that waits for a person waits on where the process is gone before that is stored', async () => {
    const never = new Promise<void>(() => undefined);
    await using own = await open([[...text('Let me ask. '), { wait: never }]]);
    const asking = { ...durable, approvals: { tools: ['look'] } };
    const toolset = toolsetOf({ look: () => ok(1) });
    await using other = await open([], {}, { find: () => ({ agent: () => asking, toolset }) });
    const run = await own.begin({ conversationId: 'asks', agent: () => asking, toolset });
    await untilStored(own, run.storedId, 'ask');
    own.isStopped = true;
    // As the process might have stored them before it went, and its end did not follow.
    const before = await storedOf(other, run.storedId);
    const [started] = before.flatMap(({ event }) => (event.type === 'text-started' ? event.messageId : []));
    const call = { callId: 'c1', name: 'look' };
    const usage = { inputTokens: 1, outputTokens: 1, reasoningTokens: 0, cachedInputTokens: 0 };
    const events: RunEvent[] = [
      { type: 'tool-call-started', ...call, messageId: started ?? '' },
      { type: 'tool-call-ended', ...call, args: { where: 'here' } },
      { type: 'model-answered', usage, stopReason: 'tool-calls' },
      { type: 'step-ended', step: 1, usage },
    ];
    const row = `(${before.length + 1}, '${JSON.stringify(events)}', '[1, 1, 1, 1]')`;
    await query(
      database.url,
      `insert into run_events (run_key, first, events, times) select key, new.* from runs,
        (values ${row}) as new(first, events, times) where id = '${run.storedId}'`,
    );
    expect(await run.ended).toMatchObject({
      status: 'finished',
      pending: ['c1'],
      approvals: [{ callId: 'c1', tool: 'look', args: { where: 'here' } }],
    });
    const record = await other.store.runs.get(run.storedId);
    expect(await other.store.approvals.open(record?.conversationKey ?? '')).toMatchObject([
      { callId: 'c1', tool: 'look', status: 'pending', args: { where: 'here' } },
    ]);
    expect(other.model.asked).toEqual([]);
    expect(JSON.stringify(await saidIn(other, 'asks'))).not.toContain('Not run');
  });

  test('one that is cut off between two steps takes no step twice', async () => {
    let runs = 0;
    const add = () => ok(++runs);
    const asks: Answer = [...toolCall('c1', 'add', {}), finish('tool-calls')];
    await using own = await open([asks, 'never'], { add });
    await using other = await open([[...text('One'), finish()]], { add });
    const run = await own.begin({ conversationId: 'between' });
    await untilStored(other, run.storedId, '"step-started","step":2');
    own.isStopped = true;
    const events = await readElsewhere(other, run.storedId);
    expectWhole(events);
    expect(runs).toBe(1);
    expect(await saidIn(other, 'between')).toEqual([
      [{ type: 'text', text: 'Hello' }],
      [{ type: 'tool-call', callId: 'c1', name: 'add', args: {} }],
      { tool: 1 },
      [{ type: 'text', text: 'One' }],
    ]);
  });

  test('one goes on twice, and its steps keep their numbers', async () => {
    let runs = 0;
    const add = () => ok(++runs);
    const asks: Answer = [...toolCall('c1', 'add', {}), finish('tool-calls')];
    await using first = await open([asks, [...text('half '), 'hang']], { add });
    const run = await first.begin({ conversationId: 'twice' });
    const here = readAll(run);
    await untilStored(first, run.storedId, 'half ');
    first.isStopped = true;
    await using second = await open([[...text('more '), 'hang']], { add });
    await untilStored(second, run.storedId, 'more ');
    second.isStopped = true;
    await using third = await open([[...text('whole'), finish()]], { add });
    const events = await here;
    expectWhole(events);
    expect(runs).toBe(1);
    expect(events.flatMap(({ event }) => (event.type === 'step-started' ? event.step : []))).toEqual([1, 2, 2, 2]);
    expect(textOf(events)).toBe('half more whole');
    expect((await saidIn(third, 'twice')).at(-1)).toEqual([{ type: 'text', text: 'whole' }]);
    expect(await saidIn(third, 'twice')).toHaveLength(4);
    const steps = await third.store.runs.steps((await third.store.runs.get(run.storedId))?.key ?? '');
    expect(steps.map(({ number, status }) => [number, status])).toEqual([
      [1, 'finished'],
      [2, 'finished'],
    ]);
  });

  test('a process that wakes shows and stores nothing more of it, and its readers go on', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using own = await open([[...text('one '), { wait: promise }, ...text('of the sleeper'), finish()]]);
    const run = await own.begin({ conversationId: 'wakes' });
    const here = readAll(run);
    await untilStored(own, run.storedId, 'one ');
    own.isStopped = true;
    const held = Promise.withResolvers<void>();
    await using other = await open([[...text('two '), { wait: held.promise }, ...text('three'), finish()]]);
    await untilStored(other, run.storedId, 'two ');
    resolve();
    await new Promise((turn) => setTimeout(turn, 50));
    own.isStopped = false;
    held.resolve();
    const events = await here;
    expectWhole(events);
    expect(textOf(events)).toBe('one two three');
    expect(events).toEqual(await readElsewhere(other, run.storedId));
    expect(JSON.stringify(await saidIn(own, 'wakes'))).not.toContain('sleeper');
    expect(await run.ended).toMatchObject({ status: 'finished' });
  });

  test('a process that shuts down hands it over', async () => {
    const own = await open([[...text('one '), 'hang']]);
    await using other = await open([[...text('two'), finish()]], {}, { times: { leaseMs: 60_000 } });
    const run = await own.begin({ conversationId: 'handed' });
    const elsewhere = readElsewhere(other, run.storedId);
    await untilStored(other, run.storedId, 'one ');
    await own[Symbol.asyncDispose]();
    const events = await elsewhere;
    expectWhole(events);
    expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'finished' } });
    expect((await saidIn(other, 'handed')).at(-1)).toEqual([{ type: 'text', text: 'two' }]);
  });

  test('one whose agent is gone ends as interrupted', async () => {
    await using own = await open([[...text('one '), 'hang']]);
    await using other = await open(
      [],
      {},
      {
        find: () => {
          throw new ApiError('agent-not-found', 'Agent not found: tester');
        },
      },
    );
    const run = await own.begin({ conversationId: 'gone' });
    await untilStored(other, run.storedId, 'one ');
    own.isStopped = true;
    const events = await readElsewhere(other, run.storedId);
    expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'failed', code: 'run-interrupted' } });
    expect((await saidIn(other, 'gone')).at(-1)).toEqual([{ type: 'text', text: 'one ' }]);
  });

  test('one with a gap in what is stored of it ends as interrupted', async () => {
    await using own = await open([[...text('one '), 'hang']]);
    const run = await own.begin({ conversationId: 'gap' });
    await untilStored(own, run.storedId, 'one ');
    const { key } = (await own.store.runs.get(run.storedId)) ?? NO_RUN;
    const behind = { runKey: key, first: 99, events: [{ type: 'status', text: 'behind' }], times: [1] };
    await own.store.runs.append({ events: [behind], steps: [] });
    own.isStopped = true;
    await using other = await open([[...text('two'), finish()]]);
    await expect.poll(async () => (await other.store.runs.get(run.storedId))?.status, IN_TIME).toBe('interrupted');
    expect(other.model.asked).toHaveLength(0);
  });

  test('one that ends each process that goes on with it is given up', async () => {
    await using own = await open([[...text('one '), 'hang']]);
    const run = await own.begin({ conversationId: 'deadly' });
    await untilStored(own, run.storedId, 'one ');
    const before = await storedOf(own, run.storedId);
    const again: RunEvent[] = Array.from({ length: 6 }, () => [
      { type: 'answer-withdrawn' as const, messageIds: [], callIds: [] },
      { type: 'step-started' as const, step: 1, model: 'm' },
    ]).flat();
    own.isStopped = true;
    const row = `(${before.length + 1}, '${JSON.stringify(again)}', '${JSON.stringify(again.map(() => 1))}')`;
    await query(
      database.url,
      `insert into run_events (run_key, first, events, times) select key, new.* from runs,
        (values ${row}) as new(first, events, times) where id = '${run.storedId}'`,
    );
    await using other = await open([[...text('two'), finish()]]);
    await expect.poll(async () => (await other.store.runs.get(run.storedId))?.status, IN_TIME).toBe('interrupted');
    expect(other.model.asked).toHaveLength(0);
  });

  test('one that was asked to end meanwhile ends as it was asked', async () => {
    await using own = await open([[...text('one '), 'hang']]);
    await using other = await open([[...text('two'), finish()]]);
    const run = await own.begin();
    await untilStored(own, run.storedId, 'one ');
    own.isStopped = true;
    expect(await other.runs.cancel(run.conversationKey, run.id)).toBe(true);
    expect((await readElsewhere(other, run.storedId)).at(-1)?.event).toMatchObject({
      outcome: { status: 'cancelled' },
    });
    expect(other.model.asked).toHaveLength(0);
  });

  test('what it was asked goes with it', async () => {
    await using own = await open([[...text('one '), 'hang']]);
    await using other = await open([[...toolCall('c9', 'ask_client', { a: 1 }), finish('tool-calls')]]);
    const run = await own.begin({
      conversationId: 'asked',
      instructions: 'Speak like a pirate.',
      callerTools: [{ name: 'ask_client', description: 'Asks', inputSchema: { type: 'object' } }],
      note: { by: 'me' },
    });
    await untilStored(own, run.storedId, 'one ');
    own.isStopped = true;
    const events = await readElsewhere(other, run.storedId);
    expectWhole(events);
    expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'finished', pending: ['c9'] } });
    expect(JSON.stringify(other.model.asked[0]?.prompt)).toContain('pirate');
    expect(typesOf(events).filter((type) => type === 'noted')).toHaveLength(1);
    expect(await other.store.runs.resumable((await other.store.runs.get(run.storedId)) ?? NO_RUN)).toBeUndefined();
  });

  test('what only the provider can read of an answer goes with it', async () => {
    const add = () => ok(1);
    const signed = { openai: { itemId: 'item-7' } };
    const asks: Answer = [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
      { type: 'reasoning-end', id: 'r', providerMetadata: signed },
      ...toolCall('c1', 'add', {}),
      finish('tool-calls'),
    ];
    await using own = await open([asks, 'never'], { add });
    await using other = await open([[...text('One'), finish()]], { add });
    const run = await own.begin({ conversationId: 'signed' });
    await untilStored(other, run.storedId, '"step-started","step":2');
    own.isStopped = true;
    await readElsewhere(other, run.storedId);
    expect((await saidIn(other, 'signed'))[1]).toContainEqual({
      type: 'reasoning',
      text: 'Hm',
      providerOptions: signed,
    });
    expect(JSON.stringify(other.model.asked[0]?.prompt)).toContain('item-7');
  });

  test('a tool does not run before it is stored that it may', async () => {
    let runs = 0;
    const add = () => ok(++runs);
    await using own = await open(
      [
        [...toolCall('c1', 'add', {}), finish('tool-calls')],
        [...text('Done'), finish()],
      ],
      { add },
    );
    const { append } = own.store.runs;
    const held = Promise.withResolvers<void>();
    const stores = Promise.withResolvers<void>();
    own.store.runs.append = async (happened) => {
      if (JSON.stringify(happened.events).includes('tool-started')) {
        stores.resolve();
        await held.promise;
      }
      return append(happened);
    };
    const run = await own.begin();
    await stores.promise;
    await new Promise(setImmediate);
    expect(runs).toBe(0);
    held.resolve();
    expectWhole(await readAll(run));
    expect(runs).toBe(1);
  });
});

const NO_RUN = { key: '', id: '', conversationKey: '' };
