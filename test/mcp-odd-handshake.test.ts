import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../server/mcp/servers/connection-limits.ts';
import { readMessages } from '../server/mcp/wire/read-message.ts';
import { answers, beginnings, fine, good, handshakes } from './fixtures/mcp/odd-handshakes.ts';
import { type RemoteKind, startOddRemote } from './fixtures/mcp/odd-remote.ts';
import { connect, openDoors } from './support/mcp-doors.ts';
import { createServers, until } from './support/mcp-servers.ts';
import { oddRemoteServer, oddServer } from './support/odd-servers.ts';

const signal = AbortSignal.timeout(60_000);
it.each([...handshakes, ...beginnings])('a server %s runs and serves', async (_title, script) => {
  await using servers = createServers();
  const server = await servers.define(oddServer('odd', { ...answers, ...script }));
  await server.start({ keepTrying: false });
  expect([server.status, server.tools.map(({ name }) => name), server.problems]).toEqual(['running', ['good'], []]);
  expect(await server.call('good', {}, { signal })).toEqual(fine);
});

it.each<[RemoteKind, string]>([
  ['json', 'as JSON'],
  ['events', 'as events of a stream'],
  ['sse', 'over the transport of the first version'],
])('behind a URL, answers %s are mended alike', async (kind) => {
  const odd = {
    ...answers,
    tools: [{ ...good, title: null, annotations: null }, { description: 'nameless' }],
    handshake: { serverInfo: null, instructions: null, capabilities: true },
    envelope: { error: null },
    list: { nextCursor: null },
    results: { good: { content: [{ type: 'text', text: 'fine', annotations: null }], _meta: null, isError: null } },
  };
  await using remote = await startOddRemote(kind, odd);
  await using servers = createServers();
  const server = await servers.define(oddRemoteServer('odd', remote.url));
  await server.start({ keepTrying: false });
  expect(server.problems).toEqual([{ tool: 'tool 2', detail: 'It has no name' }]);
  expect(server.tools.map(({ name }) => name)).toEqual(['good']);
  expect(await server.call('good', {}, { signal })).toEqual(fine);
});

it.each(handshakes)('at its door, a server %s is understood by the official client', async (_title, script) => {
  await using doors = await openDoors([oddServer('odd', { ...answers, ...script })]);
  await using session = await connect(`${doors.url}/servers/odd/mcp`);
  expect((await session.client.listTools()).tools.map(({ name }) => name)).toEqual(['good']);
  expect(await session.call('good')).toBe('fine');
});

it('both doors pass on the tools that can be read, and what odd results say', async () => {
  const tools = [
    { ...good, description: null, outputSchema: { type: 'array' } },
    { name: 'bad', inputSchema: { type: 'string' } },
  ];
  const results = { good: { content: [{ type: 'video' }], isError: null, structuredContent: [1] } };
  await using doors = await openDoors([oddServer('odd', { tools, results })]);
  const said = [
    { type: 'text', text: '{"type":"video"}' },
    { type: 'text', text: '[1]' },
  ];
  await using one = await connect(`${doors.url}/servers/odd/mcp`);
  expect((await one.client.listTools()).tools).toEqual([good]);
  expect((await one.client.callTool({ name: 'good' })).content).toEqual(said);
  await using all = await connect(doors.url);
  expect((await all.client.listTools()).tools).toEqual([{ ...good, name: 'odd__good' }]);
  expect((await all.client.callTool({ name: 'odd__good' })).content).toEqual(said);
});

it('null stays where it is a value: in data of servers, and where the protocol has it', () => {
  const said = (more: object) => readMessages({ jsonrpc: '2.0', id: 1, ...more });
  const log = { method: 'notifications/message', params: { level: 'info', logger: null, data: null } };
  expect(said(log)).toEqual([{ jsonrpc: '2.0', id: 1, method: log.method, params: { level: 'info', data: null } }]);
  const tasks = { result: { tasks: [{ taskId: 'a', ttl: null }], nextCursor: null } };
  expect(said(tasks)).toEqual([{ jsonrpc: '2.0', id: 1, result: { tasks: [{ taskId: 'a', ttl: null }] } }]);
  const result = { content: [], structuredContent: { a: null }, _meta: { b: null }, isError: null };
  const { isError: _, ...kept } = result;
  expect(said({ result })).toEqual([{ jsonrpc: '2.0', id: 1, result: kept }]);
  const unknown = { answer: null, list: [null] };
  expect(said({ result: unknown })).toEqual([{ jsonrpc: '2.0', id: 1, result: unknown }]);
});

it.each<[title: string, error: unknown, mended: object]>([
  ['a text', 'No', { code: -32603, message: 'No' }],
  ['without a code', { message: 'No' }, { code: -32603, message: 'No' }],
  ['with a code as text', { code: '-32000', message: 'No' }, { code: -32000, message: 'No' }],
  ['without a message', { code: 7, data: { a: 1 } }, { code: 7, message: '{"code":7,"data":{"a":1}}', data: { a: 1 } }],
  ['with data that is null', { code: 7, message: 'No', data: null }, { code: 7, message: 'No' }],
])('an error %s is read', (_title, error, mended) => {
  const said = { jsonrpc: '2.0', id: 1, result: null, error };
  expect(readMessages(said)).toEqual([{ jsonrpc: '2.0', id: 1, error: mended }]);
});

it('a server without tools that refuses to list any runs', async () => {
  await using servers = createServers();
  const server = await servers.define(oddServer('odd', { handshake: { capabilities: {} }, refused: ['tools/list'] }));
  await server.start({ keepTrying: false });
  expect([server.status, server.tools, server.problems]).toEqual(['running', [], []]);
});

it('a server that answers initialize with something else says so in one line', async () => {
  await using servers = createServers();
  const server = await servers.define(oddServer('odd', { envelope: { result: 'hello' } }));
  await expect(server.start({ keepTrying: false })).rejects.toThrow();
  expect(server.error).toBe("MCP server 'odd' failed (it answered with what MCP does not know): I am odd");
});

it.each([
  ['initialize', 'has not answered initialize yet'],
  ['tools/list', 'has not answered tools/list yet'],
])('while %s is not answered, the error of the server says so, with its last lines', async (method, waits) => {
  await using servers = createServers({
    limits: { ...DEFAULT_LIMITS, sayWaitingMs: 100, graceMs: { input: 100, term: 200 } },
  });
  const server = await servers.define(oddServer('odd', { ...answers, silent: [method] }));
  const started = performance.now();
  server.startInBackground();
  expect([server.status, server.error]).toEqual(['starting', undefined]);
  await until(() => server.error === `MCP server 'odd' ${waits}: I am odd`, 'the server is said to be waited for');
  expect(performance.now() - started).toBeGreaterThan(100);
  expect([server.status, DEFAULT_LIMITS.sayWaitingMs]).toEqual(['starting', 3000]);
  await server.stop();
  expect([server.status, server.error]).toEqual(['stopped', undefined]);
});
