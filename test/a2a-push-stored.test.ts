/** Push notifications of a server with a key to seal secrets with: they are stored, and sent until they are taken. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PushTimes } from '../server/protocols/a2a/push/push-sender.ts';
import { createSecretBox } from '../server/secrets/secret-box.ts';
import { type A2aTestServer, says, startA2aServer } from './support/a2a-server.ts';
import { until } from './support/processes.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startReceiver } from './support/webhook-receiver.ts';

const QUICK: PushTimes = { lookMs: 20, holdMs: 60_000, retryMs: 10, mostRetryMs: 40, giveUpMs: 60_000 };
const IN_TIME = { timeout: 15_000 };
const newKey = () => randomBytes(32);
const hello = () => scriptedModel([[...text('Hello'), finish()]]);
const start = (more: Partial<Parameters<typeof startA2aServer>[0]> = {}) =>
  startA2aServer({
    model: hello(),
    webhookHosts: ['127.0.0.1'],
    secrets: createSecretBox([newKey()]),
    pushTimes: QUICK,
    ...more,
  });

const SECRETS = {
  token: 'the-token',
  authentication: { scheme: 'Bearer', credentials: 'the-credentials' },
};

/** Sends a message that asks for notifications at `url`; the id of its task. */
async function ask(server: A2aTestServer, url: string): Promise<string> {
  const configuration = { taskPushNotificationConfig: { id: 'mine', url, ...SECRETS } };
  const { result } = await server.answer('SendMessage', { message: says('Hi'), configuration });
  return Object(result).task.id;
}

const idsOf = (taskId: string, ...numbers: number[]) => numbers.map((number) => `${taskId}.${number}`);
const STATES = [
  { task: { status: { state: 'TASK_STATE_SUBMITTED' } } },
  { statusUpdate: { status: { state: 'TASK_STATE_WORKING' } } },
  { artifactUpdate: { artifact: { parts: [{ text: 'Hello' }] }, lastChunk: true } },
  { statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } },
];

