import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYBODY } from '../server/call/principal.ts';
import type { LoggedEvent } from '../server/runs/log-reader.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { hasNoDatabase, openDatabase, query, type TestDatabase } from './support/postgres.ts';
import { readAll } from './support/running.ts';
import { finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { readElsewhere, startSharedRuns } from './support/shared-runs.ts';

const CANCELLED = 'cancelled by the user';
const IN_TIME = { timeout: 15_000 };

describe.skipIf(hasNoDatabase)('runs of processes that share a database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase();
  }, 120_000);
  afterAll(() => database?.close());

  /** A model that says two words, waits, and says the last one. */
  function pausing() {
    const { promise, resolve } = Promise.withResolvers<void>();
    const model = scriptedModel([[...text('one ', 'two '), { wait: promise }, ...text('three'), finish()]]);
    return { model, goOn: resolve };
  }
  const idle = scriptedModel([[...text('Hi'), finish()]]);
  const open = (model = idle, options = {}) => startSharedRuns(model, { url: database.url, ...options });
  const typesOf = (events: readonly LoggedEvent[]) => events.map(({ event }) => event.type);
  const numbersOf = (events: readonly LoggedEvent[]) => events.map(({ id }) => id);
  const statusOf = async (process: Awaited<ReturnType<typeof open>>, id: string) =>
    (await process.store.runs.get(id))?.status;

  test.each([false, true])('one is followed live by another process, from any event (deaf: %s)', async (isDeaf) => {
    const { model, goOn } = pausing();
    await using own = await open(model);
    await using other = await open(idle, { isDeaf });
    const run = await own.start();
    const whole = readElsewhere(other, run.storedId);
    const late = readElsewhere(other, run.storedId, 3);
    await expect
      .poll(
        async () => (await own.store.runs.events((await own.store.runs.get(run.storedId))?.key ?? '')).length,
        IN_TIME,
      )
      .toBe(1);
    goOn();
    const [told, all, rest] = await Promise.all([readAll(run), whole, late]);
    expect(all).toEqual(told);
    expect(rest).toEqual(told.slice(3));
    expect(await readElsewhere(other, run.storedId)).toEqual(told);
  });

  test('a run with a caller is followed too', async () => {
    const { model, goOn } = pausing();
    await using own = await open(model);
    await using other = await open();
    const run = await own.start({ detached: false });
    const told = readAll(run);
    const elsewhere = readElsewhere(other, run.storedId);
    goOn();
    expect(await elsewhere).toEqual(await told);
  });

  test('a second one on its conversation is refused everywhere, and waits or interrupts as its caller says', async () => {
    const { model, goOn } = pausing();
    await using own = await open(model);
    await using other = await open();
    const first = await own.start({ conversationId: 'busy' });
    await expect(other.start({ conversationId: 'busy' })).rejects.toMatchObject({ code: 'conversation-busy' });
    const queued = other.start({ conversationId: 'busy', whenBusy: 'queue' });
    goOn();
    expect(await first.ended).toMatchObject({ status: 'finished' });
    expect(await (await queued).ended).toMatchObject({ status: 'finished' });
    expect((await own.store.conversations.messages('busy')).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
    await using third = await open(pausing().model);
    const held = await third.start({ conversationId: 'held' });
    const next = await other.start({ conversationId: 'held', whenBusy: 'interrupt' });
    expect(await held.ended).toMatchObject({ status: 'cancelled', reason: 'interrupted by the next prompt' });
    expect(await next.ended).toMatchObject({ status: 'finished' });
  });

  test('a conversation is not rewound while another process has a run on it', async () => {
    const { model, goOn } = pausing();
    await using own = await open(model);
    await using other = await open();
    const run = await own.start({ conversationId: 'told' });
    const [message] = await other.store.conversations.messages('told');
    const rewind = () => other.store.conversations.rewind('told', { from: message?.id ?? '' });
    await expect(rewind()).rejects.toMatchObject({ code: 'conversation-busy' });
    goOn();
    await run.ended;
    expect(await rewind()).toBe(true);
    expect(await own.store.conversations.messages('told')).toEqual([]);
  });

  test.each([false, true])('one is cancelled from another process (deaf: %s)', async (isDeaf) => {
    await using own = await open(pausing().model, { isDeaf });
    await using other = await open(idle, { isDeaf });
    const run = await own.start();
    expect(await other.runs.cancel(run.conversationKey, 'another')).toBe(false);
    expect(await other.runs.cancel(run.conversationKey, run.id)).toBe(true);
    expect(await run.ended).toMatchObject({ status: 'cancelled', reason: CANCELLED });
    expect(await statusOf(other, run.storedId)).toBe('cancelled');
  });

  test('who follows one at a process that shuts down is told so at once, and reads on at another', async () => {
    const { model, goOn } = pausing();
    await using own = await open(model);
    await using third = await open();
    const run = await own.start();
    const told: LoggedEvent[] = [];
    await using other = await open();
    const found = await other.runs.findById(run.storedId, EVERYBODY);
    const reading = (async () => {
      for await (const event of found?.events(AbortSignal.timeout(15_000)) ?? []) told.push(event);
    })();
    const refused = expect(reading).rejects.toMatchObject({ code: 'draining', headers: { 'retry-after': '1' } });
    await expect.poll(() => told.length, IN_TIME).toBeGreaterThan(0);
    await other.runs.drain(60_000);
    await refused;
    const rest = readElsewhere(third, run.storedId, told.length);
    goOn();
    expect([...told, ...(await rest)]).toEqual(await readAll(run));
  });

  test('one found elsewhere is cancelled, and its end waited for', async () => {
    await using own = await open(pausing().model);
    await using other = await open();
    const { storedId } = await own.start();
    const found = await other.runs.findById(storedId, EVERYBODY);
    found?.run?.cancel(CANCELLED);
    expect(await found?.run?.ended).toMatchObject({ status: 'cancelled', reason: CANCELLED });
  });

  test('the end of a deleted conversation or agent ends runs everywhere', async () => {
    await using own = await open(pausing().model);
    await using other = await open();
    const [one, two] = [
      await own.start({
        agent: () => ({ id: 'going', model: null, systemPrompt: '', maxSteps: 2, temperature: null }),
      }),
      await own.start(),
    ];
    await expect.poll(() => other.runs.isActive('going'), IN_TIME).toBe(true);
    await other.runs.cancelAgent('going');
    expect(await one.ended).toMatchObject({ status: 'cancelled' });
    await other.runs.cancelConversation(two.conversationKey);
    expect(await two.ended).toMatchObject({ status: 'cancelled' });
  });

  test('one whose process stands still is ended by another, and nothing of it is shown or stored from then on', async () => {
    const { model, goOn } = pausing();
    await using own = await open(model);
    await using other = await open();
    const run = await own.start({ conversationId: 'still' });
    const shown = readAll(run);
    const elsewhere = readElsewhere(other, run.storedId);
    await expect.poll(() => JSON.stringify(run.held), IN_TIME).toContain('two');
    const before = run.held.length;
    // What was shown is stored before it stands still.
    await expect.poll(async () => (await readSoFar(other, run.storedId)).length, IN_TIME).toBe(before);
    own.isStopped = true;
    await expect.poll(() => statusOf(other, run.storedId), IN_TIME).toBe('interrupted');
    // It wakes, and its model has gone on.
    goOn();
    await new Promise((resolve) => setTimeout(resolve, 50));
    own.isStopped = false;
    const events = await shown;
    expect(typesOf(events).at(-1)).toBe('run-ended');
    expect(events.at(-1)?.event).toMatchObject({ outcome: { status: 'failed', code: 'run-interrupted' } });
    expect(events).toHaveLength(before + 1);
    expect(JSON.stringify(events)).not.toContain('three');
    const seen = await elsewhere;
    expect(seen.slice(0, -1)).toEqual(events.slice(0, -1));
    expect(seen.at(-1)?.event).toEqual(events.at(-1)?.event);
    expect(JSON.stringify(await own.store.conversations.messages('still'))).not.toContain('three');
    expect(await (await other.start({ conversationId: 'still' })).ended).toMatchObject({ status: 'finished' });
  });

  test('a late word of a process ends nothing: what it holds back is shown once it is heard again', async () => {
    const { model, goOn } = pausing();
    await using own = await open(model, { times: { leaseMs: 800, beatMs: 50 } });
    await using other = await open(idle, { times: { leaseMs: 60_000 } });
    const run = await own.start();
    await expect.poll(() => JSON.stringify(run.held), IN_TIME).toContain('two');
    own.isStopped = true;
    await expect.poll(() => own.replica.isFresh, IN_TIME).toBe(false);
    const reading = readAll(run);
    goOn();
    await expect.poll(() => JSON.stringify(run.held), IN_TIME).toContain('three');
    own.isStopped = false;
    expect(typesOf(await reading).at(-1)).toBe('run-ended');
    expect(await statusOf(other, run.storedId)).toBe('finished');
  });

  test('of processes that nobody could hear, the first to be heard again takes nothing that another goes on with', async () => {
    const { model, goOn } = pausing();
    // Alone: nobody else hears that they are silent.
    await using alone = await openDatabase();
    const { url } = alone;
    await using own = await open(model, { url });
    await using gone = await open(pausing().model, { url });
    await using other = await open(idle, { url });
    const [run, lost] = await Promise.all([own.start(), gone.start()]);
    await expect.poll(() => JSON.stringify(run.held), IN_TIME).toContain('two');
    for (const process of [own, gone, other]) process.isStopped = true;
    const silent = "select count(*)::int from replicas where beat < clock_timestamp() - interval '1.7 s'";
    await expect.poll(() => query(url, silent), IN_TIME).toEqual([3]);
    other.isStopped = false;
    await expect.poll(() => other.replica.isFresh, IN_TIME).toBe(true);
    // It has looked more than once by then.
    for (let beats = 0; beats < 3; beats++) await new Promise((resolve) => setTimeout(resolve, 100));
    own.isStopped = false;
    goOn();
    expect(await run.ended).toMatchObject({ status: 'finished' });
    // What stays silent is taken all the same, a while later.
    await expect.poll(() => statusOf(other, lost.storedId), IN_TIME).toBe('interrupted');
  });

  test('one that was asked to end, and whose process is gone, ends as it was asked', async () => {
    await using own = await open(pausing().model);
    await using other = await open();
    const run = await own.start();
    own.isStopped = true;
    expect(await other.runs.cancel(run.conversationKey, run.id)).toBe(true);
    await expect.poll(() => statusOf(other, run.storedId), IN_TIME).toBe('cancelled');
    // Who reads it at its own process, which wakes, is told the same.
    own.isStopped = false;
    expect(await run.ended).toEqual({ status: 'cancelled', reason: CANCELLED });
  });

  test('one that nobody drives is ended by its own process', async () => {
    await using own = await open();
    const { key } = await own.store.runs.open({ id: 'alone', conversationId: 'alone', agentId: 'a', messages: [] });
    await own.store.runs.append({
      events: [{ runKey: key, first: 1, events: [{ type: 'text-started', messageId: 'm' }], times: [1] }],
      steps: [],
    });
    await expect.poll(() => statusOf(own, 'alone'), IN_TIME).toBe('interrupted');
  });

  test('what a process stored and never heard of is stored once', async () => {
    const { model, goOn } = pausing();
    await using own = await open(model);
    const { append } = own.store.runs;
    let lost = 0;
    own.store.runs.append = async (happened) => {
      const learned = await append(happened);
      if (happened.events.length && lost++ === 0)
        throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
      return learned;
    };
    const run = await own.start();
    await expect.poll(() => lost, IN_TIME).toBeGreaterThan(0);
    goOn();
    const told = await readAll(run);
    expect(numbersOf(await readElsewhere(own, run.storedId))).toEqual(numbersOf(told));
    const stored = await own.store.runs.events((await own.store.runs.get(run.storedId))?.key ?? '');
    expect(stored.flatMap(({ events }) => events)).toHaveLength(told.length);
  });

  test('tools of a run with a caller work as everywhere', async () => {
    const model = scriptedModel([
      [toolCall('c1', 'add', { a: 1 }), finish('tool-calls')].flat(),
      [...text('Two'), finish()],
    ]);
    await using own = await open(model);
    await using other = await open();
    const run = await own.start({ toolset: toolsetOf({ add: () => ok(2) }) });
    const told = await readAll(run);
    expect(await readElsewhere(other, run.storedId)).toEqual(told);
    expect(await other.store.runs.steps((await other.store.runs.get(run.storedId))?.key ?? '')).toHaveLength(2);
  });

  async function readSoFar(process: Awaited<ReturnType<typeof open>>, id: string) {
    const found = await process.store.runs.get(id);
    return (await process.store.runs.events(found?.key ?? '')).flatMap(({ events }) => events);
  }
});
