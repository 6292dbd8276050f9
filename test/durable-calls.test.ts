/** Calls of code and of other agents that are open when the process of their run goes: nothing of them runs twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INTERRUPTED } from '../server/runs/run-events.ts';
import { toStep } from '../server/runs/step-views.ts';
import type { Toolset } from '../server/runs/toolset.ts';
import {
  answererOf,
  type DurableProcess,
  expectWhole,
  IN_TIME,
  openAsking,
  openDurable,
  saidIn,
  stepsOf,
  stopBefore,
  untilStored,
} from './support/durable-runs.ts';
import { ok, testAgent } from './support/loop.ts';
import { hasNoDatabase, openDatabase, type TestDatabase } from './support/postgres.ts';
import { readAll } from './support/running.ts';
import { type Answer, finish, text, toolCall } from './support/scripted-model.ts';
import { readElsewhere } from './support/shared-runs.ts';

const says = (words: string): Answer => [...text(words), finish()];
const asks: Answer = [...toolCall('c1', 'ask_helper', { message: 'Add' }), finish('tool-calls')];
const adds: Answer = [...text('I add. '), ...toolCall('h1', 'add', {}), finish('tool-calls')];
const never = new Promise<never>(() => undefined);

describe.skipIf(hasNoDatabase)('open calls of durable runs', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase();
  }, 120_000);
  afterAll(() => database?.close());

  /** The one run that another has asked for last. */
  async function askedBy({ store }: DurableProcess, parentRunId: string) {
    const { runs } = await store.runs.list({ parentRunId, limit: 10 });
    const [child] = runs;
    if (!child) throw new Error('nobody was asked');
    return child;
  }

  test('of code: it may have run, and what it called has ended', async () => {
    let called = 0;
    const code = (isLasting: boolean): Toolset => ({
      list: () => [{ name: 'execute_code', description: 'Runs code', inputSchema: { type: 'object' } }],
      async call(_name, _args, { watch }) {
        called++;
        for (const tool of ['whole', 'half']) {
          const call = watch?.begin({ server: 'files', tool, args: {} });
          call?.start();
          if (tool === 'whole') call?.end({ isError: false, result: 1 });
        }
        return isLasting ? never : ok(1);
      },
    });
    const asksForCode: Answer = [...toolCall('c1', 'execute_code', { code: '1' }), finish('tool-calls')];
    await using own = await openDurable({ answers: [asksForCode], toolset: code(true), url: database.url });
    const goOn = Promise.withResolvers<void>();
    const answers: Answer[] = [[...text('It may '), { wait: goOn.promise }, ...text('be done'), finish()]];
    const run = await own.begin({ conversationId: 'code' });
    const here = readAll(run);
    await expect.poll(async () => (await stepsOf(own, run.storedId))[0]?.toolCalls.length, IN_TIME).toBe(3);
    own.isStopped = true;
    await using other = await openDurable({ answers, toolset: code(false), url: database.url });
    await untilStored(other, run.storedId, 'It may ');
    const [step] = await stepsOf(other, run.storedId);
    const shown = step && toStep(step, { isOver: false, approvals: [] });
    expect(shown?.tool_calls.map(({ tool, status }) => [tool, status])).toEqual([
      ['execute_code', 'failed'],
      ['files__whole', 'done'],
      ['files__half', 'interrupted'],
    ]);
    goOn.resolve();
    const events = await here;
    expectWhole(events);
    expect(called).toBe(1);
    expect((await saidIn(other, 'code')).slice(-2)).toMatchObject([
      { tool: expect.stringContaining('may have run') },
      [{ text: 'It may ' }, { text: 'be done' }],
    ]);
  });

  test('of another agent: it may have run, and its own run has an end', async () => {
    let added = 0;
    const url = database.url;
    const lasting = {
      add: () => {
        added++;
        return never;
      },
    };
    await using own = await openAsking({ answers: [asks, adds], tools: lasting, url });
    const run = await own.begin({ conversationId: 'asked' });
    const here = readAll(run);
    await expect.poll(() => added, IN_TIME).toBe(1);
    const child = await askedBy(own, run.storedId);
    await using other = await openAsking({ answers: [says('It may be done')], tools: { add: () => ok(++added) }, url });
    const reading = readElsewhere(other, child.id);
    own.isStopped = true;
    const events = await here;
    expectWhole(events);
    expect(events.flatMap(({ event }) => (event.type === 'subagent-ended' ? event : []))).toMatchObject([
      { runId: child.id, outcome: { status: 'failed', code: 'run-interrupted' } },
    ]);
    const told = await reading;
    expect(told.filter(({ event }) => event.type === 'run-ended')).toHaveLength(1);
    expect(told.at(-1)?.event).toMatchObject({ outcome: { status: 'failed', code: 'run-interrupted' } });
    expect(await other.store.runs.find(child.key)).toMatchObject({ status: 'interrupted' });
    expect((await saidIn(other, child.conversationId)).at(-1)).toMatchObject([{ text: 'I add. ' }, { callId: 'h1' }]);
    expect(added).toBe(1);
    expect((await saidIn(other, 'asked')).slice(-2)).toEqual([
      { tool: expect.stringContaining('may have run') },
      [{ type: 'text', text: 'It may be done' }],
    ]);
    const { runs } = await other.store.runs.list({ parentRunId: run.storedId, limit: 10 });
    expect(runs).toHaveLength(1);
  });

  test('of another agent, when the process shuts down: its own run ends with that', async () => {
    let added = 0;
    const url = database.url;
    const lasting = {
      add: () => {
        added++;
        return never;
      },
    };
    const own = await openAsking({ answers: [asks, adds], tools: lasting, url });
    const run = await own.begin({ conversationId: 'shut down' });
    await expect.poll(() => added, IN_TIME).toBe(1);
    const child = await askedBy(own, run.storedId);
    await using other = await openAsking({ answers: [says('It may be done')], tools: { add: () => ok(++added) }, url });
    const reading = readElsewhere(other, run.storedId);
    await own[Symbol.asyncDispose]();
    expectWhole(await reading);
    expect(added).toBe(1);
    expect(await other.store.runs.find(child.key)).toMatchObject({
      status: 'interrupted',
      outcome: INTERRUPTED,
    });
    expect((await readElsewhere(other, child.id)).at(-1)?.event).toMatchObject({
      type: 'run-ended',
      outcome: INTERRUPTED,
    });
    expect((await saidIn(other, 'shut down')).slice(-2)).toEqual([
      { tool: expect.stringContaining('may have run') },
      [{ type: 'text', text: 'It may be done' }],
    ]);
  });

  const careful = { helper: { ...testAgent, approvals: { tools: ['add'] } } };

  // The step of the other agent ends first.
  test.each([
    ['subagent-ended', 1],
    ['step-ended', 2],
    ['run-ended', 2],
  ] as const)(
    'of another agent that waits for a person: it waits on, where the process goes before %s',
    async (last, count) => {
      let added = 0;
      const shared = { ...careful, tools: { add: () => ok(++added) }, url: database.url };
      const conversationId = `waits ${last}`;
      await using own = await openAsking({ ...shared, answers: [asks, adds] });
      const stopped = stopBefore(own, last, count);
      const run = await own.begin({ conversationId });
      await stopped;
      const child = await askedBy(own, run.storedId);
      const [asked] = await own.store.approvals.open(child.conversationKey);
      await using other = await openAsking({ ...shared, answers: [says('Added'), says('All done')] });
      const events = await readElsewhere(other, run.storedId);
      expectWhole(events);
      const [standing] = await other.store.approvals.open(run.conversationKey);
      expect(standing).toMatchObject({ callId: 'c1', tool: 'add', standsFor: asked?.id, status: 'pending' });
      const waiting = { pending: ['c1'], approvals: [{ id: standing?.id, callId: 'c1', tool: 'add' }] };
      expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'finished', ...waiting } });
      expect(events.flatMap(({ event }) => (event.type === 'subagent-ended' ? event : []))).toMatchObject([
        { runId: child.id, outcome: { status: 'finished', ...waiting } },
      ]);
      await answererOf(other)(asked?.id ?? '');
      await expect.poll(async () => JSON.stringify(await saidIn(other, conversationId)), IN_TIME).toContain('All done');
      expect(added).toBe(1);
    },
  );

  test('of another agent that a person has answered for: it may have run', async () => {
    let added = 0;
    const url = database.url;
    await using own = await openAsking({
      ...careful,
      answers: [asks, adds],
      tools: {
        add: () => {
          added++;
          return never;
        },
      },
      url,
    });
    const run = await own.begin({ conversationId: 'answered' });
    await run.ended;
    const [standing] = await own.store.approvals.open(run.conversationKey);
    const { resumedBy } = await answererOf(own)(standing?.id ?? '');
    await expect.poll(() => added, IN_TIME).toBe(1);
    own.isStopped = true;
    const tools = { add: () => ok(++added) };
    await using other = await openAsking({ ...careful, answers: [says('It may be done')], tools, url });
    const events = await readElsewhere(other, resumedBy ?? '');
    expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'finished', pending: [] } });
    expect(added).toBe(1);
    expect((await saidIn(other, 'answered')).slice(-2)).toEqual([
      { tool: expect.stringContaining('may have run') },
      [{ type: 'text', text: 'It may be done' }],
    ]);
    const child = await askedBy(other, resumedBy ?? '');
    await expect.poll(async () => (await other.store.runs.find(child.key))?.status, IN_TIME).toBe('interrupted');
  });
});
