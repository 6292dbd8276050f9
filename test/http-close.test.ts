import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openSocket, readAnswer, sendRaw } from './support/http-raw.ts';
import { startTestServer } from './support/http-server.ts';

const health = 'GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\n\r\n';

test('a server with nothing to do closes at once, and its idle connections with it', async () => {
  const server = await startTestServer();
  const idle = await openSocket(server.port);
  idle.write(health);
  await readAnswer(idle);
  const closed = once(idle.resume(), 'close');
  const startedAt = performance.now();
  await server.close({ graceMs: 60_000 });
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await expect(sendRaw(server.port, health)).rejects.toThrow();
});

test('a draining server is not ready at once, answers still, and closes each connection', async () => {
  const server = await startTestServer();
  const stream = await server.call('POST', '/ticks', { count: 20, delay_ms: 20 });
  server.drain();
  const closing = server.close({ graceMs: 60_000 });
  const ready = await server.call('GET', '/ready');
  expect([ready.status, await ready.json(), ready.headers.get('connection')]).toEqual([
    503,
    { detail: 'The server is shutting down', status_code: 503, code: 'draining' },
    'close',
  ]);
  expect((await server.call('GET', '/health')).status).toBe(200);
  expect((await stream.text()).match(/^id: /gm)).toHaveLength(20);
  await closing;
});

test('a stream that outlives the grace is cut, and its handler is told', async () => {
  const server = await startTestServer();
  const stream = await server.call('POST', '/ticks', { count: 1_000_000, delay_ms: 10 });
  const startedAt = performance.now();
  await server.close({ graceMs: 100 });
  expect(performance.now() - startedAt).toBeGreaterThan(95);
  await expect(stream.text()).rejects.toThrow();
  await expect.poll(() => server.witness.aborted).toBe(1);
});

test('a second close with a shorter grace cuts at once', async () => {
  const server = await startTestServer();
  await server.call('POST', '/ticks', { count: 1_000_000, delay_ms: 10 });
  const startedAt = performance.now();
  const first = server.close({ graceMs: 60_000 });
  await server.close({ graceMs: 0 });
  await first;
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
