// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEverything } from './support/everything-server.ts';
import { childPids, FIXTURE } from './support/mcp-servers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const entry = (mode = 'good', more: Record<string, unknown> = {}) => ({
  command: process.execPath,
  args: [FIXTURE, mode],
  ...more,
});
const ids = (body: unknown) => (Array.isArray(body) ? body.map(({ id }) => id) : body);
const settled = (body: unknown) =>
  typeof body === 'object' && body !== null && 'initialized' in body && body.initialized === true;
const hasStatus = (status: string) => (body: unknown) =>
  typeof body === 'object' && body !== null && 'status' in body && body.status === status;

describe('a fresh server', () => {
  it('runs no MCP server nobody asked for, and knows the catalog', async () => {
    const before = childPids().length;
    await using server = await startWholeServer();
    expect(await server.call('GET', '/mcp/servers')).toEqual({ status: 200, body: [] });
    expect(await server.call('GET', '/mcp/servers/config')).toEqual({ status: 200, body: [] });
    const { body } = await server.call('GET', '/mcp/servers/catalog');
    expect(ids(body)).toEqual([
      ...['tavily', 'github', 'filesystem', 'fetch', 'linkedin', 'kaggle', 'chart', 'alphavantage', 'google-workspace'],
      ...[
        'slack',
        'huggingface',
        'everything',
        'memory',
        'sequential-thinking',
        'playwright',
        'sqlite',
        'brave',
        'exa',
      ],
      ...['perplexity', 'context7', 'notion', 'kubernetes', 'toolbox'],
    ]);
    expect(Array.isArray(body) && body[0]).toEqual({
      id: 'tavily',
      name: 'Tavily Search',
      description: 'Web search and research capabilities via Tavily API',
      enabled: true,
      tools: [],
      command: 'npx',
      args: ['-y', 'tavily-mcp@0.2.22'],
      requiredEnvVars: ['TAVILY_API_KEY'],
      envVars: ['TAVILY_API_KEY'],
      isAvailable: false,
      isRunning: false,
      isConfig: false,
      origin: 'catalog',
      transport: 'stdio',
      status: 'stopped',
      error: null,
      problems: [],
    });
    expect(await server.call('GET', '/mcp/servers/available')).toEqual({ status: 200, body });
    expect(childPids().length).toBe(before);
  });
});

describe('the folder a server is started in', () => {
  it('starts nothing, whatever files for MCP clients lie in it', async () => {
    await using folder = await temporaryFolder();
    const entries = { planted: entry() };
    for (const name of ['.mcp.json', 'mcp.json', '.cursor/mcp.json', '.vscode/mcp.json', '.datalayer/mcp.json']) {
      await mkdir(dirname(join(folder.path, name)), { recursive: true });
      await writeFile(join(folder.path, name), JSON.stringify({ mcpServers: entries, servers: entries }));
    }
    const before = { folder: process.cwd(), children: childPids().length };
    process.chdir(folder.path);
    try {
      await using server = await startWholeServer();
      await poll(server, '/configure/mcp-toolsets-status', settled);
      expect(await server.call('GET', '/mcp/servers/planted')).toMatchObject({ status: 404 });
      expect(childPids().length).toBe(before.children);
    } finally {
      process.chdir(before.folder);
    }
  });
});