describe('stored push notifications', () => {
  test('are sent by the next server when the one before has died, and hold no secret in clear', async () => {
    await using folder = await temporaryFolder();
    const secrets = createSecretBox([newKey()]);
    const never = Promise.withResolvers<number>();
    await using hanging = await startReceiver(() => never.promise);
    const dead = await start({ folder: folder.path, secrets });
    const taskId = await ask(dead, hanging.url);
    await until(() => hanging.received.length === 1, 'the first is sent');
    for (const file of await readdir(folder.path)) {
      const bytes = await readFile(join(folder.path, file));
      expect([file, bytes.includes('the-token'), bytes.includes('the-credentials')]).toEqual([file, false, false]);
    }
    await dead.die();
    never.resolve(200);
    await using after = await start({ folder: folder.path, secrets });
    await until(() => hanging.told().length === 4, 'the rest is sent');
    expect(hanging.told()).toMatchObject(STATES);
    const ids = hanging.received.map(({ headers }) => headers['webhook-id']);
    // The one that the first server was not told the fate of comes twice, and says so.
    expect(ids).toEqual([...idsOf(taskId, 1), ...idsOf(taskId, 1, 2, 3, 4)]);
    expect(hanging.received.at(-1)?.headers).toMatchObject({
      'x-a2a-notification-token': 'the-token',
      authorization: 'Bearer the-credentials',
    });
    expect(await after.answer('ListTaskPushNotificationConfigs', { taskId })).toMatchObject({
      result: { configs: [{ id: 'mine', url: hanging.url }] },
    });
    expect(after.logged.join('') + dead.logged.join('')).not.toMatch(/the-token|the-credentials/);
  });

  test('are sent again until they are taken, in order, and hold up no others', async () => {
    await using busy = await startReceiver((_, count) => (count % 3 === 0 ? 200 : ([503, 429][count % 2] ?? 503)));
    await using quick = await startReceiver();
    await using server = await start();
    const taskId = await ask(server, busy.url);
    const other = await ask(server, quick.url);
    await until(() => quick.received.length === 4, 'the other is told');
    await until(() => busy.received.length === 12, 'all are taken');
    const ids = busy.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([1, 2, 3, 4].flatMap((number) => idsOf(taskId, number, number, number)));
    expect(busy.told()).toMatchObject(STATES);
    expect(quick.received.map(({ headers }) => headers['webhook-id'])).toEqual(idsOf(other, 1, 2, 3, 4));
    await expect.poll(() => server.store.push.claim(10, 0), IN_TIME).toEqual([]);
  });

  test.each([307, 404])('that are answered %s are not sent again', async (status) => {
    await using receiver = await startReceiver(status, { location: 'http://127.0.0.1:1/' });
    await using server = await start();
    await ask(server, receiver.url);
    const refused = () => server.logged.filter((line) => line.includes('was refused'));
    await until(() => refused().length === 4, 'the refusals are logged');
    expect(receiver.received).toHaveLength(4);
    await expect.poll(() => server.store.push.claim(10, 0), IN_TIME).toEqual([]);
  });

  test('are given up when nobody takes them', async () => {
    await using receiver = await startReceiver(500);
    await using server = await start({ pushTimes: { ...QUICK, giveUpMs: 200 } });
    await ask(server, receiver.url);
    const givenUp = () => server.logged.filter((line) => line.includes('"isGivenUp":true'));
    await until(() => givenUp().length === 4, 'all are given up');
    await expect.poll(() => server.store.push.claim(10, 0), IN_TIME).toEqual([]);
  });

  test('go no further once their config is deleted', async () => {
    await using receiver = await startReceiver(503);
    await using server = await start();
    const taskId = await ask(server, receiver.url);
    await server.answer('DeleteTaskPushNotificationConfig', { taskId, id: 'mine' });
    await expect.poll(() => server.store.push.claim(10, 0), IN_TIME).toEqual([]);
    expect(await server.answer('ListTaskPushNotificationConfigs', { taskId })).toMatchObject({ result: {} });
    expect(await server.store.push.list(taskId)).toEqual([]);
  });

  test('of a task have ten configs, the last that were set', async () => {
    await using server = await start();
    const { result } = await server.answer('SendMessage', { message: says('Hi') });
    const taskId = Object(result).task.id;
    for (let number = 1; number <= 12; number++) {
      const config = { taskId, id: `c${number}`, url: `http://127.0.0.1:1/${number}` };
      expect(await server.answer('CreateTaskPushNotificationConfig', config)).toMatchObject({ result: config });
    }
    const listed = await server.answer('ListTaskPushNotificationConfigs', { taskId });
    expect(Object(listed.result).configs.map(({ id }: { id: string }) => id)).toEqual([
      'c3',
      'c4',
      'c5',
      'c6',
      'c7',
      'c8',
      'c9',
      'c10',
      'c11',
      'c12',
    ]);
  });

  test('are sealed anew by the first key, and wait when no key opens them', async () => {
    await using folder = await temporaryFolder();
    await using receiver = await startReceiver((_, count) => (count === 1 ? 503 : 200));
    const [old, first] = [newKey(), newKey()];
    const times = { ...QUICK, retryMs: 60_000, mostRetryMs: 60_000 };
    const dead = await start({ folder: folder.path, secrets: createSecretBox([old]), pushTimes: times });
    const taskId = await ask(dead, receiver.url);
    await until(() => receiver.received.length === 1, 'the first is refused');
    await dead.die();
    const configs = (server: A2aTestServer) => server.answer('ListTaskPushNotificationConfigs', { taskId });
    {
      await using server = await start({ folder: folder.path, secrets: createSecretBox([newKey()]), pushTimes: times });
      expect(Object((await configs(server)).result).configs ?? []).toEqual([]);
      expect(server.logged.join('')).toContain('no secret key opens a push notification config');
      expect(await server.store.push.list(taskId)).toHaveLength(1);
    }
    {
      const secrets = createSecretBox([first, old]);
      await using server = await start({ folder: folder.path, secrets, pushTimes: times });
      const isCurrent = async () => secrets.isCurrent((await server.store.push.get(taskId, 'mine'))?.sealed ?? '');
      await expect.poll(isCurrent, IN_TIME).toBe(true);
    }
    await using server = await start({ folder: folder.path, secrets: createSecretBox([first]), pushTimes: times });
    expect(await configs(server)).toMatchObject({ result: { configs: [{ id: 'mine' }] } });
  });
});
