import { describe, expect, test } from 'vitest';
import { findWebhookProblem, postWebhook } from '../server/protocols/a2a/webhook.ts';
import { says, startA2aServer } from './support/a2a-server.ts';
import { until } from './support/processes.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';
import { startReceiver } from './support/webhook-receiver.ts';

const hello = () => scriptedModel([[...text('Hello'), finish()]]);

describe('push notifications', () => {
  test('tell each change of a task in order, in the version they were asked for in, with the secrets given', async () => {
    await using receiver = await startReceiver();
    await using older = await startReceiver();
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([[{ wait: gate.promise }, ...text('Hello'), finish()]]);
    await using server = await startA2aServer({ model, webhookHosts: ['127.0.0.1'] });
    const configuration = {
      returnImmediately: true,
      taskPushNotificationConfig: {
        url: `http://127.0.0.1:${receiver.port}/hook`,
        token: 'the-token',
        authentication: { scheme: 'Bearer', credentials: 'the-credentials' },
      },
    };
    const { result } = (await server.answer('SendMessage', { message: says('Hi'), configuration })) as {
      result: { task: { id: string; contextId: string } };
    };
    const { id: taskId, contextId } = result.task;
    const set = await server.answer(
      'tasks/pushNotificationConfig/set',
      { taskId, pushNotificationConfig: { url: `http://127.0.0.1:${older.port}/` } },
      { 'a2a-version': '0.3' },
    );
    expect(set).toMatchObject({
      result: { taskId, pushNotificationConfig: { url: `http://127.0.0.1:${older.port}/` } },
    });
    gate.resolve();
    await until(() => receiver.received.length === 4 && older.received.length >= 2, 'both are told the end');
    expect(receiver.received.map(({ body }) => body)).toMatchObject([
      { task: { id: taskId, contextId, status: { state: 'TASK_STATE_SUBMITTED' } } },
      { statusUpdate: { taskId, contextId, status: { state: 'TASK_STATE_WORKING' } } },
      { artifactUpdate: { taskId, artifact: { parts: [{ text: 'Hello' }] }, lastChunk: true } },
      { statusUpdate: { taskId, status: { state: 'TASK_STATE_COMPLETED' } } },
    ]);
    expect(receiver.received[0]?.headers).toMatchObject({
      'content-type': 'application/a2a+json',
      'x-a2a-notification-token': 'the-token',
      authorization: 'Bearer the-credentials',
    });
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(
      [1, 2, 3, 4].map((n) => `${taskId}.${n}`),
    );
    expect(older.received.at(-1)?.body).toMatchObject({
      kind: 'status-update',
      taskId,
      status: { state: 'completed' },
    });
    expect(server.logged.join('')).not.toMatch(/the-token|the-credentials/);
  });

  test('to an address inside the network are refused when they are asked for', async () => {
    await using server = await startA2aServer({ model: hello() });
    for (const url of ['http://127.0.0.1:1/', 'http://localhost/', 'http://169.254.169.254/', 'ftp://example.com/']) {
      const configuration = { taskPushNotificationConfig: { url } };
      const answer = await server.answer('SendMessage', { message: says('Hi'), configuration });
      expect([url, answer]).toMatchObject([url, { error: { code: -32602 } }]);
    }
    expect(await server.store.tasks.list({ agentId: 'tester', limit: 10 })).toMatchObject({ total: 0 });
  });

  test('that are redirected go no further', async () => {
    await using target = await startReceiver();
    await using receiver = await startReceiver(307, { location: `http://127.0.0.1:${target.port}/` });
    await using server = await startA2aServer({ model: hello(), webhookHosts: ['127.0.0.1'] });
    const configuration = { taskPushNotificationConfig: { url: `http://127.0.0.1:${receiver.port}/` } };
    await server.answer('SendMessage', { message: says('Hi'), configuration });
    await until(() => receiver.received.length === 4, 'all are sent');
    await until(
      () => server.logged.filter((line) => line.includes('was refused')).length === 4,
      'the refusals are logged',
    );
    expect(target.received).toEqual([]);
  });
});

describe('the address of a webhook', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://0.0.0.0/',
    'http://10.1.2.3/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:8.8.8.8]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fc00::1]/',
    'http://[fe80::1]/',
    'http://[ff02::1]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
  ])('%s is inside the network', (url) => {
    expect(findWebhookProblem(url, [])).toMatch(/^is inside the network of this server/);
  });

  test.each([
    ['file:///etc/passwd', 'must be http or https'],
    ['gopher://example.com/', 'must be http or https'],
    ['http://user:secret@example.com/', 'must hold no user name and no password'],
    ['nothing', 'is not a URL'],
    ['', 'is not a URL'],
  ])('%s is refused: it %s', (url, problem) => {
    expect(findWebhookProblem(url, [])).toBe(problem);
  });

  test.each(['https://example.com/hook', 'http://8.8.8.8/', 'http://[2606:4700::1111]/'])('%s is outside', (url) => {
    expect(findWebhookProblem(url, [])).toBeUndefined();
  });

  test('inside the network is let through when it is allowed by name, and only then', async () => {
    expect(findWebhookProblem('http://127.0.0.1:8080/', ['127.0.0.1'])).toBeUndefined();
    expect(findWebhookProblem('http://[::1]/', ['::1'])).toBeUndefined();
    expect(findWebhookProblem('http://127.0.0.2/', ['127.0.0.1'])).toMatch(/inside/);
  });

  test('is checked again when its name is looked up', async () => {
    // The name of this machine leads to an address of its own, and is no name of loopback.
    const { hostname } = await import('node:os');
    const signal = AbortSignal.timeout(5000);
    const sent = postWebhook({ url: `http://${hostname()}:1/`, headers: {}, body: '{}', signal }, []);
    await expect(sent).rejects.toThrow(`${hostname()} leads inside the network of this server`);
  });
});
