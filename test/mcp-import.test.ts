// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
/** `POST /mcp/servers/import`: the MCP servers of other programs' config files are added as a caller would add them. */
import { expect, test, vi } from 'vitest';
import { configFiles } from './fixtures/mcp/config-files.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

// Servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const entry = (more: object = {}) => ({ command: process.execPath, args: [FIXTURE, 'good'], ...more });
const isRunning = (body: unknown) => Object(body).status === 'running';
const send = (server: WholeServer, file: unknown, dry_run?: boolean) =>
  server.call('POST', '/mcp/servers/import', {
    text: typeof file === 'string' ? file : JSON.stringify(file),
    ...(dry_run !== undefined && { dry_run }),
  });
const customs = async (server: WholeServer) => {
  const { body } = await server.call('GET', '/mcp/servers/available');
  return (Array.isArray(body) ? body : []).filter(({ origin }) => origin === 'custom').map(({ id }) => id);
};

test('the files of other programs are understood', async () => {
  await using server = await startWholeServer();
  for (const [title, file] of configFiles(process.execPath, [FIXTURE, 'good'])) {
    const { status, body } = await send(server, file, true);
    expect([title, status, body]).toEqual([
      title,
      200,
      { servers: [{ id: 'a', status: 'created', detail: null, needs: [] }], notes: [] },
    ]);
  }
  expect(await customs(server)).toEqual([]);
});

test('what is added runs, and what is there already is left as it is', async () => {
  await using server = await startWholeServer({ mcpServers: { mine: entry() } });
  const file = { mcpServers: { 'My Server': entry(), off: entry({ disabled: true }), mine: entry() } };
  const created = { status: 'created', detail: null, needs: [] };
  const mine = { id: 'mine', status: 'exists', detail: 'The config file has a server of this id', needs: [] };
  expect(await send(server, file)).toEqual({
    status: 200,
    body: { servers: [{ id: 'My-Server', ...created }, { id: 'off', ...created }, mine], notes: [] },
  });
  expect(await poll(server, '/mcp/servers/My-Server', isRunning)).toMatchObject({
    name: 'My Server',
    origin: 'custom',
  });
  expect((await server.call('GET', '/mcp/servers/off')).body).toMatchObject({ enabled: false, status: 'stopped' });
  expect((await send(server, file)).body).toMatchObject({
    servers: [
      { id: 'My-Server', status: 'exists', detail: 'Server already exists: My-Server' },
      { id: 'off', status: 'exists' },
      mine,
    ],
  });
  expect(await customs(server)).toEqual(['My-Server', 'off']);
});

test('a file of VS Code has comments, and its inputs become variables', async () => {
  await using server = await startWholeServer({ environment: { REGION: 'north' } });
  const file = `{
    // asked for once
    "inputs": [
      { "type": "promptString", "id": "api-key", "password": true },
      { "type": "promptString", "id": "host", "default": "localhost" },
    ],
    "servers": {
      "search": {
        "type": "stdio", "command": "npx", "args": ["-y", "search", "--host", "\${input:host}"],
        "env": { "KEY": "\${input:api-key}", "REGION": "\${env:REGION}" }
      },
      "remote": { "type": "http", "url": "https://example.com/mcp", "headers": { "X-Key": "\${input:api-key}" } },
    }
  }`;
  const needy = { status: 'created', detail: null, needs: ['API_KEY'] };
  expect(await send(server, file)).toEqual({
    status: 200,
    body: {
      servers: [
        { id: 'search', ...needy },
        { id: 'remote', ...needy },
      ],
      notes: [],
    },
  });
  expect((await server.call('GET', '/mcp/servers/search')).body).toMatchObject({
    args: ['-y', 'search', '--host', '${HOST:-localhost}'],
    requiredEnvVars: ['API_KEY', 'REGION'],
  });
});

