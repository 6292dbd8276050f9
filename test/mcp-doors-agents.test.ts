/** Agents as tools of MCP clients, with the official client at a whole server. */
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { holderOf } from './support/key-holder.ts';
import { connect, eventsIn, INITIALIZE } from './support/mcp-doors.ts';
import { until } from './support/mcp-servers.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const owned = new AsyncDisposableStack();
let model: ModelServer;
let server: WholeServer;

beforeAll(async () => {
  model = owned.use(await startModelServer());
  server = owned.use(await startWholeServer({ environment: environment() }));
  await make('helper', { name: 'Helper', description: 'Helps with sums.' });
});
afterAll(() => owned.disposeAsync());

const environment = (keys = {}) => ({ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url, ...keys });
const make = (id: string, fields: object = {}, at = server) =>
  at.call('POST', '/agents', { id, model: 'openai:gpt-4o', ...fields });
const all = (at = server) => `${at.url}/api/v1/mcp`;
const door = (id: string, at = server) => `${at.url}/api/v1/agents/${id}/mcp`;
const text = (said: string) => [{ type: 'text', text: said }];
const ANSWERED = "Hello! I'm doing well.";

it('lists them beside the tools of servers, by names that models take, unless they opt out', async () => {
  await using many = await startWholeServer({ environment: environment() });
  await make('helper', { name: 'Helper', description: 'Helps with sums.', selected_mcp_servers: ['toolbox'] }, many);
  await make('a.b', {}, many);
  await make('a_b', {}, many);
  await make('l'.repeat(100), {}, many);
  await make('shy', { offer_as_tool: false }, many);
  await many.call('POST', '/mcp/servers/catalog/toolbox/enable');
  await using client = await connect(all(many));
  const { tools } = await client.client.listTools();
  const names = tools.map(({ name }) => name);
  expect(names).toContain('toolbox__calculate');
  expect(names.filter((name) => name.startsWith('ask_'))).toEqual([
    'ask_helper',
    'ask_a_b',
    expect.stringMatching(/^ask_a_b_[\da-f]{8}$/),
    expect.stringMatching(/^ask_l{51}_[\da-f]{8}$/),
  ]);
  expect(tools.find(({ name }) => name === 'ask_helper')).toMatchObject({
    title: 'Helper',
    description: 'Asks the agent "Helper", and answers with what it says. Helps with sums.',
    inputSchema: { type: 'object', required: ['message'], properties: { conversation_id: { type: 'string' } } },
    outputSchema: { type: 'object', required: ['conversation_id', 'run_id', 'status', 'answer'] },
  });
  await using own = await connect(door('shy', many));
  expect((await own.client.listTools()).tools.map(({ name }) => name)).toEqual(['ask_shy']);
});

it('gives the output of an agent that has a schema, as JSON beside the text', async () => {
  await make('form', {
    model: 'demo:rules',
    output_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  });
  await using client = await connect(door('form'));
  const { structuredContent } = await client.client.callTool({ name: 'ask_form', arguments: { message: 'Where?' } });
  const { output, answer } = Object(structuredContent);
  expect(output).toEqual({ city: expect.any(String) });
  expect(JSON.parse(answer)).toEqual(output);
});

it('answers with what the agent says, and goes on in its conversation', async () => {
  await using client = await connect(door('helper'));
  const ask = (args: Record<string, unknown>) => client.client.callTool({ name: 'ask_helper', arguments: args });
  const first = await ask({ message: 'Hi', conversation_id: null });
  expect(first).toEqual({
    content: text(ANSWERED),
    structuredContent: {
      conversation_id: expect.stringMatching(/^conv-/),
      run_id: expect.stringMatching(/^run-/),
      status: 'finished',
      answer: ANSWERED,
    },
  });
  const { conversation_id: id, run_id: run } = Object(first.structuredContent);
  expect(await ask({ message: 'words 2', conversation_id: id })).toMatchObject({
    content: text('word1 word2 '),
    structuredContent: { conversation_id: id, status: 'finished' },
  });
  expect((await server.call('GET', `/conversations/${id}`)).body).toMatchObject({
    messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'user' }, { role: 'assistant' }],
  });
  expect((await server.call('GET', `/runs/${run}`)).body).toMatchObject({ agent_id: 'helper', status: 'finished' });
});

