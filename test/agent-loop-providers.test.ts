import type { LanguageModelV4 } from '@ai-sdk/provider';
import { LLMock } from '@copilotkit/aimock';
import { assert, expect, test } from 'vitest';
import { Models } from '../server/models/models.ts';
import type { Message } from '../server/store/messages.ts';
import { ok, quickLimits, runLoop, toolsetOf, userSays } from './support/loop.ts';

/** A provider of real HTTP on a port of its own. */
async function startProvider(): Promise<AsyncDisposable & { readonly mock: LLMock; readonly url: string }> {
  const mock = new LLMock({ port: 0 });
  await mock.start();
  return { mock, url: mock.url, [Symbol.asyncDispose]: () => mock.stop().then(() => undefined) };
}

type Door = (url: string, fetch?: typeof globalThis.fetch) => Promise<LanguageModelV4>;
const door =
  (id: string, environment: (url: string) => Record<string, string>): Door =>
  async (url, fetch) =>
    (await new Models({ environment: environment(url), fetch }).resolve(id)).model;
const openAi = (url: string, api: string) => ({
  OPENAI_API_KEY: 'test',
  OPENAI_BASE_URL: `${url}/v1`,
  OPENAI_API: api,
});
const responses = door('o4-mini', (url) => openAi(url, 'responses'));
const doors: [string, Door][] = [
  ['OpenAI Responses', responses],
  ['OpenAI Chat Completions', door('gpt-4o', (url) => openAi(url, 'chat'))],
  ['Anthropic', door('claude-sonnet-4-5', (url) => ({ ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: url }))],
];

const textOf = (message: Message | undefined) =>
  message?.role === 'assistant'
    ? message.content.flatMap((part) => (part.type === 'text' ? part.text : [])).join('')
    : undefined;

const usage = { input_tokens: 20, output_tokens: 7, prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 };

test.each(doors)('%s: two calls of one answer, their results and the last word go over real HTTP', async (_, open) => {
  await using provider = await startProvider();
  const { mock, url } = provider;
  mock.on(
    { userMessage: 'weather', hasToolResult: false },
    {
      toolCalls: [
        { name: 'weather', arguments: '{"city":"Paris"}', id: 'call_paris' },
        { name: 'weather', arguments: '{"city":"Rome"}', id: 'call_rome' },
      ],
      usage,
    },
  );
  mock.on({ userMessage: 'weather', hasToolResult: true }, { content: 'Paris 18 and Rome 24', usage });
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const {
    events,
    messages,
    outcome,
    usage: used,
  } = await runLoop(await open(url), {
    history: [userSays('What is the weather?')],
    toolset: toolsetOf({ weather: ({ city }) => ok(city === 'Paris' ? '18' : '24') }, { weather: schema }),
  });
  expect(outcome).toEqual({ status: 'finished', pending: [] });
  expect(events.flatMap((event) => (event.type === 'tool-call-ended' ? [event.args] : []))).toEqual([
    { city: 'Paris' },
    { city: 'Rome' },
  ]);
  expect(messages.flatMap((message) => (message.role === 'tool' ? [message.result] : []))).toEqual(['18', '24']);
  expect(textOf(messages.at(-1))).toBe('Paris 18 and Rome 24');
  expect(used).toMatchObject({ inputTokens: 40, outputTokens: 14 });
  const [, second] = mock.getRequests();
  expect(JSON.stringify(second?.body)).toContain('"18"');
});

test.each([
  ['OpenAI Responses', 'encrypted_content'],
  ['Anthropic', 'sig-1'],
])('%s: reasoning is told apart from text and goes back to its provider in the next run', async (name, signature) => {
  await using provider = await startProvider();
  const { mock, url } = provider;
  mock.on(
    { userMessage: 'why' },
    { content: 'Because.', reasoning: 'Let me think.', reasoningSignature: 'sig-1', usage },
  );
  mock.on({ userMessage: 'more' }, { content: 'No.', usage });
  const sent: string[] = [];
  const model = await new Map(doors).get(name)?.(url, (input, init) => {
    sent.push(String(init?.body));
    return fetch(input, init);
  });
  assert(model);
  const { events, messages } = await runLoop(model, { history: [userSays('why')] });
  const said = (type: string) =>
    events.flatMap((event) => (event.type === type && 'delta' in event ? event.delta : []));
  expect(said('reasoning-delta').join('')).toBe('Let me think.');
  expect(said('text-delta').join('')).toBe('Because.');
  const next = await runLoop(model, { history: [userSays('why'), ...messages, userSays('more', 'u2')] });
  expect(next.outcome).toEqual({ status: 'finished', pending: [] });
  const { input, messages: turns } = JSON.parse(sent[1] ?? '{}');
  expect(JSON.stringify(input ?? turns)).toContain('Let me think.');
  expect(JSON.stringify(input ?? turns)).toContain(signature);
});

