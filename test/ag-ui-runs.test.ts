import { HttpAgent } from '@ag-ui/client';
import { expect, test } from 'vitest';
import { AGUIAdapter } from '../client/ag-ui-adapter.ts';
import type { Toolset } from '../server/runs/toolset.ts';
import { watchConsole } from './support/ag-ui-judges.ts';
import { serveAgUi } from './support/ag-ui-server.ts';
import { ok, testAgent, toolsetOf } from './support/loop.ts';
import { startRuns } from './support/running.ts';
import { finish, reasoning, type ScriptedModel, scriptedModel, text, toolCall } from './support/scripted-model.ts';

/** The AG-UI endpoints on real runs, a real store and a scripted model. */
async function startServer(model: ScriptedModel, toolset: Toolset = toolsetOf({})) {
  const { runs, store, ...running } = await startRuns(model);
  const server = await serveAgUi({
    async startRun({ agentId, threadId, signal, ...request }) {
      const agent = () => ({ ...testAgent, id: agentId });
      const run = await runs.start({
        ...request,
        agent,
        toolset,
        conversationId: threadId,
        history: 'given',
        signal,
      });
      return { startedAt: run.startedAt, events: run.events({ signal }) };
    },
    async findRun(threadId, query) {
      const found = await runs.findLatest(threadId, query);
      if (!found) return undefined;
      const { givenId: runId, startedAt, historyCount, conversationKey, status } = found.record;
      const isOver = status !== 'running';
      const messages = () => store.conversations.messages(conversationKey);
      const messagesAt = messages;
      return { ...found, agentId: 'my-agent', runId, startedAt, isOver, historyCount, messages, messagesAt };
    },
    terminate: (threadId, runId) => runs.cancel(threadId, runId),
  });
  return {
    ...server,
    runs,
    store,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await running[Symbol.asyncDispose]();
    },
  };
}

const shown = (model: ScriptedModel, call: number) =>
  model.asked[call]?.prompt.map((message) => [
    message.role,
    typeof message.content === 'string' ? message.content : message.content.map((part) => part.type).join(),
  ]);

test('an agent thinks, calls a tool of the server and answers, to an official client', async () => {
  const model = scriptedModel([
    [...reasoning('Let me ', 'see'), ...toolCall('c1', 'weather', { city: 'Paris' }), finish('tool-calls')],
    [...text('18 °C'), finish()],
  ]);
  await using server = await startServer(model, toolsetOf({ weather: ({ city }) => ok({ city, celsius: 18 }) }));
  const agent = new HttpAgent({ url: server.agentUrl, threadId: 't' });
  agent.addMessage({ id: 'u1', role: 'user', content: 'Weather?' });
  const { warnings } = await watchConsole(() => agent.runAgent({ runId: 'r' }));
  expect(warnings).toEqual([]);
  expect(agent.messages.map(({ role, content }) => [role, content])).toEqual([
    ['user', 'Weather?'],
    ['reasoning', 'Let me see'],
    ['assistant', undefined],
    ['tool', '{"city":"Paris","celsius":18}'],
    ['assistant', '18 °C'],
  ]);
  const stored = await server.store.conversations.messages('t');
  const ids = agent.messages.filter(({ role }) => role !== 'reasoning').map(({ id }) => id);
  expect(stored.map(({ id }) => id)).toEqual(ids);
});

test('a second run on the thread prompts the model with what it said itself, reasoning included', async () => {
  const model = scriptedModel([
    [...reasoning('Hm'), ...text('One'), finish()],
    [...text('Two'), finish()],
  ]);
  await using server = await startServer(model);
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl, threadId: 't' });
  await adapter.sendMessage('First');
  await adapter.sendMessage('Second', { context: [{ description: 'Page', value: '/orders/7' }] });
  expect(shown(model, 1)).toEqual([
    ['system', 'Given by the application:\n- Page: /orders/7'],
    ['user', 'text'],
    ['assistant', 'reasoning,text'],
    ['user', 'text'],
  ]);
  const stored = await server.store.conversations.messages('t');
  expect(stored.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  expect(stored.map(({ id }) => id)).toEqual(adapter.messages.map(({ id }) => id));
});

