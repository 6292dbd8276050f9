import { createTRPCClient, httpBatchLink, httpBatchStreamLink, TRPCClientError } from '@trpc/client';
import { expect, test } from 'vitest';
import type { RouterOf } from '../contract/types.ts';
import { sendRaw } from './support/http-raw.ts';
import { type contract, startTestServer } from './support/http-server.ts';

type Router = RouterOf<typeof contract>;
const KEY = 'k-0123456789abcdef';
const streaming = (url: string, headers = {}) =>
  createTRPCClient<Router>({ links: [httpBatchStreamLink({ url: `${url}/trpc`, headers })] });
const batching = (url: string) => createTRPCClient<Router>({ links: [httpBatchLink({ url: `${url}/trpc` })] });
const post = (url: string, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(url, { method: 'POST', body, headers });

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (cause) {
    if (cause instanceof TRPCClientError) return cause.data;
    throw cause;
  }
  throw new Error('The call succeeded');
}

test('queries and mutations answer as REST does', async () => {
  await using server = await startTestServer();
  const client = streaming(server.url);
  const [thing, list, created, removed] = await Promise.all([
    client.things.get.query({ agent_id: 'a' }),
    client.things.list.query({ limit: 7, tag: ['x'] }),
    client.things.create.mutate({ id: 'b' }),
    client.things.remove.mutate({ agent_id: 'a' }),
  ]);
  expect(thing).toEqual({ id: 'a', size: 1 });
  expect(list).toEqual({ limit: 7, tag: ['x'], all: false });
  expect(created).toEqual({ id: 'b', size: 1 });
  expect(removed).toBe(null);
  expect(await client.things.list.query()).toEqual({ limit: 50, tag: [], all: false });
});

test('an error carries the same body as over REST', async () => {
  await using server = await startTestServer();
  for (const client of [streaming(server.url), batching(server.url)]) {
    expect(await failureOf(client.things.get.query({ agent_id: 'none' }))).toEqual({
      detail: 'Thing not found: none',
      status_code: 404,
      code: 'agent-not-found',
    });
    expect(await failureOf(client.things.change.mutate({ agent_id: 'a', size: '7' as never }))).toEqual({
      detail: 'size: Invalid input: expected number, received string',
      status_code: 422,
      code: 'validation-failed',
      errors: [{ path: 'size', message: 'Invalid input: expected number, received string' }],
    });
    expect(await failureOf(client.things.broken.query())).toEqual({
      detail: 'Internal Server Error',
      status_code: 500,
      code: 'internal',
    });
  }
});

test('the HTTP status of a single call is that of its error', async () => {
  await using server = await startTestServer();
  const statuses = await Promise.all([
    fetch(`${server.url}/trpc/things.get?input=${encodeURIComponent('{"agent_id":"a"}')}`),
    fetch(`${server.url}/trpc/things.get?input=${encodeURIComponent('{"agent_id":"none"}')}`),
    fetch(`${server.url}/trpc/things.get`),
    fetch(`${server.url}/trpc/things.nothing`),
    fetch(`${server.url}/trpc/things.create`),
    post(`${server.url}/trpc/things.create`, '{bad'),
    post(`${server.url}/trpc/things.create`, 'x', { 'content-type': 'text/plain' }),
    post(`${server.url}/trpc/things.create`, JSON.stringify({ id: 'x'.repeat(2 ** 21) })),
    post(`${server.url}/trpc/things.create`, '{"id":7}'),
    fetch(`${server.url}/trpc/things.broken`),
    fetch(`${server.url}/trpc/`),
  ]);
  const seen: unknown[] = [];
  for (const response of statuses) {
    const body = (await response.json()) as { error?: { data: { code: string; status_code: number } } };
    seen.push([response.status, body.error?.data.status_code, body.error?.data.code]);
  }
  expect(seen).toEqual([
    [200, undefined, undefined],
    [404, 404, 'agent-not-found'],
    [422, 422, 'validation-failed'],
    [404, 404, 'not-found'],
    [405, 405, 'method-not-allowed'],
    [400, 400, 'malformed-json'],
    [415, 415, 'not-json'],
    [413, 413, 'body-too-large'],
    [422, 422, 'validation-failed'],
    [500, 500, 'internal'],
    [404, 404, 'not-found'],
  ]);
});

