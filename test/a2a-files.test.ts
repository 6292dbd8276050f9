/** Messages of A2A with files: they may be as long as those of other doors, and a task keeps no more of them than fits. */
import { describe, expect, test } from 'vitest';
import { type A2aTestServer, says, startA2aServer } from './support/a2a-server.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';

const MIB = 1024 * 1024;
const start = () => startA2aServer({ model: scriptedModel([[...text('Seen'), finish()]]) });
const picture = (bytes: number) => ({
  raw: Buffer.alloc(bytes, 7).toString('base64'),
  mediaType: 'image/png',
  filename: 'a.png',
});
const withFile = (bytes: number) => ({ message: { ...says('Look'), parts: [{ text: 'Look' }, picture(bytes)] } });
const oldWithFile = (bytes: number) => {
  const { raw, mediaType, filename } = picture(bytes);
  const file = { kind: 'file', file: { bytes: raw, mimeType: mediaType, name: filename } };
  return { message: { kind: 'message', messageId: 'm1', role: 'user', parts: [{ kind: 'text', text: 'Look' }, file] } };
};
const V03 = { 'a2a-version': '0.3' };

const WAYS: Record<string, (server: A2aTestServer, bytes: number) => Promise<Response>> = {
  'JSON-RPC': ({ rpc }, bytes) => rpc('SendMessage', withFile(bytes)),
  REST: ({ rest }, bytes) => rest('POST', '/message:send', withFile(bytes)),
  'a stream of REST': ({ rest }, bytes) => rest('POST', '/message:stream', withFile(bytes)),
  'JSON-RPC of 0.3': ({ rpc }, bytes) =>
    rpc('message/send', { ...oldWithFile(bytes), configuration: { blocking: true } }, V03),
};

describe.each(Object.entries(WAYS))('over %s', (_, send) => {
  test('a message takes a file that is longer than other bodies may be, and the model sees it whole', async () => {
    const model = scriptedModel([[...text('Seen'), finish()]]);
    await using server = await startA2aServer({ model });
    const response = await send(server, 2 * MIB);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/completed/i);
    const [, file] = Object(model.asked[0]?.prompt.at(-1)).content;
    expect([file.type, file.mediaType, file.filename]).toEqual(['file', 'image/png', 'a.png']);
    expect(Buffer.from(file.data.data, 'base64').equals(Buffer.alloc(2 * MIB, 7))).toBe(true);
  });

  test('a message over 16 MiB is refused', async () => {
    await using server = await start();
    const response = await send(server, 12.5 * MIB);
    expect([response.status, await response.json()]).toEqual([
      413,
      expect.objectContaining({ code: 'body-too-large', detail: 'The body is over 16777216 bytes' }),
    ]);
  });
});

test('what is no message may have no more than other bodies', async () => {
  await using server = await start();
  const url = `http://example.com/${'x'.repeat(MIB)}`;
  const response = await server.rest('POST', '/tasks/any/pushNotificationConfigs', { url });
  expect([response.status, await response.json()]).toEqual([
    413,
    expect.objectContaining({ detail: 'The body is over 1048576 bytes' }),
  ]);
});

test('a task keeps of a message what fits, and says how much it leaves out', async () => {
  await using server = await start();
  const small = picture(1024);
  const parts = [{ text: 'Look' }, picture(2 * MIB), small, { text: 'x'.repeat(2 * MIB) }];
  const { result } = await server.answer('SendMessage', { message: { ...says('Look'), parts } });
  expect(result).toMatchObject({
    task: {
      status: { state: 'TASK_STATE_COMPLETED' },
      history: [
        { parts: [{ text: 'Look' }, small, { text: '2 parts of this message are too long to be kept in the task.' }] },
      ],
    },
  });
});

test('a message that is too long without its parts is refused, and so is a push notification config', async () => {
  await using server = await start();
  const metadata = { note: 'x'.repeat(MIB) };
  expect(await server.answer('SendMessage', { message: says('Hi', { metadata }) })).toMatchObject({
    error: { code: -32602, message: 'message is over 1048576 characters without its parts' },
  });
  const taskPushNotificationConfig = { url: `http://example.com/${'x'.repeat(64 * 1024)}` };
  const configuration = { taskPushNotificationConfig };
  expect(await server.answer('SendMessage', { message: says('Hi'), configuration })).toMatchObject({
    error: { code: -32602, message: 'A push notification config has at most 65536 characters' },
  });
});
