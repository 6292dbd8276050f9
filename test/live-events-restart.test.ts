/** Streams that go on for ever, when the server behind them ends: told to, or killed. */
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { follow, type Told } from './support/following.ts';
import { startModelServer } from './support/model-server.ts';
import { startServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// Whole servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const PATH = [fileURLToPath(new URL('fixtures/npx', import.meta.url)), process.env.PATH].join(delimiter);
const DRAINING = { type: 'error', code: 'draining', detail: 'The server is shutting down' };
const isEndOfRun = ({ type, status }: Told) => type === 'run' && status !== 'running';

test('a server that is told to end tells readers how its runs end, then ends their streams', async () => {
  await using server = await startServer();
  await server.ok('POST', '/agents', { id: 'a' });
  await using events = await follow(`${server.url}/api/v1/events`);
  await using lines = await follow(`${server.url}/api/v1/mcp/servers/toolbox/log/events`);
  expect((await events.next()).type).toBe('ready');
  expect((await lines.next()).type).toBe('ready');
  await server.ok('POST', '/agents/a/prompt/sync', { message: 'Hello' });
  server.kill('SIGTERM');
  const told = await events.rest();
  expect(told.findIndex(isEndOfRun)).toBeGreaterThan(0);
  expect(told.at(-1)).toEqual(DRAINING);
  expect((await lines.rest()).at(-1)).toEqual(DRAINING);
  expect(await server.ended).toBe(0);
  expect(server.output()).not.toContain('request failed');
});

test('after a kill a reader is told that it has missed some, and how the runs of the killed server ended', async () => {
  await using home = await temporaryFolder();
  await using model = await startModelServer();
  const environment = { PATH, AGENT_MODEL: 'gpt-4o', OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url };
  const mcpServers = { waits: { command: 'npx', args: ['-y', 'my-gate'] } };
  const options = { environment, mcpServers, home: home.path };
  await using killed = await startServer(options);
  await killed.ok('POST', '/agents', { id: 'a', selected_mcp_servers: ['waits'] });
  const message = `tool gate ${JSON.stringify({ url: new URL('/gate/never', model.url) })}`;
  await using before = await follow(`${killed.url}/api/v1/events`);
  await before.next();
  const ask = { message, conversation_id: 'c', run_id: 'r', background: true };
  const prompt = await killed.open('/agents/a/prompt', ask);
  const begun = (await before.until(({ type }) => type === 'run')).at(-1);
  expect(begun).toMatchObject({ id: 'r', status: 'running' });
  killed.kill('SIGKILL');
  await killed.ended;
  await prompt.body?.cancel().catch(() => undefined);
  await using server = await startServer(options);
  await using after = await follow(`${server.url}/api/v1/events`, { lastEventId: begun?.number });
  const [first, ...told] = await after.until(isEndOfRun);
  expect(first?.type).toBe('missed');
  expect(told.at(-1)).toMatchObject({ id: 'r', status: 'interrupted', agent_id: 'a', conversation_id: 'c' });
  expect(told.at(-1)?.number).toBeGreaterThan(begun?.number ?? Number.POSITIVE_INFINITY);
});
