import { APICallError } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { prompts } from '../contract/prompts.ts';
import { ApiError } from '../server/call/errors.ts';
import { implement } from '../server/call/implement.ts';
import { createLog } from '../server/http/log.ts';
import { startHttpServer } from '../server/http/server.ts';
import { createPromptHandlers } from '../server/prompts/prompt-handlers.ts';
import { INTERRUPTED, SHUTTING_DOWN, toRunFailure } from '../server/runs/run-events.ts';
import { createStartRun } from '../server/runs/start-run.ts';
import type { Toolset } from '../server/runs/toolset.ts';
import { startAgentRuns } from './support/agent-runs.ts';
import { ok, testAgent, toolsetOf } from './support/loop.ts';
import { type Running, startRuns } from './support/running.ts';
import { type Act, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { withoutTimes } from './support/times.ts';

interface PromptServer extends Running {
  /** Sends a prompt to `tester`, or to the agent named in the path. */
  post(path: string, body: Record<string, unknown>, signal?: AbortSignal): Promise<Response>;
}

async function startPrompts(
  model: ReturnType<typeof scriptedModel>,
  { toolset = toolsetOf({}) }: { toolset?: Toolset } = {},
): Promise<PromptServer> {
  const running = await startRuns(model);
  const getAgent = (id: string) => {
    if (id !== 'tester') throw new ApiError('agent-not-found', `Agent not found: ${id}`);
    return { agent: () => testAgent, toolset };
  };
  const startRun = createStartRun(running.runs, getAgent);
  const handlers = { prompts: createPromptHandlers({ runs: running.runs, startRun, requireAgent: getAgent }) };
  const server = await startHttpServer({
    operations: implement({ prompts }, handlers),
    host: '127.0.0.1',
    port: 0,
    apiKeys: [],
    allowedHosts: [],
    corsOrigins: [],
    rateLimits: [],
    mounts: [],
    openPaths: [],
    log: createLog({ level: 'silent' }),
    isDraining: () => false,
  });
  return {
    ...running,
    post: (path, body, signal) =>
      fetch(`${server.url}/api/v1/agents/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(signal && { signal }),
      }),
    async [Symbol.asyncDispose]() {
      await server.close({ graceMs: 0 });
      await running[Symbol.asyncDispose]();
    },
  };
}

const dataOf = (body: string) =>
  body.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));
const says = (...words: string[]): Act[] => [...text(...words), finish()];
const weather = toolsetOf({ weather: ({ city }) => ok({ city, degrees: 18 }) });
const asksWeather = [
  [...text('Let me look.'), ...toolCall('c1', 'weather', { city: 'Paris' }), finish('tool-calls')],
  says('It is ', '18.'),
];

test('a prompt is answered as a stream of text, tool calls and results that ends with done', async () => {
  await using server = await startPrompts(scriptedModel(asksWeather), { toolset: weather });
  const response = await server.post('tester/prompt', { message: 'Weather?', conversation_id: 'conv-1' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const body = await response.text();
  expect(withoutTimes(dataOf(body))).toEqual([
    { type: 'text', content: 'Let me look.' },
    { type: 'tool_call', id: 'c1', name: 'weather', args: { city: 'Paris' } },
    { type: 'tool_result', id: 'c1', name: 'weather', result: { city: 'Paris', degrees: 18 }, is_error: false },
    { type: 'text', content: '\n\nIt is ' },
    { type: 'text', content: '18.' },
    { type: 'done', conversation_id: 'conv-1', usage: { prompt_tokens: 20, completion_tokens: 10 } },
  ]);
  expect(body).not.toMatch(/^event:/m);
});

test('a prompt is answered at once with the same text, calls and usage', async () => {
  await using server = await startPrompts(scriptedModel(asksWeather), { toolset: weather });
  const response = await server.post('tester/prompt/sync', { message: 'Weather?', conversation_id: 'conv-1' });
  expect([response.status, await response.json()]).toEqual([
    200,
    {
      response: 'Let me look.\n\nIt is 18.',
      tool_calls: [
        { id: 'c1', name: 'weather', args: { city: 'Paris' }, result: { city: 'Paris', degrees: 18 }, is_error: false },
      ],
      usage: { prompt_tokens: 20, completion_tokens: 10 },
      conversation_id: 'conv-1',
    },
  ]);
});

test('without a conversation a new one is made, and its id continues it', async () => {
  const model = scriptedModel([says('One'), says('Two')]);
  await using server = await startPrompts(model);
  const response = await server.post('tester/prompt/sync', { message: 'First' });
  const first = z.object({ conversation_id: z.string() }).parse(await response.json());
  expect(first.conversation_id).toMatch(/^conv-[0-9a-f]{20}$/);
  await server.post('tester/prompt/sync', { message: 'Second', conversation_id: first.conversation_id });
  expect(model.asked[1]?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
});

test('an unknown agent is a 404 on both endpoints', async () => {
  await using server = await startPrompts(scriptedModel([says('Hi')]));
  for (const path of ['nobody/prompt', 'nobody/prompt/sync']) {
    const response = await server.post(path, { message: 'Hi' });
    expect([response.status, await response.json()]).toEqual([
      404,
      { detail: 'Agent not found: nobody', status_code: 404, code: 'agent-not-found' },
    ]);
  }
});

const refusal = () =>
  new APICallError({ url: 'x', requestBodyValues: {}, statusCode: 401, message: 'Invalid key sk-12345678' });
test.each(['tester/prompt', 'tester/prompt/sync'])(
  '%s: a model that fails before it says anything is a 502',
  async (path) => {
    await using server = await startPrompts(scriptedModel([{ refuse: refusal() }], { provider: 'openai.chat' }));
    const response = await server.post(path, { message: 'Hi' });
    expect([response.status, await response.json()]).toEqual([
      502,
      {
        detail: 'The model provider openai answered 401: Invalid key [hidden]',
        status_code: 502,
        code: 'model-failed',
      },
    ]);
  },
);

test('a model that fails after its first words ends the stream with one error, and the words are stored', async () => {
  const model = scriptedModel([[...text('Par').slice(0, 2), { fail: new Error('gone') }]]);
  await using server = await startPrompts(model);
  const response = await server.post('tester/prompt', { message: 'Hi', conversation_id: 'conv-1' });
  expect(response.status).toBe(200);
  expect(withoutTimes(dataOf(await response.text()))).toEqual([
    { type: 'text', content: 'Par' },
    {
      type: 'error',
      detail: 'The model provider scripted failed: gone',
      code: 'model-failed',
      conversation_id: 'conv-1',
      usage: { prompt_tokens: 0, completion_tokens: 0 },
    },
  ]);
  const [, assistant] = await server.store.conversations.messages('conv-1');
  expect(assistant).toMatchObject({ content: [{ type: 'text', text: 'Par' }] });
});

test('a busy conversation is a 409 unless the prompt queues', async () => {
  const gate = Promise.withResolvers<void>();
  await using server = await startPrompts(
    scriptedModel([[...text('One').slice(0, 2), { wait: gate.promise }, finish()], says('Two')]),
  );
  const first = await server.post('tester/prompt', { message: 'A', conversation_id: 'c' });
  const refused = await server.post('tester/prompt', { message: 'B', conversation_id: 'c' });
  expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'conversation-busy' }]);
  const queued = server.post('tester/prompt/sync', { message: 'C', conversation_id: 'c', when_busy: 'queue' });
  gate.resolve();
  await first.text();
  expect(await (await queued).json()).toMatchObject({ response: 'Two' });
});

test.each(['tester/prompt', 'tester/prompt/sync'])('%s: a caller that leaves cancels the run', async (path) => {
  const isAsked = Promise.withResolvers<void>();
  const model = scriptedModel(() => {
    isAsked.resolve();
    return [...text('Par').slice(0, 2), 'hang'];
  });
  await using server = await startPrompts(model);
  const caller = new AbortController();
  const left = server
    .post(path, { message: 'Hi', conversation_id: 'c' }, caller.signal)
    .then((response) => response.text());
  await isAsked.promise;
  const [run] = server.runs.activeRuns();
  caller.abort();
  await expect(left).rejects.toThrow();
  expect(await run?.ended).toEqual({ status: 'cancelled', reason: 'the caller left' });
  expect(server.runs.isBusy('c')).toBe(false);
});

test('a run that ended with its server is answered with when to ask again, and one that somebody cancelled is not', async () => {
  const afterOf = async (reason: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using server = await startPrompts(scriptedModel([[{ wait: promise }, finish()]]));
    const asked = server.post('tester/prompt/sync', { message: 'Hi', conversation_id: 'c' });
    await expect.poll(() => server.runs.isBusy('c') && server.runs.activeRuns().length).toBe(1);
    const cancelling = server.runs.cancelConversation('c', reason);
    resolve();
    await cancelling;
    const { status, headers } = await asked;
    return [status, headers.get('retry-after')];
  };
  expect(await afterOf(SHUTTING_DOWN)).toEqual([503, '5']);
  expect(await afterOf('cancelled by the user')).toEqual([409, null]);
  expect(toRunFailure(INTERRUPTED)).toMatchObject({ code: 'run-interrupted', headers: { 'retry-after': '5' } });
});

test('a run cancelled from elsewhere ends the stream with an error that says so', async () => {
  await using server = await startPrompts(scriptedModel([[...text('Par').slice(0, 2), 'hang']]));
  const response = await server.post('tester/prompt', { message: 'Hi', conversation_id: 'c' });
  await server.runs.cancelConversation('c');
  expect(dataOf(await response.text()).at(-1)).toMatchObject({
    type: 'error',
    code: 'run-cancelled',
    detail: 'The run was cancelled: cancelled by the user',
  });
});

test('a shutdown ends the stream with an error that says so, and the words are stored', async () => {
  await using server = await startPrompts(scriptedModel([[...text('Par').slice(0, 2), 'hang']]));
  const response = await server.post('tester/prompt', { message: 'Hi', conversation_id: 'c' });
  await server.runs.drain(0);
  expect(dataOf(await response.text()).at(-1)).toMatchObject({ type: 'error', code: 'run-interrupted' });
  expect(await server.store.conversations.messages('c')).toHaveLength(2);
});

test('an answer that reached its limit is done and says what stopped it', async () => {
  await using server = await startPrompts(scriptedModel([[...text('Half'), finish('length')]]));
  const response = await server.post('tester/prompt/sync', { message: 'Hi' });
  expect(await response.json()).toMatchObject({ response: 'Half', stopped_by: 'length' });
});

test('a run whose provider counts halves is done, and is listed with whole numbers', async () => {
  await using server = await startAgentRuns(scriptedModel([[...text('Hi'), finish('stop', [5.5, -1])]]));
  const usage = { prompt_tokens: 6, completion_tokens: 0 };
  const events = await server.read('/agents/tester/prompt', { message: 'Hello', conversation_id: 'c' });
  expect(withoutTimes(events.map(({ data }) => data))).toEqual([
    { type: 'text', content: 'Hi' },
    { type: 'done', conversation_id: 'c', usage },
  ]);
  const sync = await server.call('POST', '/agents/tester/prompt/sync', { message: 'Hello' });
  expect(sync).toMatchObject({ status: 200, body: { response: 'Hi', usage } });
  const listed = await server.call('GET', '/runs');
  expect(listed).toMatchObject({ status: 200, body: { runs: [{ usage }, { usage }] } });
});
