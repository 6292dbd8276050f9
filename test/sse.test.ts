import { expect, test } from 'vitest';
import { openSocket, readAnswer } from './support/http-raw.ts';
import { startTestServer } from './support/http-server.ts';

const QUICK = { headersAfterMs: 50, pingMs: 20, stalledMs: 300 };
const post = (path: string, input: object) => {
  const body = JSON.stringify(input);
  return `POST /api/v1${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

test('events are numbered data lines, one JSON value each', async () => {
  await using server = await startTestServer();
  const response = await server.call('POST', '/ticks', { count: 2 });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  expect(await response.text()).toBe('id: 1\ndata: {"type":"tick","n":0}\n\nid: 2\ndata: {"type":"tick","n":1}\n\n');
});

test('a stream that names its events has an event line', async () => {
  await using server = await startTestServer();
  expect(await (await server.call('POST', '/named')).text()).toBe(
    'id: 1\nevent: TICK\ndata: {"type":"tick","n":1}\n\nid: 2\nevent: END\ndata: {"type":"end"}\n\n',
  );
});

test('a failure before the first event keeps its status', async () => {
  await using server = await startTestServer();
  for (const input of [{ fail_at: 0 }, { fail_at: 0, first_delay_ms: 100 }]) {
    const response = await server.call('POST', '/ticks', input);
    expect([response.status, await response.json()]).toEqual([
      502,
      { detail: 'The model provider failed', status_code: 502, code: 'model-failed' },
    ]);
  }
  expect((await server.call('POST', '/ticks', { count: 'x' })).status).toBe(422);
});

test('the headers and pings of a stream do not wait for a late first event', async () => {
  await using server = await startTestServer({ streamTimings: QUICK });
  const response = await server.call('POST', '/ticks', { count: 1, first_delay_ms: 300 });
  expect([response.status, server.witness.yielded]).toEqual([200, 0]);
  const text = await response.text();
  expect(text).toMatch(/^(: ping\n\n)+id: 1\ndata: {"type":"tick","n":0}\n\n$/);
});

test('a failure after the first event is the last event, under the number of the one before, and is logged', async () => {
  await using server = await startTestServer();
  const response = await server.call('POST', '/ticks', { count: 5, fail_at: 2 });
  const failure = '{"type":"broken","code":"model-failed","detail":"The model provider failed","count":5}';
  expect((await response.text()).split('\n\n').slice(1)).toEqual([
    'id: 2\ndata: {"type":"tick","n":1}',
    `id: 2\ndata: ${failure}`,
    '',
  ]);
  await expect.poll(() => server.lines.at(-1)?.msg).toBe('request failed');
  expect(server.lines.at(-1)).toMatchObject({ status: 200, err: { message: 'The model provider failed' } });
});

test('a failure behind the headers and before the first event is the only event', async () => {
  await using server = await startTestServer({ streamTimings: QUICK });
  const response = await server.call('POST', '/ticks', { fail_at: 0, first_delay_ms: 100 });
  const failure = '{"type":"broken","code":"model-failed","detail":"The model provider failed"}';
  expect((await response.text()).replaceAll(': ping\n\n', '')).toBe(`id: 0\ndata: ${failure}\n\n`);
});

test('an event that is not as declared is told as a fault of the server, without what it holds', async () => {
  await using server = await startTestServer();
  const response = await server.call('POST', '/ticks', { count: 3, odd_at: 1 });
  const failure = '{"type":"broken","code":"internal","detail":"Internal Server Error","count":3}';
  expect(await response.text()).toBe(`id: 1\ndata: {"type":"tick","n":0}\n\nid: 1\ndata: ${failure}\n\n`);
  await expect.poll(() => server.lines.at(-1)?.msg).toBe('request failed');
});

test('a reader who leaves ends the generator, whatever it waits for', async () => {
  await using server = await startTestServer();
  for (const input of [{ count: 1_000_000, delay_ms: 10 }, { count: 1, first_delay_ms: 60_000 }, { count: 1e9 }]) {
    const before = server.witness.ended;
    const started = server.witness.started;
    const socket = await openSocket(server.port);
    socket.write(post('/ticks', input));
    await expect.poll(() => server.witness.started).toBe(started + 1);
    socket.destroy();
    await expect.poll(() => server.witness.ended).toBe(before + 1);
  }
  expect(server.witness.aborted).toBe(3);
});

test('a reader who takes nothing holds the events back, and is closed in the end', async () => {
  await using server = await startTestServer({ streamTimings: QUICK });
  const socket = await openSocket(server.port);
  socket.pause();
  const before = process.memoryUsage();
  socket.write(post('/ticks', { count: 100_000, size: 100_000 }));
  await expect.poll(() => server.witness.ended, { timeout: 5_000 }).toBe(1);
  const after = process.memoryUsage();
  // 10 GB were on offer. What the kernel buffers of both ends hold is all that was taken.
  expect(server.witness.yielded).toBeLessThan(500);
  expect(after.rss - before.rss).toBeLessThan(150_000_000);
  expect(server.witness.aborted).toBe(1);
  socket.destroy();
});

test('a slow reader gets every event in order', async () => {
  await using server = await startTestServer({ streamTimings: { ...QUICK, pingMs: 60_000, stalledMs: 5_000 } });
  const response = await server.call('POST', '/ticks', { count: 300, size: 50_000 });
  const ids: number[] = [];
  let length = 0;
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const frames = rest.split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      ids.push(Number(/^id: (\d+)\n/.exec(frame)?.[1]));
      length += frame.length;
    }
    await new Promise(setImmediate);
  }
  expect(ids).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  expect(length).toBeGreaterThan(300 * 50_000);
});

test('events that are there at once share a write', async () => {
  await using server = await startTestServer();
  const response = await server.call('POST', '/ticks', { count: 1_000 });
  let chunks = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    chunks++;
    text += Buffer.from(chunk).toString();
  }
  expect(text.match(/^id: /gm)).toHaveLength(1_000);
  expect(chunks).toBeLessThan(20);
});

test('an endless stream of events that are there at once lets others in', async () => {
  await using server = await startTestServer();
  const socket = await openSocket(server.port);
  socket.resume();
  socket.write(post('/ticks', { count: 1e9 }));
  await expect.poll(() => server.witness.yielded).toBeGreaterThan(1_000);
  expect((await server.call('GET', '/health')).status).toBe(200);
  socket.destroy();
  await expect.poll(() => server.witness.ended).toBe(1);
});

test('a caller whose Accept names another format of the stream gets that', async () => {
  const binary = {
    contentType: 'application/x-test',
    encode: (_: unknown, number: number) => Uint8Array.of(number, 255),
  };
  await using server = await startTestServer({
    streamFormats: { 'streams.ticks': [binary] },
    streamTimings: QUICK,
  });
  const call = (accept: string) => server.call('POST', '/ticks', { count: 3, delay_ms: 60 }, { accept });
  const response = await call('application/x-test');
  expect(response.headers.get('content-type')).toBe('application/x-test');
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([1, 255, 2, 255, 3, 255]);
  expect((await call('text/event-stream')).headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect((await call('*/*')).headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
});

test('a stream on a kept connection is followed by the next answer', async () => {
  await using server = await startTestServer();
  const socket = await openSocket(server.port);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(post('/ticks', { count: 1 }));
  await expect.poll(() => text).toContain('\r\n0\r\n\r\n');
  socket.removeAllListeners('data');
  socket.write('GET /api/v1/things/config HTTP/1.1\r\nhost: localhost\r\n\r\n');
  expect((await readAnswer(socket)).body).toBe('{"literal":true}');
  socket.destroy();
});
