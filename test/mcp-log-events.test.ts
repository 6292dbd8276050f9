/** `GET /mcp/servers/{id}/log/events`: the standard error of an MCP server, followed over its restarts. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createClient } from '../client/index.ts';
import { type Following, follow, type Told } from './support/following.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { until } from './support/processes.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SECRET = 'canary-of-the-log-0001';
const LONG_SECRET = `-----BEGIN KEY-----\n${'canary-line-a'.repeat(5)}\n${'canary-line-b'.repeat(5)}\n-----END KEY-----`;

let server: WholeServer;
beforeAll(async () => {
  server = await startWholeServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A server of its own for a test, that runs. */
async function addServer(id: string, more: object = {}): Promise<void> {
  const added = { id, command: process.execPath, args: [FIXTURE, 'speaks'], ...more };
  expect((await server.call('POST', '/mcp/servers', added)).status).toBe(201);
  // A call waits until it runs.
  expect(await say(id, 'hello\n')).toMatchObject({ status: 200, body: { success: true } });
}
const say = (id: string, text: string) => server.call('POST', `/mcp/proxy/${id}/tools/say`, { arguments: { text } });
/** The same to a server that is being restarted. */
const sayWhenBack = (id: string, text: string) =>
  until(async () => JSON.stringify((await say(id, text)).body).includes('"success":true'), `${id} is back`);
const followLog = (id: string, query = '', lastEventId?: number): Promise<Following> =>
  follow(`${server.url}/api/v1/mcp/servers/${id}/log/events${query}`, { lastEventId });
const linesOf = (told: readonly Told[]) => told.map(({ line, type }) => line ?? type);
const heldOf = async (id: string, lastEventId?: number): Promise<Told[]> => {
  await using reader = await followLog(id, '?until=now', lastEventId);
  return await reader.rest();
};

test('what is held comes first, then each line once it is whole, without colours', async () => {
  await addServer('plain');
  await using reader = await followLog('plain');
  expect(linesOf(await reader.take(2))).toEqual(['ready', 'hello']);
  await say('plain', 'be\u001b[31mgin');
  await say('plain', 'ning\u001b[0m\n\n  two\r\nthree\nrest');
  expect(linesOf(await reader.take(3))).toEqual(['beginning', '  two', 'three']);
  await server.call('POST', '/mcp/proxy/plain/tools/die', {});
  expect(await reader.next()).toMatchObject({ type: 'line', line: 'rest', number: expect.any(Number) });
});

test('a reader goes on behind the last line it has read, and is told when lines are gone', async () => {
  await addServer('resumed');
  await say('resumed', 'one\ntwo\nthree\n');
  const held = await heldOf('resumed');
  expect(linesOf(held)).toEqual(['ready', 'hello', 'one', 'two', 'three']);
  expect(linesOf(await heldOf('resumed', held[2]?.number))).toEqual(['ready', 'two', 'three']);
  await say('resumed', Array.from({ length: 300 }, (_, index) => `line ${index}\n`).join(''));
  await using reader = await followLog('resumed', '', held[2]?.number);
  expect(linesOf(await reader.take(2))).toEqual(['missed', 'line 100']);
  await say('resumed', `${'x'.repeat(100_000)}end of the line\nnext\n`);
  const long = (await reader.until(({ line }) => line === 'next')).at(-2);
  expect(long?.line).toBe(`${'x'.repeat(4096)}…`);
});

test('it goes on over restarts of the server, and ends when that is deleted', async () => {
  await addServer('mortal');
  await using reader = await followLog('mortal');
  await server.call('POST', '/mcp/proxy/mortal/tools/die', {});
  await sayWhenBack('mortal', 'back\n');
  await server.call('PUT', '/mcp/servers/mortal', { description: 'Other' });
  await sayWhenBack('mortal', 'anew\n');
  expect(linesOf(await reader.take(4))).toEqual(['ready', 'hello', 'back', 'anew']);
  expect((await server.call('DELETE', '/mcp/servers/mortal')).status).toBe(204);
  expect(linesOf(await reader.rest())).toEqual(['removed']);
  expect(await server.call('GET', '/mcp/servers/mortal/log/events')).toMatchObject({
    status: 404,
    body: { code: 'mcp-server-not-found' },
  });
});

test('secrets are masked, however they come: in pieces, in lines, in a line that is too long', async () => {
  await addServer('blabs', { env: { A_TOKEN: SECRET, A_KEY: LONG_SECRET } });
  await using reader = await followLog('blabs');
  await say('blabs', `it is ${SECRET.slice(0, 10)}`);
  await say('blabs', `${SECRET.slice(10)}!\n`);
  await say('blabs', `${LONG_SECRET}\n`);
  for (const line of LONG_SECRET.split('\n')) await say('blabs', `> ${line}\n`);
  for (const start of [4_090, 65_530]) await say('blabs', `${'x'.repeat(start)}${SECRET} and more\n`);
  await say('blabs', 'end\n');
  const lines = linesOf(await reader.until(({ line }) => line === 'end'));
  expect(lines.slice(0, 4)).toEqual(['ready', 'hello', 'it is ***!', '***']);
  expect(lines.slice(4, 8)).toEqual(['> ***', '> ***', '> ***', '> ***']);
  expect(JSON.stringify(lines)).not.toContain('canary');
});

test('the typed client follows it', async () => {
  await addServer('typed');
  const leave = new AbortController();
  const told = await createClient(server.url).mcpServers.logEvents.mutate({ server_id: 'typed' }, leave);
  const iterator = told[Symbol.asyncIterator]();
  const types: unknown[] = [];
  for (let count = 0; count < 2; count++) types.push((await iterator.next()).value);
  expect(types).toMatchObject([{ type: 'ready' }, { type: 'line', line: 'hello' }]);
  leave.abort();
});
