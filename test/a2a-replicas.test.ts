/** Tasks of servers that share a database: each knows those of the others, whichever of them executes the run. */
import { randomBytes } from 'node:crypto';
import { Role, type StreamResponse, TaskState } from '@a2a-js/sdk';
import { ClientFactory } from '@a2a-js/sdk/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYBODY } from '../server/call/principal.ts';
import { createSecretBox } from '../server/secrets/secret-box.ts';
import { type A2aTestServer, readStream, says, startA2aServer, tester } from './support/a2a-server.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { hasNoDatabase, openDatabase, type TestDatabase } from './support/postgres.ts';
import { type Answer, finish, type ScriptedModel, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { openProcess } from './support/shared-runs.ts';
import { startReceiver } from './support/webhook-receiver.ts';

interface TaskJson {
  readonly id: string;
  readonly contextId: string;
  readonly status: {
    readonly state: string;
    readonly message?: { readonly parts: readonly { readonly text?: string }[] };
  };
  readonly artifacts?: readonly { readonly parts: readonly { readonly text?: string }[] }[];
  readonly history?: readonly unknown[];
}

const IN_TIME = { timeout: 15_000 };
const AT_ONCE = { returnImmediately: true };
const idle = () => scriptedModel([[...text('Hi'), finish()]]);

/** Says a word, waits, and says another. */
function pausing(first = 'One ', second = 'moment') {
  const gate = Promise.withResolvers<void>();
  const said = text(first, second);
  const model = scriptedModel([[...said.slice(0, 2), { wait: gate.promise }, ...said.slice(2), finish()]]);
  return { model, goOn: gate.resolve };
}

/** Asks for a mail, and says what came of it. */
const mailing = () => {
  const model = scriptedModel((call): Answer => {
    const last = model.asked[call]?.prompt.at(-1);
    if (last?.role === 'tool') return [...text('Sent.'), finish()];
    return [...text('I write.'), ...toolCall('c1', 'mail', { to: 'ada' }), finish('tool-calls')];
  });
  return model;
};

const taskOf = (body: Record<string, unknown>) => Object(body.result).task as TaskJson;
const getTask = async (server: A2aTestServer, id: string) =>
  (await server.answer('GetTask', { id })).result as TaskJson | undefined;
const stateOf = async (server: A2aTestServer, id: string) => (await getTask(server, id))?.status.state;
const wordsOf = (task: TaskJson | undefined) => task?.artifacts?.[0]?.parts.map((part) => part.text).join('') ?? '';
const send = async (server: A2aTestServer, message: object, configuration: object = {}) =>
  taskOf(await server.answer('SendMessage', { message, configuration }));

/** What an update is, in one line. */
function describeUpdate({ payload }: StreamResponse): string {
  if (payload?.$case === 'artifactUpdate')
    return `says ${payload.value.artifact?.parts.map(({ content }) => content?.value).join()}`;
  if (payload?.$case !== 'task' && payload?.$case !== 'statusUpdate') return String(payload?.$case);
  const said = payload.$case === 'task' ? payload.value.artifacts[0]?.parts[0]?.content?.value : undefined;
  return `${payload.$case} ${TaskState[payload.value.status?.state ?? 0]}${said === undefined ? '' : `: ${said}`}`;
}

/** The texts of a stream that began with the task as it was, and the states that it told. */
async function readAll(response: Response): Promise<{ words: string; states: string[] }> {
  const told = (await readStream(response)).map(({ result }) => Object(result));
  return {
    words: told
      .map(
        ({ task, artifactUpdate }) =>
          wordsOf(task) + wordsOf(artifactUpdate && { artifacts: [artifactUpdate.artifact] }),
      )
      .join(''),
    states: told.flatMap(({ task, statusUpdate }) => (task ?? statusUpdate)?.status.state ?? []),
  };
}

describe.skipIf(hasNoDatabase)('servers that share a database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase();
  }, 120_000);
  afterAll(() => database?.close());

  const sent: unknown[] = [];
  const toolset = toolsetOf({
    mail({ to }) {
      sent.push(to);
      return ok('sent');
    },
  });

  /** Two servers; `around` stands between the tasks of the first one and what they are built on. */
  async function startTwo(
    models: { first?: ScriptedModel; second?: ScriptedModel } = {},
    around?: Parameters<typeof startA2aServer>[0]['around'],
    options: Partial<Parameters<typeof startA2aServer>[0]> = {},
  ) {
    const stack = new AsyncDisposableStack();
    const rest = { toolset, approvals: ['mail'], ...options };
    const own = await openProcess({ url: database.url });
    const first = stack.use(
      await startA2aServer({ ...rest, model: models.first ?? idle(), shared: own, ...(around && { around }) }),
    );
    const shared = await openProcess({ url: database.url });
    const second = stack.use(await startA2aServer({ ...rest, model: models.second ?? idle(), shared }));
    return { first, second, own, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }

  test('a client of one reads, lists and follows a task that another works on', async () => {
    const { model, goOn } = pausing();
    await using both = await startTwo({ first: model });
    const { first, second } = both;
    const started = await send(first, says('Hi'), AT_ONCE);
    const { id, contextId } = started;
    const client = await new ClientFactory().createFromUrl(second.agentUrl);
    const get = () => client.getTask({ tenant: '', id, historyLength: undefined });
    await expect.poll(async () => (await get()).artifacts[0]?.parts[0]?.content?.value, IN_TIME).toBe('One ');
    expect(await get()).toMatchObject({
      contextId,
      status: { state: TaskState.TASK_STATE_WORKING },
      history: [{ role: Role.ROLE_USER, parts: [{ content: { value: 'Hi' } }] }],
    });
    const query = { tenant: '', contextId, status: TaskState.TASK_STATE_WORKING, pageToken: '' };
    const listed = await client.listTasks({
      ...query,
      pageSize: 10,
      historyLength: 0,
      statusTimestampAfter: undefined,
    });
    expect(listed.tasks).toMatchObject([{ id }]);
    const followed = client.resubscribeTask({ tenant: '', id });
    const seen = [describeUpdate((await followed.next()).value as StreamResponse)];
    goOn();
    for await (const update of followed) seen.push(describeUpdate(update));
    expect(seen).toEqual(['task TASK_STATE_WORKING: One ', 'says moment', 'statusUpdate TASK_STATE_COMPLETED']);
    expect(await get()).toEqual(
      await (await new ClientFactory().createFromUrl(first.agentUrl)).getTask({
        tenant: '',
        id,
        historyLength: undefined,
      }),
    );
  });

  test('a client of one cancels a task that another works on', async () => {
    const { model } = pausing();
    await using both = await startTwo({ first: model });
    const { first, second } = both;
    const { id } = await send(first, says('Hi'), AT_ONCE);
    const following = readAll(await first.rpc('SubscribeToTask', { id }));
    const elsewhere = readAll(await second.rpc('SubscribeToTask', { id }));
    await expect.poll(async () => wordsOf(await getTask(second, id)), IN_TIME).toBe('One ');
    const client = await new ClientFactory().createFromUrl(second.agentUrl);
    const canceled = await client.cancelTask({ tenant: '', id, metadata: undefined });
    expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    expect((await elsewhere).states.at(-1)).toBe('TASK_STATE_CANCELED');
    expect((await following).states.at(-1)).toBe('TASK_STATE_CANCELED');
    expect(await getTask(first, id)).toEqual(await getTask(second, id));
    expect(model.asked[0]?.abortSignal?.aborted).toBe(true);
  });

  test('a task that waits in line at one is canceled at another, and never starts', async () => {
    const { model, goOn } = pausing();
    await using both = await startTwo({ first: model });
    const { first, second } = both;
    const { contextId, id } = await send(first, says('One'), AT_ONCE);
    const next = await send(first, says('Two', { contextId }), AT_ONCE);
    const following = readAll(await first.rpc('SubscribeToTask', { id: next.id }));
    expect(await stateOf(second, next.id)).toBe('TASK_STATE_SUBMITTED');
    expect(await second.answer('CancelTask', { id: next.id })).toMatchObject({
      result: { status: { state: 'TASK_STATE_CANCELED' } },
    });
    // Whoever follows it where it waits is told, while it still waits.
    expect((await following).states).toEqual(['TASK_STATE_SUBMITTED', 'TASK_STATE_CANCELED']);
    goOn();
    await expect.poll(() => stateOf(second, id), IN_TIME).toBe('TASK_STATE_COMPLETED');
    const third = await send(second, says('Three', { contextId }));
    expect(third.status.state).toBe('TASK_STATE_COMPLETED');
    expect(model.asked).toHaveLength(1);
  });

  test('a message to one answers what a task of another waits for, and it goes on there', async () => {
    await using both = await startTwo({ first: mailing(), second: mailing() });
    const { first, second } = both;
    sent.length = 0;
    const { id, status } = await send(first, says('Write'));
    expect(status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    const client = await new ClientFactory().createFromUrl(second.agentUrl);
    const ended = await client.sendMessage({
      tenant: '',
      message: {
        messageId: 'm-approve',
        contextId: '',
        taskId: id,
        role: Role.ROLE_USER,
        parts: [{ content: { $case: 'text', value: 'approve' }, metadata: undefined, filename: '', mediaType: '' }],
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
      },
      configuration: undefined,
      metadata: undefined,
    });
    expect(ended).toMatchObject({ id, status: { state: TaskState.TASK_STATE_COMPLETED } });
    expect(await getTask(first, id)).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ parts: [{ text: 'I write.\n\nSent.' }] }],
      history: [{ parts: [{ text: 'Write' }] }, { messageId: 'm-approve' }],
    });
    expect(sent).toEqual(['ada']);
  });

  test('whoever follows a task elsewhere that goes on after it has waited is told the whole of it once', async () => {
    const gate = Promise.withResolvers<void>();
    const second = scriptedModel([
      [...text('Sent').slice(0, 2), { wait: gate.promise }, ...text('', '.').slice(2), finish()],
    ]);
    await using both = await startTwo({ first: mailing(), second });
    const { id } = await send(both.first, says('Write'));
    const answered = await send(both.second, says('approve', { taskId: id }), AT_ONCE);
    expect(answered.status.state).toBe('TASK_STATE_WORKING');
    await expect.poll(async () => wordsOf(await getTask(both.first, id)), IN_TIME).toBe('I write.\n\nSent');
    const followed = readAll(await both.first.rpc('SubscribeToTask', { id }));
    gate.resolve();
    expect(await followed).toEqual({
      words: 'I write.\n\nSent.',
      states: ['TASK_STATE_WORKING', 'TASK_STATE_COMPLETED'],
    });
  });

  test('a task goes on whose calls are answered elsewhere before it is stored that it waits', async () => {
    const gate = Promise.withResolvers<void>();
    await using both = await startTwo({ first: mailing(), second: mailing() }, (ports) => ({
      ...ports,
      tasks: {
        ...ports.tasks,
        async change(task, ...rest) {
          if (task.state === 'input-required') await gate.promise;
          return ports.tasks.change(task, ...rest);
        },
      },
    }));
    const { first, second } = both;
    const { id } = await send(first, says('Write', { contextId: 'early' }), AT_ONCE);
    await expect.poll(async () => (await second.store.approvals.open('early')).length, IN_TIME).toBe(1);
    const [approval] = await second.store.approvals.open('early');
    await second.answerApproval({ id: approval?.id ?? '', isApproved: true, reason: null }, { principal: EVERYBODY });
    await expect
      .poll(async () => (await second.store.approvals.get(approval?.id ?? ''))?.resumedBy, IN_TIME)
      .toBeTruthy();
    gate.resolve();
    await expect.poll(() => stateOf(second, id), IN_TIME).toBe('TASK_STATE_COMPLETED');
    expect(wordsOf(await getTask(first, id))).toBe('I write.\n\nSent.');
  });

  test('a task is canceled at one or answered at another, never both', { timeout: 120_000 }, async () => {
    await using both = await startTwo({ first: mailing(), second: mailing() });
    const { first, second } = both;
    for (let round = 0; round < 20; round++) {
      sent.length = 0;
      const { id, contextId } = await send(first, says('Write'));
      await Promise.all([
        first.answer('CancelTask', { id }),
        second.answer('SendMessage', { message: says('approve', { taskId: id }) }),
      ]);
      const task = await getTask(first, id);
      expect(await getTask(second, id)).toEqual(task);
      expect(['TASK_STATE_CANCELED', 'TASK_STATE_COMPLETED']).toContain(task?.status.state);
      if (task?.status.state === 'TASK_STATE_COMPLETED') expect(sent).toEqual(['ada']);
      // The conversation is free in either case.
      const next = await send(second, says('Again', { contextId }));
      expect(next.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
      await first.answer('CancelTask', { id: next.id });
    }
  });

  test('the task of a server that stands still ends as its run does, and changes no more when that wakes', async () => {
    const { model, goOn } = pausing();
    await using both = await startTwo({ first: model });
    const { first, second, own } = both;
    const { id, contextId } = await send(first, says('Hi'), AT_ONCE);
    const queued = await send(first, says('Next', { contextId }), AT_ONCE);
    await expect.poll(async () => wordsOf(await getTask(second, id)), IN_TIME).toBe('One ');
    const following = readAll(await second.rpc('SubscribeToTask', { id }));
    own.isStopped = true;
    const cut = {
      state: 'TASK_STATE_FAILED',
      message: { parts: [{ text: 'The server stopped before the task ended' }] },
    };
    expect(await following).toEqual({ words: 'One ', states: ['TASK_STATE_WORKING', 'TASK_STATE_FAILED'] });
    await expect.poll(() => stateOf(second, queued.id), IN_TIME).toBe('TASK_STATE_FAILED');
    const ended = await getTask(second, id);
    expect(ended).toMatchObject({ status: cut, artifacts: [{ parts: [{ text: 'One ' }] }] });
    expect(await getTask(second, queued.id)).toMatchObject({ status: cut });
    goOn();
    own.isStopped = false;
    await expect.poll(() => getTask(first, id), IN_TIME).toEqual(ended);
    await expect.poll(() => stateOf(first, queued.id), IN_TIME).toBe('TASK_STATE_FAILED');
    expect(await getTask(second, id)).toEqual(ended);
  });

  test('the task of a durable agent goes on elsewhere with its run, and is told once', async () => {
    const secrets = createSecretBox([randomBytes(32)]);
    await using receiver = await startReceiver();
    const { model, goOn } = pausing();
    const second = scriptedModel([[...text('Another'), finish()]]);
    const options = { secrets, webhookHosts: ['127.0.0.1'], durable: true };
    await using both = await startTwo({ first: model, second }, undefined, options);
    const configuration = { ...AT_ONCE, taskPushNotificationConfig: { url: receiver.url } };
    const { id } = await send(both.first, says('Hi'), configuration);
    await expect.poll(async () => wordsOf(await getTask(both.second, id)), IN_TIME).toBe('One ');
    const following = readStream(await both.second.rpc('SubscribeToTask', { id }));
    both.own.isStopped = true;
    const pieces = (await following).flatMap(({ result }) => {
      const { artifactUpdate } = Object(result);
      return artifactUpdate ? [[artifactUpdate.append ?? false, artifactUpdate.artifact.parts[0].text]] : [];
    });
    // What was said of a step that does not count is taken back.
    expect(pieces).toEqual([
      [false, ''],
      [false, 'Another'],
    ]);
    goOn();
    both.own.isStopped = false;
    const ended = await getTask(both.second, id);
    expect(ended).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ parts: [{ text: 'Another' }] }],
    });
    await expect.poll(() => getTask(both.first, id), IN_TIME).toEqual(ended);
    await expect.poll(() => receiver.told().length, IN_TIME).toBe(4);
    expect(receiver.told()).toMatchObject([
      { task: { status: { state: 'TASK_STATE_SUBMITTED' } } },
      { statusUpdate: { status: { state: 'TASK_STATE_WORKING' } } },
      { artifactUpdate: { artifact: { parts: [{ text: 'Another' }] } } },
      { statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } },
    ]);
  });

  test('the task of a durable agent goes on elsewhere when its server shuts down', async () => {
    const start = async (model: ScriptedModel) =>
      startA2aServer({ model, durable: true, shared: await openProcess({ url: database.url }) });
    await using second = await start(scriptedModel([[...text('Another'), finish()]]));
    const first = await start(pausing().model);
    const { id } = await send(first, says('Hi'), AT_ONCE);
    await expect.poll(async () => wordsOf(await getTask(second, id)), IN_TIME).toBe('One ');
    await first[Symbol.asyncDispose]();
    await expect.poll(() => stateOf(second, id), IN_TIME).toBe('TASK_STATE_COMPLETED');
    expect(wordsOf(await getTask(second, id))).toBe('Another');
  });

  test('notifications are asked for at one, of a task that another works on, and told once each and in order', async () => {
    const secrets = createSecretBox([randomBytes(32)]);
    await using receiver = await startReceiver();
    const { model, goOn } = pausing();
    await using both = await startTwo({ first: model }, undefined, { secrets, webhookHosts: ['127.0.0.1'] });
    const { first, second } = both;
    const { id: taskId } = await send(first, says('Hi'), AT_ONCE);
    await expect.poll(async () => wordsOf(await getTask(second, taskId)), IN_TIME).toBe('One ');
    const config = { taskId, id: 'mine', url: receiver.url };
    expect(await second.answer('CreateTaskPushNotificationConfig', { ...config, token: 'the-token' })).toMatchObject({
      result: config,
    });
    const other = { ...config, id: 'other', url: `${receiver.url}other` };
    await first.answer('CreateTaskPushNotificationConfig', other);
    for (const server of [first, second]) {
      expect(await server.answer('GetTaskPushNotificationConfig', config)).toMatchObject({ result: config });
      const listed = await server.answer('ListTaskPushNotificationConfigs', { taskId });
      expect(listed).toMatchObject({ result: { configs: [config, other] } });
    }
    await second.answer('DeleteTaskPushNotificationConfig', other);
    goOn();
    await expect.poll(() => receiver.received.length, IN_TIME).toBe(2);
    await expect.poll(() => first.store.push.claim(10, 0), IN_TIME).toEqual([]);
    expect(receiver.received.map(({ headers, body }) => [headers['webhook-id'], body])).toMatchObject([
      [`${taskId}.3`, { artifactUpdate: { artifact: { parts: [{ text: 'One moment' }] }, lastChunk: true } }],
      [`${taskId}.4`, { statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } }],
    ]);
    expect(receiver.received.map(({ headers }) => headers['x-a2a-notification-token'])).toEqual([
      'the-token',
      'the-token',
    ]);
  });

  test('many notifications are sent by several servers at once, each once and in order', async () => {
    const secrets = createSecretBox([randomBytes(32)]);
    await using receiver = await startReceiver();
    await using both = await startTwo({}, undefined, { secrets, webhookHosts: ['127.0.0.1'] });
    const configuration = { ...AT_ONCE, taskPushNotificationConfig: { url: receiver.url } };
    const ids = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const message = says(`Hi ${index}`);
        return (await send(index % 2 ? both.first : both.second, message, configuration)).id;
      }),
    );
    await expect.poll(() => receiver.received.length, IN_TIME).toBe(80);
    await expect.poll(() => both.first.store.push.claim(10, 0), IN_TIME).toEqual([]);
    const told = receiver.received.map(({ headers }) => String(headers['webhook-id']));
    for (const id of ids) {
      expect(told.filter((one) => one.startsWith(id))).toEqual([1, 2, 3, 4].map((number) => `${id}.${number}`));
    }
    expect(told).toHaveLength(80);
  });

  test('without a key, notifications of a task that another works on are refused, and those of an own one are sent', async () => {
    await using receiver = await startReceiver();
    const { model, goOn } = pausing();
    await using both = await startTwo({ first: model }, undefined, { webhookHosts: ['127.0.0.1'] });
    const { first, second } = both;
    const { id: taskId } = await send(first, says('Hi'), AT_ONCE);
    const config = { taskId, url: receiver.url };
    expect(await second.answer('CreateTaskPushNotificationConfig', config)).toMatchObject({
      error: {
        code: -32003,
        message: expect.stringMatching(/^Another server works on this task, and without a secret key file/),
      },
    });
    await first.answer('CreateTaskPushNotificationConfig', config);
    goOn();
    await expect
      .poll(() => receiver.received.at(-1)?.body, IN_TIME)
      .toMatchObject({
        statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } },
      });
  });

  test('a card has one date at all of them, also after each has seen it change', async () => {
    await using both = await startTwo();
    const read = async ({ agentUrl }: A2aTestServer, headers: Record<string, string> = {}) => {
      const response = await fetch(`${agentUrl}.well-known/agent-card.json`, {
        headers: { 'a2a-version': '1.0', 'cache-control': 'max-age=0', ...headers },
      });
      return {
        status: response.status,
        etag: response.headers.get('etag'),
        date: response.headers.get('last-modified'),
      };
    };
    const { first, second } = both;
    expect((await read(first)).date).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
    const change = (server: A2aTestServer) => server.agents.set('tester', { ...tester, tools: [] });
    change(first);
    const changed = await read(first);
    change(second);
    const there = await read(second);
    expect(there.date).toBe(changed.date);
    expect(Date.parse(changed.date ?? '')).toBeGreaterThan(Date.parse('2026-01-03'));
    expect((await read(second, { 'if-none-match': there.etag ?? '' })).status).toBe(304);
    expect((await read(second, { 'if-modified-since': changed.date ?? '' })).status).toBe(304);
  });

  test('a task whose server ends while it waits for a person waits on, and goes on elsewhere', async () => {
    await using second = await startA2aServer({
      model: mailing(),
      toolset,
      approvals: ['mail'],
      shared: await openProcess({ url: database.url }),
    });
    const first = await startA2aServer({
      model: mailing(),
      toolset,
      approvals: ['mail'],
      shared: await openProcess({ url: database.url }),
    });
    const { id } = await send(first, says('Write'));
    await first[Symbol.asyncDispose]();
    expect(await stateOf(second, id)).toBe('TASK_STATE_INPUT_REQUIRED');
    const ended = await send(second, says('approve', { taskId: id }));
    expect(ended).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
  });
});
