/** The mandatory behaviour of A2A, over plain HTTP. */
import { once } from 'node:events';
import { request } from 'node:http';
import { ClientFactory } from '@a2a-js/sdk/client';
import { describe, expect, test } from 'vitest';
import { type A2aTestServer, readStream, says, startA2aServer } from './support/a2a-server.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startWholeServer } from './support/whole-server.ts';

const hello = () => scriptedModel([[...text('Hello'), finish()]]);
const hanging = () => scriptedModel([[...text('Hel').slice(0, 2), 'hang']]);

interface Binding {
  send(params: object): Promise<Response>;
  stream(params: object): Promise<Response>;
  get(id: string, historyLength?: number): Promise<Response>;
  list(query: Record<string, string | number | boolean>): Promise<Response>;
  cancel(id: string): Promise<Response>;
  subscribe(id: string): Promise<Response>;
  createPush(taskId: string, config: object): Promise<Response>;
  getPush(taskId: string, id: string): Promise<Response>;
  listPush(taskId: string): Promise<Response>;
  deletePush(taskId: string, id: string): Promise<Response>;
  card(): Promise<Response>;
  /** What is wrong, as the binding says it. */
  error(response: Response): Promise<unknown>;
  result(response: Response): Promise<Record<string, unknown>>;
  events(response: Response): Promise<Record<string, unknown>[]>;
}

const reasons: Record<string, [rpc: number, http: number]> = {
  TASK_NOT_FOUND: [-32001, 404],
  TASK_NOT_CANCELABLE: [-32002, 400],
  UNSUPPORTED_OPERATION: [-32004, 400],
  CONTENT_TYPE_NOT_SUPPORTED: [-32005, 400],
  INVALID_PARAMS: [-32602, 400],
};

const bindings: Record<string, (server: A2aTestServer) => Binding> = {
  'JSON-RPC': ({ rpc }) => ({
    send: (params) => rpc('SendMessage', params),
    stream: (params) => rpc('SendStreamingMessage', params),
    get: (id, historyLength) => rpc('GetTask', { id, historyLength }),
    list: (query) => rpc('ListTasks', query),
    cancel: (id) => rpc('CancelTask', { id }),
    subscribe: (id) => rpc('SubscribeToTask', { id }),
    createPush: (taskId, config) => rpc('CreateTaskPushNotificationConfig', { taskId, ...config }),
    getPush: (taskId, id) => rpc('GetTaskPushNotificationConfig', { taskId, id }),
    listPush: (taskId) => rpc('ListTaskPushNotificationConfigs', { taskId }),
    deletePush: (taskId, id) => rpc('DeleteTaskPushNotificationConfig', { taskId, id }),
    card: () => rpc('GetExtendedAgentCard', {}),
    async error(response) {
      const { error } = (await response.json()) as { error: { code: number; data: { reason: string }[] } };
      const reason = error.data[0]?.reason ?? '';
      expect([response.status, error.code]).toEqual([200, reasons[reason]?.[0]]);
      return reason;
    },
    async result(response) {
      const { result, error } = (await response.json()) as { result: Record<string, unknown>; error: unknown };
      expect(error).toBeUndefined();
      return result;
    },
    events: async (response) => (await readStream(response)).map(({ result }) => result as Record<string, unknown>),
  }),
  REST: ({ rest }) => ({
    send: (params) => rest('POST', '/message:send', params),
    stream: (params) => rest('POST', '/message:stream', params),
    get: (id, historyLength) =>
      rest('GET', `/tasks/${id}${historyLength === undefined ? '' : `?historyLength=${historyLength}`}`),
    list: (query) =>
      rest('GET', `/tasks?${new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]))}`),
    cancel: (id) => rest('POST', `/tasks/${id}:cancel`, {}),
    subscribe: (id) => rest('GET', `/tasks/${id}:subscribe`),
    createPush: (taskId, config) => rest('POST', `/tasks/${taskId}/pushNotificationConfigs`, config),
    getPush: (taskId, id) => rest('GET', `/tasks/${taskId}/pushNotificationConfigs/${id}`),
    listPush: (taskId) => rest('GET', `/tasks/${taskId}/pushNotificationConfigs`),
    deletePush: (taskId, id) => rest('DELETE', `/tasks/${taskId}/pushNotificationConfigs/${id}`),
    card: () => rest('GET', '/extendedAgentCard'),
    async error(response) {
      const { error } = (await response.json()) as { error: { code: number; details: { reason: string }[] } };
      const reason = error.details[0]?.reason ?? '';
      expect([response.status, error.code]).toEqual([reasons[reason]?.[1], reasons[reason]?.[1]]);
      return reason;
    },
    async result(response) {
      expect(response.ok).toBe(true);
      return response.status === 204 ? {} : ((await response.json()) as Record<string, unknown>);
    },
    events: readStream,
  }),
};