test('a tool of the caller is called, answered by the caller, and the agent goes on', async () => {
  const model = scriptedModel([
    [...toolCall('c1', 'confirm', { question: 'Sure?' }), finish('tool-calls')],
    [...text('Done'), finish()],
  ]);
  await using server = await startServer(model);
  const tools = [{ name: 'confirm', description: 'Asks the user', parameters: { type: 'object' } }];
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl, threadId: 't', tools });
  const pending: string[] = [];
  await adapter.sendMessage('Do it', { onComplete: (_, result) => pending.push(...result.pendingToolCallIds) });
  expect(pending).toEqual(['c1']);
  adapter.addToolResult('c1', 'yes');
  expect(await adapter.continue()).toMatchObject({ content: 'Done' });
  expect(shown(model, 1)).toEqual([
    ['user', 'text'],
    ['assistant', 'tool-call'],
    ['tool', 'tool-result'],
  ]);
  expect(model.asked[0]?.tools).toMatchObject([{ name: 'confirm', description: 'Asks the user' }]);
});

test('stop ends a tool in flight, and the next message works', async () => {
  const aborted = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const sleep = (_: unknown, signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      started.resolve();
      signal.addEventListener('abort', () => {
        aborted.resolve();
        reject(signal.reason);
      });
    });
  const model = scriptedModel([
    [...text('Wait'), ...toolCall('c1', 'sleep', {}), finish('tool-calls')],
    [...text('Awake'), finish()],
  ]);
  await using server = await startServer(model, toolsetOf({ sleep }));
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl, threadId: 't' });
  const outcomes: string[] = [];
  const answered = adapter.sendMessage('Sleep', { onComplete: (_, { outcome }) => outcomes.push(outcome) });
  await started.promise;
  await adapter.stop();
  await aborted.promise;
  expect(await answered).toMatchObject({ content: 'Wait', toolCalls: [{ id: 'c1' }] });
  expect(outcomes).toEqual(['cancelled']);
  expect(adapter.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
  expect(await adapter.sendMessage('And?')).toMatchObject({ content: 'Awake' });
});

test('a reader who leaves in the middle of an answer frees the thread and stores what was said', async () => {
  const model = scriptedModel([
    [...text('Partial').slice(0, 2), 'hang'],
    [...text('Whole'), finish()],
  ]);
  await using server = await startServer(model);
  const leave = new AbortController();
  const body = { threadId: 't', runId: 'r', messages: [{ id: 'u1', role: 'user', content: 'Hello' }] };
  const response = await fetch(server.agentUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: leave.signal,
  });
  const reader = response.body?.getReader();
  for (let said = ''; !said.includes('Partial'); ) said += new TextDecoder().decode((await reader?.read())?.value);
  const run = server.runs.find('t', 'r');
  leave.abort();
  expect(await run?.ended).toMatchObject({ status: 'cancelled' });
  expect(await server.store.conversations.messages('t')).toMatchObject([
    { id: 'u1' },
    { role: 'assistant', content: [{ type: 'text', text: 'Partial' }] },
  ]);
});

test('a second run while the first goes on is refused with 409', async () => {
  const model = scriptedModel([[...text('Partial').slice(0, 2), 'hang']]);
  await using server = await startServer(model);
  const body = { threadId: 't', runId: 'r1', messages: [{ id: 'u1', role: 'user', content: 'Hello' }] };
  const first = await server.run(body);
  const second = await server.run({ ...body, runId: 'r2' });
  expect(second.status).toBe(409);
  expect(await (await server.post('/terminate', { thread_id: 't', run_id: 'r1' })).json()).toMatchObject({
    success: true,
  });
  expect(await first.text()).toMatch(/event: RUN_FINISHED\ndata: .*"status":"cancelled".*\n\n$/);
});

test('a model that refuses is a run that ends in RUN_ERROR, with the status 200 of a started run', async () => {
  await using server = await startServer(scriptedModel([{ refuse: new Error('no') }]));
  const response = await server.run({ threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: 'x' }] });
  const textOfRun = await response.text();
  expect([response.status, textOfRun.match(/event: \w+/g)?.at(-1)]).toEqual([200, 'event: RUN_ERROR']);
});

test('stop ends a run that the server hears of after the word to stop it', async () => {
  await using server = await startServer(scriptedModel([[...text('Thinking'), { wait: new Promise(() => {}) }]]));
  const isTold = Promise.withResolvers<void>();
  const adapter = new AGUIAdapter({
    baseUrl: server.agentUrl,
    async fetch(input, init) {
      if (!String(input).endsWith('/terminate')) {
        await isTold.promise;
        return fetch(input, init);
      }
      const response = await fetch(input, init);
      isTold.resolve();
      return response;
    },
  });
  const answered = adapter.sendMessage('Hello!');
  await adapter.stop();
  await answered;
  expect(server.runs.activeRuns()).toEqual([]);
});
