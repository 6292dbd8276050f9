/** Two servers on one database, of which one is killed: the other ends its tasks, and sends on what it was to tell of them. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskState } from '@a2a-js/sdk';
import { ClientFactory } from '@a2a-js/sdk/client';
import { expect, test } from 'vitest';
import { says } from './support/a2a-server.ts';
import { startModelServer } from './support/model-server.ts';
import { hasNoDatabase, openDatabase } from './support/postgres.ts';
import { until } from './support/processes.ts';
import { startCommand } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startReceiver } from './support/webhook-receiver.ts';

const IN_TIME = { timeout: 15_000 };
const AGENT = '/api/v1/a2a/worker/';

/** Sends a message to a server, which answers at once; the id of its task. */
async function send(server: string, message: object, taskPushNotificationConfig?: object): Promise<string> {
  const params = { message, configuration: { returnImmediately: true, taskPushNotificationConfig } };
  const response = await fetch(server + AGENT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params }),
  });
  return Object(Object(await response.json()).result).task.id;
}

/** The same, and asks for notifications at `url`. */
const ask = (server: string, text: string, url: string) =>
  send(server, says(text), { id: 'mine', url, token: 'the-token' });

test.skipIf(hasNoDatabase)(
  'a server that is killed leaves its tasks and their notifications to the others',
  { timeout: 180_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await openDatabase());
    const model = stack.use(await startModelServer());
    const folder = stack.use(await temporaryFolder());
    const hanging = Promise.withResolvers<number>();
    const prompt = stack.use(await startReceiver());
    const slow = stack.use(await startReceiver((_, count) => (count === 1 ? hanging.promise : 200)));
    const keys = join(folder.path, 'keys');
    await writeFile(keys, randomBytes(32).toString('base64'), { mode: 0o600 });
    const start = async () =>
      stack.use(
        await startCommand({
          args: ['--database-url', database.url, '--secret-key-file', keys, '--webhook-host', '127.0.0.1'],
          environment: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url },
        }),
      );
    const first = await start();
    await fetch(`${first.url}/api/v1/agents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'worker', model: 'openai:gpt-4o' }),
    });
    const second = await start();
    const client = await new ClientFactory().createFromUrl(second.url + AGENT);
    const get = (id: string) => client.getTask({ tenant: '', id, historyLength: undefined });
    const answered = await ask(first.url, 'words 3', slow.url);
    await expect.poll(async () => (await get(answered)).status?.state, IN_TIME).toBe(TaskState.TASK_STATE_COMPLETED);
    await until(() => slow.received.length === 1, 'the first notification is on its way');
    const held = await ask(first.url, 'hold one', prompt.url);
    const words = async () => (await get(held)).artifacts[0]?.parts[0]?.content?.value;
    await expect.poll(words, IN_TIME).toContain('begun');
    const following = Array.fromAsync(client.resubscribeTask({ tenant: '', id: held }));
    // Another task waits in line behind it, and has no run yet.
    const queued = await send(first.url, says('Hi', { contextId: (await get(held)).contextId }));
    first.kill('SIGKILL');
    await first.ended;
    const last = (await following).at(-1)?.payload;
    expect(last).toMatchObject({
      $case: 'statusUpdate',
      value: {
        status: {
          state: TaskState.TASK_STATE_FAILED,
          message: { parts: [{ content: { value: 'The server stopped before the task ended' } }] },
        },
      },
    });
    const failed = { state: TaskState.TASK_STATE_FAILED };
    expect(await get(held)).toMatchObject({
      status: failed,
      artifacts: [{ parts: [{ content: { value: expect.stringContaining('begun') } }] }],
    });
    await expect.poll(() => get(queued), IN_TIME).toMatchObject({ status: failed });
    await until(() => prompt.told().length === 4, 'the end of the task is told');
    expect(prompt.told()).toMatchObject([
      { task: { status: { state: 'TASK_STATE_SUBMITTED' } } },
      { statusUpdate: { status: { state: 'TASK_STATE_WORKING' } } },
      { artifactUpdate: { artifact: { artifactId: 'response' } } },
      { statusUpdate: { status: { state: 'TASK_STATE_FAILED' } } },
    ]);
    // What the dead one was sending is sent by the other, and what came behind it.
    await until(() => slow.told().length === 4, 'the notifications of the dead server are sent', 60_000);
    expect(slow.received.map(({ headers }) => headers['webhook-id'])).toEqual(
      [1, 1, 2, 3, 4].map((number) => `${answered}.${number}`),
    );
    expect(slow.received.at(-1)?.headers['x-a2a-notification-token']).toBe('the-token');
    hanging.resolve(200);
    // Its conversation is free.
    const next = await ask(second.url, 'words 1', prompt.url);
    await expect.poll(async () => (await get(next)).status?.state, IN_TIME).toBe(TaskState.TASK_STATE_COMPLETED);
  },
);