interface TaskJson {
  id: string;
  contextId: string;
  status: { state: string; message?: { parts: { text: string }[] } };
  artifacts?: { parts: { text: string }[] }[];
  history?: { messageId: string }[];
}
const taskOf = (result: Record<string, unknown>): TaskJson => result.task as TaskJson;

describe.each(Object.entries(bindings))('%s', (_name, bind) => {
  test('a message makes a task that completes with its answer as an artifact', async () => {
    await using server = await startA2aServer({ model: hello() });
    const binding = bind(server);
    const task = taskOf(await binding.result(await binding.send({ message: says('Hi') })));
    expect(task).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      contextId: expect.stringMatching(/^conv-/),
      status: { state: 'TASK_STATE_COMPLETED', timestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
      artifacts: [{ artifactId: 'response', parts: [{ text: 'Hello' }] }],
      history: [
        { messageId: 'm-Hi', taskId: task.id, contextId: task.contextId, role: 'ROLE_USER', parts: [{ text: 'Hi' }] },
      ],
    });
    expect(await binding.result(await binding.get(task.id))).toEqual(task);
  });

  test('messages of one context are one conversation, each with a task of its own', async () => {
    const model = hello();
    await using server = await startA2aServer({ model });
    const binding = bind(server);
    const first = taskOf(await binding.result(await binding.send({ message: says('One') })));
    const second = taskOf(
      await binding.result(await binding.send({ message: says('Two', { contextId: first.contextId }) })),
    );
    expect([second.contextId, second.id === first.id]).toEqual([first.contextId, false]);
    const said = model.asked[1]?.prompt.flatMap(({ role, content }) =>
      role === 'system' ? [] : content.map((part) => [role, 'text' in part ? part.text : part.type]),
    );
    expect(said).toEqual([
      ['user', 'One'],
      ['assistant', 'Hello'],
      ['user', 'Two'],
    ]);
    const ours = taskOf(await binding.result(await binding.send({ message: says('Three', { contextId: 'mine' }) })));
    expect(ours.contextId).toBe('mine');
  });

  test('returnImmediately answers before the task has ended', async () => {
    await using server = await startA2aServer({ model: hanging() });
    const binding = bind(server);
    const configuration = { returnImmediately: true };
    const task = taskOf(await binding.result(await binding.send({ message: says('Hi'), configuration })));
    expect(task.status.state).toMatch(/^TASK_STATE_(SUBMITTED|WORKING)$/);
    expect(await binding.result(await binding.cancel(task.id))).toMatchObject({
      status: { state: 'TASK_STATE_CANCELED' },
    });
  });

  test('historyLength bounds the history; absent means all, 0 none', async () => {
    await using server = await startA2aServer({ model: hello() });
    const binding = bind(server);
    const configuration = { historyLength: 0 };
    const task = taskOf(await binding.result(await binding.send({ message: says('Hi'), configuration })));
    expect(task.history ?? []).toEqual([]);
    const lengths = [];
    for (const historyLength of [undefined, 0, 1, 5]) {
      const { history = [] } = (await binding.result(await binding.get(task.id, historyLength))) as unknown as TaskJson;
      lengths.push(history.length);
    }
    expect(lengths).toEqual([1, 0, 1, 1]);
  });

  test('a stream begins with the task and ends with its last status', async () => {
    await using server = await startA2aServer({ model: hello() });
    const binding = bind(server);
    const response = await binding.stream({ message: says('Hi') });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = await binding.events(response);
    expect(events.map((event) => Object.keys(event))).toEqual([
      ['task'],
      ['statusUpdate'],
      ['artifactUpdate'],
      ['statusUpdate'],
    ]);
    const { id: taskId, contextId } = taskOf(events[0] ?? {});
    expect(events.slice(1)).toMatchObject([
      { statusUpdate: { taskId, contextId, status: { state: 'TASK_STATE_WORKING' } } },
      { artifactUpdate: { taskId, contextId, artifact: { parts: [{ text: 'Hello' }] } } },
      { statusUpdate: { taskId, contextId, status: { state: 'TASK_STATE_COMPLETED' } } },
    ]);
  });

  test('a task goes on when its stream is left, and another stream sees its end', async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([
      [...text('Hel').slice(0, 2), { wait: gate.promise }, ...text('lo').slice(1), finish()],
    ]);
    await using server = await startA2aServer({ model });
    const binding = bind(server);
    const leaving = await binding.stream({ message: says('Hi') });
    const reader = leaving.body?.getReader();
    let seen = '';
    while (!seen.includes('"Hel"')) seen += new TextDecoder().decode((await reader?.read())?.value);
    const id = /"id":"([0-9a-f-]{36})"/.exec(seen)?.[1] ?? '';
    await reader?.cancel();
    const following = await binding.subscribe(id);
    gate.resolve();
    const events = await binding.events(following);
    expect(taskOf(events[0] ?? {})).toMatchObject({ id, artifacts: [{ parts: [{ text: 'Hel' }] }] });
    expect(events.at(-1)).toMatchObject({ statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } });
    expect(await binding.result(await binding.get(id))).toMatchObject({ artifacts: [{ parts: [{ text: 'Hello' }] }] });
  });

  test('cancel ends the run; a canceled task stays so, and one that has ended otherwise cannot be canceled', async () => {
    // The run may be canceled before its model is asked.
    const model = scriptedModel((call) => {
      const isHung = JSON.stringify(model.asked[call]?.prompt).includes('Hang');
      return isHung ? [...text('Hel').slice(0, 2), 'hang'] : [...text('Hello'), finish()];
    });
    await using server = await startA2aServer({ model });
    const binding = bind(server);
    const configuration = { returnImmediately: true };
    const { id } = taskOf(await binding.result(await binding.send({ message: says('Hang'), configuration })));
    for (const _again of [1, 2]) {
      expect(await binding.result(await binding.cancel(id))).toMatchObject({
        id,
        status: { state: 'TASK_STATE_CANCELED' },
      });
    }
    const done = taskOf(await binding.result(await binding.send({ message: says('Hi') })));
    expect(await binding.error(await binding.cancel(done.id))).toBe('TASK_NOT_CANCELABLE');
  });

  test('a run that fails is a failed task that says why', async () => {
    await using server = await startA2aServer({
      model: scriptedModel([[{ fail: new Error('the provider is down') }]]),
    });
    const binding = bind(server);
    const { status } = taskOf(await binding.result(await binding.send({ message: says('Hi') })));
    expect(status).toMatchObject({ state: 'TASK_STATE_FAILED', message: { role: 'ROLE_AGENT' } });
    expect(status.message?.parts[0]?.text).toMatch(/model/);
  });

  test('tasks are listed newest first, in pages, by context and by state', async () => {
    await using server = await startA2aServer({ model: hello() });
    const binding = bind(server);
    const ids: string[] = [];
    for (const contextId of ['a', 'a', 'b']) {
      ids.unshift(taskOf(await binding.result(await binding.send({ message: says('Hi', { contextId }) }))).id);
    }
    const list = async (query: Record<string, string | number | boolean>) => {
      const page = (await binding.result(await binding.list(query))) as unknown as {
        tasks: TaskJson[];
        nextPageToken: string;
        pageSize: number;
        totalSize: number;
      };
      return { ...page, ids: page.tasks.map(({ id }) => id) };
    };
    expect(await list({})).toMatchObject({ ids, nextPageToken: '', pageSize: 50, totalSize: 3 });
    const first = await list({ pageSize: 2 });
    expect(first).toMatchObject({ ids: ids.slice(0, 2), pageSize: 2, totalSize: 3 });
    expect(await list({ pageSize: 2, pageToken: first.nextPageToken })).toMatchObject({
      ids: ids.slice(2),
      nextPageToken: '',
    });
    expect((await list({ contextId: 'a' })).ids).toEqual(ids.slice(1));
    expect((await list({ status: 'TASK_STATE_COMPLETED' })).ids).toEqual(ids);
    expect((await list({ status: 'TASK_STATE_WORKING' })).ids).toEqual([]);
    expect((await list({ statusTimestampAfter: '2999-01-01T00:00:00Z' })).ids).toEqual([]);
    expect((await list({})).tasks[0]?.artifacts ?? []).toEqual([]);
    expect((await list({ includeArtifacts: true })).tasks[0]?.artifacts).toMatchObject([
      { parts: [{ text: 'Hello' }] },
    ]);
  });

  test('what is wrong with a request is said by the code the protocol has for it', async () => {
    await using server = await startA2aServer({ model: hello() });
    const binding = bind(server);
    const done = taskOf(await binding.result(await binding.send({ message: says('Hi') })));
    const cases: [string, Response][] = [
      ['TASK_NOT_FOUND', await binding.get('nothing')],
      ['TASK_NOT_FOUND', await binding.cancel('nothing')],
      ['TASK_NOT_FOUND', await binding.subscribe('nothing')],
      ['TASK_NOT_FOUND', await binding.send({ message: says('Hi', { taskId: 'nothing' }) })],
      ['TASK_NOT_FOUND', await binding.createPush('nothing', { url: 'https://example.com' })],
      ['TASK_NOT_FOUND', await binding.listPush('nothing')],
      ['TASK_NOT_FOUND', await binding.getPush(done.id, 'nothing')],
      ['UNSUPPORTED_OPERATION', await binding.subscribe(done.id)],
      ['UNSUPPORTED_OPERATION', await binding.send({ message: says('Hi', { taskId: done.id }) })],
      ['UNSUPPORTED_OPERATION', await binding.card()],
      ['INVALID_PARAMS', await binding.send({ message: says('Hi', { taskId: done.id, contextId: 'other' }) })],
      ['INVALID_PARAMS', await binding.send({})],
      ['INVALID_PARAMS', await binding.send({ message: { ...says('Hi'), messageId: '' } })],
      ['INVALID_PARAMS', await binding.send({ message: says('Hi', { parts: [] }) })],
      ['INVALID_PARAMS', await binding.send({ message: says('Hi', { parts: [{}] }) })],
      ['INVALID_PARAMS', await binding.send({ message: says('Hi', { role: 'ROLE_AGENT' }) })],
      ['INVALID_PARAMS', await binding.send({ message: says('Hi', { contextId: 'x'.repeat(257) }) })],
      ['INVALID_PARAMS', await binding.list({ pageSize: 0 })],
      ['INVALID_PARAMS', await binding.list({ pageSize: 101 })],
      ['INVALID_PARAMS', await binding.list({ pageToken: 'nonsense' })],
      ['INVALID_PARAMS', await binding.list({ statusTimestampAfter: 'yesterday' })],
      [
        'CONTENT_TYPE_NOT_SUPPORTED',
        await binding.stream({ message: says('Hi', { parts: [{ raw: 'AAAA', mediaType: 'application/x-thing' }] }) }),
      ],
    ];
    const found = [];
    for (const [, response] of cases) found.push(await binding.error(response));
    expect(found).toEqual(cases.map(([reason]) => reason));
  });

  test('a push notification config is made, read, listed and deleted, and shows no secret', async () => {
    await using server = await startA2aServer({ model: hello() });
    const binding = bind(server);
    const { id: taskId } = taskOf(await binding.result(await binding.send({ message: says('Hi') })));
    const given = {
      id: 'hook',
      url: 'https://example.com/hook',
      token: 'CANARY',
      authentication: { scheme: 'Bearer', credentials: 'CANARY' },
    };
    const shown = { id: 'hook', taskId, url: 'https://example.com/hook', authentication: { scheme: 'Bearer' } };
    expect(await binding.result(await binding.createPush(taskId, given))).toEqual(shown);
    expect(await binding.result(await binding.getPush(taskId, 'hook'))).toEqual(shown);
    expect(await binding.result(await binding.listPush(taskId))).toMatchObject({ configs: [shown] });
    await binding.result(await binding.deletePush(taskId, 'hook')).catch(() => undefined);
    expect(await binding.error(await binding.getPush(taskId, 'hook'))).toBe('TASK_NOT_FOUND');
    expect(server.logged.join('')).not.toContain('CANARY');
  });
});

