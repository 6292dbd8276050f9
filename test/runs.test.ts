import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { ActiveRun } from '../server/runs/active-run.ts';
import { INTERRUPTED } from '../server/runs/run-events.ts';
import type { Message } from '../server/store/messages.ts';
import { ok, testAgent, toolsetOf, userSays } from './support/loop.ts';
import { readAll, startRuns } from './support/running.ts';
import { type Act, type Answer, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { isShared } from './support/stores.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];
const hanging: Answer = [...text('Par', 'tial').slice(0, 3), 'hang'];
const shown = (messages: readonly Message[]) =>
  messages.map((message) =>
    message.role === 'system' || message.role === 'tool'
      ? [message.role]
      : [message.role, ...message.content.map((part) => (part.type === 'text' ? part.text : part.type))],
  );

test('a run numbers its events from 1, ends with run-ended, and its turn is stored before', async () => {
  await using server = await startRuns(scriptedModel([says('Hi', ' there')]));
  const run = await server.start({ conversationId: 'c1', runId: 'r1' });
  expect(run).toMatchObject({ id: 'r1', conversationId: 'c1', agentId: 'tester' });
  let storedAtEnd: Message[] = [];
  const events = [];
  for await (const { id, event } of run.events()) {
    events.push([id, event.type]);
    if (event.type === 'run-ended') storedAtEnd = await server.store.conversations.messages('c1');
  }
  expect(events).toEqual([
    [1, 'step-started'],
    [2, 'model-asked'],
    [3, 'text-started'],
    [4, 'text-delta'],
    [5, 'text-delta'],
    [6, 'text-ended'],
    [7, 'model-answered'],
    [8, 'step-ended'],
    [9, 'run-ended'],
  ]);
  expect(shown(storedAtEnd)).toEqual([
    ['user', 'Hello'],
    ['assistant', 'Hi there'],
  ]);
  expect(await run.ended).toEqual({ status: 'finished', pending: [] });
  expect(await server.store.runs.get('r1')).toMatchObject({
    status: 'finished',
    usage: { inputTokens: 10, outputTokens: 5 },
  });
});

test('what the user said is stored before the model is asked', async () => {
  const stored: unknown[] = [];
  const model = scriptedModel((): Answer => [{ wait: look() }, ...says('Hi')]);
  const look = async () => stored.push(...shown(await server.store.conversations.messages('c1')));
  await using server = await startRuns(model);
  await readAll(await server.start({ conversationId: 'c1' }));
  expect(stored).toEqual([['user', 'Hello']]);
});

test('the next run of a conversation is prompted with the ones before it', async () => {
  const model = scriptedModel([says('One'), says('Two')]);
  await using server = await startRuns(model);
  const first = await server.start();
  await readAll(first);
  await readAll(await server.start({ conversationId: first.conversationId, messages: [userSays('More', 'u9')] }));
  expect(model.asked[1]?.prompt).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'One' }] },
    { role: 'user', content: [{ type: 'text', text: 'More' }] },
  ]);
});

test('a caller that sends the whole conversation adds to the store only what it lacks, and gets signatures back in', async () => {
  const signed: Act[] = [
    { type: 'reasoning-start', id: 'r', providerMetadata: { openai: { encrypted: 'abc' } } },
    ...says('One'),
  ];
  const model = scriptedModel([signed, says('Two')]);
  await using server = await startRuns(model);
  await readAll(await server.start({ conversationId: 'c1', history: 'given' }));
  const [user, assistant] = await server.store.conversations.messages('c1');
  const asSeen: Message[] = [
    userSays('Hello', user?.id),
    { id: assistant?.id ?? '', role: 'assistant', content: [{ type: 'text', text: 'One' }] },
    userSays('More', 'u9'),
  ];
  await readAll(await server.start({ conversationId: 'c1', history: 'given', messages: asSeen }));
  expect(shown(await server.store.conversations.messages('c1'))).toEqual([
    ['user', 'Hello'],
    ['assistant', 'reasoning', 'One'],
    ['user', 'More'],
    ['assistant', 'Two'],
  ]);
  expect(model.asked[1]?.prompt[1]?.content).toEqual([
    { type: 'reasoning', text: '', providerOptions: { openai: { encrypted: 'abc' } } },
    { type: 'text', text: 'One' },
  ]);
});

test('a second run on a busy conversation is refused', async () => {
  await using server = await startRuns(scriptedModel([hanging]));
  await server.start({ conversationId: 'c1' });
  expect(server.runs.isBusy('c1')).toBe(true);
  await expect(server.start({ conversationId: 'c1' })).rejects.toMatchObject({
    code: 'conversation-busy',
    message: "Another run is active on conversation 'c1'",
  });
  expect(server.runs.activeRuns('tester')).toHaveLength(1);
  expect(server.runs.activeRuns('other')).toHaveLength(0);
});