test('an entry that cannot be added costs no other, and is told why', async () => {
  await using server = await startWholeServer();
  const file = {
    mcpServers: {
      none: {},
      'ftp server': { url: 'ftp://a' },
      metadata: { url: 'http://169.254.169.254/' },
      relative: { command: './run' },
      number: 7,
      catalog: entry(),
      folder: entry({ args: ['${workspaceFolder}'] }),
      good: entry({ env: { NODE_OPTIONS: '--inspect', DEBUG: true }, timeout: 'soon', disabled: true }),
    },
  };
  const refused = (id: string, detail: string) => ({
    id,
    status: 'refused',
    detail: expect.stringContaining(detail),
    needs: [],
  });
  const answer = {
    servers: [
      refused('metadata', 'url: must not lead to a link-local'),
      refused('relative', 'command: must be the name of a program'),
      {
        id: 'folder',
        status: 'created',
        detail: 'has ${workspaceFolder}, a variable of editors: write the path of the folder instead',
        needs: ['workspaceFolder'],
      },
      {
        id: 'good',
        status: 'created',
        detail:
          'line 1: timeout is left out: it must be a number above 0; env.NODE_OPTIONS is left out: NODE_OPTIONS must not be set: it changes what code a server loads',
        needs: [],
      },
      refused('none', 'needs a command or a url'),
      refused('ftp-server', 'url: must begin with http:// or https://'),
      refused('number', 'expected object, received number'),
      refused('catalog', 'its id must not be one of'),
    ],
    notes: [],
  };
  expect(await send(server, file, true)).toEqual({ status: 200, body: answer });
  expect(await customs(server)).toEqual([]);
  expect(await send(server, file)).toEqual({ status: 200, body: answer });
  expect(await customs(server)).toEqual(['folder', 'good']);
});

test('a text that is no such file is refused, with the line', async () => {
  await using server = await startWholeServer();
  const refused = async (file: unknown, detail: string) =>
    expect(await send(server, file)).toMatchObject({ status: 422, body: { code: 'validation-failed', detail } });
  await refused('{\n  "mcpServers": {\n    "a": CANARY\n', "text: line 3: Unexpected token 'C'");
  await refused('[]', 'text: line 1: must hold an object');
  await refused(
    { projects: {} },
    'text: line 1: names no MCP servers: expected {"mcpServers": {"name": {"command": "…"}}}, or the same below servers, mcp.servers, mcp_servers, context_servers or mcp',
  );
  expect(await send(server, '{}')).toEqual({ status: 200, body: { servers: [], notes: [] } });
});

test('the secrets of a file are handed to its servers and shown to nobody', async () => {
  await using server = await startWholeServer();
  const file = {
    mcpServers: {
      a: entry({ args: [FIXTURE, 'good', '--token=CANARY-1'], env: { API_KEY: 'CANARY-2' } }),
      b: { url: 'https://example.com/?api_key=CANARY-3', headers: { 'X-Key': 'CANARY-4' }, disabled: true },
      c: { command: 'CANARY 5 && x', env: { SECRET: 'CANARY-6' } },
      d: { url: 'https://me:CANARY-7@example.com/' },
      e: { type: 'http', url: 7, headers: { 'X-Key': 'CANARY-8' } },
    },
  };
  const answers = [await send(server, file, true), await send(server, file)];
  expect(answers[1]?.body).toMatchObject({
    servers: [
      {
        id: 'a',
        status: 'created',
        detail: 'Values are kept in memory only: set API_KEY, A_TOKEN for it to survive a restart of this server',
        needs: [],
      },
      { id: 'b', status: 'created', needs: [] },
      { id: 'd', status: 'refused' },
      { id: 'c', status: 'refused' },
      { id: 'e', status: 'refused' },
    ],
  });
  await poll(server, '/mcp/servers/a', isRunning);
  const { body } = await server.call('POST', '/mcp/proxy/a/tools/env', {});
  expect(body).toMatchObject({ result: { API_KEY: 'CANARY-2' } });
  answers.push(await server.call('GET', '/mcp/servers/available'));
  expect(JSON.stringify(answers)).not.toContain('CANARY');
  expect(server.logged()).not.toContain('CANARY');
});

test('the policy of the server is that of servers that callers add', async () => {
  await using server = await startWholeServer({ args: ['--mcp-commands', 'npx'] });
  const file = { mcpServers: { a: entry(), b: { command: 'npx', disabled: true } } };
  const servers = [
    { id: 'a', status: 'refused', detail: expect.stringContaining('its command is not one of --mcp-commands') },
    { id: 'b', status: 'created' },
  ];
  for (const dryRun of [true, false]) expect((await send(server, file, dryRun)).body).toMatchObject({ servers });
});
