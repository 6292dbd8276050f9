/** What is counted of a durable run that has gone on elsewhere: its steps, their tokens and their costs, each once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Usage } from '../server/runs/run-events.ts';
import {
  type DurableProcess,
  durable,
  expectWhole,
  IN_TIME,
  openAsking,
  openDurable,
  stepsOf,
  stopBefore,
  type Tools,
  typesOf,
  untilStored,
} from './support/durable-runs.ts';
import { ok } from './support/loop.ts';
import { hasNoDatabase, openDatabase, type TestDatabase } from './support/postgres.ts';
import { readAll } from './support/running.ts';
import { type Answer, finish, text, toolCall } from './support/scripted-model.ts';
import { readElsewhere } from './support/shared-runs.ts';

/** What so many answers of a scripted model have used. */
const usageOf = (answers: number): Usage => ({
  inputTokens: 10 * answers,
  outputTokens: 5 * answers,
  reasoningTokens: 0,
  cachedInputTokens: 0,
});
const calls = (id: string): Answer => [...toolCall(id, 'add', {}), finish('tool-calls')];
const says = (words: string): Answer => [...text(words), finish()];

describe.skipIf(hasNoDatabase)('what is counted of a durable run', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase();
  }, 120_000);
  afterAll(() => database?.close());

  let added = 0;
  const tools: Tools = { add: () => ok(++added) };
  /** Each answer costs a dollar. */
  const open = (answers: readonly Answer[], options = {}) =>
    openDurable({ answers, tools, url: database.url, priceOf: () => 1, ...options });
  /** What is told of a run at its end, wherever that is. */
  async function countsOf(process: DurableProcess, id: string) {
    const record = await process.store.runs.get(id);
    const steps = await stepsOf(process, id);
    const sums = await process.store.runs.sums({ conversationId: record?.conversationId });
    return {
      usage: record?.usage,
      cost: record?.cost,
      sums: { usage: sums.usage, cost: sums.cost },
      steps: steps.map(({ number, status, usage, cost }) => ({ number, status, usage, cost })),
    };
  }
  const step = (number: number, answers: number) =>
    ({ number, status: 'finished', usage: usageOf(answers), cost: answers }) as const;
  const total = (answers: number) => ({
    usage: usageOf(answers),
    cost: answers,
    sums: { usage: usageOf(answers), cost: answers },
  });

  test('the steps that it took before count, and are told', async () => {
    const agent = { ...durable, maxSteps: 3 };
    await using own = await open([calls('c1'), calls('c2'), 'never'], { agent });
    await using other = await open([calls('c3'), says('Too late')], { agent });
    const run = await own.begin();
    await untilStored(own, run.storedId, '"step-started","step":3');
    const before = await stepsOf(own, run.storedId);
    own.isStopped = true;
    const events = await readElsewhere(other, run.storedId);
    expectWhole(events);
    expect(events.at(-1)?.event).toMatchObject({
      outcome: { status: 'finished', stoppedBy: 'max-steps' },
      usage: usageOf(3),
    });
    expect(other.model.asked).toHaveLength(1);
    expect(await countsOf(other, run.storedId)).toEqual({ ...total(3), steps: [step(1, 1), step(2, 1), step(3, 1)] });
    expect((await stepsOf(other, run.storedId)).slice(0, 2)).toEqual(before.slice(0, 2));
    const record = await other.store.runs.get(run.storedId);
    expect(record?.startedAt).toBe(run.startedAt);
    const { durationMs } = await other.store.runs.sums({ conversationId: run.conversationId });
    expect(durationMs).toBe(Date.parse(record?.endedAt ?? '') - Date.parse(run.startedAt));
  });

  test('what an answer used that was made void counts once, however often that happens', async () => {
    await using first = await open([calls('c1'), calls('c2')]);
    const stopped = stopBefore(first, 'tool-started');
    const run = await first.begin();
    const here = readAll(run);
    await stopped;
    const second = await open([calls('c3')], { times: { leaseMs: 1600 } });
    await stopBefore(second, 'tool-started');
    await using third = await open([calls('c4'), says('Done')]);
    const events = await here;
    await second[Symbol.asyncDispose]();
    expectWhole(events);
    expect(typesOf(events).filter((type) => type === 'answer-withdrawn')).toHaveLength(2);
    expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'finished' }, usage: usageOf(4) });
    expect(await countsOf(third, run.storedId)).toEqual({ ...total(4), steps: [step(1, 3), step(2, 1)] });
    expect((await stepsOf(third, run.storedId))[0]?.toolCalls.map(({ callId }) => callId)).toEqual(['c4']);
  });

  test('what was made void counts beside a half step that counts', async () => {
    const hang = { ...tools, add: () => new Promise<never>(() => undefined) };
    await using first = await open([calls('c1')]);
    const stopped = stopBefore(first, 'tool-started');
    const run = await first.begin();
    const here = readAll(run);
    await stopped;
    await using second = await open([calls('c2')], { tools: hang });
    await untilStored(second, run.storedId, '"tool-started","callId":"c2"');
    second.isStopped = true;
    await using third = await open([says('Done')]);
    const events = await here;
    expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'finished' }, usage: usageOf(3) });
    expect(await countsOf(third, run.storedId)).toEqual({ ...total(3), steps: [step(1, 2), step(2, 1)] });
  });

  test('what was made void counts where the run cannot go on', async () => {
    await using own = await open([calls('c1')]);
    const stopped = stopBefore(own, 'tool-started');
    const run = await own.begin();
    await stopped;
    await using other = await open([[...text('one '), 'hang']]);
    await untilStored(other, run.storedId, 'one ');
    expect(await other.runs.cancel(run.conversationKey, run.id)).toBe(true);
    await expect.poll(async () => (await other.store.runs.get(run.storedId))?.status, IN_TIME).toBe('cancelled');
    expect(await countsOf(other, run.storedId)).toMatchObject(total(1));
  });

  test('an answer whose price is not known leaves none to the step', async () => {
    await using own = await open([calls('c1')]);
    const stopped = stopBefore(own, 'tool-started');
    const run = await own.begin();
    await stopped;
    await using other = await open([says('Done')], { priceOf: () => null });
    await readElsewhere(other, run.storedId);
    const record = await other.store.runs.get(run.storedId);
    expect(record).toMatchObject({ usage: usageOf(2), cost: null, unpricedSteps: 1 });
  });

  test('the steps of agents that it has asked before count for those that it may take', async () => {
    const agent = { ...durable, maxSteps: 4 };
    const asks: Answer = [...toolCall('c1', 'ask_helper', { message: 'Add' }), finish('tool-calls')];
    const process = { tools, agent, url: database.url };
    await using own = await openAsking({ ...process, answers: [asks, calls('h1'), says('Two'), 'never'] });
    await using other = await openAsking({ ...process, answers: [calls('c2'), says('Too late')] });
    const run = await own.begin();
    await untilStored(own, run.storedId, '"step-started","step":2');
    own.isStopped = true;
    const events = await readElsewhere(other, run.storedId);
    expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'finished', stoppedBy: 'max-steps' } });
    expect(other.model.asked).toHaveLength(1);
  });
});