describe('JSON-RPC itself', () => {
  test('has a code for what is no request, no method and no version', async () => {
    await using server = await startA2aServer({ model: hello() });
    const post = async (body: string, headers: Record<string, string> = {}) => {
      const response = await fetch(server.agentUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'a2a-version': '1.0', ...headers },
        body,
      });
      const { id, error } = (await response.json()) as { id: unknown; error: { code: number } };
      return [response.status, id, error.code];
    };
    const call = (more: object) =>
      JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'GetTask', params: { id: 'x' }, ...more });
    expect(await post('{bad')).toEqual([200, null, -32700]);
    expect(await post(`${'['.repeat(300)}${']'.repeat(300)}`)).toEqual([200, null, -32700]);
    expect(await post('[]')).toEqual([200, null, -32600]);
    expect(await post('"x"')).toEqual([200, null, -32600]);
    expect(await post(call({ jsonrpc: '1.0' }))).toEqual([200, 7, -32600]);
    expect(await post(call({ id: { a: 1 } }))).toEqual([200, null, -32600]);
    expect(await post(call({ method: 3 }))).toEqual([200, 7, -32600]);
    expect(await post(call({ method: 'Nothing' }))).toEqual([200, 7, -32601]);
    expect(await post(call({ method: 'Nothing', params: undefined }))).toEqual([200, 7, -32601]);
    expect(await post(call({ params: [1] }))).toEqual([200, 7, -32602]);
    expect(await post(call({}))).toEqual([200, 7, -32001]);
    expect(await post(call({ id: 'text' }))).toEqual([200, 'text', -32001]);
    expect(await post(call({}), { 'a2a-version': '9.9' })).toEqual([200, 7, -32009]);
    expect(await post(call({}), { 'content-type': 'text/plain' })).toEqual([200, null, -32005]);
    expect(await post(call({}), { 'content-type': 'application/json, application/json' })).toEqual([200, 7, -32001]);
    expect(await post(call({ method: 'tasks/get' }), { 'a2a-version': '' })).toEqual([200, 7, -32001]);
  });

  test('a body over the limit is a 413, another method a 405, and the path without its slash leads to the one with it', async () => {
    await using server = await startA2aServer({ model: hello() });
    const long = await server.rpc('SendMessage', { message: says('x'.repeat(17 * 1024 * 1024)) });
    expect([long.status, await long.json()]).toMatchObject([413, { code: 'body-too-large' }]);
    const got = await fetch(server.agentUrl);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    const moved = await fetch(`${server.agentUrl.slice(0, -1)}?a=1`, { method: 'POST', redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([307, '/api/v1/a2a/tester/?a=1']);
    for (const path of ['nothing', 'tenant/message:send', 'tester/tester/tasks']) {
      const missing = await fetch(server.agentUrl + path, { method: 'POST' });
      expect([path, missing.status, await missing.json()]).toMatchObject([path, 404, { code: 'not-found' }]);
    }
  });
});