describe('servers of the config file', () => {
  it('start by themselves; one that fails harms no other and says why', async () => {
    await using server = await startWholeServer({
      mcpServers: {
        tavily: entry('good', { name: 'My search', args: [FIXTURE, 'good', '--token=secret-CANARY', '${KEY:-x}'] }),
        broken: entry('exit'),
        unset: entry('good', { env: { A: '${NOT_SET_ANYWHERE}' } }),
        off: entry('good', { disabled: true }),
        bad: { command: 7 },
      },
    });
    expect(await poll(server, '/configure/mcp-toolsets-status', settled)).toEqual({
      initialized: true,
      ready_count: 1,
      failed_count: 3,
      ready_servers: ['tavily'],
      failed_servers: {
        bad: "mcp.json:1: server 'bad': command: Invalid input: expected string, received number",
        broken: "MCP server 'broken' exited with code 3: The licence of this server has expired",
        unset: "MCP server 'unset' needs NOT_SET_ANYWHERE to be set",
      },
    });
    const { body } = await server.call('GET', '/mcp/servers/config');
    expect(ids(body)).toEqual(['tavily', 'broken', 'unset']);
    expect(Array.isArray(body) && body[0]).toMatchObject({
      id: 'tavily',
      name: 'My search',
      args: [FIXTURE, 'good', '--token=***', '${KEY:-x}'],
      isAvailable: true,
      isRunning: true,
      isConfig: true,
      transport: 'stdio',
      status: 'running',
      error: null,
    });
    expect(await server.call('GET', '/configure/mcp-toolsets-info')).toEqual({
      status: 200,
      body: [
        {
          type: 'MCPServerStdio',
          id: 'tavily',
          command: process.execPath,
          args: [FIXTURE, 'good', '--token=***', '${KEY:-x}'],
        },
      ],
    });
    // The id stands in the config file and in the catalog.
    const available = await server.call('GET', '/mcp/servers/available');
    const tavilies = Array.isArray(available.body) ? available.body.filter(({ id }) => id === 'tavily') : [];
    expect(tavilies.map(({ isConfig, isRunning }) => [isConfig, isRunning])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(ids((await server.call('GET', '/mcp/servers')).body)).toEqual(['tavily']);
    expect(await poll(server, '/mcp/servers/broken/log', hasStatus('failed'))).toEqual({
      id: 'broken',
      status: 'failed',
      error: "MCP server 'broken' exited with code 3: The licence of this server has expired",
      lines: ['The licence of this server has expired'],
    });
    expect(await server.call('GET', '/ready')).toMatchObject({ status: 200, body: { status: 'degraded' } });
    expect(server.logged()).toContain("mcp.json:1: server 'bad': command: Invalid input");
    expect(server.logged()).not.toContain('CANARY');
  });

  it('go on as they were while the file is broken, and the status says on which line', async () => {
    await using server = await startWholeServer({ mcpServers: { mine: entry() } });
    await poll(server, '/configure/mcp-toolsets-status', settled);
    await writeFile(join(server.folder, 'mcp.json'), '{\n  "mcpServers": {\n    "mine": oops\n');
    const isTold = (body: unknown) => JSON.stringify(body).includes('"failed_count":1');
    expect(await poll(server, '/configure/mcp-toolsets-status', isTold)).toEqual({
      initialized: true,
      ready_count: 1,
      failed_count: 1,
      ready_servers: ['mine'],
      failed_servers: { 'mcp.json': "mcp.json:3: Unexpected token 'o'" },
    });
  });

  it('are real ones: filesystem and memory', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'hello.txt'), 'Hello from a file');
    const run = (name: string, ...args: string[]) => ({
      command: process.execPath,
      args: [createRequire(import.meta.url).resolve(`@modelcontextprotocol/server-${name}/dist/index.js`), ...args],
    });
    await using server = await startWholeServer({
      mcpServers: {
        filesystem: run('filesystem', '${FOLDER}'),
        memory: { ...run('memory'), env: { MEMORY_FILE_PATH: join(folder.path, 'memory.jsonl') } },
      },
      environment: { FOLDER: folder.path },
    });
    expect(await poll(server, '/configure/mcp-toolsets-status', settled)).toMatchObject({
      ready_servers: ['filesystem', 'memory'],
    });
    const call = (tool: string, args: unknown) => server.call('POST', `/mcp/proxy/${tool}`, { arguments: args });
    expect(await call('filesystem/tools/read_text_file', { path: join(folder.path, 'hello.txt') })).toMatchObject({
      status: 200,
      body: { success: true, result: { content: 'Hello from a file' } },
    });
    expect(await call('filesystem/tools/read_text_file', { path: '/etc/passwd' })).toMatchObject({
      status: 200,
      body: { success: false, error: expect.stringContaining('Access denied') },
    });
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['writes programs'] }];
    expect(await call('memory/tools/create_entities', { entities })).toMatchObject({ body: { success: true } });
    expect(await call('memory/tools/read_graph', {})).toMatchObject({ body: { result: { entities } } });
  });

  it('stay stopped with --no-config-mcp-servers', async () => {
    await using server = await startWholeServer({ args: ['--no-config-mcp-servers'], mcpServers: { mine: entry() } });
    await poll(server, '/configure/mcp-toolsets-status', settled);
    expect(await server.call('GET', '/mcp/servers/config')).toEqual({ status: 200, body: [] });
    expect(await server.call('GET', '/mcp/servers/mine')).toMatchObject({ body: { status: 'stopped' } });
  });
});