test('no answer holds a stack or the text of an accidental error', async () => {
  await using server = await startTestServer();
  const texts = await Promise.all([
    fetch(`${server.url}/trpc/things.broken`).then((response) => response.text()),
    post(`${server.url}/trpc/things.create`, '{bad').then((response) => response.text()),
    post(`${server.url}/trpc/things.create?batch=1`, '{bad').then((response) => response.text()),
  ]);
  expect(texts.join('')).not.toMatch(/stack|node_modules|hunter2|\.ts/);
  await expect.poll(() => server.lines.some(({ level }) => level === 50)).toBe(true);
});

test('a stream yields its events as they come', async () => {
  await using server = await startTestServer();
  const seen: unknown[] = [];
  for await (const event of await streaming(server.url).streams.ticks.mutate({ count: 3, delay_ms: 20 })) {
    seen.push(event);
    expect(server.witness.yielded).toBeLessThanOrEqual(seen.length + 1);
  }
  expect(seen).toEqual([
    { type: 'tick', n: 0 },
    { type: 'tick', n: 1 },
    { type: 'tick', n: 2 },
  ]);
});

test('a stream that fails under way ends in a typed error', async () => {
  await using server = await startTestServer();
  const events = await streaming(server.url).streams.ticks.mutate({ count: 5, fail_at: 2 });
  const seen: unknown[] = [];
  const failure = await failureOf(
    (async () => {
      for await (const event of events) seen.push(event);
    })(),
  );
  expect(seen).toHaveLength(2);
  expect(failure).toEqual({ detail: 'The model provider failed', status_code: 502, code: 'model-failed' });
});

test('a caller who leaves a stream ends it', async () => {
  await using server = await startTestServer();
  const leave = new AbortController();
  const events = await streaming(server.url).streams.ticks.mutate(
    { count: 1_000_000, delay_ms: 5 },
    { signal: leave.signal },
  );
  await expect(
    (async () => {
      for await (const _ of events) leave.abort();
    })(),
  ).rejects.toThrow();
  await expect.poll(() => server.witness.ended).toBe(1);
});

test('a stream over a link that cannot carry it is refused', async () => {
  await using server = await startTestServer();
  const response = await post(`${server.url}/trpc/streams.ticks`, '{}');
  expect([response.status, ((await response.json()) as { error: { data: unknown } }).error.data]).toEqual([
    415,
    {
      detail: 'Cannot use stream-like response in non-streaming request - use httpBatchStreamLink',
      status_code: 415,
      code: 'not-json',
    },
  ]);
});

test('a batch has at most a hundred calls', async () => {
  await using server = await startTestServer();
  const batch = (size: number) =>
    fetch(`${server.url}/trpc/${Array(size).fill('things.config').join()}?batch=1&input=%7B%7D`);
  expect((await batch(100)).status).toBe(200);
  const refused = await batch(101);
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('"malformed-request"')]);
});

test('without a key the client reads a typed 401, and the open procedures answer', async () => {
  await using server = await startTestServer({ apiKeys: [KEY] });
  const client = batching(server.url);
  expect(await client.health.check.query()).toEqual({ status: 'healthy', version: '0.0.0' });
  expect(await failureOf(client.things.config.query())).toMatchObject({ status_code: 401, code: 'unauthorized' });
  expect(await failureOf(client.streams.ticks.mutate({}))).toMatchObject({ status_code: 401, code: 'unauthorized' });
  expect(server.witness.started).toBe(0);
  const held = streaming(server.url, { authorization: `Bearer ${KEY}` });
  expect(await held.things.config.query()).toEqual({ literal: true });
});

test('a key __proto__ in an input pollutes nothing', async () => {
  await using server = await startTestServer();
  const response = await post(`${server.url}/trpc/things.create`, '{"id":"a","__proto__":{"polluted":1}}');
  expect(await response.json()).toEqual({ result: { data: { id: 'a', size: 1 } } });
  expect('polluted' in {}).toBe(false);
});

test('what tRPC does not speak is refused like everything else', async () => {
  await using server = await startTestServer();
  for (const [method, path, status, code] of [
    ['TRACE', '/trpc/things.config', 405, 'method-not-allowed'],
    ['PUT', '/trpc/things.config', 405, 'method-not-allowed'],
    ['GET', '/trpc//[', 400, 'malformed-request'],
    ['GET', '/trpc/%zz', 400, 'malformed-request'],
  ] as const) {
    const { status: seen, body } = await sendRaw(server.port, `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    const error = JSON.parse(body);
    expect([method, path, seen, (error.error?.data ?? error).code]).toEqual([method, path, status, code]);
  }
});