test('a body that its sender offers first is asked for', async () => {
  await using server = await startA2aServer({ model: hello() });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id: 'x' } });
  const headers = { 'content-type': 'application/json', 'a2a-version': '1.0', expect: '100-continue' };
  const asked = request(server.agentUrl, { method: 'POST', headers });
  asked.flushHeaders();
  await once(asked, 'continue');
  asked.end(body);
  const [response] = await once(asked, 'response');
  expect(JSON.parse(Buffer.concat(await response.toArray()).toString())).toMatchObject({ error: { code: -32001 } });
});

describe('the card', () => {
  test('says what the agent does and how to reach it, in the version asked for', async () => {
    await using server = await startA2aServer({ model: hello() });
    const read = async (path: string, version?: string) => {
      const response = await fetch(
        server.url + path,
        version === undefined ? {} : { headers: { 'a2a-version': version } },
      );
      return (await response.json()) as Record<string, unknown>;
    };
    const path = '/api/v1/a2a/tester/.well-known/agent-card.json';
    const rpc = { url: server.agentUrl, protocolBinding: 'JSONRPC' };
    const rest = { url: server.agentUrl.slice(0, -1), protocolBinding: 'HTTP+JSON' };
    const card = await read(path, '1.0');
    expect(card).toEqual({
      name: 'Tester',
      description: 'Answers as its script says',
      version: '0.1.0',
      supportedInterfaces: [
        { ...rpc, protocolVersion: '1.0' },
        { ...rest, protocolVersion: '1.0' },
        { ...rpc, protocolVersion: '0.3' },
        { ...rest, protocolVersion: '0.3' },
      ],
      capabilities: {
        streaming: true,
        pushNotifications: true,
        extendedAgentCard: false,
        extensions: [
          {
            uri: 'https://a2ui.org/a2a-extension/a2ui/v0.9',
            description: 'Answers with surfaces of A2UI',
            params: { supportedCatalogIds: ['https://a2ui.org/specification/v0_9/catalogs/basic/catalog.json'] },
          },
        ],
      },
      defaultInputModes: ['text/plain', 'application/json', 'image/*', 'audio/*', 'video/*', 'application/pdf'],
      defaultOutputModes: ['text/plain', 'application/json'],
      skills: [
        { id: 'chat', name: 'Tester', description: 'Answers as its script says', tags: ['chat'] },
        { id: 'lookup', name: 'lookup', description: 'Looks something up', tags: ['tool'] },
      ],
    });
    expect(await read('/.well-known/agent-card.json', '1.0')).toEqual(card);
    expect(await read(path)).toMatchObject({
      url: server.agentUrl,
      preferredTransport: 'JSONRPC',
      protocolVersion: '0.3',
      additionalInterfaces: [{ url: rest.url, transport: 'HTTP+JSON' }],
    });
    expect(await read('/.well-known/agent.json')).toEqual(await read(path));
  });

  test.each(['1.0', '0.3'])(
    'of version %s is sent once: its entity tag and its date answer 304 until it changes',
    async (version) => {
      await using server = await startA2aServer({ model: hello() });
      const url = `${server.agentUrl}.well-known/agent-card.json`;
      const get = (headers: Record<string, string> = {}) =>
        fetch(url, { headers: { 'a2a-version': version, 'cache-control': 'max-age=0', ...headers } });
      const first = await get();
      expect(first.headers.get('last-modified')).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
      expect(first.headers.get('vary')).toContain('A2A-Version');
      expect(first.headers.get('cache-control')).toBe('public, max-age=60');
      const etag = first.headers.get('etag') ?? '';
      expect((await get({ 'if-none-match': etag })).status).toBe(304);
      expect((await get({ 'if-modified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' })).status).toBe(304);
      const agent = server.agents.get('tester');
      if (agent) server.agents.set('tester', { ...agent, tools: [] });
      const changed = await get({ 'if-none-match': etag });
      expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
      expect(Date.parse(changed.headers.get('last-modified') ?? '')).toBeGreaterThan(Date.parse('2026-01-03'));
    },
  );

  test('names the API key when one is needed, and is shown to those who have it', async () => {
    await using server = await startA2aServer({ model: hello(), apiKeys: ['secret'] });
    const url = `${server.agentUrl}.well-known/agent-card.json`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(server.agentUrl, { method: 'POST' })).status).toBe(401);
    const response = await fetch(url, { headers: { authorization: 'Bearer secret', 'a2a-version': '1.0' } });
    expect(response.headers.get('cache-control')).toBe('private, max-age=60');
    const older = await fetch(url, { headers: { authorization: 'Bearer secret' } });
    expect(older.headers.get('cache-control')).toBe('no-cache');
    expect(await response.json()).toMatchObject({
      securitySchemes: { apiKey: { httpAuthSecurityScheme: { scheme: 'Bearer' } } },
      securityRequirements: [{ schemes: { apiKey: {} } }],
    });
  });

  test('is gone with its agent', async () => {
    await using server = await startA2aServer({ model: hello() });
    server.agents.clear();
    const card = await fetch(`${server.agentUrl}.well-known/agent-card.json`);
    expect([card.status, await card.json()]).toMatchObject([404, { code: 'agent-not-found' }]);
    expect((await server.rpc('SendMessage', { message: says('Hi') })).status).toBe(404);
    expect((await fetch(`${server.url}/.well-known/agent-card.json`)).status).toBe(404);
  });
});