// Elsewhere each has a connection of its own, and which of those that come at once is the first is open.
if (!isShared()) {
  test('queued runs go one after the other in their order, a caller that leaves gives up its place, and the queue has an end', async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([[{ wait: gate.promise }, ...says('One')], says('Next')]);
    await using server = await startRuns(model, { limits: { queuedRuns: 2 } });
    const first = await server.start({ conversationId: 'c1', detached: true });
    const leaving = new AbortController();
    const wait = (said: string, signal?: AbortSignal) =>
      server.start({
        conversationId: 'c1',
        whenBusy: 'queue',
        messages: [userSays(said, said)],
        signal,
        detached: true,
      });
    const left = wait('left', leaving.signal);
    const second = wait('second');
    await expect(wait('too many')).rejects.toThrow("Too many runs wait for conversation 'c1'");
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'conversation-busy' });
    const third = wait('third');
    gate.resolve();
    await first.ended;
    await (await second).ended;
    await (await third).ended;
    expect(shown(await server.store.conversations.messages('c1'))).toEqual([
      ['user', 'Hello'],
      ['assistant', 'One'],
      ['user', 'second'],
      ['assistant', 'Next'],
      ['user', 'third'],
      ['assistant', 'Next'],
    ]);
    expect(server.runs.isBusy('c1')).toBe(false);
  });
}

test('a run id may be used again; the store keeps both runs', async () => {
  await using server = await startRuns(scriptedModel([says('Hi')]));
  for (const conversationId of ['c1', 'c1', 'c2']) {
    const run = await server.start({ conversationId, runId: 'run-456' });
    expect(run.id).toBe('run-456');
    expect((await readAll(run)).at(-1)?.event).toMatchObject({ outcome: { status: 'finished' } });
  }
});

