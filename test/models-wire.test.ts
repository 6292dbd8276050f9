import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { LLMock } from '@copilotkit/aimock';
import { expect, it } from 'vitest';
import { Models } from '../server/models/models.ts';

async function startProvider() {
  const mock = new LLMock({ port: 0, chunkSize: 4 });
  mock.onMessage('weather', {
    toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris","unit":"celsius"}' }],
  });
  mock.onMessage('hello', {
    content: 'Hello from the provider',
    usage: {
      ...{ prompt_tokens: 21, completion_tokens: 7, total_tokens: 28 },
      ...{ input_tokens: 21, output_tokens: 7 },
      ...{ promptTokenCount: 21, candidatesTokenCount: 7, totalTokenCount: 28 },
    },
  });
  await mock.start();
  return Object.assign(mock, { [Symbol.asyncDispose]: () => mock.stop() });
}

const options = (text: string): LanguageModelV4CallOptions => ({
  prompt: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text }] },
  ],
  tools: [
    {
      type: 'function',
      name: 'get_weather',
      description: 'The weather in a city',
      inputSchema: { type: 'object', properties: { city: { type: 'string' }, unit: { type: 'string' } } },
    },
  ],
});

/** Everything a model streams for `text`. */
async function stream(models: Models, id: string | null, text: string): Promise<LanguageModelV4StreamPart[]> {
  const { model } = await models.resolve(id);
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of (await model.doStream(options(text))).stream) parts.push(part);
  return parts;
}

const textOf = (parts: LanguageModelV4StreamPart[]) =>
  parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');

const cases: [title: string, id: string, path: string, environment: (url: string) => Record<string, string>][] = [
  [
    'OpenAI over Responses',
    'gpt-4o',
    '/v1/responses',
    (url) => ({ OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: `${url}/v1`, OPENAI_API: 'responses' }),
  ],
  [
    'a server like OpenAI over Chat Completions',
    'openai/gpt-4o',
    '/v1/chat/completions',
    (url) => ({ OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: `${url}/v1/` }),
  ],
  [
    'Anthropic at an address without a version',
    'claude-sonnet-4-5',
    '/v1/messages',
    (url) => ({ ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: url }),
  ],
  [
    'Anthropic at an address with a version',
    'anthropic:claude-sonnet-4-5',
    '/v1/messages',
    (url) => ({ ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: `${url}/v1` }),
  ],
  [
    'Google',
    'gemini-2.5-flash',
    '/v1beta/models/gemini-2.5-flash:streamGenerateContent',
    (url) => ({ GEMINI_API_KEY: 'test-key', GOOGLE_GENERATIVE_AI_BASE_URL: url }),
  ],
  [
    'a compatible server with a key',
    'openai-compatible:some/model:v1',
    '/v1/chat/completions',
    (url) => ({ OPENAI_COMPATIBLE_API_KEY: 'test-key', OPENAI_COMPATIBLE_BASE_URL: `${url}/v1` }),
  ],
];

