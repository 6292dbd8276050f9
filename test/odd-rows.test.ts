/** A store that holds anything anywhere: what can be shown is shown, and a list loses nothing but what is odd. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeOddRows } from './fixtures/store/odd-rows.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const A2A = { 'a2a-version': '1.0' };

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of a body where they read it.
type Body = any;

const owned = new AsyncDisposableStack();
let server: WholeServer;
let rows: Map<string, number>;
/** What each list held before there were odd rows, by its path. */
const before = new Map<string, Body[]>();
let events: string;
let steps: Body[];
let total: Body;

async function send(path: string, body: object, headers = {}): Promise<void> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  expect([response.ok, await response.text()]).toEqual([true, expect.any(String)]);
}

async function get(path: string, headers = {}): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${server.url}/api/v1${path}`, { headers });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
}

/** The steps of a run, without how long a call has waited so far. */
async function stepsOf(run: string): Promise<Body[]> {
  const { status, body } = await get(`/runs/${run}/steps`);
  expect([status, body.steps]).toEqual([200, expect.any(Array)]);
  return JSON.parse(JSON.stringify(body.steps).replaceAll(/"waited_seconds":[\d.]+/g, '"waited_seconds":0'));
}

/** Everything that a list shows, page by page. Fails when a page is no 200. */
async function all({ path, items, next }: List): Promise<Body[]> {
  const found: Body[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = cursor ? `&${next?.[0]}=${encodeURIComponent(cursor)}` : '';
    const { status, body } = await get(path + query, A2A);
    expect([status, status === 200 ? '' : body], path).toEqual([200, '']);
    found.push(...items(body));
    cursor = next && body[next[1]];
    if (!cursor) return found;
  }
}

interface List {
  readonly path: string;
  readonly items: (body: Body) => Body[];
  /** The name of the cursor in the query, and in the answer. */
  readonly next?: readonly [string, string];
  /** Where each of its items is alone. */
  readonly one?: (id: string) => string;
  /** The tables that it shows. */
  readonly shows: readonly string[];
}
const cursor = ['cursor', 'next_cursor'] as const;
const lists: readonly List[] = [
  { path: '/agents?', items: (body) => body.agents, one: (id) => `/agents/${id}`, shows: ['agents'] },
  { path: '/ag-ui/agents?', items: (body) => body.agents, shows: ['agents'] },
  { path: '/a2ui/agents?', items: (body) => body.agents, shows: ['agents'] },
  { path: '/mcp-ui/agents?', items: (body) => body.agents, shows: ['agents'] },
  {
    path: '/mcp/servers/available?',
    items: (body) => body.filter(({ origin }: Body) => origin === 'custom'),
    one: (id) => `/mcp/servers/${id}`,
    shows: ['servers'],
  },
  {
    path: '/conversations?limit=7',
    items: (body) => body.conversations,
    next: cursor,
    one: (id) => `/conversations/${id}`,
    shows: ['conversations', 'messages'],
  },
  { path: '/runs?limit=7', items: (body) => body.runs, next: cursor, one: (id) => `/runs/${id}`, shows: ['runs'] },
  { path: '/runs?limit=7&status=interrupted', items: (body) => body.runs, next: cursor, shows: ['runs'] },
  ...['pending', 'approved', 'denied', 'cancelled', 'void'].map((status) => ({
    path: `/approvals?limit=7&status=${status}`,
    items: (body: Body) => body.approvals,
    next: cursor,
    shows: ['approvals'],
  })),
  {
    path: '/a2a/demo/tasks?pageSize=7&includeArtifacts=true',
    items: (body) => body.tasks,
    next: ['pageToken', 'nextPageToken'],
    one: (id) => `/a2a/demo/tasks/${id}`,
    shows: ['tasks'],
  },
];

beforeAll(async () => {
  const { path: folder } = owned.use(await temporaryFolder());
  server = await startWholeServer({ folder, args: ['--demo'] });
  await send('/mcp/servers', { id: 'mine', command: 'node', args: ['--version'], enabled: false });
  await send('/agents', { id: 'careful', selected_mcp_servers: ['toolbox'], approvals: { tools: ['*'] } });
  await send('/agents/careful/mcp-servers/start', {});
  const ask = { message: 'What is 17 * 23?', run_id: 'good', conversation_id: 'good', background: true };
  await send('/agents/careful/prompt', ask);
  await send('/agents/demo/prompt/sync', { message: 'What is 2 * 3?', conversation_id: 'goes-on' });
  const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'Hello' }] };
  await send('/a2a/demo/message:send', { message }, A2A);
  await get('/a2a/demo/.well-known/agent-card.json', A2A);
  for (const list of lists) before.set(list.path, await all(list));
  before.set('messages', (await get('/conversations/good')).body.messages);
  events = (await get('/runs/good/events')).body;
  steps = await stepsOf('good');
  total = (await get('/usage?group_by=day')).body.total;
  await server.close();
  rows = writeOddRows(join(folder, 'data'));
  server = owned.use(await startWholeServer({ folder, args: ['--demo'] }));
}, 60_000);
afterAll(() => owned.disposeAsync());

test('a store with odd rows in every table starts', async () => {
  expect([...rows.keys()].sort()).toEqual([
    'agents',
    'approvals',
    'card_times',
    'conversations',
    'facts',
    'messages',
    'run_events',
    'run_steps',
    'run_sums',
    'runs',
    'servers',
    'tasks',
  ]);
  for (const [table, count] of rows) expect(count, table).toBeGreaterThan(15);
  await poll(server, '/ready', (body) => Object(body).status === 'ready' || Object(body).status === 'degraded');
});

describe.each(lists)('$path', (list) => {
  test('shows every good record as before, and what can be shown of the odd ones', async () => {
    const good = before.get(list.path) ?? [];
    const shown = await all(list);
    expect(shown).toEqual(expect.arrayContaining(good));
    const times = [...JSON.stringify(shown).matchAll(/"(?:\w+_at|timestamp)":"([^"]*)"/g)].map(([, time = '']) => time);
    expect(times.filter((time) => !/^\d{4}-/.test(time) || Number.isNaN(Date.parse(time)))).toEqual([]);
    if (list.one) expect(shown.length).toBeGreaterThan(good.length + 10);
  });

  test('names no record that has a fault of the server in its place', async () => {
    if (!list.one) return;
    const shown = (await all(list)).map(({ id }) => id ?? '').filter((id) => id !== '' && id.length < 200);
    const odd = Array.from({ length: rows.get(list.shows[0] ?? '') ?? 0 }, (_, index) => `odd-${index}`);
    for (const id of new Set([...shown, ...odd])) {
      const { status } = await get(list.one(encodeURIComponent(id)), A2A);
      expect([200, 404], `${list.path} ${JSON.stringify(id)}`).toContain(status);
    }
  });
});

test('a conversation shows its good messages, and the good parts of odd ones', async () => {
  const { status, body } = await get('/conversations/good');
  expect(status).toBe(200);
  expect(body.messages).toEqual(expect.arrayContaining(before.get('messages') ?? []));
  expect(body.messages.map(({ content }: Body) => content)).toContain('Still there');
  expect(body.message_count).toBe(body.messages.length);
});

test('the events of a run are read again as they were', async () => {
  expect((await get('/runs/good/events')).body).toBe(events);
});

test('the steps of a run are shown as they were, beside what can be shown of odd ones', async () => {
  expect(steps.length).toBeGreaterThan(0);
  const shown = await stepsOf('good');
  expect(shown).toEqual(expect.arrayContaining(steps));
  expect(shown.length).toBeGreaterThan(steps.length + 10);
});

test.each(['agent', 'key', 'model', 'day'])(
  'sums by %s keep what was counted, and count nothing that no one can have counted',
  async (group) => {
    const { status, body } = await get(`/usage?group_by=${group}`);
    expect(status).toBe(200);
    for (const sums of [body.total, (await get('/runs?limit=1')).body.sums]) {
      const counts = [sums.runs, sums.unpriced_steps, ...Object.values(sums.usage)];
      for (const count of counts) expect(count).toSatisfy((value) => Number.isSafeInteger(value) && value < 1e6);
      expect(sums.runs).toBeGreaterThanOrEqual(total.runs);
      expect(sums.usage.prompt_tokens).toBeGreaterThanOrEqual(total.usage.prompt_tokens);
      expect(sums.duration_seconds).toBeGreaterThanOrEqual(total.duration_seconds);
    }
  },
);

test('a conversation with odd rows goes on, and agents and servers are added beside odd ones', async () => {
  const ask = { message: 'What is 17 * 23?', conversation_id: 'goes-on' };
  await send('/agents/demo/prompt/sync', ask);
  const { messages } = (await get('/conversations/goes-on')).body;
  expect(messages.findLast(({ role }: Body) => role === 'user').content).toBe('What is 17 * 23?');
  expect(messages.at(-1).content).toContain('391');
  await send('/agents', { id: 'added' });
  await send('/mcp/servers', { id: 'added', command: 'node', enabled: false });
});

test('the log names each record that is odd or left out, and not what it holds', () => {
  const lines = server
    .logged()
    .split('\n')
    .filter((line) => line.includes('a stored record'))
    .map((line) => JSON.parse(line));
  const tables = new Set(lines.map(({ table }) => table));
  expect([...tables].sort()).toEqual([
    'agents',
    'approvals',
    'conversations',
    'messages',
    'run_events',
    'run_steps',
    'runs',
    'servers',
    'tasks',
  ]);
  for (const { id, columns } of lines) expect([typeof id, Array.isArray(columns)]).toEqual(['string', true]);
  expect(new Set(lines.map(({ table, id, msg }) => `${table} ${id} ${msg}`)).size).toBe(lines.length);
  // The key of a row may be what is odd of it.
  const ofContents = lines.filter(({ id }) => /^(?:odd-\d+|good\/\d+)$/.test(id));
  expect(ofContents.length).toBeGreaterThan(100);
  expect(JSON.stringify(ofContents)).not.toMatch(/Still there|half|nonsense/);
});

test('no run is left running, and agents answer', async () => {
  expect(await all({ path: '/runs?status=running', items: (body) => body.runs, shows: [] })).toEqual([]);
  await send('/agents/demo/prompt/sync', { message: 'Hello', conversation_id: 'new' });
  const message = { messageId: 'm2', role: 'ROLE_USER', parts: [{ text: 'Hello' }] };
  await send('/a2a/demo/message:send', { message }, A2A);
});

test('a server with keys shows each of them what it may see', async () => {
  await server.close();
  const environment = { AGENT_RUNTIMES_API_KEYS: 'a:k1,b:k2' };
  await using other = await startWholeServer({ folder: server.folder, environment });
  for (const { path } of lists) {
    const headers = { authorization: 'Bearer k1', ...A2A };
    const response = await fetch(`${other.url}/api/v1${path}`, { headers });
    expect([response.status, await response.text()], path).toEqual([200, expect.stringMatching(/^[{[]/)]);
  }
});
