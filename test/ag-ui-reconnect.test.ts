/** The adapter on connections that break, before real runs. */
import { expect, test } from 'vitest';
import { AGUIAdapter, type AGUIAdapterOptions } from '../client/index.ts';
import type { AgUiEvent } from '../contract/ag-ui-events.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { type Cut, startCuttingProxy } from './support/cutting-proxy.ts';
import { ok, toolsetOf, withStableIds } from './support/loop.ts';
import { type Answer, finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { withoutTimes } from './support/times.ts';

const weather = toolsetOf({ weather: ({ city }) => ok({ city, celsius: 18 }) });
const AT_ONCE = { delayMs: 0 };
const ENDPOINT = '/api/v1/ag-ui/tester/';

/** Thinks, says something, calls a tool and answers. */
const talkative = () =>
  scriptedModel(
    (call): Answer =>
      call % 2
        ? [...text('It is ', '18 °C.'), finish()]
        : [
            ...reasoning('Hm, ', 'let me see'),
            ...text('One ', 'moment'),
            ...toolCall(`c${call}`, 'weather', { city: 'Paris' }),
            finish('tool-calls'),
          ],
  );

/** Says one word, and the rest once it is released. */
function halting() {
  const gate = Promise.withResolvers<void>();
  const model = scriptedModel([
    [{ type: 'text-start', id: 't' }, say('Begun'), { wait: gate.promise }, say(' and'), say(' done'), finish()],
  ]);
  return { model, release: () => gate.resolve() };
}
const say = (delta: string) => ({ type: 'text-delta', id: 't', delta }) as const;

function listen(url: string, options: Partial<AGUIAdapterOptions> = {}) {
  const adapter = new AGUIAdapter({ baseUrl: url + ENDPOINT, reconnect: AT_ONCE, ...options });
  const events: AgUiEvent[] = [];
  adapter.subscribe((event) => events.push(event));
  return { adapter, events };
}

const first = (cut: Cut) => (connection: number) => (connection === 1 ? cut : undefined);
const statusOf = async (server: AgentRuns, thread: string) =>
  (await server.call('GET', `/runs?conversation_id=${thread}`)).body.runs[0]?.status;

test('a connection that is cut after every single event is made again, and each event comes once', async () => {
  await using server = await startAgentRuns(talkative(), { toolset: weather });
  await using proxy = await startCuttingProxy(server.url, () => ({ after: 1, how: 'cut' }));
  const whole = listen(server.url, { threadId: 'whole' });
  await whole.adapter.sendMessage('Weather?');
  const cut = listen(proxy.url, { threadId: 'cut' });
  const tokens: string[] = [];
  const message = await cut.adapter.sendMessage('Weather?', { onToken: (token) => tokens.push(token) });
  expect(tokens).toEqual(['One ', 'moment', 'It is ', '18 °C.']);
  expect(message.content).toBe('It is 18 °C.');
  expect(proxy.connections()).toBe(cut.events.length);
  const comparable = (events: readonly AgUiEvent[]) =>
    withStableIds(
      withoutTimes(events).map(({ threadId, runId, ...event }) =>
        JSON.stringify(event).replaceAll(/"c[02](?=["-])/g, '"c'),
      ),
    );
  expect(comparable(cut.events)).toEqual(comparable(whole.events));
  expect(cut.adapter.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
});

test.each(['cut', 'silence'] as const)('a run goes on through a %s in the middle of its answer', async (how) => {
  const { model, release } = halting();
  await using server = await startAgentRuns(model);
  await using proxy = await startCuttingProxy(server.url, first({ after: 4, how }));
  const { adapter, events } = listen(proxy.url, { reconnect: { ...AT_ONCE, idleMs: 100 } });
  const answer = adapter.sendMessage('Go');
  await proxy.cut(1);
  release();
  expect((await answer).content).toBe('Begun and done');
  expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
  expect(proxy.connections()).toBeGreaterThan(1);
});

test('a server that stays away is given up after so many tries, and what was said is kept', async () => {
  const { model, release } = halting();
  await using server = await startAgentRuns(model);
  await using proxy = await startCuttingProxy(server.url, first({ after: 4, how: 'cut' }));
  let requests = 0;
  const counted: typeof fetch = (...request) => {
    requests++;
    return fetch(...request);
  };
  const { adapter } = listen(proxy.url, { reconnect: { ...AT_ONCE, maxTries: 3 }, fetch: counted });
  const answer = adapter.sendMessage('Go', { onToken: () => void proxy.close() });
  await expect(answer).rejects.toMatchObject({ code: 'connection-lost', status: undefined });
  expect(requests).toBe(4);
  expect(adapter.messages).toMatchObject([{ content: 'Go' }, { role: 'assistant', content: 'Begun' }]);
  // The run is still there for whoever comes back.
  release();
  const back = new AGUIAdapter({ baseUrl: server.url + ENDPOINT, threadId: adapter.threadId });
  expect(await back.connect()).toMatchObject({ role: 'assistant', content: 'Begun and done' });
});

