/** What agents wait for that were asked by others: an answer to it lets them go on, and then whoever asked. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of a body where they read it.
type Body = any;

const owned = new AsyncDisposableStack();
let model: ModelServer;
let server: WholeServer;

beforeAll(async () => {
  model = owned.use(await startModelServer());
  server = owned.use(await startWholeServer({ environment: environment() }));
  await setUp();
});
afterAll(() => owned.disposeAsync());

const environment = () => ({ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url });
const make = (id: string, fields: object = {}, at = server) =>
  at.call('POST', '/agents', { id, model: 'openai:gpt-4o', ...fields });
const get = async (path: string, at = server): Promise<Body> => (await at.call('GET', path)).body;
const post = async (path: string, body?: object, at = server): Promise<Body> =>
  (await at.call('POST', path, body)).body;
/** What a user says to make the agent ask another. */
const ask = (id: string, message: string) => `tool ask_${id} ${JSON.stringify({ message })}`;
const lastRun = async (agentId: string) => (await get(`/runs?agent_id=${agentId}&limit=1`)).runs[0];
const isStatus = (status: string) => (body: unknown) => Object(body).status === status;

const CALCULATE = 'tool calculate {"expression": "6 * 7"}';
const pending = async (at = server) => (await get('/approvals', at)).approvals as Body[];

async function setUp(at = server): Promise<void> {
  await make('careful', { selected_mcp_servers: ['toolbox'], approvals: { tools: ['toolbox__*'] } }, at);
  await make('middle', { agents: ['careful'] }, at);
  await make('top', { agents: ['middle', 'careful'] }, at);
}

/** Asks, and returns what the run that asked ended with and the two approvals. */
async function askCareful(at = server) {
  const ended = await post('/agents/top/prompt/sync', { message: ask('careful', CALCULATE) }, at);
  const approvals = await pending(at);
  const own = approvals.find(({ agent_id }) => agent_id === 'careful');
  const above = approvals.find(({ stands_for }) => stands_for === own.id);
  return { ended, own, above, count: approvals.length };
}

test('what an asked agent waits for is waited for by the one that asked, whose call it names', async () => {
  const { ended, own, above, count } = await askCareful();
  expect(count).toBe(2);
  expect(own).toMatchObject({ tool: 'toolbox__calculate', args: { expression: '6 * 7' }, stands_for: null });
  expect(above).toMatchObject({
    agent_id: 'top',
    conversation_id: ended.conversation_id,
    tool_call_id: 'call_1',
    tool: 'toolbox__calculate',
    args: { expression: '6 * 7' },
    stands_for: own.id,
  });
  expect(ended).toMatchObject({
    response: '',
    approvals: [{ id: above.id, tool_call_id: 'call_1', tool: 'toolbox__calculate' }],
    tool_calls: [{ name: 'ask_careful', result: null }],
  });
  expect(await get(`/runs/${above.run_id}/steps`)).toMatchObject({
    steps: [{ tool_calls: [{ status: 'waiting', child_run_id: own.run_id, approval: { id: above.id } }] }],
  });
  const more = { message: 'Hi', conversation_id: ended.conversation_id };
  expect(await post('/agents/top/prompt/sync', more)).toMatchObject({ code: 'approval-pending' });
  // Whoever interrupts the one that asked gives up on both.
  expect(await post('/agents/top/prompt/sync', { ...more, when_busy: 'interrupt' })).toMatchObject({
    response: "Hello! I'm doing well.",
  });
  expect(await pending()).toEqual([]);
});

test.each([
  ['approved at its own', true, 'own', '"value":42'],
  ['approved at the one that asked', true, 'above', '"value":42'],
  ['refused', false, 'own', 'the user refused it: no sums'],
] as const)('what it waits for, %s, lets it go on, and then the one that asked', async (_, approved, which, said) => {
  const asked = await askCareful();
  const answered = await post(`/approvals/${asked[which].id}`, { approved, reason: 'no sums' });
  const status = approved ? 'approved' : 'denied';
  expect(answered).toMatchObject({ id: asked[which].id, status });
  expect(await pending()).toEqual([]);
  const parent = await lastRun('top');
  await poll(server, `/runs/${parent.id}`, isStatus('finished'));
  const { messages } = await get(`/conversations/${asked.ended.conversation_id}`);
  expect(JSON.stringify(messages.at(-1)).replaceAll('\\', '')).toContain(said);
  const child = await lastRun('careful');
  expect(child).toMatchObject({ parent_run_id: parent.id, conversation_id: asked.own.conversation_id });
  expect(await get(`/runs/${parent.id}/steps`)).toMatchObject({
    steps: [{ step: 0, tool_calls: [{ tool: 'ask_careful', child_run_id: child.id, approval: { status } }] }, {}],
  });
  const all = await get(`/approvals?status=${status}`);
  expect(all.approvals.slice(0, 2).map(({ resumed_by }: Body) => resumed_by)).toEqual(
    expect.arrayContaining([parent.id, child.id]),
  );
  expect(await post(`/approvals/${asked.own.id}`, { approved })).toMatchObject({ code: 'approval-resolved' });
});