describe('tasks', () => {
  test('of one agent are none of another', async () => {
    await using server = await startA2aServer({ model: hello() });
    const { result } = (await server.answer('SendMessage', { message: says('Hi') })) as { result: { task: TaskJson } };
    const other = await fetch(`${server.url}/api/v1/a2a/other/tasks/${result.task.id}`, {
      headers: { 'a2a-version': '1.0' },
    });
    expect(other.status).toBe(404);
  });

  test('survive a restart; those that went on when the server died have failed', async () => {
    await using folder = await temporaryFolder();
    const before = await startA2aServer({
      model: scriptedModel((call) => (call === 0 ? [...text('Hello'), finish()] : ['hang'])),
      folder: folder.path,
    });
    const done = (await before.answer('SendMessage', { message: says('Hi') })) as { result: { task: TaskJson } };
    const configuration = { returnImmediately: true };
    const open = (await before.answer('SendMessage', { message: says('Wait'), configuration })) as {
      result: { task: TaskJson };
    };
    await before.die();
    await using after = await startA2aServer({ model: hello(), folder: folder.path });
    expect(await after.answer('GetTask', { id: done.result.task.id })).toMatchObject({ result: done.result.task });
    expect(await after.answer('GetTask', { id: open.result.task.id })).toMatchObject({
      result: {
        status: {
          state: 'TASK_STATE_FAILED',
          message: { parts: [{ text: 'The server stopped before the task ended' }] },
        },
      },
    });
  });

  test('wait in line for a context that is busy, and can be canceled there', async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([[{ wait: gate.promise }, ...text('Hello'), finish()]]);
    await using server = await startA2aServer({ model });
    const send = async (message: object) =>
      (
        (await server.answer('SendMessage', { message, configuration: { returnImmediately: true } })) as {
          result: { task: TaskJson };
        }
      ).result.task;
    const first = await send(says('One', { contextId: 'c' }));
    const second = await send(says('Two', { contextId: 'c' }));
    const third = await send(says('Three', { contextId: 'c' }));
    expect(await server.answer('CancelTask', { id: second.id })).toMatchObject({
      result: { status: { state: 'TASK_STATE_CANCELED' } },
    });
    const streams = [
      await server.rpc('SubscribeToTask', { id: first.id }),
      await server.rpc('SubscribeToTask', { id: third.id }),
    ];
    gate.resolve();
    for (const stream of streams) {
      expect((await readStream(stream)).at(-1)).toMatchObject({
        result: { statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } },
      });
    }
    expect(model.asked.length).toBe(2);
  });
});

