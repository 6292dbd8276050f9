/** `GET /events`: what happens on a server, told while it happens, to each key what it may see. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClient } from '../client/index.ts';
import { createRestClient, readEvents } from '../client/rest.ts';
import { type Following, follow, type Told } from './support/following.ts';
import { holderOf, type KeyHolder } from './support/key-holder.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ANNA = 'anna-0123456789';
const BEN = 'ben-0123456789';
const speaks = { command: process.execPath, args: [FIXTURE, 'speaks'] };

let server: WholeServer;
let anna: KeyHolder;
let ben: KeyHolder;
beforeAll(async () => {
  const environment = { AGENT_RUNTIMES_API_KEYS: `anna:${ANNA},ben:${BEN}` };
  server = await startWholeServer({ apiKey: ANNA, environment });
  anna = holderOf(server.url, ANNA);
  ben = holderOf(server.url, BEN);
  await anna('POST', '/agents', { id: 'common' });
  await anna('POST', '/agents', { id: 'careful', selected_mcp_servers: ['toolbox'], approvals: { tools: ['*'] } });
  await anna('POST', '/agents/careful/mcp-servers/start');
});
afterAll(() => server[Symbol.asyncDispose]());

const followAs = async (key: string, query = '', lastEventId?: number): Promise<Following> =>
  follow(`${server.url}/api/v1/events${query}`, { key, lastEventId });
/** A reader that has been told that it misses nothing from now on. */
const readyAs = async (key: string, query = ''): Promise<Following> => {
  const reader = await followAs(key, query);
  expect(Object.keys(await reader.next())).toEqual(['type', 'number', 'at']);
  return reader;
};
/** Events without their numbers and times. */
const bare = (events: readonly Told[]) => events.map(({ number: _number, at: _at, ...event }) => event);
const ask = (message: string, conversation_id: string, more: object = {}) => ({ message, conversation_id, ...more });

