/** The doors of OpenAI's API on the whole server: their paths, keys and limits, and the requests of programs that take a base URL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorOf, openAiOf } from './support/openai.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const ANNA = 'anna-0123456789';
const BEN = 'ben-0123456789';

let server: WholeServer;
beforeAll(async () => {
  server = await startWholeServer({
    args: ['--demo', '--rate-limit', 'openai.models=3/h'],
    environment: { AGENT_RUNTIMES_API_KEYS: `${ANNA},${BEN}` },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const ask = (path: string, body?: unknown, key: string | undefined = ANNA, headers: object = {}) =>
  fetch(`${server.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: {
      ...(key !== '' && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const of = (apiKey: string) => openAiOf(server, { apiKey });
const hello = { model: 'demo', input: 'Hello' };

describe('the paths', () => {
  test('are those below /v1, and the same below the base path', async () => {
    const model = { id: 'demo', object: 'model', owned_by: 'agent-runtimes' };
    expect(await (await ask('/v1/models/demo')).json()).toMatchObject(model);
    expect(await (await ask('/api/v1/openai/models/demo')).json()).toMatchObject(model);
  });

  test('redirect from the other trailing slash to the path that was asked for', async () => {
    for (const path of ['/v1/models/demo', '/api/v1/openai/models/demo']) {
      const { status, headers } = await ask(`${path}/`);
      expect([status, headers.get('location')]).toEqual([307, path]);
    }
  });

  test.each([
    ['a path that is not there', '/v1/embeddings', { input: 'Hi' }, ANNA, 404, 'not-found', 'invalid_request_error'],
    ['another method', '/v1/chat/completions', undefined, ANNA, 405, 'method-not-allowed', 'invalid_request_error'],
    ['no key', '/v1/models', undefined, '', 401, 'unauthorized', 'authentication_error'],
    ['a wrong key', '/v1/responses', hello, 'wrong-0123456789', 401, 'unauthorized', 'authentication_error'],
    ['a body that is no JSON', '/v1/responses', '{', ANNA, 400, 'malformed-json', 'invalid_request_error'],
  ])('answer %s in the form of OpenAI', async (_, path, body, key, status, code, type) => {
    const response = await ask(path, body, key);
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: { message: expect.any(String), type, param: null, code } },
    ]);
  });

  test('count against the limits, which are told in the form of OpenAI too', async () => {
    const { models } = of(BEN);
    for (let count = 0; count < 3; count++) await models.list();
    const error = await errorOf(models.list());
    expect(error).toMatchObject({ status: 429, code: 'rate-limited', type: 'rate_limit_error' });
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0);
  });

  test('tell who asks for another model that there is none', async () => {
    for (const asked of [
      of(ANNA).responses.create({ ...hello, model: 'gpt-4o' }),
      of(ANNA).chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }),
    ]) {
      expect(await errorOf(asked)).toMatchObject({ status: 404, code: 'agent-not-found', param: 'model' });
    }
  });
});

describe('another key', () => {
  test('finds no response, and goes on from none', async () => {
    const { id } = await of(ANNA).responses.create({ ...hello, input: 'My secret is MARMOT' });
    const { responses } = of(BEN);
    for (const asked of [
      () => responses.retrieve(id),
      () => responses.retrieve(id, { stream: true }),
      () => responses.cancel(id),
      () => responses.create({ ...hello, previous_response_id: id }),
    ]) {
      expect(await errorOf(asked())).toMatchObject({ status: 404, code: 'run-not-found' });
    }
    const reference = [{ type: 'item_reference' as const, id: `msg-0-${id}` }];
    expect(await errorOf(responses.create({ ...hello, input: reference }))).toMatchObject({ status: 422 });
    expect((await of(ANNA).responses.retrieve(id)).status).toBe('completed');
  });

  test('means a conversation of its own by the same id', async () => {
    const inDiary = { headers: { 'X-Conversation-Id': 'diary' } };
    const say = (content: string) => ({ model: 'demo', messages: [{ role: 'user' as const, content }] });
    await of(ANNA).chat.completions.create(say('My secret is MARMOT'), inDiary);
    await of(BEN).chat.completions.create(say('Hello'), inDiary);
    await of(BEN).responses.create({ ...hello, conversation: 'diary' });
    const seen = await (await ask('/api/v1/conversations/diary', undefined, BEN)).text();
    expect(seen).not.toContain('MARMOT');
    expect(JSON.parse(seen)).toMatchObject({ message_count: 4 });
  });
});

describe('Open WebUI', () => {
  // As backend/open_webui/routers/openai.py and tasks.py write them.
  const chat = {
    stream: true,
    model: 'demo',
    messages: [
      { role: 'system', content: 'You are helpful.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hello! How can I help?' },
      {
        role: 'user',
        content: [{ type: 'text', text: 'What is 17 * 23?', cache_control: { type: 'ephemeral' } }],
      },
    ],
    reasoning: { effort: 'medium' },
    temperature: 0.8,
    stream_options: { include_usage: true },
    user: { name: 'Ada', id: '1', email: 'ada@example.com', role: 'admin' },
  };

  test('is told the models with their names', async () => {
    const { data } = (await (await ask('/v1/models')).json()) as { data: { id: string; name: string }[] };
    expect(data).toContainEqual(expect.objectContaining({ id: 'demo', name: expect.any(String) }));
  });

  test('streams a chat whose agent calls its own tools, and is told what was used', async () => {
    const response = await ask('/v1/chat/completions', chat, ANNA, {
      accept: '*/*',
      'X-OpenWebUI-Chat-Id': '2f0b',
      'X-OpenWebUI-User-Name': 'Ada%20L',
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    expect(lines.every((line) => line.startsWith('data: '))).toBe(true);
    const chunks = lines.slice(0, -1).map((line) => JSON.parse(line.slice('data: '.length)));
    expect(lines.at(-1)).toBe('data: [DONE]');
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toContain('391');
    expect(chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])).toEqual([]);
    expect(chunks.at(-1).usage.total_tokens).toBeGreaterThan(0);
  });

  test('generates a title without a stream, and no conversation comes of any of it', async () => {
    const title = {
      model: 'demo',
      messages: [{ role: 'user', content: '### Task:\nGenerate a concise, 3-5 word title\n### Chat History:\nHello' }],
      stream: false,
      max_completion_tokens: 1000,
    };
    const answer = (await (await ask('/v1/chat/completions', title)).json()) as {
      choices: { message: { content: string } }[];
    };
    expect(answer.choices[0]?.message.content).toMatch(/\S/);
    const { conversations } = (await (await ask('/api/v1/conversations')).json()) as { conversations: object[] };
    expect(JSON.stringify(conversations)).not.toMatch(/Task|17 \* 23/);
  });

  test('hands on tools of its own, and their results as it has them', async () => {
    const answered = {
      ...chat,
      stream: false,
      tools: [
        {
          type: 'function',
          function: { name: 'get_time', description: '', parameters: { type: 'object', properties: {} } },
        },
      ],
      messages: [
        { role: 'user', content: 'Hello' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'get_time', arguments: '{}' } }],
        },
        {
          role: 'tool',
          tool_call_id: 'call_1',
          content: [
            { type: 'text', text: '12:00' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
      ],
    };
    expect((await ask('/v1/chat/completions', answered)).status).toBe(200);
  });
});

test('secrets of requests are in no log', () => {
  expect(server.logged()).not.toContain(ANNA);
  expect(server.logged()).not.toContain('MARMOT');
});