test('an agent made over REST is an A2A agent at once, with its tools as skills, and answers', async () => {
  await using server = await startWholeServer();
  await server.call('POST', '/agents', { id: 'helper', name: 'Helper', selected_mcp_servers: ['toolbox'] });
  await server.call('POST', '/agents/helper/mcp-servers/start');
  expect(await server.call('GET', '/a2a/agents')).toMatchObject({
    status: 200,
    body: { count: 1, agents: [{ agent_id: 'helper', endpoint: '/api/v1/a2a/helper/' }] },
  });
  const client = await new ClientFactory().createFromUrl(`${server.url}/api/v1/a2a/helper/`);
  const { skills } = await client.getAgentCard();
  expect(skills.map(({ id }) => id)).toEqual(expect.arrayContaining(['chat', 'calculate']));
  const body = { message: says('What is 6 times 7?') };
  const answer = await server.call('POST', '/a2a/helper/v1/message:send', {
    message: { messageId: 'm', role: 'ROLE_USER', content: [{ text: 'What is 6 times 7?' }] },
  });
  expect(JSON.stringify(answer.body)).toContain('42');
  const response = await fetch(`${server.url}/api/v1/a2a/helper/message:send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify(body),
  });
  const { task } = (await response.json()) as { task: TaskJson };
  expect(task.artifacts?.[0]?.parts[0]?.text).toContain('42');
  const conversation = await server.call('GET', `/conversations/${task.contextId}`);
  expect(conversation.body).toMatchObject({ agent_id: 'helper', title: 'What is 6 times 7?' });
});