test('a run is told from its conversation to its end, with rising numbers and times', async () => {
  await using reader = await readyAs(ANNA);
  const said = ask('Hello', 'talk', { run_id: 'talk-1' });
  await anna('POST', '/agents/common/prompt/sync', said);
  await anna('POST', '/agents/common/prompt/sync', { ...said, run_id: 'talk-2' });
  await anna('DELETE', '/conversations/talk');
  const events = await reader.take(9);
  const conversation = { type: 'conversation', id: 'talk', agent_id: 'common' };
  const run = (id: string) => ({ type: 'run', id, agent_id: 'common', conversation_id: 'talk', parent_run_id: null });
  expect(bare(events)).toEqual([
    { ...conversation, status: 'created' },
    { ...run('talk-1'), status: 'running' },
    { ...conversation, status: 'changed' },
    { ...run('talk-1'), status: 'finished' },
    { ...conversation, status: 'changed' },
    { ...run('talk-2'), status: 'running' },
    { ...conversation, status: 'changed' },
    { ...run('talk-2'), status: 'finished' },
    { ...conversation, status: 'deleted' },
  ]);
  const numbers = events.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  for (const { at } of events) expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('a conversation that is rewound is told of as changed', async () => {
  await anna('POST', '/agents/common/prompt/sync', ask('Hello', 'rewound'));
  await using reader = await readyAs(ANNA, '?types=conversation');
  await anna('POST', '/conversations/rewound/rewind', { keep: 1 });
  expect(bare([await reader.next()])).toEqual([
    { type: 'conversation', id: 'rewound', status: 'changed', agent_id: 'common' },
  ]);
});

test('agents are told of, created, changed and deleted', async () => {
  await using reader = await readyAs(BEN);
  await anna('POST', '/agents', { id: 'short-lived' });
  await anna('PUT', '/agents/short-lived', { name: 'Other' });
  await anna('PUT', '/agents/short-lived', { name: 'Other' });
  await anna('DELETE', '/agents/short-lived');
  expect(bare(await reader.take(3))).toEqual(
    ['created', 'changed', 'deleted'].map((status) => ({ type: 'agent', id: 'short-lived', status })),
  );
});

describe('an approval is told of', () => {
  const isApproval = ({ type }: Told) => type === 'approval';
  const of = (conversation_id: string, status: string) => ({
    type: 'approval',
    id: expect.stringMatching(/^appr-/),
    status,
    agent_id: 'careful',
    conversation_id,
    run_id: `${conversation_id}-run`,
  });
  const open = async (reader: Following, conversation: string): Promise<Told> => {
    const question = ask('What is 17 * 23?', conversation, { run_id: `${conversation}-run` });
    await anna('POST', '/agents/careful/prompt/sync', question);
    const opened = (await reader.until(isApproval)).at(-1) as Told;
    expect(bare([opened])).toEqual([of(conversation, 'pending')]);
    return opened;
  };

  test.each([true, false])('when it is opened and answered: %s', async (approved) => {
    await using reader = await readyAs(ANNA);
    const { id } = await open(reader, `asks-${approved}`);
    const { body } = await anna('POST', `/approvals/${id}`, { approved });
    expect(bare([(await reader.until(isApproval)).at(-1) as Told])).toEqual([
      { ...of(`asks-${approved}`, approved ? 'approved' : 'denied'), id },
    ]);
    // The run that acts on the answer comes behind it.
    expect((await reader.until(({ type }) => type === 'run')).at(-1)).toMatchObject({ id: body.resumed_by });
  });

  test('when the conversation goes on without an answer', async () => {
    await using reader = await readyAs(ANNA);
    const { id } = await open(reader, 'goes-on');
    await anna('POST', '/agents/careful/prompt/sync', ask('Hello', 'goes-on', { when_busy: 'interrupt' }));
    expect(bare([(await reader.until(isApproval)).at(-1) as Told])).toEqual([{ ...of('goes-on', 'cancelled'), id }]);
  });
});

test('an MCP server is told of: that it is there, starts, runs, dies, comes back, changes, stops and is gone', async () => {
  await using reader = await readyAs(BEN, '?types=mcp_server');
  const statuses = async (count: number) => (await reader.take(count)).map(({ status }) => status);
  await anna('POST', '/mcp/servers', { id: 'mortal', ...speaks });
  expect(bare([await reader.next()])).toEqual([
    { type: 'mcp_server', id: 'mortal', status: 'stopped', origin: 'custom' },
  ]);
  expect(await statuses(2)).toEqual(['starting', 'running']);
  await anna('POST', '/mcp/proxy/mortal/tools/die', {});
  const back = await reader.until(({ status }) => status === 'running');
  expect(new Set(back.map(({ status }) => status))).toEqual(new Set(['restarting', 'running']));
  await anna('PUT', '/mcp/servers/mortal', { description: 'Other' });
  expect(await statuses(4)).toEqual(['running', 'stopped', 'starting', 'running']);
  await anna('DELETE', '/mcp/servers/mortal');
  expect(await statuses(2)).toEqual(['stopped', 'removed']);
  await anna('POST', '/mcp/servers', { id: 'never', command: process.execPath, args: [FIXTURE, 'exit'] });
  const failed = await reader.until(({ status }) => status === 'failed');
  expect(failed.map(({ id, status }) => [id, status])).toEqual([
    ['never', 'stopped'],
    ['never', 'starting'],
    ['never', 'failed'],
  ]);
  await anna('DELETE', '/mcp/servers/never');
});

test('an interpreter is told of to the key whose it is', async () => {
  await using mine = await readyAs(ANNA, '?types=sandbox');
  await using others = await readyAs(BEN, '?types=sandbox&types=agent');
  expect((await anna('POST', '/agents/common/execute', { code: '6 * 7' })).body.result).toEqual({ 'text/plain': '42' });
  await anna('POST', '/agents/common/execute', { code: '1' });
  await anna('POST', '/agents/sandbox/restart');
  const statuses = ['starting', 'ready', 'busy', 'ready', 'busy', 'ready', 'ended'];
  expect(bare(await mine.take(7))).toEqual(statuses.map((status) => ({ type: 'sandbox', agent_id: 'common', status })));
  await anna('POST', '/agents', { id: 'mark' });
  expect(bare([await others.next()])).toEqual([{ type: 'agent', id: 'mark', status: 'created' }]);
});

test('what one key does leaves no trace in what another is told, neither then nor later', async () => {
  await using others = await followAs(BEN);
  const { number } = await others.next();
  await using mine = await readyAs(ANNA);
  const question = ask('What is 17 * 23?', 'private', { run_id: 'private-run' });
  const { body } = await anna('POST', '/agents/careful/prompt/sync', question);
  await anna('POST', `/approvals/${body.approvals[0].id}`, { approved: true });
  const isEnd = ({ type, status }: Told) => type === 'run' && status === 'finished';
  for (const _ of ['asked', 'answered']) expect((await mine.until(isEnd)).length).toBeGreaterThan(3);
  await anna('DELETE', '/conversations/private');
  await anna('PUT', '/agents/common', { description: 'The first that Ben may see' });
  expect(bare([await others.next()])).toEqual([{ type: 'agent', id: 'common', status: 'changed' }]);
  for (const query of [`?after=${number}&until=now`, '?after=0&until=now']) {
    await using again = await followAs(BEN, query);
    const told = await again.rest();
    expect(told.filter(({ type }) => ['run', 'approval', 'conversation', 'sandbox'].includes(type))).toEqual([]);
    expect(told.at(-1)).toMatchObject({ type: 'agent', id: 'common', status: 'changed' });
  }
  await ben('POST', '/agents/common/prompt/sync', ask('Hello', 'private'));
  expect((await others.until(isEnd)).map(({ type, conversation_id, id }) => conversation_id ?? [type, id])).toEqual([
    ['conversation', 'private'],
    'private',
    ['conversation', 'private'],
    'private',
  ]);
});

test('the typed clients follow too', async () => {
  const options = { apiKey: ANNA };
  const leave = new AbortController();
  const events = await createClient(server.url, options).events.follow.mutate(
    { types: ['agent'] },
    { signal: leave.signal },
  );
  const iterator = events[Symbol.asyncIterator]();
  const { value: ready } = await iterator.next();
  expect(ready).toMatchObject({ type: 'ready', number: expect.any(Number) });
  await anna('POST', '/agents', { id: 'typed' });
  const { value: created } = await iterator.next();
  expect(created).toMatchObject({ type: 'agent', id: 'typed', status: 'created' });
  leave.abort();
  const { data } = await createRestClient(server.url, options).GET('/events', {
    params: { query: { after: ready?.type === 'ready' ? ready.number : 0, types: ['agent'], until: 'now' } },
    parseAs: 'stream',
  });
  if (!data) throw new Error('no stream');
  const again = (await Array.fromAsync(readEvents(data))).map((event) => JSON.parse(event.data));
  expect(again).toMatchObject([{ type: 'ready' }, created]);
});

test('who asks for the head alone is not kept waiting', async () => {
  const head = await fetch(`${server.url}/api/v1/events`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${ANNA}` },
  });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
});

test('a reader chooses types, and may end when everything held is told', async () => {
  await anna('POST', '/agents/common/prompt/sync', ask('Hello', 'chosen'));
  await using reader = await followAs(ANNA, '?types=run&types=conversation&after=0&until=now');
  const [first, ...events] = await reader.rest();
  expect(first?.type).toBe('missed');
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['run', 'conversation']));
  expect(bare(events.slice(-1))).toMatchObject([{ type: 'run', conversation_id: 'chosen', status: 'finished' }]);
  expect(await anna('GET', '/events?types=weather')).toMatchObject({ status: 422 });
  expect(await anna('GET', '/events', undefined, { 'last-event-id': 'x' })).toMatchObject({ status: 422 });
});
