/** Two callers with a key each, on one server: agents are common, what they say to them is not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthentication } from '../server/http/auth.ts';
import { holderOf, type KeyHolder } from './support/key-holder.ts';
import { operations } from './support/surfaces.ts';
import { noSums } from './support/times.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const ANNA = 'anna-0123456789';
const BEN = 'ben-0123456789';

let anna: KeyHolder;
let ben: KeyHolder;

const hello = (thread_id: string, run_id: string) => ({
  thread_id,
  run_id,
  messages: [{ id: 'u1', role: 'user', content: 'Hello' }],
});
const A2A = { 'a2a-version': '1.0' };
const says = (text: string, more: object = {}) => ({
  message: { messageId: text, role: 'ROLE_USER', parts: [{ text }], ...more },
});
let server: WholeServer;
/** What Anna has made. */
let approvalId = '';
let taskId = '';

beforeAll(async () => {
  server = await startWholeServer({ args: ['--demo'], environment: { AGENT_RUNTIMES_API_KEYS: `${ANNA},${BEN}` } });
  anna = holderOf(server.url, ANNA);
  ben = holderOf(server.url, BEN);
  const careful = { id: 'careful', selected_mcp_servers: ['toolbox'], approvals: { tools: ['*'] } };
  expect((await anna('POST', '/agents', careful)).status).toBe(201);
  expect((await anna('POST', '/agents/careful/mcp-servers/start')).status).toBe(200);
  const said = { message: 'My secret is MARMOT', conversation_id: 'diary', run_id: 'diary-run' };
  expect((await anna('POST', '/agents/demo/prompt/sync', said)).status).toBe(200);
  const asks = { message: 'What is 17 * 23?', conversation_id: 'asks', run_id: 'asks-run' };
  const { body } = await anna('POST', '/agents/careful/prompt/sync', asks);
  approvalId = body.approvals[0].id;
  const sent = await anna('POST', '/a2a/demo/message:send', says('Hello'), A2A);
  expect(sent).toMatchObject({ status: 200, body: { task: { status: { state: 'TASK_STATE_COMPLETED' } } } });
  taskId = sent.body.task.id;
});
afterAll(() => server[Symbol.asyncDispose]());

const ids = () => ({ conversation_id: 'diary', run_id: 'diary-run', approval_id: approvalId });