test('what an asked agent waits for comes up through those between, one after the other when there are more', async () => {
  const twice = `tools 2 calculate {"expression": "1 + 1"}`;
  const ended = await post('/agents/top/prompt/sync', { message: ask('middle', ask('careful', twice)) });
  const approvals = await pending();
  expect(approvals.map(({ agent_id }) => agent_id).toSorted()).toEqual([
    'careful',
    'careful',
    'middle',
    'middle',
    'top',
    'top',
  ]);
  expect(ended.approvals).toHaveLength(2);
  const [first, second] = approvals.filter(({ agent_id }) => agent_id === 'careful');
  await post(`/approvals/${first.id}`, { approved: true });
  expect(await pending()).toHaveLength(3);
  expect((await lastRun('top')).outcome.approval_ids).toHaveLength(2);
  await post(`/approvals/${second.id}`, { approved: true });
  const parent = await lastRun('top');
  await poll(server, `/runs/${parent.id}`, isStatus('finished'));
  expect(await pending()).toEqual([]);
  expect(await lastRun('middle')).toMatchObject({ parent_run_id: parent.id, status: 'finished' });
  const { messages } = await get(`/conversations/${ended.conversation_id}`);
  expect(messages.filter(({ role }: Body) => role === 'tool')).toHaveLength(1);
});

test('what an asked agent waits for is given up with a run that is cancelled while it does something else', async () => {
  await make('gate', { model: 'openai:gpt-4o' });
  await make('both', { agents: ['careful', 'gate'] });
  const careful = ask('careful', CALCULATE);
  const message = `calls ${JSON.stringify([careful, ask('gate', 'hold forsaken')])}`;
  const asked = post('/agents/both/prompt/sync', { message });
  await model.held('forsaken');
  const parent = await lastRun('both');
  await poll(server, '/runs?agent_id=careful&limit=1', (body) =>
    Object(body).runs.some((run: Body) => run.parent_run_id === parent.id && run.status === 'finished'),
  );
  expect((await pending()).map(({ agent_id }) => agent_id)).toEqual(['careful']);
  await server.call('POST', `/runs/${parent.id}/cancel`);
  await asked;
  expect(await pending()).toEqual([]);
  expect((await get('/approvals?status=cancelled&limit=1')).approvals).toMatchObject([{ agent_id: 'careful' }]);
  model.release('forsaken');
});

test('what an asked agent waits for outlives the server, and its conversation does not outlive its deletion', async () => {
  await using first = await startWholeServer({ environment: environment() });
  await setUp(first);
  const { own, ended } = await askCareful(first);
  await first.close();
  await using second = await startWholeServer({ environment: environment(), folder: first.folder });
  await post(`/approvals/${own.id}`, { approved: true }, second);
  const [parent] = (await get('/runs?agent_id=top&limit=1', second)).runs;
  await poll(second, `/runs/${parent.id}`, isStatus('finished'));
  expect(JSON.stringify((await get(`/conversations/${ended.conversation_id}`, second)).messages)).toContain('42');

  const asked = await askCareful(second);
  await second.call('DELETE', `/conversations/${asked.own.conversation_id}`);
  await post(`/approvals/${asked.above.id}`, { approved: true }, second);
  const [next] = (await get('/runs?agent_id=top&limit=1', second)).runs;
  await poll(second, `/runs/${next.id}`, isStatus('finished'));
  expect(JSON.stringify((await get(`/conversations/${asked.ended.conversation_id}`, second)).messages)).toContain(
    'the conversation that waited for an approval was deleted',
  );
});

test('what an asked agent waits for is followed where somebody lets it go on in its own conversation', async () => {
  const { own, ended } = await askCareful();
  const { messages: said } = await get(`/conversations/${own.conversation_id}`);
  const resumed = await fetch(`${server.url}/api/v1/ag-ui/careful/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      threadId: own.conversation_id,
      runId: 'by-hand',
      messages: said.map(({ id, role, content, tool_calls: [call] = [] }: Body) => ({
        id,
        role,
        content,
        ...(call && {
          toolCalls: [
            { id: call.id, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.args) } },
          ],
        }),
      })),
      resume: [{ interruptId: own.id, status: 'resolved', payload: { approved: true } }],
    }),
  });
  expect(await resumed.text()).toContain('RUN_FINISHED');
  await post('/agents/top/prompt/sync', { message: 'Hi', conversation_id: ended.conversation_id });
  const { messages } = await get(`/conversations/${ended.conversation_id}`);
  const results = messages.filter(({ role }: Body) => role === 'tool');
  expect(results).toHaveLength(1);
  expect(JSON.stringify(results)).toContain('42');
  expect((await get(`/runs/by-hand`)).parent_run_id).toBeNull();
});
