import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FIXTURE } from './support/mcp-servers.ts';
import { startModelServer } from './support/model-server.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const entry = (mode = 'good') => ({ command: process.execPath, args: [FIXTURE, mode] });
const none = {
  started_servers: [],
  stopped_servers: [],
  already_running: [],
  already_stopped: [],
  failed_servers: [],
  codemode_rebuilt: false,
};
const noSandbox = { env_vars_set: [], sandbox_configured: false, sandbox_variant: null, mcp_proxy_url: null };

/** A server with the custom servers `a`, `b` and `broken`, none of which runs. */
async function startIdle(): Promise<WholeServer> {
  const server = await startWholeServer({
    args: ['--no-config-mcp-servers'],
    mcpServers: { a: entry(), b: entry('pages'), broken: entry('exit') },
  });
  await poll(server, '/configure/mcp-toolsets-status', (body) => JSON.stringify(body).includes('"initialized":true'));
  return server;
}
const createAgent = (server: WholeServer, id: string, selected_mcp_servers: unknown[]) =>
  server.call('POST', '/agents', { id, name: id, selected_mcp_servers });
const post = (server: WholeServer, path: string, body?: unknown) => server.call('POST', `/agents/${path}`, body);

describe('start and stop', () => {
  it('of one agent tell what became of each server', async () => {
    await using server = await startIdle();
    await createAgent(server, 'agent-1', ['a', 'b']);
    expect(await post(server, 'agent-1/mcp-servers/start')).toEqual({
      status: 200,
      body: {
        agent_id: 'agent-1',
        ...none,
        ...noSandbox,
        started_servers: ['a', 'b'],
        message: 'Started 2 server(s)',
      },
    });
    await server.call('PATCH', '/agents/agent-1/mcp-servers', { selected_mcp_servers: ['a', 'broken', 'toolbox'] });
    expect(await post(server, 'agent-1/mcp-servers/start', { env_vars: [{ name: 'KEY', value: 'CANARY' }] })).toEqual({
      status: 200,
      body: {
        agent_id: 'agent-1',
        ...none,
        ...noSandbox,
        env_vars_set: ['KEY'],
        started_servers: ['toolbox'],
        already_running: ['a'],
        failed_servers: [
          {
            server_id: 'broken',
            error: "MCP server 'broken' exited with code 3: The licence of this server has expired",
          },
        ],
        message: 'Started 1 server(s), 1 already running, 1 failed',
      },
    });
    expect(await post(server, 'agent-1/mcp-servers/stop')).toEqual({
      status: 200,
      body: {
        agent_id: 'agent-1',
        ...none,
        stopped_servers: ['a', 'toolbox'],
        already_stopped: ['broken'],
        message: 'Stopped 2 server(s), 1 already stopped',
      },
    });
    expect(server.logged()).not.toContain('CANARY');
    expect(await server.call('GET', '/mcp/servers')).toMatchObject({ body: [{ id: 'b' }] });
  });

  it('of all agents start a shared server once, and stop for one agent keeps it', async () => {
    await using server = await startIdle();
    expect(await post(server, 'mcp-servers/start')).toEqual({
      status: 200,
      body: { agents_processed: [], ...none, ...noSandbox, message: 'No agents registered' },
    });
    expect(await post(server, 'mcp-servers/stop')).toEqual({
      status: 200,
      body: { agents_processed: [], ...none, message: 'No agents registered' },
    });
    await createAgent(server, 'agent-1', ['a', { id: 'b', origin: 'config' }]);
    await createAgent(server, 'agent-2', ['a']);
    expect(await post(server, 'mcp-servers/start', {})).toEqual({
      status: 200,
      body: {
        agents_processed: ['agent-1', 'agent-2'],
        ...none,
        ...noSandbox,
        started_servers: ['a', 'b'],
        message: 'Started 2 server(s) across 2 agent(s)',
      },
    });
    expect(await post(server, 'agent-1/mcp-servers/stop')).toMatchObject({
      body: { stopped_servers: ['b'], already_stopped: [], message: 'Stopped 1 server(s), kept 1 in use' },
    });
    expect(await post(server, 'mcp-servers/stop')).toEqual({
      status: 200,
      body: {
        agents_processed: ['agent-1', 'agent-2'],
        ...none,
        stopped_servers: ['a'],
        already_stopped: ['b'],
        message: 'Stopped 1 server(s) across 2 agent(s), 1 already stopped',
      },
    });
  });

  it('hand variables to the servers of that agent alone', async () => {
    await using server = await startIdle();
    await createAgent(server, 'agent-1', ['a']);
    await server.call('POST', '/mcp/servers', { id: 'other', ...entry() });
    await post(server, 'agent-1/mcp-servers/start', { env_vars: [{ name: 'MY_SECRET', value: 'CANARY' }] });
    await poll(server, '/mcp/servers/other', (body) => JSON.stringify(body).includes('"running"'));
    const environmentOf = async (id: string) =>
      JSON.stringify((await server.call('POST', `/mcp/proxy/${id}/tools/env`)).body);
    expect(await environmentOf('a')).toContain('"MY_SECRET":"CANARY"');
    expect(await environmentOf('other')).not.toContain('MY_SECRET');
    expect(process.env.MY_SECRET).toBeUndefined();
    expect(await server.call('GET', '/mcp/servers/a')).toMatchObject({ body: { envVars: ['MY_SECRET'] } });
    expect(JSON.stringify((await server.call('GET', '/configure')).body)).not.toContain('CANARY');
  });

  it('restart a server when a variable it needs has another value', async () => {
    await using server = await startWholeServer();
    const args = [FIXTURE];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
    const env = { KEY: '${KEY}' };
    await server.call('POST', '/mcp/servers', { id: 'mine', command: process.execPath, args, env, enabled: false });
    await createAgent(server, 'agent-1', ['mine']);
    const start = (value: string) => post(server, 'agent-1/mcp-servers/start', { env_vars: [{ name: 'KEY', value }] });
    expect(await post(server, 'agent-1/mcp-servers/start')).toMatchObject({
      body: { failed_servers: [{ server_id: 'mine', error: "MCP server 'mine' needs KEY to be set" }] },
    });
    expect(await start('one')).toMatchObject({ body: { started_servers: ['mine'] } });
    expect(await start('one')).toMatchObject({ body: { already_running: ['mine'] } });
    expect(await start('two')).toMatchObject({ body: { started_servers: ['mine'] } });
    expect(await server.call('POST', '/mcp/proxy/mine/tools/env')).toMatchObject({ body: { result: { KEY: 'two' } } });
  });

  it('restart a server when a variable it was given before has another value', async () => {
    await using server = await startIdle();
    await createAgent(server, 'agent-1', ['a']);
    const start = (value: string) =>
      post(server, 'agent-1/mcp-servers/start', { env_vars: [{ name: 'TOKEN', value }] });
    expect(await start('one')).toMatchObject({ body: { started_servers: ['a'] } });
    expect(await start('one')).toMatchObject({ body: { already_running: ['a'] } });
    expect(await start('two')).toMatchObject({ body: { started_servers: ['a'] } });
    expect(await server.call('POST', '/mcp/proxy/a/tools/env')).toMatchObject({ body: { result: { TOKEN: 'two' } } });
  });

  it('leave a custom server stopped until it is started or enabled by name', async () => {
    await using server = await startWholeServer();
    await server.call('POST', '/mcp/servers', { id: 'mine', ...entry() });
    await createAgent(server, 'agent-1', ['mine']);
    const has = (status: string) => (body: unknown) => JSON.stringify(body).includes(`"status":"${status}"`);
    await poll(server, '/mcp/servers/mine', has('running'));
    expect(await post(server, 'agent-1/mcp-servers/stop')).toMatchObject({ body: { stopped_servers: ['mine'] } });
    expect(await server.call('PUT', '/mcp/servers/mine', { name: 'Mine' })).toMatchObject({
      body: { name: 'Mine', status: 'stopped' },
    });
    expect(await server.call('PUT', '/mcp/servers/mine', { enabled: true })).toMatchObject({
      body: { status: 'starting' },
    });
    await poll(server, '/mcp/servers/mine', has('running'));
  });

  it('refuse variables that change what code is loaded, wrong names, and an unknown agent', async () => {
    await using server = await startIdle();
    await createAgent(server, 'agent-1', ['a']);
    const start = (name: string, value = 'x') =>
      post(server, 'agent-1/mcp-servers/start', { env_vars: [{ name, value }] });
    for (const name of ['LD_PRELOAD', 'NODE_OPTIONS', 'PATH', 'BASH_ENV', 'PYTHONPATH', 'DYLD_INSERT_LIBRARIES']) {
      const answer = await start(name);
      expect(answer).toMatchObject({ status: 422 });
      expect(JSON.stringify(answer.body)).toContain(`env_vars.0.name: ${name} must not be set`);
    }
    for (const name of ['A=B', '', 'Ä', 'A\0', '1A', 'A B']) expect((await start(name)).status).toBe(422);
    const large = await start('A', 'CANARY'.repeat(10_000));
    expect(large.status).toBe(422);
    expect(JSON.stringify(large.body)).not.toContain('CANARY');
    expect((await start('A', 'a\0b')).status).toBe(422);
    for (const action of ['start', 'stop']) {
      expect(await post(server, `nobody/mcp-servers/${action}`)).toEqual({
        status: 404,
        body: { detail: 'Agent not found: nobody', status_code: 404, code: 'agent-not-found' },
      });
    }
    const elsewhere = { jupyter_sandbox: 'ftp://x?token=CANARY' };
    expect(await post(server, 'agent-1/mcp-servers/start', elsewhere)).toEqual({
      status: 400,
      body: {
        detail: 'jupyter_url must be an http or https URL',
        status_code: 400,
        code: 'jupyter-url-not-allowed',
      },
    });
    expect(await server.call('GET', '/mcp/servers')).toEqual({ status: 200, body: [] });
  });
});

