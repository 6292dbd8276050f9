/** Streams of A2A whose readers wait, or take nothing, on both bindings. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { guardStream } from '../server/protocols/a2a/stream-guard.ts';
import { type A2aTestServer, says, startA2aServer } from './support/a2a-server.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';

// It is in every event, so that a few thousand are more than what the system holds between server and reader.
const CONTEXT = 'c'.repeat(256);

const headers = { 'content-type': 'application/json', 'a2a-version': '1.0' };
const params = { message: says('Hi', { contextId: CONTEXT }) };

test.each([
  ['JSON-RPC', '', { jsonrpc: '2.0', id: 1, method: 'SendStreamingMessage', params }],
  ['REST', 'message:stream', params],
])('something comes over %s while nothing happens, and the stream is none the worse for it', async (_, path, ask) => {
  const gate = Promise.withResolvers<void>();
  const model = scriptedModel([[{ wait: gate.promise }, ...text('Hello'), finish()]]);
  await using server = await startA2aServer({ model, streamLimits: { checkMs: 5, pingMs: 5 } });
  const response = await fetch(server.agentUrl + path, { method: 'POST', headers, body: JSON.stringify(ask) });
  let told = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    told += chunk;
    if (told.includes('\n\n: ping\n\n')) gate.resolve();
  }
  const kinds = told.split('\n\n').flatMap((frame) => /"(task|statusUpdate|artifactUpdate)":\{/.exec(frame)?.[1] ?? []);
  expect(kinds).toEqual(['task', 'statusUpdate', 'artifactUpdate', 'statusUpdate']);
});

test('a reader for whom too much waits is cut off, and its task goes on', async () => {
  const model = scriptedModel([[...text(...Array.from({ length: 9_000 }, () => 'word')), finish()]]);
  await using server = await startA2aServer({ model, streamLimits: { checkMs: 5, maxWaitingBytes: 1024 } });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').pause();
  const body = JSON.stringify(params);
  const lines = Object.entries({ ...headers, host: 'localhost', 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`POST /api/v1/a2a/tester/message:stream HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  expect((await endOf(server))?.artifacts?.[0]?.parts[0]?.text).toHaveLength(36_000);
  // The line of a request is logged when its connection is done with it.
  await expect.poll(() => server.logged.join('')).toContain('/message:stream');
  let told = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    told += chunk;
  });
  socket.on('error', () => undefined).resume();
  await once(socket, 'close');
  expect(told).toContain('TASK_STATE_WORKING');
  expect(told).not.toContain('TASK_STATE_COMPLETED');
});

test('a reader who takes nothing for a while is cut off, and one who takes a little is not', async () => {
  const limits = { checkMs: 5, pingMs: 60_000, stalledMs: 200, maxWaitingBytes: 1e9 };
  const closed: string[] = [];
  const bytes = Buffer.alloc(64 * 1024, '\n');
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/event-stream').on('close', () => closed.push(request.url ?? ''));
    guardStream(response, limits);
    const fill = () => {
      while (response.write(bytes));
    };
    response.on('drain', fill);
    fill();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const read = (path: string) => {
    const socket = connect(port, '127.0.0.1').pause();
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    return socket.on('error', () => undefined);
  };
  const slow = read('/slow');
  const reading = setInterval(() => slow.read(512 * 1024), 5);
  const stalled = read('/stalled');
  await expect.poll(() => closed, { timeout: 10_000 }).toEqual(['/stalled']);
  clearInterval(reading);
  for (const socket of [slow, stalled]) socket.destroy();
  server.closeAllConnections();
  await once(server.close(), 'close');
});

test('a task holds the whole of an answer that comes faster than the store', async () => {
  const model = scriptedModel([[...text(...Array.from({ length: 30_000 }, () => 'word')), finish()]]);
  await using server = await startA2aServer({ model });
  await server.answer('SendMessage', { ...params, configuration: { returnImmediately: true } });
  expect((await endOf(server))?.artifacts?.[0]?.parts[0]?.text).toHaveLength(120_000);
});

interface EndedTask {
  readonly status: { readonly state: string };
  readonly artifacts?: readonly { readonly parts: readonly { readonly text?: string }[] }[];
}

/** The task, once it has ended. */
async function endOf(server: A2aTestServer): Promise<EndedTask | undefined> {
  let task: EndedTask | undefined;
  await expect
    .poll(
      async () => {
        const { result } = (await server.answer('ListTasks', { contextId: CONTEXT, includeArtifacts: true })) as {
          result: { tasks: EndedTask[] };
        };
        task = result.tasks[0];
        return task?.status.state;
      },
      { timeout: 10_000 },
    )
    .toBe('TASK_STATE_COMPLETED');
  return task;
}
