import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultRunLimits } from '../server/runs/limits.ts';
import type { RunEvent } from '../server/runs/run-events.ts';
import { RunJournal } from '../server/runs/run-journal.ts';
import { readStoredEvents } from '../server/runs/stored-events.ts';
import type { Toolset } from '../server/runs/toolset.ts';
import type { EventBatch, Store } from '../server/store/store.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { startAgentRuns } from './support/agent-runs.ts';
import { toolsetOf, userSays } from './support/loop.ts';
import { startRuns } from './support/running.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';
import { isShared, openPlace, openStore } from './support/stores.ts';

describe('stored events', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore();
    for (const id of ['r1', 'r2', 'r3']) {
      await store.runs.open({
        id,
        conversationId: `of-${id}`,
        agentId: 'a',
        messages: [userSays('Hi')],
        isDetached: true,
      });
    }
  });
  afterEach(() => store.close());
  const batch = (runKey: string, first: number, ...events: string[]): EventBatch => ({
    runKey,
    first,
    events,
    times: events.map((_, index) => 1000 + index),
  });
  const append = (...events: EventBatch[]) => store.runs.append({ events, steps: [] });
  const end = (id: string) => store.runs.close({ key: id, status: 'finished', messages: [], usage: NO_USAGE });

  test('come back in order, as far as there is no gap', async () => {
    await append(batch('r1', 3, 'c'));
    expect(await store.runs.events('r1')).toEqual([]);
    await append(batch('r1', 1, 'a', 'b'));
    await append(batch('r1', 5, 'e'));
    expect(await store.runs.events('r1')).toEqual([batch('r1', 1, 'a', 'b'), batch('r1', 3, 'c')]);
  });

  test('that stand at no place, or at one of others, cost the others nothing', async () => {
    await append(batch('r1', 1, 'a', 'b'), batch('r1', 3, 'c'), batch('r1', 4, 'd'));
    // What is no whole number PostgreSQL refuses by itself.
    const between = isShared() ? [] : [batch('r1', 2.5, 'odd')];
    await append(batch('r1', 2, 'odd'), ...between, batch('r1', -1, 'odd'));
    const stored = await store.runs.events('r1');
    expect(stored.flatMap(({ events }) => events)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('of a deleted conversation are left out, and those beside them are stored', async () => {
    await store.conversations.delete('of-r1');
    await append(batch('r1', 1, 'a'), batch('r2', 1, 'b'));
    expect(await store.runs.events('r1')).toEqual([]);
    expect(await store.runs.events('r2')).toHaveLength(1);
  });

  test('are deleted with age and with number, those of running runs never', async () => {
    for (const runKey of ['r1', 'r2', 'r3']) await append(batch(runKey, 1, 'a'));
    await end('r1');
    await end('r2');
    const kept = async () => {
      const all = await Promise.all(['r1', 'r2', 'r3'].map((id) => store.runs.events(id)));
      return all.map(({ length }) => length);
    };
    await store.runs.pruneEvents({ endedBefore: '2000-01-01T00:00:00.000Z', keep: 2 });
    expect(await kept()).toEqual([1, 1, 1]);
    await store.runs.pruneEvents({ endedBefore: '2000-01-01T00:00:00.000Z', keep: 1 });
    expect((await kept()).toSorted()).toEqual([0, 1, 1]);
    await store.runs.pruneEvents({ endedBefore: '2100-01-01T00:00:00.000Z', keep: 10 });
    expect(await kept()).toEqual([0, 0, 1]);
  });
});

const usage = { inputTokens: 1, outputTokens: 2, reasoningTokens: 3, cachedInputTokens: 4 };
const block = { messageId: 'm' };
const call = { callId: 'c', name: 'look' };
/** One event of each kind, with all of its fields. */
const everyKind: { readonly [Type in RunEvent['type']]: Required<Extract<RunEvent, { type: Type }>> } = {
  'step-started': { type: 'step-started', step: 1, model: 'script' },
  'model-asked': { type: 'model-asked' },
  'model-retried': { type: 'model-retried', code: 'model-failed', detail: 'busy', waitMs: 500 },
  noted: { type: 'noted', note: { by: 'somebody' } },
  'model-answered': {
    type: 'model-answered',
    usage,
    stopReason: 'stop',
    message: { id: 'm', content: [{ type: 'text', text: 'Hi', providerOptions: { p: { signature: 's' } } }] },
  },
  'answer-withdrawn': { type: 'answer-withdrawn', messageIds: ['m'], callIds: ['c'] },
  status: { type: 'status', text: 'going on without MCP server late', missingServers: ['late'] },
  'text-started': { type: 'text-started', ...block },
  'text-delta': { type: 'text-delta', ...block, delta: 'Hi' },
  'text-ended': { type: 'text-ended', ...block },
  'reasoning-started': { type: 'reasoning-started', ...block },
  'reasoning-delta': { type: 'reasoning-delta', ...block, delta: 'Hm' },
  'reasoning-ended': { type: 'reasoning-ended', ...block },
  file: { type: 'file', ...block, mediaType: 'image/png', data: 'iVBORw0KGgo=' },
  'tool-call-started': { type: 'tool-call-started', ...call, ...block },
  'tool-call-delta': { type: 'tool-call-delta', callId: 'c', delta: '{}' },
  'tool-call-ended': { type: 'tool-call-ended', ...call, args: { city: 'Paris' }, server: 'weather' },
  'tool-started': { type: 'tool-started', ...call, server: 'weather', approvalId: 'appr', args: { city: 'Rome' } },
  'tool-result': {
    type: 'tool-result',
    ...call,
    ...block,
    result: null,
    isError: false,
    bytes: 4,
    approvalId: 'appr',
    server: 'weather',
    args: { to: 'ada' },
    isDenied: true,
    page: { uri: 'ui://a', server: 'weather', tool: 'look', input: {}, result: { content: [] } },
    files: [{ mediaType: 'image/png', data: 'iVBORw0KGgo=' }],
  },
  'state-set': { type: 'state-set', state: null },
  'state-patched': { type: 'state-patched', patch: [{ op: 'add', path: '/a', value: 1 }] },
  custom: { type: 'custom', name: 'seen', value: [1] },
  'subagent-started': { type: 'subagent-started', runId: 'r2', callId: 'c', agentId: 'helper', conversationId: 'b' },
  'subagent-event': {
    type: 'subagent-event',
    runId: 'r2',
    event: { type: 'subagent-event', runId: 'r3', event: { type: 'text-delta', ...block, delta: 'Hi' } },
  },
  'subagent-ended': { type: 'subagent-ended', runId: 'r2', outcome: { status: 'finished', pending: [] }, omitted: 1 },
  'step-ended': { type: 'step-ended', step: 1, usage },
  'run-ended': { type: 'run-ended', outcome: { status: 'finished', pending: [], missingServers: ['late'] }, usage },
};

test.each(Object.values(everyKind))('a stored event of the kind $type is read again as it was', async (event) => {
  const events = [JSON.parse(JSON.stringify(event))];
  const stored = { events: async () => [{ runKey: 'r', first: 1, events, times: [1000] }] };
  expect(await readStoredEvents(stored, 'r')).toEqual([{ id: 1, at: 1000, event }]);
});

test('a background run that waited for a server is read after a restart as it was followed', async () => {
  await using folder = await openPlace();
  const waiting = toolsetOf({});
  const toolset: Toolset = {
    ...waiting,
    async prepare({ onWaiting }) {
      onWaiting?.(['late']);
      return ['late'];
    },
  };
  const ask = { message: 'Hi', conversation_id: 'c', run_id: 'r', background: true };
  const model = scriptedModel([[...text('Hello'), finish()]]);
  let followed: unknown;
  {
    await using server = await startAgentRuns(model, { folder: folder.path, toolset });
    followed = await server.read('/agents/tester/prompt', ask);
  }
  await using server = await startAgentRuns(model, { folder: folder.path });
  expect(await server.read('/runs/r/events')).toEqual(followed);
});

const words = Array.from({ length: 40 }, (_, index) => `word${index} `);
const says = scriptedModel([[...text(...words), finish()]]);

test('events of a background run that the store refuses for a while are stored in the end', async () => {
  let refusals = 0;
  const wrapStore = (store: Store): Store => ({
    ...store,
    runs: {
      ...store.runs,
      async append(happened) {
        if (refusals++ < 3) throw new Error('not now');
        return store.runs.append(happened);
      },
    },
  });
  const gate = Promise.withResolvers<void>();
  const model = scriptedModel([[...text(...words), { wait: gate.promise }, finish()]]);
  await using server = await startRuns(model, { limits: { flushMs: 1 }, wrapStore });
  const run = await server.start({ conversationId: 'c', runId: 'r', detached: true });
  while (refusals < 5 && !(await server.store.runs.events('r')).length) await new Promise(setImmediate);
  gate.resolve();
  await run.ended;
  const stored = (await server.store.runs.events('r')).flatMap(({ events }) => events);
  const said = [];
  for await (const { event } of run.events()) said.push(event);
  expect(stored).toEqual(said);
  expect(server.logged).toHaveLength(1);
});

test('the end of a run is stored with the run, and never before', async () => {
  const stored: unknown[] = [];
  const { promise: isStored, resolve: goOn } = Promise.withResolvers<void>();
  const journal = new RunJournal({
    limits: defaultRunLimits,
    priceOf: () => null,
    log: { error: () => undefined },
    store: {
      async append({ events }) {
        stored.push(...events.flatMap((batch) => batch.events));
        await isStored;
        return { lost: [], cancelled: [] };
      },
    },
  });
  const { add } = journal.open('r', { keepsEvents: true, trace: undefined, now: () => 1 });
  const first: RunEvent = { type: 'text-started', ...block };
  const second: RunEvent = { type: 'run-ended', outcome: { status: 'finished', pending: [] }, usage };
  add({ id: 1, at: 1, event: first });
  const flushing = journal.flush();
  const ending = journal.end('r', { at: 2, event: second });
  const flushingAgain = journal.flush();
  goOn();
  await Promise.all([flushing, flushingAgain]);
  expect(stored).toEqual([first]);
  expect((await ending).events).toEqual({ runKey: 'r', first: 2, events: [second], times: [2] });
});

test('an attached run stores no events', async () => {
  await using server = await startRuns(says);
  const run = await server.start({ conversationId: 'c', runId: 'r' });
  for await (const _ of run.events());
  await run.ended;
  expect(await server.store.runs.events('r')).toEqual([]);
});

test('a background run longer than the bound of its log ends for late readers with the conversation', async () => {
  await using folder = await openPlace();
  const body = { threadId: 't', runId: 'r', messages: [{ id: 'u1', role: 'user', content: 'Hi' }] };
  {
    await using server = await startAgentRuns(says, { folder: folder.path, limits: { journalEvents: 10 } });
    await server.read('/ag-ui/tester/', { ...body, forwardedProps: { background: true } });
  }
  await using server = await startAgentRuns(says, { folder: folder.path });
  expect(await server.store.runs.get('r')).toMatchObject({ status: 'finished' });
  const events = await server.read('/ag-ui/tester/connect', { threadId: 't' });
  expect(events.at(-1)).toMatchObject({ data: { type: 'RUN_FINISHED' } });
  expect(events.at(-2)).toMatchObject({
    data: { type: 'MESSAGES_SNAPSHOT', messages: [{ content: 'Hi' }, { content: words.join('') }] },
  });
});
