import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvents } from '../client/read-events.ts';
import { diffJson } from '../server/runs/json-patch.ts';
import { judge } from './support/ag-ui-judges.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { startServer, type TestServer } from './support/server.ts';
import { withoutTimes } from './support/times.ts';

let server: TestServer;
let model: ModelServer;
const owned = new AsyncDisposableStack();

beforeAll(async () => {
  model = owned.use(await startModelServer());
  const fixture = fileURLToPath(new URL('fixtures/mcp/shared-state.mjs', import.meta.url));
  server = owned.use(
    await startServer({
      environment: { AGENT_MODEL: 'gpt-4o', OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
      mcpServers: { list: { command: process.execPath, args: [fixture] } },
    }),
  );
  await server.ok('POST', '/agents', { id: 'a', selected_mcp_servers: ['list'] });
});
afterAll(() => owned.disposeAsync());

type Event = { readonly type: string } & Record<string, unknown>;

async function run(content: string, more: object): Promise<Event[]> {
  const messages = [{ id: 'u1', role: 'user', content }];
  const response = await server.open('/ag-ui/a/', { runId: 'r', messages, protocolVersion: '1.0', ...more });
  const events: Event[] = [];
  if (response.body) for await (const { data } of readEvents(response.body)) events.push(JSON.parse(data));
  return events;
}

const ofState = (events: readonly Event[]) =>
  withoutTimes(events).filter(({ type }) => /^STATE|^CUSTOM/.test(String(type)));

test('a real agent with a real tool shows all documented event types, and no judge objects', async () => {
  const events = await run('tool add_item {"item":"milk"}', { threadId: 'all', state: { items: ['bread'], by: 'me' } });
  const failed = await run('refuse', { threadId: 'refused' });
  const documented = [
    ...['RUN_STARTED', 'RUN_FINISHED', 'RUN_ERROR'],
    ...['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END'],
    ...['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END', 'TOOL_CALL_RESULT'],
    ...['STATE_SNAPSHOT', 'STATE_DELTA', 'CUSTOM'],
  ];
  expect([...events, ...failed].map(({ type }) => type)).toEqual(expect.arrayContaining(documented));
  for (const generation of ['1.0.0', '0.0.59'] as const) {
    expect(await judge(generation, events)).toBe(events.length);
    expect(await judge(generation, failed)).toBe(failed.length);
  }
});

test('a tool that asks for the state gets it; its change is told as the state before and a patch', async () => {
  const events = await run('tool add_item {"item":"milk"}', { threadId: 't1', state: { items: ['bread'], by: 'me' } });
  expect(ofState(events)).toEqual([
    { type: 'STATE_SNAPSHOT', snapshot: { items: ['bread'], by: 'me' } },
    { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/items/-', value: 'milk' }] },
    { type: 'CUSTOM', name: 'item_added', value: { item: 'milk' } },
  ]);
});

test('without a state before, the change is told as the whole of it', async () => {
  const events = await run('tool add_item {"item":"milk"}', { threadId: 't2' });
  expect(ofState(events)).toEqual([
    { type: 'STATE_SNAPSHOT', snapshot: { items: ['milk'] } },
    { type: 'CUSTOM', name: 'item_added', value: { item: 'milk' } },
  ]);
});

test('a tool that does not ask for the state is not sent it', async () => {
  const events = await run('tool peek {}', { threadId: 't3', state: { secret: 1 } });
  expect(events.find(({ type }) => type === 'TOOL_CALL_RESULT')?.content).toBe('keys: progressToken');
});

test('a call that waits for approval changes the state in the run that resumes it', async () => {
  await server.ok('POST', '/agents', {
    id: 'careful',
    selected_mcp_servers: ['list'],
    approvals: { tools: ['list__add*'] },
  });
  const ask = { message: 'tool add_item {"item":"milk"}', conversation_id: 'held' };
  const { approvals } = await server.ok('POST', '/agents/careful/prompt/sync', ask);
  const { resumed_by: runId } = await server.ok('POST', `/approvals/${approvals[0].id}`, { approved: true });
  const response = await server.open('/ag-ui/careful/connect', { threadId: 'held', runId });
  const text = await response.text();
  expect(text).toMatch(/"type":"STATE_SNAPSHOT","timestamp":\d+,"snapshot":{"items":\["milk"\]}/);
  expect(text).toContain('The tool said: 1 items');
});

describe('a patch', () => {
  const values = [null, 1, 'a', true, [], {}, [1], [1, 2, 3], [[1], { a: 1 }], { a: 1 }, { 'a/b': { '~': [1] } }];
  const pairs = values.flatMap((before) => values.map((after) => [before, after] as const));
  test.each(pairs)('turns %j into %j', (before, after) => {
    expect(applyPatch(before, diffJson(before, after))).toEqual(after);
  });
});

/** RFC 6902, as far as `diffJson` goes. */
function applyPatch(document: unknown, patch: ReturnType<typeof diffJson>): unknown {
  const root = { '': structuredClone(document) };
  for (const operation of patch) {
    const keys = ['', ...operation.path.split('/').slice(1)].map((key) =>
      key.replaceAll('~1', '/').replaceAll('~0', '~'),
    );
    const last = keys.pop() ?? '';
    // biome-ignore lint/suspicious/noExplicitAny: a path leads through any JSON.
    const parent = keys.reduce((node: any, key) => node[key], root);
    if (operation.op === 'remove') Array.isArray(parent) ? parent.splice(Number(last), 1) : delete parent[last];
    else if (Array.isArray(parent) && last === '-') parent.push(operation.value);
    else parent[last] = operation.value;
  }
  return root[''];
}
