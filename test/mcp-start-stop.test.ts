// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
/** `POST /mcp/servers/{server_id}/start` and `/stop`: any MCP server, wherever it was defined, runs and ends by name. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { follow } from './support/following.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

// Servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const entry = (more: object = {}) => ({ command: process.execPath, args: [FIXTURE, 'good'], ...more });
const isRunning = (body: unknown) => Object(body).status === 'running';
const stopped = { status: 200, body: { status: 'stopped', isRunning: false, error: null, tools: [] } };
const running = { status: 200, body: { status: 'running', isRunning: true } };
const start = (server: WholeServer, id: string, body?: object) => server.call('POST', `/mcp/servers/${id}/start`, body);
const stop = (server: WholeServer, id: string, body?: object) => server.call('POST', `/mcp/servers/${id}/stop`, body);

test('a server of the config file, a custom one and one of the catalog are stopped and started, and twice is as once', async () => {
  await using server = await startWholeServer({ mcpServers: { configured: entry() } });
  await server.call('POST', '/mcp/servers', { id: 'added', ...entry() });
  await start(server, 'toolbox');
  for (const id of ['configured', 'added', 'toolbox']) {
    await poll(server, `/mcp/servers/${id}`, isRunning);
    for (let time = 1; time <= 2; time++) expect(await stop(server, id)).toMatchObject(stopped);
    expect((await server.call('GET', `/mcp/servers/${id}`)).body).toMatchObject(stopped.body);
    for (let time = 1; time <= 2; time++) expect(await start(server, id)).toMatchObject(running);
  }
});

test('what was stopped is listed, stays stopped when the config file changes, and runs again after a restart', async () => {
  await using server = await startWholeServer({ mcpServers: { mine: entry(), off: entry({ disabled: true }) } });
  await poll(server, '/mcp/servers/mine', isRunning);
  await stop(server, 'mine');
  const changed = { mcpServers: { mine: entry({ description: 'changed' }), other: entry() } };
  await writeFile(join(server.folder, 'mcp.json'), JSON.stringify(changed));
  await poll(server, '/mcp/servers/other', isRunning);
  const { body } = await server.call('GET', '/mcp/servers/available');
  expect(Array.isArray(body) && body[0]).toMatchObject({ id: 'mine', description: 'changed', status: 'stopped' });
  await server.close();
  await using again = await startWholeServer({ folder: server.folder });
  await poll(again, '/mcp/servers/mine', isRunning);
});

test('an agent runs without the tools of what was stopped, and with them once it is started', async () => {
  await using server = await startWholeServer({ mcpServers: { mine: entry() } });
  await server.call('POST', '/agents', { id: 'a', selected_mcp_servers: ['mine', 'toolbox'] });
  await poll(server, '/mcp/servers/mine', isRunning);
  const missing = async () =>
    Object((await server.call('POST', '/agents/a/prompt/sync', { message: 'Hello' })).body).missing_servers;
  await stop(server, 'mine');
  expect(await missing()).toEqual(['mine']);
  expect((await server.call('GET', '/mcp/servers/mine')).body).toMatchObject(stopped.body);
  await start(server, 'mine');
  expect(await missing()).toBeUndefined();
});

test('a disabled server runs when it is started by name', async () => {
  await using server = await startWholeServer({ mcpServers: { off: entry({ disabled: true }) } });
  expect(await start(server, 'off')).toMatchObject({ status: 200, body: { enabled: false, status: 'running' } });
});

test('of two servers of one id the named one is meant, else the one of the config file', async () => {
  await using server = await startWholeServer({ mcpServers: { toolbox: entry({ disabled: true }) } });
  expect(await start(server, 'toolbox', { origin: 'catalog' })).toMatchObject({ body: { origin: 'catalog' } });
  expect((await server.call('GET', '/mcp/servers/toolbox')).body).toMatchObject({
    origin: 'config',
    status: 'stopped',
  });
  expect(await stop(server, 'toolbox')).toMatchObject({ body: { origin: 'config' } });
  expect(await stop(server, 'toolbox', { origin: 'custom' })).toMatchObject({ status: 404 });
});

test('a server that cannot run is refused with the reason, and has variables of its own when they are given', async () => {
  await using server = await startWholeServer();
  const detail = "MCP server 'slack' needs SLACK_BOT_TOKEN, SLACK_TEAM_ID to be set";
  expect(await start(server, 'slack')).toEqual({
    status: 500,
    body: { detail, status_code: 500, code: 'mcp-variables-missing' },
  });
  const needy = { id: 'needy', ...entry({ env: { API_KEY: '${API_KEY}' } }), enabled: false };
  await server.call('POST', '/mcp/servers', needy);
  expect(await start(server, 'needy')).toMatchObject({ status: 500, body: { code: 'mcp-variables-missing' } });
  const env_vars = [{ name: 'API_KEY', value: 'CANARY' }];
  const answer = await start(server, 'needy', { env_vars });
  expect(answer).toMatchObject(running);
  expect(JSON.stringify(answer)).not.toContain('CANARY');
  await server.call('POST', '/mcp/servers', { id: 'broken', ...entry({ args: [FIXTURE, 'exit'] }), enabled: false });
  expect(await start(server, 'broken')).toMatchObject({ status: 500, body: { code: 'mcp-start-failed' } });
});

test('whoever follows what happens is told of it', async () => {
  await using server = await startWholeServer({ mcpServers: { mine: entry() } });
  await poll(server, '/mcp/servers/mine', isRunning);
  await using events = await follow(`${server.url}/api/v1/events?types=mcp_server`);
  await events.next();
  await stop(server, 'mine');
  await start(server, 'mine');
  const told = await events.until(({ status }) => status === 'running');
  expect(told.map(({ id, origin, status }) => [id, origin, status])).toEqual([
    ['mine', 'config', 'stopped'],
    ['mine', 'config', 'starting'],
    ['mine', 'config', 'running'],
  ]);
});