test('cancelling by id ends model and tool, keeps what was said, and the next prompt works', async () => {
  const started = Promise.withResolvers<void>();
  const model = scriptedModel([[...text('Wait'), ...toolCall('c1', 'deaf', {}), finish('tool-calls')], says('Back')]);
  await using server = await startRuns(model);
  const toolset = toolsetOf({
    deaf: () => {
      started.resolve();
      return new Promise(() => undefined);
    },
  });
  const run = await server.start({ conversationId: 't1', runId: 'r1', toolset });
  const reading = readAll(run);
  await started.promise;
  expect(await server.runs.cancel('t1', 'other')).toBe(false);
  expect(await server.runs.cancel('t1', 'r1')).toBe(true);
  expect(await server.runs.cancel('t1', 'r1')).toBe(false);
  expect((await reading).at(-1)?.event).toMatchObject({
    type: 'run-ended',
    outcome: { status: 'cancelled', reason: 'cancelled by the user' },
    usage: { inputTokens: 10, outputTokens: 5 },
  });
  expect(await server.runs.cancel('t1', 'r1')).toBe(false);
  expect(await server.store.runs.get('r1')).toMatchObject({ status: 'cancelled' });
  const [, , result] = await server.store.conversations.messages('t1');
  expect(result).toMatchObject({ role: 'tool', callId: 'c1', status: 'cancelled' });
  expect((await readAll(await server.start({ conversationId: 't1' }))).at(-1)?.event).toMatchObject({
    outcome: { status: 'finished' },
  });
  expect(model.asked[1]?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user']);
});

test('a pending call of a caller-side tool that is never answered gets a stored result before the next model call', async () => {
  const model = scriptedModel([[...toolCall('c1', 'confirm', {}), finish('tool-calls')], says('Well')]);
  await using server = await startRuns(model);
  const callerTools = [{ name: 'confirm', description: '', inputSchema: { type: 'object' } }];
  const run = await server.start({ conversationId: 't1', callerTools });
  expect((await readAll(run)).at(-1)?.event).toMatchObject({ outcome: { status: 'finished', pending: ['c1'] } });
  await readAll(await server.start({ conversationId: 't1', messages: [userSays('Never mind', 'u9')] }));
  expect((await server.store.conversations.messages('t1')).map((message) => message.role)).toEqual([
    'user',
    'assistant',
    'tool',
    'user',
    'assistant',
  ]);
  expect(model.asked[1]?.prompt[2]?.content).toMatchObject([{ toolCallId: 'c1', output: { type: 'error-text' } }]);
});

test('the last reader of an attached run that leaves cancels it, and the partial text is stored', async () => {
  await using server = await startRuns(scriptedModel([hanging]));
  const run = await server.start({ conversationId: 'c1' });
  const stayed = new AbortController();
  const other = readAll(run, { signal: stayed.signal });
  for await (const { event } of run.events()) if (event.type === 'text-delta' && event.delta === 'tial') break;
  expect(server.runs.isBusy('c1')).toBe(true);
  stayed.abort();
  await other;
  expect(await run.ended).toEqual({ status: 'cancelled', reason: 'the caller left' });
  expect(shown(await server.store.conversations.messages('c1'))).toEqual([
    ['user', 'Hello'],
    ['assistant', 'Partial'],
  ]);
});

test('an attached run that nobody ever reads is cancelled', async () => {
  await using server = await startRuns(scriptedModel([hanging]), { limits: { attachMs: 20 } });
  const run = await server.start();
  expect(await run.ended).toEqual({ status: 'cancelled', reason: 'the caller left' });
});

test('a detached run goes on without readers; a late one gets every event, or those after the last it has', async () => {
  const gate = Promise.withResolvers<void>();
  await using server = await startRuns(scriptedModel([[{ wait: gate.promise }, ...says('A', 'B')]]), {
    limits: { attachMs: 1 },
  });
  const run = await server.start({ detached: true });
  for await (const { id } of run.events()) if (id === 1) break;
  gate.resolve();
  expect(await run.ended).toEqual({ status: 'finished', pending: [] });
  expect((await readAll(run)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect((await readAll(run, { from: 8 })).map(({ event }) => event.type)).toEqual(['step-ended', 'run-ended']);
  expect(server.runs.find(run.conversationId, run.id)).toBe(run);
  expect(server.runs.find(run.conversationId, 'other')).toBeUndefined();
});

test('an agent deleted in mid run, and a conversation deleted in mid run, end their runs', async () => {
  await using server = await startRuns(scriptedModel([hanging]));
  const one = await server.start({ agent: () => ({ ...testAgent, id: 'one' }), conversationId: 'c1' });
  const two = await server.start({ agent: () => ({ ...testAgent, id: 'two' }), conversationId: 'c2' });
  await server.runs.cancelAgent('one', 'the agent was deleted');
  expect(await one.ended).toEqual({ status: 'cancelled', reason: 'the agent was deleted' });
  expect(server.runs.activeRuns()).toEqual([two]);
  await server.runs.cancelConversation('c2', 'the conversation was deleted');
  expect(await two.ended).toEqual({ status: 'cancelled', reason: 'the conversation was deleted' });
  expect(server.runs.activeRuns()).toEqual([]);
});

test('draining refuses new and waiting runs, lets one end within the grace and cancels the other', async () => {
  const gate = Promise.withResolvers<void>();
  const answers = [[{ wait: gate.promise }, ...says('Done')], hanging];
  await using server = await startRuns(scriptedModel(answers));
  const ending = await server.start({ conversationId: 'c1', detached: true });
  const stuck = await server.start({ conversationId: 'c2', detached: true });
  const waiting = server.start({ conversationId: 'c2', whenBusy: 'queue' });
  const refused = expect(waiting).rejects.toMatchObject({ code: 'draining' });
  const drained = server.runs.drain(500);
  await expect(server.start()).rejects.toMatchObject({ code: 'draining', headers: { 'retry-after': '10' } });
  await refused;
  gate.resolve();
  await drained;
  expect(await ending.ended).toEqual({ status: 'finished', pending: [] });
  expect(await stuck.ended).toEqual(INTERRUPTED);
  expect(shown(await server.store.conversations.messages('c2'))).toEqual([
    ['user', 'Hello'],
    ['assistant', 'Partial'],
  ]);
});

test('a turn that cannot be stored is a failed run and frees its conversation', async () => {
  await using server = await startRuns(scriptedModel([says('Hi')]), {
    wrapStore: (store) => ({ ...store, runs: { ...store.runs, close: () => Promise.reject(new Error('disk full')) } }),
  });
  const run = await server.start({ conversationId: 'c1' });
  expect((await readAll(run)).at(-1)?.event).toMatchObject({
    outcome: { status: 'failed', code: 'internal', detail: 'The turn could not be stored' },
  });
  expect(server.logged).toMatchObject([{ err: { message: 'disk full' } }]);
  expect(server.runs.isBusy('c1')).toBe(false);
});

test('a run that cannot be opened asks no model and frees its conversation', async () => {
  const model = scriptedModel([says('Hi')]);
  await using server = await startRuns(model, {
    wrapStore: (store) => ({ ...store, runs: { ...store.runs, open: () => Promise.reject(new Error('disk full')) } }),
  });
  await expect(server.start({ conversationId: 'c1' })).rejects.toThrow('disk full');
  expect(server.runs.isBusy('c1')).toBe(false);
  expect(model.asked).toHaveLength(0);
});

test('a run waits for its slowest reader, so that not all of a long answer is held', async () => {
  const words = Array.from({ length: 500 }, (_, index) => `w${index}`);
  await using server = await startRuns(scriptedModel([says(...words)]), { limits: { readerLag: 50 } });
  const run = await server.start();
  const events = run.events()[Symbol.asyncIterator]();
  await events.next();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  const newest = run instanceof ActiveRun ? run.log.lastId : 0;
  expect(newest).toBeGreaterThan(40);
  expect(newest).toBeLessThan(60);
  let count = 1;
  while (!(await events.next()).done) count++;
  expect(count).toBe(507);
});

test('a run that waits for a reader ends at once when it is cancelled', async () => {
  const words = Array.from({ length: 500 }, (_, index) => `w${index}`);
  await using server = await startRuns(scriptedModel([says(...words)]), { limits: { readerLag: 50 } });
  const run = await server.start();
  const events = run.events()[Symbol.asyncIterator]();
  await events.next();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  run.cancel('cancelled by the user');
  expect(await run.ended).toEqual({ status: 'cancelled', reason: 'cancelled by the user' });
});

test('a reader that wants events which are no longer held is told so', async () => {
  const words = Array.from({ length: 100 }, (_, index) => `w${index}`);
  await using server = await startRuns(scriptedModel([says(...words)]), { limits: { logEvents: 20 } });
  const run = await server.start({ detached: true });
  await run.ended;
  await expect(readAll(run)).rejects.toMatchObject({ code: 'events-gone' });
  expect((await readAll(run, { from: 95 })).map(({ id }) => id)).toEqual([
    95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107,
  ]);
});

test('a reader that falls behind a detached run is told that it has missed events', async () => {
  const words = Array.from({ length: 100 }, (_, index) => `w${index}`);
  const gate = Promise.withResolvers<void>();
  const model = scriptedModel([[{ wait: gate.promise }, ...says(...words)]]);
  await using server = await startRuns(model, { limits: { logEvents: 20 } });
  const run = await server.start({ detached: true });
  const events = run.events()[Symbol.asyncIterator]();
  expect(await events.next()).toMatchObject({ value: { id: 1 } });
  gate.resolve();
  await run.ended;
  await expect(events.next()).rejects.toMatchObject({ code: 'events-gone' });
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

test('events are held up to a number of characters', async () => {
  const model = scriptedModel([[...toolCall('c1', 'big', {}), finish('tool-calls')], says('A'.repeat(5000), 'end')]);
  await using server = await startRuns(model, { limits: { logChars: 4000 } });
  const run = await server.start({ detached: true, toolset: toolsetOf({ big: () => ok({ text: 'x'.repeat(3000) }) }) });
  await run.ended;
  await expect(readAll(run)).rejects.toMatchObject({ code: 'events-gone' });
  expect(run instanceof ActiveRun && run.log.chars).toBeLessThan(4000);
});

test('a reader that a run waits for misses nothing, however large the events are', async () => {
  const model = scriptedModel((call) =>
    call < 6 ? [...toolCall(`c${call}`, 'big', {}), finish('tool-calls')] : says(...'abcdefgh'),
  );
  await using server = await startRuns(model, { limits: { logChars: 4000 } });
  const toolset = toolsetOf({ big: () => ok('x'.repeat(3000)) });
  const run = await server.start({ toolset });
  const ids: number[] = [];
  for await (const { id } of run.events()) {
    ids.push(id);
    await new Promise(setImmediate);
  }
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index + 1));
  expect(await run.ended).toEqual({ status: 'finished', pending: [] });
  expect(run instanceof ActiveRun && run.log.chars).toBeLessThan(8000);
});

if (!isShared()) {
  test('runs left open by a server that died are marked when the next one starts', async () => {
    await using server = await startRuns(scriptedModel([says('Hi')]));
    await server.store.runs.open({
      id: 'lost',
      conversationId: 'c1',
      agentId: 'tester',
      messages: [userSays('Hello')],
    });
    expect(await server.runs.interruptOpen()).toMatchObject([{ id: 'lost', status: 'interrupted' }]);
    await readAll(await server.start({ conversationId: 'c1' }));
  });
}

// It is about this process's memory, and elsewhere takes its time.
if (!isShared()) {
  test('thousands of runs leave nothing behind but the few that are kept', async () => {
    await using server = await startRuns(
      scriptedModel(() => says('Hi')),
      { limits: { keptRuns: 10 } },
    );
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 100 }, async () => readAll(await server.start())));
    }
    expect(server.runs.activeRuns()).toEqual([]);
    expect(queryObjects(ActiveRun, { format: 'count' })).toBeLessThanOrEqual(12);
  });
}