describe('a server of the catalog', () => {
  it('is enabled and disabled', async () => {
    await using server = await startWholeServer();
    const path = '/mcp/servers/catalog/toolbox';
    expect(await server.call('DELETE', `${path}/disable`)).toEqual({
      status: 404,
      body: {
        detail: "Server 'toolbox' is not currently enabled",
        status_code: 404,
        code: 'mcp-server-not-enabled',
      },
    });
    const before = childPids().length;
    const enabled = await Promise.all(Array.from({ length: 50 }, () => server.call('POST', `${path}/enable`)));
    expect(new Set(enabled.map(({ status }) => status))).toEqual(new Set([201]));
    expect(enabled[0]?.body).toMatchObject({
      id: 'toolbox',
      enabled: true,
      isRunning: true,
      isConfig: false,
      tools: [{ name: 'current_time' }, { name: 'calculate' }, { name: 'text_stats' }],
    });
    expect(childPids().length).toBe(before + 1);
    expect(await server.call('POST', `${path}/enable`)).toEqual({ status: 201, body: enabled[0]?.body });
    expect(await server.call('DELETE', `${path}/disable`)).toEqual({ status: 204, body: undefined });
    expect(childPids().length).toBe(before);
    expect(await server.call('GET', '/mcp/servers')).toEqual({ status: 200, body: [] });
  });

  it('that is unknown, or lacks its variables, is refused before anything starts', async () => {
    await using server = await startWholeServer();
    const unknown = await server.call('POST', '/mcp/servers/catalog/x/enable');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'mcp-server-not-found' } });
    expect(JSON.stringify(unknown.body)).toContain("Server 'x' not found in catalog. Available: ['tavily', 'github', ");
    expect(await server.call('POST', '/mcp/servers/catalog/slack/enable')).toEqual({
      status: 500,
      body: {
        detail: "MCP server 'slack' needs SLACK_BOT_TOKEN, SLACK_TEAM_ID to be set",
        status_code: 500,
        code: 'mcp-variables-missing',
      },
    });
  });

  it('is available once its variables are set', async () => {
    await using server = await startWholeServer({ environment: { TAVILY_API_KEY: 'tvly-CANARY' } });
    const { body } = await server.call('GET', '/mcp/servers/tavily');
    expect(body).toMatchObject({ isAvailable: true, isRunning: false });
    expect(JSON.stringify(body)).not.toContain('CANARY');
  });

  it('starts at boot with --mcp-servers', async () => {
    await using server = await startWholeServer({ args: ['--mcp-servers', 'toolbox,nonsense'] });
    await poll(server, '/mcp/servers/toolbox', hasStatus('running'));
    expect(server.logged()).toContain('The catalog has no such MCP server');
  });
});