describe('the sandbox of a start', () => {
  it('is configured also when there is no agent, and its token is not shown', async () => {
    await using server = await startIdle();
    const answer = await post(server, 'mcp-servers/start', { jupyter_sandbox: 'http://localhost:1/?token=CANARY' });
    expect(answer).toEqual({
      status: 200,
      body: {
        agents_processed: [],
        started_servers: [],
        stopped_servers: [],
        already_running: [],
        already_stopped: [],
        failed_servers: [],
        codemode_rebuilt: false,
        env_vars_set: [],
        sandbox_configured: true,
        sandbox_variant: 'local-jupyter',
        mcp_proxy_url: `${server.url}/api/v1/mcp/proxy`,
        message: 'No agents registered',
      },
    });
    expect(await server.call('GET', '/agents/sandbox/status')).toMatchObject({
      body: { variant: 'local-jupyter', jupyter_url: 'http://localhost:1', jupyter_token_set: true },
    });
  });
});

describe('a run', () => {
  it('starts what its agent selects; what was stopped by name stays stopped; what nobody selects any more ends', async () => {
    await using server = await startWholeServer();
    await createAgent(server, 'agent-1', ['toolbox']);
    const prompt = () => post(server, 'agent-1/prompt/sync', { message: 'What is 6 * 7?' });
    expect(await server.call('GET', '/mcp/servers')).toEqual({ status: 200, body: [] });
    const first = await prompt();
    expect(first).toMatchObject({ status: 200, body: { tool_calls: [{ name: 'toolbox__calculate' }] } });
    expect(await server.call('GET', '/mcp/servers')).toMatchObject({ body: [{ id: 'toolbox' }] });
    await post(server, 'agent-1/mcp-servers/stop');
    expect(await prompt()).toMatchObject({ status: 200, body: { tool_calls: [] } });
    expect(await server.call('GET', '/mcp/servers')).toEqual({ status: 200, body: [] });
  });

  it('goes on with the error of the tool when its server is killed in mid call, and the server comes back', async () => {
    await using model = await startModelServer();
    await using server = await startWholeServer({
      args: ['--model', 'openai:gpt-4o'],
      environment: { OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
      mcpServers: { a: entry() },
    });
    await createAgent(server, 'agent-1', ['a']);
    const prompt = (message: string) => post(server, 'agent-1/prompt/sync', { message });
    const pid = async () => (await server.call('POST', '/mcp/proxy/a/tools/pid')).body;
    await prompt('tool echo {"text": "it runs"}');
    const before = await pid();
    const started = performance.now();
    expect(await prompt('tool die {}')).toMatchObject({
      status: 200,
      body: {
        response: `The tool said: {"error":"MCP server 'a' was ended by SIGKILL during the call of 'die'"}`,
        tool_calls: [{ name: 'a__die', is_error: true }],
      },
    });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(await prompt('tool echo {"text": "it is back"}')).toMatchObject({
      body: { response: 'The tool said: it is back', tool_calls: [{ name: 'a__echo', is_error: false }] },
    });
    expect(await pid()).not.toEqual(before);
  });

  it('goes on with the error of the tool when the server is taken from its agent in mid call', async () => {
    await using model = await startModelServer();
    const npx = fileURLToPath(new URL('fixtures/npx', import.meta.url));
    await using server = await startWholeServer({
      args: ['--model', 'openai:gpt-4o'],
      environment: {
        OPENAI_API_KEY: 'sk-xxx',
        OPENAI_BASE_URL: model.url,
        PATH: [npx, process.env.PATH].join(delimiter),
      },
    });
    await createAgent(server, 'agent-1', ['chart']);
    const url = new URL('/gate/open', model.url);
    const run = post(server, 'agent-1/prompt/sync', { message: `tool gate {"url": "${url}"}` });
    await model.held('open');
    await server.call('PATCH', '/agents/agent-1/mcp-servers', { selected_mcp_servers: [] });
    expect(await run).toMatchObject({
      status: 200,
      body: {
        response: `The tool said: {"error":"MCP server 'chart' was stopped during the call of 'gate'"}`,
        tool_calls: [{ name: 'chart__gate', is_error: true }],
      },
    });
    expect(await server.call('GET', '/mcp/servers')).toEqual({ status: 200, body: [] });
  });

  it('shares a server that ends with the last agent that selects it', async () => {
    await using server = await startWholeServer();
    await createAgent(server, 'agent-1', ['toolbox']);
    await createAgent(server, 'agent-2', ['toolbox']);
    await post(server, 'agent-1/prompt/sync', { message: 'What is 6 * 7?' });
    await server.call('DELETE', '/agents/agent-1');
    expect(await server.call('GET', '/mcp/servers')).toMatchObject({ body: [{ id: 'toolbox' }] });
    await server.call('PATCH', '/agents/agent-2/mcp-servers', { selected_mcp_servers: [] });
    await poll(server, '/mcp/servers/toolbox', (body) => JSON.stringify(body).includes('"stopped"'));
  });
});
