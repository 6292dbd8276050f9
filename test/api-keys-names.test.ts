/** Two callers with a key each who give their conversations and runs the same names: each has its own, and learns nothing of the other's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agUiRun as agUi, a2aMessage as says, ways } from './fixtures/keys/ways.ts';
import { holderOf, type KeyHolder } from './support/key-holder.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const A2A = { 'a2a-version': '1.0' };
const ANNA = 'anna-key';
const BEN = 'ben-key';
/** What makes the model call a tool. */
const CALCULATE = 'tool calculate {"expression": "17 * 23"}';
const KEYS = `anna:${ANNA},ben:${BEN}`;

const owned = new AsyncDisposableStack();
let server: WholeServer;
let model: ModelServer;
let anna: KeyHolder;
let ben: KeyHolder;

beforeAll(async () => {
  model = owned.use(await startModelServer());
  server = owned.use(
    await startWholeServer({
      args: ['--demo', '--model', 'gpt-4o'],
      environment: { AGENT_RUNTIMES_API_KEYS: KEYS, OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
    }),
  );
  anna = holderOf(server.url, ANNA);
  ben = holderOf(server.url, BEN);
  const careful = { id: 'careful', selected_mcp_servers: ['toolbox'], approvals: { tools: ['*'] } };
  expect((await anna('POST', '/agents', careful)).status).toBe(201);
  expect((await anna('POST', '/agents/careful/mcp-servers/start')).status).toBe(200);
});
afterAll(() => owned.disposeAsync());

const contentsOf = async (by: KeyHolder, id: string) => {
  const { body } = await by('GET', `/conversations/${id}`);
  return body.messages.map(({ content }: { content: string }) => content);
};

describe('a conversation of one id over', () => {
  test.each(ways)('$title is another one for each key', async ({ title, path, toBody }) => {
    const id = `diary-${title.replaceAll('/', '-')}`;
    const say = (by: KeyHolder, name: string, text: string) => by('POST', path, toBody(name, text), A2A);
    expect((await say(anna, id, 'My secret is MARMOT')).status).toBe(200);
    const before = (await anna('GET', `/conversations/${id}`)).body;
    expect((await say(ben, id, 'What is my secret?')).status).toBe(200);
    const ofBen = await contentsOf(ben, id);
    expect(ofBen[0]).toBe('What is my secret?');
    expect(JSON.stringify(ofBen)).not.toContain('MARMOT');
    expect((await anna('GET', `/conversations/${id}`)).body).toEqual(before);
    for (const by of [anna, ben]) {
      const { conversations } = (await by('GET', '/conversations?limit=200')).body;
      expect(conversations.filter((one: { id: string }) => one.id === id)).toHaveLength(1);
      const { runs } = (await by('GET', `/runs?conversation_id=${id}`)).body;
      expect(runs).toMatchObject([{ conversation_id: id, status: 'finished' }]);
    }
    // Each goes on with its own.
    expect((await say(ben, id, 'And now?')).status).toBe(200);
    expect((await anna('GET', `/conversations/${id}`)).body).toEqual(before);
    expect((await ben('DELETE', `/conversations/${id}`)).status).toBe(204);
    expect((await ben('GET', `/conversations/${id}`)).status).toBe(404);
    expect((await anna('GET', `/conversations/${id}`)).body).toEqual(before);
  });
});

test('a run id is another run for each key, and taken twice by none but the same', async () => {
  const prompt = (message: string) => ({ message, run_id: 'once' });
  for (const [by, text] of [
    [anna, 'What is 2 + 3?'],
    [ben, 'What is 4 * 5?'],
  ] as const) {
    const first = await by('POST', '/agents/demo/prompt', prompt(text));
    expect(first.headers.get('content-location')).toBe('/api/v1/runs/once');
    const run = (await by('GET', '/runs/once')).body;
    expect(run).toMatchObject({ id: 'once', given_id: 'once', status: 'finished' });
    expect((await contentsOf(by, run.conversation_id))[0]).toBe(text);
    expect((await by('POST', '/agents/demo/prompt', prompt(text))).body).toMatchObject({ code: 'run-exists' });
    const again = await by('POST', '/agents/demo/prompt', prompt(text), { 'last-event-id': '0' });
    expect(again.body).toBe(first.body);
  }
});

test('an AG-UI thread of one id is read again as the own one of each key', async () => {
  for (const [by, text] of [
    [anna, 'What is 2 + 3?'],
    [ben, 'What is 4 * 5?'],
  ] as const) {
    await by('POST', '/ag-ui/demo/', agUi('thread', 'run', text));
    const again = await by('POST', '/ag-ui/demo/connect', { threadId: 'thread', runId: 'run' });
    expect(again.body).toContain(text);
    expect(again.body).toContain('"type":"RUN_FINISHED"');
  }
  const ofBen = await ben('POST', '/ag-ui/demo/connect', { threadId: 'thread' });
  expect(ofBen.body).not.toContain('2 + 3');
});

test('a conversation that is busy, and a run that is interrupted, are those of one key', async () => {
  const hold = { message: 'hold door', conversation_id: 'busy', run_id: 'busy-run', background: true };
  const running = anna('POST', '/agents/demo/prompt', hold);
  await model.held('door');
  for (const when_busy of ['reject', 'queue', 'interrupt']) {
    const word = { message: 'words 2', conversation_id: 'busy', when_busy };
    expect((await ben('POST', '/agents/demo/prompt/sync', word)).body.response).toBe('word1 word2 ');
  }
  expect((await ben('POST', '/ag-ui/terminate', { threadId: 'busy', runId: 'busy-run' })).body.success).toBe(false);
  expect((await ben('POST', '/runs/busy-run/cancel')).status).toBe(404);
  expect((await ben('DELETE', '/conversations/busy')).status).toBe(204);
  const refused = await anna('POST', '/agents/demo/prompt/sync', { message: 'words 2', conversation_id: 'busy' });
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'conversation-busy', detail: "Another run is active on conversation 'busy'" },
  });
  model.release('door');
  expect((await running).body).toContain('released');
  expect((await anna('GET', '/runs/busy-run')).body.status).toBe('finished');
});