test.each(doors)('%s: a 429 with Retry-After is waited for and the run goes on', async (_, open) => {
  await using provider = await startProvider();
  const { mock, url } = provider;
  mock.on(
    { userMessage: 'hi', sequenceIndex: 0 },
    { error: { message: 'Slow down', type: 'rate_limit_error' }, status: 429, retryAfter: 1 },
  );
  mock.on({ userMessage: 'hi' }, { content: 'Hello', usage });
  const started = performance.now();
  const { outcome } = await runLoop(await open(url), { history: [userSays('hi')] });
  expect(outcome).toEqual({ status: 'finished', pending: [] });
  expect(performance.now() - started).toBeGreaterThan(950);
  expect(mock.getRequests()).toHaveLength(2);
});

test.each(doors)('%s: a refused key is one sentence and no retry', async (_, open) => {
  await using provider = await startProvider();
  provider.mock.on(
    { userMessage: 'hi' },
    { error: { message: 'Incorrect API key provided: sk-test1234567890', type: 'invalid_request_error' }, status: 401 },
  );
  const { outcome } = await runLoop(await open(provider.url), { history: [userSays('hi')] });
  expect(outcome).toMatchObject({ status: 'failed', code: 'model-failed' });
  expect(outcome).toHaveProperty(
    'detail',
    expect.stringMatching(
      /^The model provider (openai|anthropic) answered 401: Incorrect API key provided: \[hidden\]$/,
    ),
  );
  expect(provider.mock.getRequests()).toHaveLength(1);
});

test.each(doors)('%s: a stream cut in the middle fails the run once and keeps the text', async (_, open) => {
  await using provider = await startProvider();
  const words = Array.from({ length: 400 }, (_, index) => `word${index} `).join('');
  provider.mock.on(
    { userMessage: 'hi' },
    { content: words, usage },
    { latency: 20, chunkSize: 10, disconnectAfterMs: 1000 },
  );
  const { outcome, messages } = await runLoop(await open(provider.url), { history: [userSays('hi')] });
  const detail = expect.stringMatching(/^The connection to the model provider \S+ failed \(/);
  expect(outcome).toMatchObject({ status: 'failed', code: 'model-failed', detail });
  const partial = textOf(messages[0]);
  expect(partial?.length).toBeGreaterThan(10);
  expect(words.startsWith(partial ?? '?')).toBe(true);
  expect(provider.mock.getRequests()).toHaveLength(1);
});

test('a provider that nobody runs is told after two retries', async () => {
  const provider = await startProvider();
  const { url } = provider;
  await provider[Symbol.asyncDispose]();
  const { outcome } = await runLoop(await responses(url), {
    limits: quickLimits,
  });
  expect(outcome).toEqual({
    status: 'failed',
    code: 'model-failed',
    detail: 'The connection to the model provider openai failed (ECONNREFUSED)',
  });
});

test('a server that copies Chat Completions is sent no field that strict ones refuse', async () => {
  await using provider = await startProvider();
  provider.mock.onMessage('hi', { content: 'Hello' });
  const sent: string[] = [];
  const model = await door('gpt-4o', (url) => ({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: `${url}/v1` }))(
    provider.url,
    (input, init) => {
      sent.push(String(init?.body));
      return fetch(input, init);
    },
  );
  expect((await runLoop(model, { history: [userSays('hi')] })).outcome).toEqual({ status: 'finished', pending: [] });
  expect(sent.map((body) => Object.keys(JSON.parse(body)).sort())).toEqual([
    ['messages', 'model', 'stream', 'stream_options'],
  ]);
});