it('tells a caller that asks for it what the agent does, and no other', async () => {
  await using client = await connect(all());
  const reports: unknown[] = [];
  const asked = client.client.callTool({ name: 'ask_helper', arguments: { message: 'hold progress' } }, undefined, {
    onprogress: (report) => reports.push(report),
  });
  await until(() => reports.length > 0, 'progress is told');
  expect(reports).toEqual([{ progress: 1, message: 'begun ' }]);
  model.release('progress');
  expect(await asked).toMatchObject({ content: text('begun released') });

  const { post } = await openRaw(door('helper'));
  const call = await post({
    id: 1,
    method: 'tools/call',
    params: { name: 'ask_helper', arguments: { message: 'Hi' } },
  });
  const messages = eventsIn(await call.text()).flatMap(({ message }) => message ?? []);
  expect(messages).toMatchObject([{ id: 1, result: { content: text(ANSWERED) } }]);
});

it('ends the run with its call, and with its session', async () => {
  await using client = await connect(all());
  const enough = new AbortController();
  const before = model.abandoned();
  const asked = client.client.callTool({ name: 'ask_helper', arguments: { message: 'hold cancel' } }, undefined, {
    signal: enough.signal,
  });
  await model.held('cancel');
  enough.abort('enough');
  await expect(asked).rejects.toThrow('enough');
  const cancelled = { runs: [{ status: 'cancelled', outcome: { detail: 'the caller cancelled the call' } }] };
  await poll(server, '/runs?agent_id=helper&limit=1', (body) => matches(body, cancelled));
  await until(() => model.abandoned() === before + 1, 'the model is left');

  await make('left');
  const { post, end } = await openRaw(door('left'));
  await post({ id: 1, method: 'tools/call', params: { name: 'ask_left', arguments: { message: 'hold session' } } });
  await model.held('session');
  await end();
  await poll(server, '/runs?agent_id=left', (body) => matches(body, cancelled));
});

it('tells what failed as a result', async () => {
  await using client = await connect(all());
  const ask = (args: Record<string, unknown>) => client.client.callTool({ name: 'ask_helper', arguments: args });
  const refused = await ask({ message: 'refuse' });
  expect(refused).toMatchObject({
    isError: true,
    content: [{ type: 'text', text: expect.stringContaining('Incorrect API key provided') }],
    structuredContent: { status: 'failed', answer: '', error: { code: expect.any(String) } },
  });
  expect(JSON.stringify(refused)).not.toContain('sk-test');
  expect(await ask({})).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^message: /) }] });
  const busy = ask({ message: 'hold busy', conversation_id: 'busy' });
  await model.held('busy');
  expect(await ask({ message: 'Hi', conversation_id: 'busy' })).toEqual({
    isError: true,
    content: text("Another run is active on conversation 'busy'"),
  });
  model.release('busy');
  expect(await busy).toMatchObject({ content: text('begun released') });
  await expect(client.client.callTool({ name: 'ask_nobody', arguments: { message: 'Hi' } })).rejects.toMatchObject({
    code: -32602,
  });
});

it('says which approvals a run waits for, and where they are answered', async () => {
  await make('careful', { selected_mcp_servers: ['toolbox'], approvals: { tools: ['*'] } });
  await using client = await connect(all());
  const ask = (args: Record<string, unknown>) => client.client.callTool({ name: 'ask_careful', arguments: args });
  const waiting = await ask({ message: 'tool calculate {"expression": "6 * 7"}' });
  const { conversation_id, approvals } = Object(waiting.structuredContent);
  const [{ id, answer_at }] = approvals;
  expect(waiting).toMatchObject({
    content: [{ type: 'text', text: expect.stringContaining(`toolbox__calculate: POST {"approved": true} or`) }],
    structuredContent: {
      status: 'waiting',
      approvals: [
        { id, tool: 'toolbox__calculate', args: { expression: '6 * 7' }, answer_at: `/api/v1/approvals/${id}` },
      ],
    },
  });
  expect(waiting.isError).toBeUndefined();
  expect(await ask({ message: 'Well?', conversation_id })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining(`answer it at /approvals/${id}`) }],
  });
  const answered = await fetch(server.url + answer_at, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"approved": true}',
  });
  const { resumed_by } = Object(await answered.json());
  await poll(server, `/runs/${resumed_by}`, (body) => matches(body, { status: 'finished' }));
  expect(await ask({ message: 'Hi', conversation_id })).toMatchObject({ content: text(ANSWERED) });
});