it.each(cases)('%s streams a text in pieces, with its usage', async (_title, id, path, environment) => {
  await using provider = await startProvider();
  const parts = await stream(new Models({ environment: environment(provider.url) }), id, 'hello');
  expect(textOf(parts)).toBe('Hello from the provider');
  expect(parts.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(3);
  const finish = parts.at(-1);
  if (finish?.type !== 'finish') throw new Error('no finish');
  expect(finish.finishReason.unified).toBe('stop');
  expect(finish.usage.inputTokens.total).toBe(21);
  expect(finish.usage.outputTokens.total).toBe(7);
  const requests = provider.getRequests();
  expect(requests.map((request) => request.path.split('?')[0])).toEqual([path]);
});

it.each(cases)('%s streams a tool call', async (_title, id, _path, environment) => {
  await using provider = await startProvider();
  const parts = await stream(new Models({ environment: environment(provider.url) }), id, 'weather in Paris');
  const calls = parts.filter((part) => part.type === 'tool-call');
  expect(calls.map(({ toolName, input }) => [toolName, JSON.parse(input)])).toEqual([
    ['get_weather', { city: 'Paris', unit: 'celsius' }],
  ]);
  const deltas = parts.map((part) => (part.type === 'tool-input-delta' ? part.delta : '')).join('');
  expect(JSON.parse(deltas)).toEqual({ city: 'Paris', unit: 'celsius' });
});

it.each(cases)('%s gets one request and no second try from its library', async (_title, id, _path, environment) => {
  await using provider = await startProvider();
  provider.nextRequestError(500, { message: 'out of order' });
  const models = new Models({ environment: environment(provider.url) });
  await expect(stream(models, id, 'hello')).rejects.toThrow();
  expect(provider.getRequests().length).toBe(1);
});

it.each(cases)('%s is sent its own key and no other', async (_title, id, _path, environment) => {
  await using provider = await startProvider();
  const sent: Headers[] = [];
  const spy: typeof fetch = (input, init) => {
    sent.push(new Headers(init?.headers));
    return fetch(input, init);
  };
  await stream(new Models({ environment: environment(provider.url), fetch: spy }), id, 'hello');
  expect(
    sent.map((headers) => headers.get('authorization') ?? headers.get('x-api-key') ?? headers.get('x-goog-api-key')),
  ).toEqual([expect.stringMatching(/^(Bearer )?test-key$/)]);
});

it('a conversation is not left with OpenAI: nothing is stored there unless a call asks for it', async () => {
  await using provider = await startProvider();
  const bodies: unknown[] = [];
  const spy: typeof fetch = (input, init) => {
    bodies.push(JSON.parse(String(init?.body)).store);
    return fetch(input, init);
  };
  const environment = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${provider.url}/v1`, OPENAI_API: 'responses' };
  const { model } = await new Models({ environment, fetch: spy }).resolve('gpt-4o');
  await (await model.doStream(options('hello'))).stream.cancel();
  await (await model.doStream({ ...options('hello'), providerOptions: { openai: { store: true } } })).stream.cancel();
  expect(bodies).toEqual([false, true]);
});

it('a model found on this machine is spoken to where it was found, without a key', async () => {
  await using provider = await startProvider();
  const models = new Models({ environment: { LMSTUDIO_BASE_URL: provider.url } });
  expect(textOf(await stream(models, 'lmstudio:qwen/qwen3-8b', 'hello'))).toBe('Hello from the provider');
  const [request] = provider.getRequests();
  expect(request?.path).toBe('/v1/chat/completions');
  expect(request?.body).toMatchObject({
    model: 'qwen/qwen3-8b',
    stream: true,
    stream_options: { include_usage: true },
  });
  expect(request?.headers.authorization).toBeUndefined();
});

it('an abort while the provider streams closes the request', async () => {
  const mock = new LLMock({ port: 0, chunkSize: 1, latency: 50 });
  mock.onMessage('hello', { content: 'x'.repeat(1_000) });
  await mock.start();
  try {
    const models = new Models({ environment: { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: mock.url } });
    const { model } = await models.resolve('claude-sonnet-4-5');
    const controller = new AbortController();
    const result = await model.doStream({ ...options('hello'), abortSignal: controller.signal });
    const reader = result.stream.getReader();
    while ((await reader.read()).value?.type !== 'text-delta');
    controller.abort();
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toMatchObject({ name: 'AbortError' });
  } finally {
    await mock.stop();
  }
});

it('the default model reaches the address of its provider and no other host', async () => {
  await using provider = await startProvider();
  const requested: string[] = [];
  const spy: typeof fetch = (input, init) => {
    requested.push(new URL(String(input instanceof Request ? input.url : input)).host);
    return fetch(input, init);
  };
  const environment = { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: provider.url };
  await stream(new Models({ environment, fetch: spy }), null, 'hello');
  expect(requested).toEqual([new URL(provider.url).host]);
});

it.each([
  ['gpt-4o', { OPENAI_API_KEY: 'k' }, 'https://api.openai.com/v1/responses'],
  ['gpt-4o', { OPENAI_API_KEY: 'k', OPENAI_API: 'chat' }, 'https://api.openai.com/v1/chat/completions'],
  [
    'gpt-4o',
    { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'https://eu.api.openai.com/v1' },
    'https://eu.api.openai.com/v1/responses',
  ],
  [
    'gpt-4o',
    { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'https://notopenai.com/v1' },
    'https://notopenai.com/v1/chat/completions',
  ],
  ['claude-sonnet-5-5', { ANTHROPIC_API_KEY: 'k' }, 'https://api.anthropic.com/v1/messages'],
  [
    'gemini-2.5-pro',
    { GOOGLE_API_KEY: 'k' },
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
  ],
  ['ollama:qwen3:8b', {}, 'http://127.0.0.1:11434/v1/chat/completions'],
  ['llamacpp:x', { LLAMACPP_BASE_URL: 'http://box:9000/' }, 'http://box:9000/v1/chat/completions'],
])('%s with %j is asked for at %s and nowhere else', async (id, environment, address) => {
  const addresses: string[] = [];
  const refuse: typeof fetch = async (input) => {
    addresses.push(input instanceof Request ? input.url : String(input));
    return new Response('{"error": {"message": "refused"}}', { status: 400 });
  };
  await expect(stream(new Models({ environment, fetch: refuse }), id, 'hello')).rejects.toThrow();
  expect(addresses).toEqual([address]);
});