describe('a custom server', () => {
  const mine = { id: 'my-server', name: 'My Custom Server', ...entry(), enabled: true };

  it('is created, starts in the background, is changed and deleted', async () => {
    await using server = await startWholeServer();
    const created = await server.call('POST', '/mcp/servers', mine);
    expect(created).toMatchObject({
      status: 201,
      body: { id: 'my-server', name: 'My Custom Server', isConfig: false, origin: 'custom', status: 'starting' },
    });
    await poll(server, '/mcp/servers/my-server', hasStatus('running'));
    expect(await server.call('POST', '/mcp/servers', mine)).toEqual({
      status: 409,
      body: { detail: 'Server already exists: my-server', status_code: 409, code: 'mcp-server-exists' },
    });
    expect(await server.call('POST', '/mcp/servers', { ...mine, id: 'catalog' })).toMatchObject({ status: 422 });
    const update = await server.call('PUT', '/mcp/servers/my-server', { args: [FIXTURE, 'pages'], name: 'Pages' });
    expect(update).toMatchObject({ status: 200, body: { name: 'Pages', command: process.execPath } });
    await poll(server, '/mcp/servers/my-server', (body) => JSON.stringify(body).includes('tool-4'));
    expect(await server.call('PUT', '/mcp/servers/my-server', { enabled: false })).toMatchObject({ status: 200 });
    await poll(server, '/mcp/servers/my-server', hasStatus('stopped'));
    expect(await server.call('DELETE', '/mcp/servers/my-server')).toEqual({ status: 204, body: undefined });
    const gone = { detail: 'Server not found: my-server', status_code: 404, code: 'mcp-server-not-found' };
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await server.call(method, '/mcp/servers/my-server', method === 'PUT' ? {} : undefined);
      expect(answer).toEqual({ status: 404, body: gone });
    }
    expect(await server.call('DELETE', '/mcp/servers/tavily')).toMatchObject({
      status: 404,
      body: { detail: 'Server not found: tavily: the one of the catalog cannot be changed here' },
    });
  });

  it('survives a restart, and its secrets are neither stored nor shown', async () => {
    await using folder = await temporaryFolder();
    const args = [FIXTURE, 'good', '--token=CANARY-1', '--password', 'CANARY-2'];
    const env = { API_KEY: 'CANARY-3', LOG_LEVEL: 'debug', FROM: '${OUTSIDE}' };
    {
      await using server = await startWholeServer({ folder: folder.path, environment: { OUTSIDE: 'from outside' } });
      const answers = [await server.call('POST', '/mcp/servers', { ...mine, args, env })];
      await poll(server, '/mcp/servers/my-server', hasStatus('running'));
      const { body } = await server.call('POST', '/mcp/proxy/my-server/tools/env', {});
      expect(body).toMatchObject({
        result: { API_KEY: 'CANARY-3', LOG_LEVEL: 'debug', FROM: 'from outside' },
      });
      answers.push(await server.call('GET', '/mcp/servers/my-server'), await server.call('GET', '/configure'));
      answers.push(await server.call('GET', '/configure/mcp-toolsets-info'));
      expect(JSON.stringify(answers)).not.toContain('CANARY');
      expect(server.logged()).not.toContain('CANARY');
      await server.call('POST', '/mcp/servers', {
        id: 'remote',
        url: 'http://127.0.0.1:9/mcp?api_key=CANARY-4',
        headers: { Authorization: 'Bearer CANARY-5', Accept: '*/*' },
      });
    }
    for (const file of await readdir(join(folder.path, 'data'), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      expect(await readFile(join(file.parentPath, file.name), 'latin1')).not.toContain('CANARY');
    }
    await using again = await startWholeServer({ folder: folder.path, environment: { OUTSIDE: 'o' } });
    expect(await poll(again, '/mcp/servers/my-server', hasStatus('failed'))).toMatchObject({
      isAvailable: false,
      error: "MCP server 'my-server' needs MY_SERVER_TOKEN, MY_SERVER_PASSWORD, API_KEY to be set",
    });
    expect(await again.call('GET', '/mcp/servers/remote')).toMatchObject({
      body: {
        url: 'http://127.0.0.1:9/mcp?api_key=${REMOTE_API_KEY}',
        requiredEnvVars: ['REMOTE_API_KEY', 'REMOTE_AUTHORIZATION'],
        envVars: ['Authorization', 'Accept'],
      },
    });
    expect(await again.call('PUT', '/mcp/servers/my-server', { args, env })).toMatchObject({ status: 200 });
    await poll(again, '/mcp/servers/my-server', hasStatus('running'));
  });

  it('that moves to another host leaves the headers of the old one behind, and one that moves on its host keeps them', async () => {
    await using server = await startWholeServer();
    const envVarsAfter = async (url: string) =>
      Object(await server.call('PUT', '/mcp/servers/remote', { url, enabled: false })).body.envVars;
    await server.call('POST', '/mcp/servers', {
      id: 'remote',
      url: 'http://127.0.0.1:9/mcp',
      headers: { Authorization: 'Bearer key-of-9' },
      enabled: false,
    });
    expect(await envVarsAfter('http://127.0.0.1:9/other')).toEqual(['Authorization']);
    expect(await envVarsAfter('http://127.0.0.1:10/mcp')).toEqual([]);
  });

  it('that is wrong is refused, and the answer names what is wrong', async () => {
    await using server = await startWholeServer();
    const wrong: [name: string, body: object, detail: string][] = [
      ['no command', { id: 'a' }, 'command: is required when there is no url'],
      ['command and url', { id: 'a', command: 'node', url: 'http://a' }, 'url: must not be there beside a command'],
      ['a relative path', { id: 'a', command: './run' }, 'command: must be the name of a program'],
      ['a path with ..', { id: 'a', command: '/usr/../run' }, 'command: must be the name of a program'],
      ['a shell line', { id: 'a', command: 'node -e 1' }, 'command: must be the name of a program'],
      ['a substitution', { id: 'a', command: '$(id)' }, 'command: must be the name of a program'],
      ['a new line', { id: 'a', command: 'node\n' }, 'command: must be the name of a program'],
      ['a NUL', { id: 'a', command: 'node\0' }, 'command: must be the name of a program'],
      ['10 kB', { id: 'a', command: 'n'.repeat(10_000) }, 'command: Too big'],
      ['a NUL in an argument', { id: 'a', command: 'node', args: ['a\0b'] }, 'args.0: must not contain NUL'],
      [
        'a loader variable',
        { id: 'a', command: 'node', env: { LD_PRELOAD: 'x' } },
        'env.LD_PRELOAD: LD_PRELOAD must not be set: it changes what code a server loads',
      ],
      [
        'a header of two lines',
        { id: 'a', url: 'http://a', headers: { A: 'b\r\nC: d' } },
        'headers.A: must be one line',
      ],
      ['another protocol', { id: 'a', url: 'file:///etc/passwd' }, 'url: must be an http or https URL'],
      ['a password in the URL', { id: 'a', url: 'http://me:pw@a/' }, 'url: must be an http or https URL without user'],
      ['a metadata address', { id: 'a', url: 'http://169.254.169.254/' }, 'url: must not lead to a link-local'],
      ...['[::ffff:169.254.169.254]', '[64:ff9b::a9fe:a9fe]', '2852039166', '100.100.100.200', '[fd00:ec2::254]'].map(
        (host): [string, object, string] => [
          host,
          { id: 'a', url: `http://${host}/` },
          'url: must not lead to a link-local',
        ],
      ),
    ];
    for (const [name, body, detail] of wrong) {
      const answer = await server.call('POST', '/mcp/servers', body);
      expect([name, answer.status]).toEqual([name, 422]);
      expect(JSON.stringify(answer.body)).toContain(detail);
    }
  });

  it('is refused by policy, whatever its arguments are', async () => {
    await using none = await startWholeServer({ args: ['--no-custom-mcp-servers'] });
    expect(await none.call('POST', '/mcp/servers', mine)).toEqual({
      status: 403,
      body: {
        detail: "MCP server 'my-server' must not run: --no-custom-mcp-servers is set",
        status_code: 403,
        code: 'spawn-forbidden',
      },
    });
    await using some = await startWholeServer({ args: ['--mcp-commands', 'uvx,npx'] });
    for (const command of ['bash', 'node', '/tmp/npx', 'npx2', 'NPX']) {
      const answer = await some.call('POST', '/mcp/servers', { id: 'a', command, args: ['-c', 'touch /tmp/pwn'] });
      expect(answer).toMatchObject({ status: 403, body: { code: 'spawn-forbidden' } });
    }
    expect(await some.call('GET', '/mcp/servers/a')).toMatchObject({ status: 404 });
  });

  it('that was stored does not run once the policy forbids it', async () => {
    await using folder = await temporaryFolder();
    {
      await using server = await startWholeServer({ folder: folder.path });
      await server.call('POST', '/mcp/servers', mine);
    }
    await using server = await startWholeServer({ folder: folder.path, args: ['--mcp-commands', 'npx'] });
    expect(await poll(server, '/mcp/servers/my-server', hasStatus('failed'))).toMatchObject({
      error: "MCP server 'my-server' must not run: its command is not one of --mcp-commands",
    });
  });
});