test('an approval is waited for by the conversation of one key, and answered by that key', async () => {
  const ask = { message: CALCULATE, conversation_id: 'asks' };
  const asked = (await anna('POST', '/agents/careful/prompt/sync', ask)).body.approvals;
  expect(asked).toHaveLength(1);
  const hello = { message: 'Hello', conversation_id: 'asks' };
  expect((await anna('POST', '/agents/careful/prompt/sync', hello)).body).toMatchObject({ code: 'approval-pending' });
  expect((await ben('POST', '/agents/careful/prompt/sync', hello)).status).toBe(200);
  const answer = {
    ...agUi('asks', 'r', 'Go on'),
    resume: [{ interruptId: asked[0].id, status: 'resolved', payload: { approved: true } }],
  };
  expect((await ben('POST', '/ag-ui/careful/', answer)).body).toMatchObject({ code: 'approval-not-found' });
  expect((await ben('GET', '/approvals')).body.approvals).toEqual([]);
  const answered = await anna('POST', `/approvals/${asked[0].id}`, { approved: true });
  expect(answered.body).toMatchObject({ status: 'approved', conversation_id: 'asks' });
  await expect.poll(async () => (await anna('GET', `/runs/${answered.body.resumed_by}`)).body.status).toBe('finished');
  expect(JSON.stringify(await contentsOf(anna, 'asks'))).toContain('391');
  expect(JSON.stringify(await contentsOf(ben, 'asks'))).not.toContain('391');
});