test.each([
  ['an adapter that does not reconnect', { reconnect: false }, {}],
  ['a message that asks for it', {}, { background: false }],
] as const)('the run of %s ends with its connection', async (_, options, forwardedProps) => {
  const { model } = halting();
  await using server = await startAgentRuns(model);
  await using proxy = await startCuttingProxy(server.url, () => ({ after: 4, how: 'cut' }));
  const { adapter } = listen(proxy.url, { threadId: 't', ...options });
  const answer = adapter.sendMessage('Go', { forwardedProps });
  await expect(answer).rejects.toMatchObject({ code: 'connection-lost' });
  await expect.poll(() => statusOf(server, 't')).toBe('cancelled');
  expect(proxy.connections()).toBe(1);
});

test('a page that was loaded anew gets the conversation and goes on with the answer', async () => {
  const { model, release } = halting();
  await using server = await startAgentRuns(model);
  const before = listen(server.url, { threadId: 't' });
  const begun = Promise.withResolvers<void>();
  const answer = before.adapter.sendMessage('Go', { onToken: () => begun.resolve() });
  await begun.promise;
  const { adapter } = listen(server.url, { threadId: 't' });
  const tokens: string[] = [];
  const rest = adapter.connect({ onToken: (token) => tokens.push(token) });
  release();
  expect(await rest).toEqual(await answer);
  expect(tokens).toEqual(['Begun', ' and', ' done']);
  expect(adapter.messages).toEqual(before.adapter.messages);
  expect(await adapter.sendMessage('And?')).toMatchObject({ content: 'Begun and done' });
  await expect(listen(server.url, { threadId: 'new' }).adapter.connect()).rejects.toMatchObject({
    code: 'run-not-found',
  });
});

test('stop ends a run whose connection is broken', async () => {
  const { model } = halting();
  await using server = await startAgentRuns(model);
  await using proxy = await startCuttingProxy(server.url, first({ after: 4, how: 'silence' }));
  const { adapter } = listen(proxy.url, { threadId: 't', reconnect: { ...AT_ONCE, idleMs: 100 } });
  const answer = adapter.sendMessage('Go');
  await proxy.cut(1);
  await adapter.stop();
  expect(await answer).toMatchObject({ content: 'Begun' });
  expect(await statusOf(server, 't')).toBe('cancelled');
});

test('stop rejects when the server cannot be told, and the answer ends here', async () => {
  const { model } = halting();
  await using server = await startAgentRuns(model);
  await using proxy = await startCuttingProxy(server.url, () => undefined);
  const { adapter } = listen(proxy.url, { threadId: 't', reconnect: { maxTries: 9 } });
  const begun = Promise.withResolvers<void>();
  const answer = adapter.sendMessage('Go', { onToken: () => begun.resolve() });
  await begun.promise;
  await proxy.close();
  await expect(adapter.stop()).rejects.toMatchObject({ code: 'unreachable' });
  expect(await answer).toMatchObject({ content: 'Begun' });
  expect(await statusOf(server, 't')).toBe('running');
});

test('an interrupt is answered, and the agent goes on', async () => {
  const model = scriptedModel([
    [...toolCall('c1', 'weather', { city: 'Paris' }), finish('tool-calls')],
    [...text('It is 18 °C.'), finish()],
  ]);
  const agent = { approvals: { tools: ['weather'] } };
  await using server = await startAgentRuns(model, { toolset: weather, agent });
  const { adapter, events } = listen(server.url);
  const results: unknown[] = [];
  await adapter.sendMessage('Weather?', { onComplete: (_, result) => results.push(result) });
  expect(results).toMatchObject([
    {
      outcome: 'interrupt',
      interrupts: [{ reason: 'tool_call', toolCallId: 'c1', metadata: { tool: 'weather', args: { city: 'Paris' } } }],
    },
  ]);
  const [{ interrupts }] = results as [{ interrupts: { id: string }[] }];
  const answers = interrupts.map(({ id }) => ({
    interruptId: id,
    status: 'resolved' as const,
    payload: { approved: true },
  }));
  expect(await adapter.resume(answers)).toMatchObject({ content: 'It is 18 °C.' });
  expect(events.filter(({ type }) => type === 'TOOL_CALL_RESULT')).toMatchObject([
    { toolCallId: 'c1', content: '{"city":"Paris","celsius":18}' },
  ]);
});
