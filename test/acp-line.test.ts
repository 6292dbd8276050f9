/** The connection of an editor whose server goes away, and the next one that serves it. */
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { expect, test } from 'vitest';
import { EditorLine } from '../server/acp/editor-line.ts';

/** One end of a connection, and the other as a test reads and writes it. */
function connection() {
  const there = new TransformStream<AnyMessage, AnyMessage>(undefined, { highWaterMark: 10 }, { highWaterMark: 10 });
  const back = new TransformStream<AnyMessage, AnyMessage>(undefined, { highWaterMark: 10 }, { highWaterMark: 10 });
  const stream: Stream = { readable: there.readable, writable: back.writable };
  const [reader, writer] = [back.readable.getReader(), there.writable.getWriter()];
  return {
    stream,
    say: (message: object) => writer.write({ jsonrpc: '2.0', ...message } as AnyMessage),
    hear: async () => (await reader.read()).value as object,
    end: () => writer.close(),
  };
}
const forever = new Promise<never>(() => undefined);
const ask = { id: 0, method: 'session/request_permission', params: { sessionId: 's', toolCall: { toolCallId: 'c' } } };

/** An editor that has a session, as the first server calls it. */
async function start() {
  const [editor, first] = [connection(), connection()];
  const line = new EditorLine(editor.stream);
  const served = line.serveBy(first.stream, forever);
  await editor.say({ id: 1, method: 'initialize', params: { protocolVersion: 1 } });
  await first.hear();
  await first.say({ id: 1, result: { protocolVersion: 1 } });
  await editor.hear();
  const opening = { cwd: '/work', mcpServers: [] };
  await editor.say({ id: 2, method: 'session/new', params: opening });
  await first.hear();
  await first.say({ id: 2, result: { sessionId: 's' } });
  await editor.hear();
  return { editor, first, line, served, opening };
}

test('an answer to a question of the server that is gone is none to the question of the next', async () => {
  const { editor, first, line, served, opening } = await start();
  await first.say(ask);
  expect(await editor.hear()).toMatchObject({ ...ask, id: '0' });
  await first.end();
  expect(await served).toBe('server');
  expect(await editor.hear()).toMatchObject({ method: '$/cancel_request', params: { requestId: '0' } });
  const next = connection();
  void line.serveBy(next.stream, forever);
  expect(await next.hear()).toMatchObject({ method: 'initialize', params: { protocolVersion: 1 } });
  await next.say({ id: 'again:0', result: {} });
  expect(await next.hear()).toMatchObject({ method: 'session/resume', params: { sessionId: 's', ...opening } });
  await next.say({ id: 'again:1', result: {} });
  await next.say(ask);
  expect(await editor.hear()).toMatchObject({ ...ask, id: '1:0' });
  await editor.say({ id: '0', result: { outcome: { outcome: 'selected', optionId: 'allow' } } });
  await editor.say({ id: '1:0', result: { outcome: { outcome: 'selected', optionId: 'reject' } } });
  expect(await next.hear()).toEqual({
    jsonrpc: '2.0',
    id: 0,
    result: { outcome: { outcome: 'selected', optionId: 'reject' } },
  });
});

test('a session that the next server does not know is a new one there, by the name that the editor has for it', async () => {
  const { editor, first, line, served, opening } = await start();
  await editor.say({ id: 3, method: 'session/prompt', params: { sessionId: 's', prompt: [] } });
  await first.hear();
  await first.say({
    method: 'session/update',
    params: { sessionId: 's', update: { sessionUpdate: 'current_mode_update', currentModeId: 'ask' } },
  });
  await editor.hear();
  await first.end();
  await served;
  expect(await editor.hear()).toMatchObject({ id: 3, error: { code: -32603, data: { code: 'run-interrupted' } } });
  const next = connection();
  void line.serveBy(next.stream, forever);
  await next.hear();
  await next.say({ id: 'again:0', result: {} });
  await next.hear();
  await next.say({ id: 'again:1', error: { code: -32002, message: 'Conversation not found' } });
  expect(await next.hear()).toMatchObject({ method: 'session/new', params: opening });
  await next.say({ id: 'again:2', result: { sessionId: 't' } });
  expect(await next.hear()).toMatchObject({
    method: 'session/set_mode',
    params: { sessionId: 't', modeId: 'ask' },
  });
  await next.say({ id: 'again:3', result: {} });
  await editor.say({ id: 4, method: 'session/prompt', params: { sessionId: 's', prompt: [] } });
  expect(await next.hear()).toMatchObject({ id: 4, params: { sessionId: 't' } });
  await next.say({ method: 'session/update', params: { sessionId: 't', update: { sessionUpdate: 'plan' } } });
  expect(await editor.hear()).toMatchObject({ params: { sessionId: 's' } });
});
