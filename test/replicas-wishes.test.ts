/** What is asked of one of several servers that are one service, and all of them do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { administer } from '../scripts/postgres-server.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { hasNoDatabase } from './support/postgres.ts';
import { openReplicas, type Replicas } from './support/replicas.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, type WholeServer } from './support/whole-server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const speaks = { command: process.execPath, args: [FIXTURE, 'speaks'] };
// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
const needsToken = { ...speaks, env: { NEEDED: '${WISH_TOKEN}' } };
const statusOf = (server: WholeServer, id: string, status: string) =>
  poll(server, `/mcp/servers/${id}`, (body) => (body as { status: string }).status === status);
const settled = (server: WholeServer) =>
  poll(server, '/configure/mcp-toolsets-status', (body) => (body as { initialized: boolean }).initialized);

describe.skipIf(hasNoDatabase)('of servers on one database', () => {
  let replicas: Replicas;
  let one: WholeServer;
  let other: WholeServer;
  beforeAll(async () => {
    replicas = await openReplicas({ mcpServers: { configured: speaks } });
    [one, other] = await Promise.all([replicas.start(), replicas.start()]);
    for (const server of [one, other]) await statusOf(server, 'configured', 'running');
  });
  afterAll(() => replicas?.[Symbol.asyncDispose]());

  test('what runs at one, as it is used there, is started at another that is asked for it by name', async () => {
    const started = await Promise.all([replicas.start(), replicas.start(), replicas.start()]);
    const [user, caller, door] = started;
    const calculate = (server: WholeServer) =>
      server.call('POST', '/mcp/proxy/toolbox/tools/calculate', { arguments: { expression: '17 * 23' } });
    const status = async (server: WholeServer) =>
      ((await server.call('GET', '/mcp/servers/toolbox')).body as { status: string }).status;
    await user.call('POST', '/agents', { id: 'uses', selected_mcp_servers: ['toolbox'] });
    expect(await calculate(caller)).toMatchObject({ status: 404, body: { code: 'mcp-server-not-running' } });
    await user.call('POST', '/agents/uses/prompt/sync', { message: 'What is 17 * 23?' });
    expect(await Promise.all(started.map(status))).toEqual(['running', 'stopped', 'stopped']);
    expect(await calculate(caller)).toMatchObject({ status: 200, body: { success: true } });
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    };
    const opened = await fetch(`${door.url}/api/v1/mcp/servers/toolbox/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(initialize),
    });
    expect([opened.status, await opened.text()]).toEqual([200, expect.stringContaining('"serverInfo"')]);
    expect(await Promise.all(started.map(status))).toEqual(['running', 'running', 'running']);
    await user.call('DELETE', '/agents/uses');
    await Promise.all(started.map((server) => server.close()));
  });

  test('what one is told to stop and to start, all stop and start, also one that starts later', async () => {
    expect((await one.call('POST', '/mcp/servers/configured/stop', {})).body).toMatchObject({ status: 'stopped' });
    await statusOf(other, 'configured', 'stopped');
    await one.call('POST', '/mcp/servers', { id: 'mine', ...speaks });
    for (const server of [one, other]) await statusOf(server, 'mine', 'running');
    await other.call('POST', '/mcp/servers/mine/stop', {});
    await statusOf(one, 'mine', 'stopped');
    await other.call('POST', '/mcp/servers/catalog/toolbox/enable', {});
    await statusOf(one, 'toolbox', 'running');
    {
      const late = await replicas.start();
      await statusOf(late, 'toolbox', 'running');
      await settled(late);
      for (const id of ['configured', 'mine']) {
        expect((await late.call('GET', `/mcp/servers/${id}`)).body).toMatchObject({ status: 'stopped' });
      }
      await late.call('POST', '/mcp/servers/configured/start', {});
      for (const server of [one, other, late]) await statusOf(server, 'configured', 'running');
      expect((await one.call('DELETE', '/mcp/servers/catalog/toolbox/disable')).status).toBe(204);
      for (const server of [other, late]) await statusOf(server, 'toolbox', 'stopped');
      // Nobody has to wait for it to be known.
      expect((await other.call('DELETE', '/mcp/servers/catalog/toolbox/disable')).status).toBe(404);
      await late.close();
    }
    await one.call('PUT', '/mcp/servers/mine', { enabled: true });
    for (const server of [one, other]) await statusOf(server, 'mine', 'running');
    await other.call('DELETE', '/mcp/servers/mine');
  });

  test('of a start and a stop at once, all do what was said last', async () => {
    await using store = await openPostgresStore({ url: replicas.databaseUrl, replica: 'looks' });
    const wished = async () => {
      const { written = [] } = (await store.service?.desires.changes(-1)) ?? {};
      return written.find(({ record }) => record.name === 'mcp-server/catalog/toolbox')?.record.body.wish;
    };
    for (let round = 0; round < 8; round++) {
      await Promise.all([
        one.call('POST', '/mcp/servers/toolbox/start', {}),
        other.call('POST', '/mcp/servers/toolbox/stop', {}),
      ]);
      const wanted = (await wished()) === 'start' ? 'running' : 'stopped';
      for (const server of [one, other]) await statusOf(server, 'toolbox', wanted);
    }
  });

  test('the servers of an agent start and stop at all', async () => {
    await one.call('POST', '/agents', { id: 'selects', selected_mcp_servers: ['toolbox'] });
    await one.call('POST', '/agents/selects/mcp-servers/start', {});
    for (const server of [one, other]) await statusOf(server, 'toolbox', 'running');
    await other.call('POST', '/agents/selects/mcp-servers/stop', {});
    for (const server of [one, other]) await statusOf(server, 'toolbox', 'stopped');
    // It waits to be started by name at both: use does not bring it back.
    await one.call('POST', '/agents/selects/prompt/sync', { message: 'What is 17 * 23?' });
    expect((await one.call('GET', '/mcp/servers/toolbox')).body).toMatchObject({ status: 'stopped' });
  });

  test('where code runs is set for all, also for one that starts later with the same options', async () => {
    const status = async (server: WholeServer) => (await server.call('GET', '/agents/sandbox/status')).body;
    const jupyter = { variant: 'local-jupyter', jupyter_url: 'http://127.0.0.1:9' };
    expect((await one.call('POST', '/agents/sandbox/configure', jupyter)).status).toBe(200);
    expect(await status(other)).toMatchObject(jupyter);
    const late = await replicas.start();
    expect(await status(late)).toMatchObject(jupyter);
    const otherwise = await replicas.start({ args: ['--jupyter-sandbox', 'http://127.0.0.1:10'] });
    expect(await status(otherwise)).toMatchObject({ jupyter_url: 'http://127.0.0.1:10' });
    await late.call('POST', '/agents/sandbox/configure', { variant: 'local-eval' });
    for (const server of [one, other, otherwise]) expect(await status(server)).toMatchObject({ variant: 'local-eval' });
    // A token that cannot be stored stays where it was given.
    await one.call('POST', '/agents/sandbox/configure', { ...jupyter, jupyter_token: 'canary-token' });
    expect(await status(one)).toMatchObject({ ...jupyter, jupyter_token_set: true });
    expect(await status(other)).toMatchObject({ variant: 'local-eval' });
    await one.call('POST', '/agents/sandbox/configure', { variant: 'local-eval' });
    await Promise.all([late.close(), otherwise.close()]);
  });

  test('an agent that is deleted takes its interpreters along, at all', async () => {
    await one.call('POST', '/agents', { id: 'codes' });
    for (const server of [one, other]) await server.call('POST', '/agents/codes/execute', { code: 'kept = 1' });
    const interpreters = async () => (await other.call('GET', '/agents/sandbox/interpreters')).body;
    expect(await interpreters()).toMatchObject({
      interpreters: [{ agent_id: 'codes' }, { agent_id: 'codes' }],
    });
    await one.call('DELETE', '/agents/codes');
    expect(await interpreters()).toEqual({ interpreters: [] });
  });
});

describe.skipIf(hasNoDatabase)('secrets that come with a wish', () => {
  test.each([true, false])('reach the others sealed, with a key file: %s', async (hasKeys) => {
    await using folder = await temporaryFolder();
    const keyFile = join(folder.path, 'keys');
    await writeFile(keyFile, Buffer.alloc(32, 7).toString('base64'));
    const args = hasKeys ? ['--secret-key-file', keyFile] : [];
    await using replicas = await openReplicas({ args, mcpServers: { needs: needsToken } });
    const one = await replicas.start();
    const other = await replicas.start();
    for (const server of [one, other]) await statusOf(server, 'needs', 'failed');
    const env_vars = [{ name: 'WISH_TOKEN', value: 'canary-variable' }];
    expect((await one.call('POST', '/mcp/servers/needs/start', { env_vars })).body).toMatchObject({
      status: 'running',
    });
    const jupyter = { variant: 'local-jupyter', jupyter_url: 'http://127.0.0.1:9', jupyter_token: 'canary-token' };
    await one.call('POST', '/agents/sandbox/configure', jupyter);
    if (hasKeys) {
      const late = await replicas.start();
      for (const server of [other, late]) {
        await statusOf(server, 'needs', 'running');
        expect((await server.call('GET', '/agents/sandbox/status')).body).toMatchObject({ jupyter_token_set: true });
      }
      // They stay until it is stopped.
      await other.call('POST', '/mcp/servers/needs/start', {});
      await statusOf(await replicas.start(), 'needs', 'running');
    } else {
      await statusOf(other, 'needs', 'failed');
      expect((await other.call('GET', '/agents/sandbox/status')).body).toMatchObject({ variant: 'local-eval' });
    }
    const check = (clear: string) => `do $$ begin
      if exists (select from server_desires where body || coalesce(secrets, '') like '%${clear}%')
      then raise exception 'in clear'; end if; end $$`;
    await administer(replicas.databaseUrl, check('canary'));
    await expect(administer(replicas.databaseUrl, check('start'))).rejects.toThrow('in clear');
  });
});