it('gives a conversation to the key that opened the session, and its session to nobody else', async () => {
  const keys = { AGENT_RUNTIMES_API_KEYS: 'one:key-1,two:key-2' };
  await using guarded = await startWholeServer({ environment: environment(keys) });
  const [one, two] = [holderOf(guarded.url, 'key-1'), holderOf(guarded.url, 'key-2')];
  await one('POST', '/agents', { id: 'helper', model: 'openai:gpt-4o' });
  await expect(connect(door('helper', guarded))).rejects.toMatchObject({ code: 401 });
  await using client = await connect(door('helper', guarded), { headers: { authorization: 'Bearer key-1' } });
  const asked = await client.client.callTool({ name: 'ask_helper', arguments: { message: 'Hi' } });
  const { conversation_id: id, run_id } = Object(asked.structuredContent);
  expect((await one('GET', `/conversations/${id}`)).status).toBe(200);
  expect((await one('GET', `/runs/${run_id}`)).status).toBe(200);
  expect((await two('GET', `/conversations/${id}`)).status).toBe(404);
  expect((await two('GET', `/runs/${run_id}`)).status).toBe(404);
  const { sessionId = '' } = client.transport;
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const headers = { accept: 'application/json, text/event-stream', 'mcp-session-id': sessionId };
  expect((await two('POST', '/agents/helper/mcp', list, headers)).body).toMatchObject({
    code: 'mcp-session-not-found',
  });
  await using other = await connect(door('helper', guarded), { headers: { authorization: 'Bearer key-2' } });
  await other.client.callTool({ name: 'ask_helper', arguments: { message: 'Hi', conversation_id: id } });
  expect((await one('GET', `/conversations/${id}`)).body.messages).toHaveLength(2);
});

it('tells of agents that come, change and go', async () => {
  let changes = 0;
  const prepare: NonNullable<Parameters<typeof connect>[1]>['prepare'] = (client) =>
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      changes++;
    });
  await using client = await connect(all(), { prepare });
  const titles = async () => (await client.client.listTools()).tools.map(({ title }) => title);
  expect(await titles()).not.toContain('Guest');
  await make('guest', { name: 'Guest' });
  await until(() => changes === 1, 'the new agent is announced');
  expect(await titles()).toContain('Guest');
  await server.call('PUT', '/agents/guest', { offer_as_tool: false });
  await until(() => changes === 2, 'its change is announced');
  expect(await titles()).not.toContain('Guest');
  await server.call('PUT', '/agents/guest', { system_prompt: 'Be brief.', offer_as_tool: true });
  await until(() => changes === 3, 'its return is announced');
  await server.call('DELETE', '/agents/guest');
  await until(() => changes === 4, 'its end is announced');
  expect(await titles()).not.toContain('Guest');
});

it('has a door for each agent alone, which closes with it', async () => {
  await make('brief');
  const unknown = await fetch(door('nobody'), { method: 'POST', body: '{}' });
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'agent-not-found' }]);
  const slash = await fetch(`${door('brief')}/?a=b`, { redirect: 'manual' });
  expect([slash.status, slash.headers.get('location')]).toEqual([307, '/api/v1/agents/brief/mcp?a=b']);
  const put = await fetch(door('brief'), { method: 'PUT' });
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST, DELETE']);
  await using client = await connect(door('brief'));
  await expect(client.client.callTool({ name: 'ask_helper', arguments: { message: 'Hi' } })).rejects.toMatchObject({
    code: -32602,
  });
  expect(await client.call('ask_brief', { message: 'Hi' })).toBe(ANSWERED);
  await server.call('DELETE', '/agents/brief');
  await expect(client.client.listTools()).rejects.toMatchObject({ code: 404 });
});

const matches = (body: unknown, expected: object): boolean => {
  try {
    expect(body).toMatchObject(expected);
    return true;
  } catch {
    return false;
  }
};

/** A session without a client, to see each message. */
async function openRaw(url: string) {
  const send = (method: string, body?: object, headers = {}) =>
    fetch(url, {
      method,
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...headers,
      },
      ...(body && { body: JSON.stringify({ jsonrpc: '2.0', ...body }) }),
    });
  const opened = await send('POST', INITIALIZE);
  await opened.text();
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  return { post: (body: object) => send('POST', body, session), end: () => send('DELETE', undefined, session) };
}