test('an A2A task waits on the context of one key, whatever another says in a context of that id', async () => {
  const sent = await anna('POST', '/a2a/careful/message:send', says(CALCULATE, 'context'), A2A);
  const { id, status } = sent.body.task;
  expect(status.state).toBe('TASK_STATE_INPUT_REQUIRED');
  const hello = await ben('POST', '/a2a/careful/message:send', says('Hello', 'context'), A2A);
  expect(hello.body.task.status.state).toBe('TASK_STATE_COMPLETED');
  expect((await ben('GET', '/a2a/careful/tasks?contextId=context', undefined, A2A)).body.totalSize).toBe(1);
  const waiting = await anna('GET', `/a2a/careful/tasks/${id}`, undefined, A2A);
  expect(waiting.body.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
  const approve = { message: { messageId: 'yes', role: 'ROLE_USER', taskId: id, parts: [{ text: 'approve' }] } };
  const ended = await anna('POST', '/a2a/careful/message:send', approve, A2A);
  expect(ended.body.task).toMatchObject({ id, contextId: 'context', status: { state: 'TASK_STATE_COMPLETED' } });
});

test('names stay with the name of a key when the key is replaced; who sees all finds its own first, then the oldest', async () => {
  await using first = await startWholeServer({
    args: ['--demo'],
    environment: { AGENT_RUNTIMES_API_KEYS: 'a:k1,b:k2' },
  });
  const { folder } = first;
  const say = (by: KeyHolder, message: string) =>
    by('POST', '/agents/demo/prompt/sync', { message, conversation_id: 'x', run_id: 'r' });
  expect((await say(holderOf(first.url, 'k1'), 'of a')).status).toBe(200);
  expect((await say(holderOf(first.url, 'k2'), 'of b')).status).toBe(200);
  await first.close();
  const look = async (keys: string, key: string) => {
    await using again = await startWholeServer({ folder, environment: { AGENT_RUNTIMES_API_KEYS: keys } });
    const by = holderOf(again.url, key);
    const { conversations } = (await by('GET', '/conversations')).body;
    const run = (await by('GET', '/runs/r')).body;
    const [said] = await contentsOf(by, 'x');
    const [ofRun] = await contentsOf(by, run.conversation_id);
    return { ids: conversations.map(({ id }: { id: string }) => id), said, ofRun };
  };
  expect(await look('a:k3,b:k4', 'k3')).toEqual({ ids: ['x'], said: 'of a', ofRun: 'of a' });
  expect(await look('a:k3,b:k4', 'k4')).toEqual({ ids: ['x'], said: 'of b', ofRun: 'of b' });
  expect(await look('b:k4', 'k4')).toEqual({ ids: ['x', 'x'], said: 'of b', ofRun: 'of b' });
  expect(await look('c:k5', 'k5')).toEqual({ ids: ['x', 'x'], said: 'of a', ofRun: 'of a' });
  expect(await look('', '')).toEqual({ ids: ['x', 'x'], said: 'of a', ofRun: 'of a' });
});

test('what waits for a person in contexts of one name is told apart after a restart, also by who sees all', async () => {
  const options = (keys: string) => ({
    args: ['--model', 'gpt-4o'],
    environment: { AGENT_RUNTIMES_API_KEYS: keys, OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
  });
  await using first = await startWholeServer(options('a:k1,b:k2'));
  const { folder } = first;
  const careful = { id: 'careful', selected_mcp_servers: ['toolbox'], approvals: { tools: ['*'] } };
  const a = holderOf(first.url, 'k1');
  expect((await a('POST', '/agents', careful)).status).toBe(201);
  const tasks = new Map<string, string>();
  for (const key of ['k1', 'k2']) {
    const by = holderOf(first.url, key);
    const { task } = (await by('POST', '/a2a/careful/message:send', says(CALCULATE, 'x'), A2A)).body;
    expect(task.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    tasks.set(key, task.id);
  }
  await first.close();
  await using second = await startWholeServer({ folder, ...options('b:k2') });
  const b = holderOf(second.url, 'k2');
  const { approvals } = (await b('GET', '/approvals')).body;
  expect(approvals).toMatchObject([{ conversation_id: 'x' }, { conversation_id: 'x' }]);
  const stateOf = async (key: string) =>
    (await b('GET', `/a2a/careful/tasks/${tasks.get(key)}`, undefined, A2A)).body.status.state;
  // The newest is that of k2; who answers the other goes on with the conversation of k1.
  const answered = await b('POST', `/approvals/${approvals[1].id}`, { approved: true });
  expect(answered.body).toMatchObject({ status: 'approved', resumed_by: expect.any(String) });
  await expect.poll(() => stateOf('k1')).toBe('TASK_STATE_COMPLETED');
  expect(await stateOf('k2')).toBe('TASK_STATE_INPUT_REQUIRED');
  expect(JSON.stringify(await contentsOf(b, 'x'))).not.toContain('391');
});