describe('a remote server', () => {
  const echo = (server: WholeServer) =>
    server.call('POST', '/mcp/proxy/remote/tools/echo', { arguments: { message: 'hi' } });
  const echoed = { status: 200, body: { success: true, result: 'Echo: hi', error: null, is_error: false } };

  it.each(['streamableHttp', 'sse'])('over %s is listed and called', async (mode) => {
    await using upstream = await startEverything(mode);
    await using server = await startWholeServer();
    const url = `http://127.0.0.1:${upstream.port}/${mode === 'sse' ? 'sse' : 'mcp'}`;
    await server.call('POST', '/mcp/servers', { id: 'remote', url });
    await poll(server, '/mcp/servers/remote', hasStatus('running'));
    expect(await echo(server)).toEqual(echoed);
    expect(await server.call('GET', '/configure/mcp-toolsets-info')).toEqual({
      status: 200,
      body: [{ type: 'MCPServerStreamableHTTP', id: 'remote', url }],
    });
  });

  it.each(['http', 'sse'])('over %s that sends us elsewhere is not followed there', async (transport) => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(JSON.stringify([request.url, request.headers]));
      response.end('what nobody should read');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/latest/meta-data`;
    const first = createServer((_request, response) => response.writeHead(307, { location: target }).end());
    first.listen(0, '127.0.0.1');
    await once(first, 'listening');
    await using server = await startWholeServer();
    const url = `http://127.0.0.1:${(first.address() as AddressInfo).port}/mcp`;
    await server.call('POST', '/mcp/servers', { id: 'remote', url, transport, headers: { 'X-Key': 'CANARY' } });
    const { error } = Object(await poll(server, '/mcp/servers/remote', hasStatus('failed')));
    expect(error).toContain('not followed');
    expect(asked).toEqual([]);
    for (const listener of [first, elsewhere]) listener.close();
  });

  it('that restarts is connected to anew, and one that dies in mid call fails the call', async () => {
    const first = await startEverything('streamableHttp');
    await using server = await startWholeServer();
    await server.call('POST', '/mcp/servers', { id: 'remote', url: `http://127.0.0.1:${first.port}/mcp` });
    await poll(server, '/mcp/servers/remote', hasStatus('running'));
    const long = server.call('POST', '/mcp/proxy/remote/tools/trigger-long-running-operation', {
      arguments: { duration: 30, steps: 30 },
    });
    await poll(server, '/mcp/servers/remote', () => true);
    await first[Symbol.asyncDispose]();
    expect(await long).toMatchObject({ status: 502, body: { code: 'mcp-server-failed' } });
    await using _second = await startEverything('streamableHttp', first.port);
    expect(await echo(server)).toEqual(echoed);
  });
});