describe('what another key has made', () => {
  const ofOthers = [...operations].filter(([, { path }]) => /\{(conversation_id|run_id|approval_id)\}/.test(path));

  test('is what some operations name by their paths', () => {
    expect(ofOthers.length).toBeGreaterThanOrEqual(6);
  });

  test.each(ofOthers)('%s does not find', async (_name, endpoint) => {
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name) => String(ids()[name as 'run_id']));
    const body = endpoint.method === 'POST' ? { approved: true, keep: 0 } : undefined;
    const answer = await ben(endpoint.method, path, body);
    expect(answer).toMatchObject({ status: 404, body: { detail: expect.stringContaining('not found: ') } });
  });

  test('is not listed, and is for the key that made it', async () => {
    for (const [path, count] of [
      ['/conversations', 3],
      ['/runs', 3],
      ['/approvals', 1],
    ] as const) {
      const noun = path.slice(1);
      expect((await ben('GET', path)).body, path).toEqual({
        [noun]: [],
        next_cursor: null,
        ...(noun === 'runs' && { sums: noSums }),
      });
      expect((await anna('GET', path)).body[noun], path).toHaveLength(count);
    }
    expect((await anna('GET', '/conversations/diary')).body.messages[0].content).toContain('MARMOT');
    expect((await anna('GET', '/runs/diary-run')).body.status).toBe('finished');
  });

  test('cannot be read again or ended over AG-UI', async () => {
    const again = { status: 404, body: { code: 'run-not-found' } };
    expect(await ben('POST', '/ag-ui/demo/connect', { thread_id: 'diary' })).toMatchObject(again);
    const ids = { thread_id: 'diary', run_id: 'diary-run' };
    expect(await ben('POST', '/ag-ui/demo/connect', ids)).toMatchObject(again);
    expect(await ben('POST', '/ag-ui/demo/', hello('diary', 'diary-run'), { 'last-event-id': '1' })).toMatchObject(
      again,
    );
    const prompt = { message: 'Hello', run_id: 'diary-run' };
    expect(await ben('POST', '/agents/demo/prompt', prompt, { 'last-event-id': '1' })).toMatchObject(again);
    expect((await anna('POST', '/ag-ui/demo/connect', ids)).status).toBe(200);
    expect((await ben('POST', '/ag-ui/terminate', ids)).body.success).toBe(false);
  });

  test('goes on when another key tells it to end', async () => {
    const background = { message: 'What is 6 * 7?', conversation_id: 'long', run_id: 'long-run', background: true };
    const running = anna('POST', '/agents/demo/prompt', background);
    await expect.poll(async () => (await anna('GET', '/runs/long-run')).status).toBe(200);
    await ben('POST', '/ag-ui/terminate', { thread_id: 'long', run_id: 'long-run' });
    await ben('POST', '/runs/long-run/cancel');
    await ben('DELETE', '/conversations/long');
    expect((await running).body).toContain('"type":"done"');
    expect((await anna('GET', '/runs/long-run')).body.status).toBe('finished');
  });

  test.each([
    ['1.0', A2A, ''],
    ['0.3', {}, '/v1'],
  ])('is no task over A2A %s', async (_version, headers, prefix) => {
    const task = `${prefix}/tasks/${taskId}`;
    expect((await ben('GET', `/a2a/demo${task}`, undefined, headers)).status).toBe(404);
    expect((await ben('POST', `/a2a/demo${task}:cancel`, {}, headers)).status).toBe(404);
    expect((await anna('GET', `/a2a/demo${task}`, undefined, headers)).status).toBe(200);
    const rpc = (by: KeyHolder) =>
      by(
        'POST',
        '/a2a/demo/',
        { jsonrpc: '2.0', id: 1, method: prefix ? 'tasks/get' : 'GetTask', params: { id: taskId } },
        headers,
      );
    expect((await rpc(ben)).body.error).toMatchObject({ message: `Task not found: ${taskId}` });
    expect((await rpc(anna)).body.result).toMatchObject({ id: taskId });
  });

  test('is in no list of tasks', async () => {
    const contextId = (await anna('GET', `/a2a/demo/tasks/${taskId}`, undefined, A2A)).body.contextId;
    const list = `/a2a/demo/tasks?contextId=${contextId}`;
    expect((await anna('GET', list, undefined, A2A)).body.totalSize).toBe(1);
    expect((await ben('GET', list, undefined, A2A)).body).toMatchObject({ tasks: [], totalSize: 0 });
  });
});

test('what was made before there were keys is for everybody, and what one key made stays its own when others come', async () => {
  await using open = await startWholeServer({ args: ['--demo'] });
  const { folder } = open;
  const prompt = (conversation_id: string) => ({ message: 'Hello', conversation_id });
  expect((await open.call('POST', '/agents/demo/prompt/sync', prompt('old'))).status).toBe(200);
  await open.close();
  const listed = async (apiKey: string, keys: string) => {
    await using again = await startWholeServer({ folder, apiKey, environment: { AGENT_RUNTIMES_API_KEYS: keys } });
    await again.call('POST', '/agents/demo/prompt/sync', prompt(`of-${apiKey}`));
    const { body } = await again.call('GET', '/conversations');
    return (body as { conversations: { id: string }[] }).conversations.map(({ id }) => id).sort();
  };
  expect(await listed('k1', 'ops:k1')).toEqual(['of-k1', 'old']);
  expect(await listed('k2', 'ops:k1,k2')).toEqual(['of-k2', 'old']);
  // The name stays when the key changes, and one key alone sees everything.
  expect(await listed('k3', 'ops:k3,k2')).toEqual(['of-k1', 'of-k3', 'old']);
  expect(await listed('k4', 'k4')).toEqual(['of-k1', 'of-k2', 'of-k3', 'of-k4', 'old']);
});

test('a key alone has a name that is the same after a restart and does not hold it', () => {
  const nameOf = (keys: readonly string[], key: string) => {
    const principal = createAuthentication(keys)(`Bearer ${key}`);
    return 'name' in principal ? principal.name : undefined;
  };
  const name = nameOf(['k1', 'k2'], 'k1');
  expect(name).toMatch(/^key-[0-9a-f]{12}$/);
  expect(nameOf(['k3', 'k1'], 'k1')).toBe(name);
  expect(nameOf(['k1', 'k2'], 'k2')).not.toBe(name);
  expect(nameOf(['team-a:k1', 'k2'], 'k1')).toBe('team-a');
});
