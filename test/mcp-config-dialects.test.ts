// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
/** The MCP config files of editors and agents, as people have them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitCommandLine } from '../server/mcp/definitions/command-line.ts';
import { describeProblem, parseConfig, readConfigFile } from '../server/mcp/definitions/config-file.ts';
import { ConfigServers } from '../server/mcp/servers/config-servers.ts';
import { createServers, FIXTURE } from './support/mcp-servers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** What is read of a file with this value: its servers by their ids, and its problems in words. */
function read(value: unknown) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const { servers, problems } = parseConfig(text, 'mcp.json');
  return {
    servers: Object.fromEntries(servers.map(({ id, launch }) => [id, launch])),
    problems: problems.map(describeProblem),
  };
}

/** What is read of one entry with the id `a`. */
function readEntry(entry: unknown) {
  const { servers, problems } = parseConfig(JSON.stringify({ mcpServers: { a: entry } }), 'mcp.json');
  return { server: servers[0], problems: problems.map(describeProblem) };
}

const stdio = (command: string, ...args: string[]) => ({ type: 'stdio', command, args, env: {}, cwd: undefined });
const http = (headers = {}) => ({ type: 'http', url: 'https://example.com/mcp', headers });
const url = 'https://example.com/mcp';

describe('a config file', () => {
  const a = { command: 'node' };
  it.each([
    ['Claude, Cursor and most others', { mcpServers: { a } }],
    ['VS Code', { inputs: [], servers: { a } }],
    ["VS Code's settings", { 'editor.tabSize': 2, mcp: { inputs: [], servers: { a } } }],
    ["VS Code's settings with a dotted key", { 'mcp.servers': { a } }],
    ['a workspace of VS Code', { folders: [], settings: { mcp: { servers: { a } } } }],
    ['Zed', { theme: 'One Dark', context_servers: { a: { source: 'custom', ...a } } }],
    ['an older Zed', { context_servers: { a: { command: { path: 'node', args: [] }, settings: {} } } }],
    ['Codex, as JSON', { mcp_servers: { a } }],
    ['Amp', { 'amp.mcpServers': { a } }],
    ['opencode', { $schema: 'x', mcp: { a: { type: 'local', command: ['node'], enabled: true } } }],
    ['Crush', { mcp: { a: { type: 'stdio', ...a } } }],
    ['Gemini CLI, whose mcp holds settings', { mcp: { allowed: ['a'] }, mcpServers: { a } }],
    ['no section', { $schema: 'x', a }],
    ['a list', { mcpServers: [{ name: 'a', ...a }] }],
    ['a transport of its own', { mcpServers: { a: { transport: { type: 'stdio', ...a } } } }],
  ])('of %s is understood', (_, file) => {
    expect(read(file)).toEqual({ servers: { a: stdio('node') }, problems: [] });
  });

  it.each([{ projects: {} }, { mcp: { allowed: [] } }, { command: 'node', args: [] }, { mcpServers: null }])(
    'that names no servers is told what was expected: %j',
    (file) => {
      expect(read(file)).toEqual({
        servers: {},
        problems: [
          'mcp.json:1: names no MCP servers: expected {"mcpServers": {"name": {"command": "…"}}}, or the same below servers, mcp.servers, mcp_servers, context_servers or mcp',
        ],
      });
    },
  );

  it('is told which keys stand there twice, and the last one counts', () => {
    const text = `{
  "mcpServers": {"a": {"command": "one"}},
  "mcpServers": {
    "b": {"command": "one", "env": {"X": "1", "X": "2"}},
    "c": {"command": "one"},
    "c": {"command": "two"}
  }
}`;
    expect(read(text)).toEqual({
      servers: { b: { ...stdio('one'), env: { X: '2' } }, c: stdio('two') },
      problems: [
        'mcp.json:3: mcpServers stands there twice: the last one counts',
        "mcp.json:4: server 'b': env.X stands there twice: the last one counts",
        "mcp.json:6: server 'c': stands there twice: the last one counts",
      ],
    });
  });

  it('of a list is told which entry has no name, and keeps the others', () => {
    const list = [{ command: 'node' }, { name: 'a', command: 'node' }, { name: 'b' }];
    expect(read(`{"mcpServers":\n${JSON.stringify(list)}}`)).toEqual({
      servers: { a: stdio('node') },
      problems: [
        'mcp.json:1: mcpServers.0 must be a server with a name',
        "mcp.json:2: server 'b': needs a command or a url",
      ],
    });
  });

  it.each([
    ['{"a": "C:\\Users\\me"}', 'Bad escaped character: write \\\\ for each backslash of a path'],
    ['{“a”: {}}', "Expected property name or '}': “ is a typographic quote, write \""],
    ["{'a': {}}", "Expected property name or '}': write \" in place of '"],
  ])('that is no JSON by a usual mistake is told how to mend it: %s', (text, reason) => {
    expect(parseConfig(text, 'mcp.json').problems).toEqual([{ file: 'mcp.json', line: 1, reason }]);
  });

  it.each([
    ['UTF-8 with a mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', (text: string) => Buffer.from(text, 'utf16le')],
    ['UTF-16 with a mark', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['big-endian UTF-16 with a mark', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('in %s is read', async (_, encode) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'mcp.json');
    await writeFile(file, encode('{\r\n"mcpServers": {"a": {"command": "nöde"}}}'));
    expect(await readConfigFile(file)).toMatchObject({ servers: [{ launch: { command: 'nöde' } }], problems: [] });
  });

  it('in another encoding is read as far as it goes, with the line of the first character that is none', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'mcp.json');
    const text = '{"mcpServers": {\n"a": {"command": "node", "description": "\xfcber"}}}';
    await writeFile(file, Buffer.from(text, 'latin1'));
    const { servers, problems } = await readConfigFile(file);
    expect(servers.map(({ id, description }) => [id, description])).toEqual([['a', '\uFFFDber']]);
    expect(problems).toEqual([{ file, line: 2, reason: 'is neither UTF-8 nor UTF-16 here', isNote: true }]);
  });
});

describe('an entry', () => {
  it.each([
    ['a type of its own', { type: 'local', command: 'node' }, stdio('node')],
    ['a command as a list', { command: ['node', 'a.js'], args: ['b'] }, stdio('node', 'a.js', 'b')],
    [
      'a command with its arguments',
      { command: 'npx -y "my server" --port=1' },
      stdio('npx', '-y', 'my server', '--port=1'),
    ],
    ['a command with some of its arguments', { command: 'npx -y', args: ['x'] }, stdio('npx', '-y', 'x')],
    ['a command that is a file with a space', { command: '/no/such folder/run' }, stdio('/no/such folder/run')],
    ['one argument as a text', { command: 'node', args: 'a.js' }, stdio('node', 'a.js')],
    ['arguments as a text', { command: 'node', args: '-e 1' }, stdio('node', '-e', '1')],
    ['null and empty fields', { command: 'node', args: null, env: null, url: '', type: '', name: null }, stdio('node')],
    ['a variable that is null', { command: 'node', env: { A: null, B: 1 } }, { ...stdio('node'), env: { B: '1' } }],
    ['environment', { command: 'node', environment: { A: 'b' } }, { ...stdio('node'), env: { A: 'b' } }],
    [
      'a list of variables',
      { command: 'node', env: ['A=b=c', { name: 'D', value: 'e' }] },
      { ...stdio('node'), env: { A: 'b=c', D: 'e' } },
    ],
    [
      'the references of opencode',
      { command: 'node', env: { A: '{env:B}' } },
      { ...stdio('node'), env: { A: '${B}' } },
    ],
    [
      'keys that are of no use here',
      { command: 'node', alwaysAllow: ['x'], gallery: true, tools: ['*'] },
      stdio('node'),
    ],
    ['httpUrl', { httpUrl: url }, http()],
    ['serverUrl', { serverUrl: url, command: null }, http()],
    ['the type remote', { type: 'remote', url }, http()],
    ['the type Streamable HTTP', { type: 'Streamable HTTP', url }, http()],
    ['the type streamableHttp', { type: 'streamableHttp', url }, http()],
    ['a transportType', { transportType: 'sse', url }, { ...http(), type: 'sse' }],
    ['a transport that is an object', { transport: { type: 'sse' }, url }, { ...http(), type: 'sse' }],
    ['a bearer token by its variable', { url, bearer_token_env_var: 'T' }, http({ Authorization: 'Bearer ${T}' })],
    [
      'headers by their variables',
      { url, http_headers: { A: '1' }, env_http_headers: { B: 'V' } },
      http({ B: '${V}', A: '1' }),
    ],
    ['a URL that is a reference', { url: '${MCP_URL}' }, { ...http(), url: '${MCP_URL}' }],
  ])('with %s is understood', (_, entry, launch) => {
    const { server, problems } = readEntry(entry);
    expect([server?.launch, problems]).toEqual([launch, []]);
  });

  it.each([
    [{ command: 'node' }, true, []],
    [{ command: 'node', enabled: true }, true, []],
    [{ command: 'node', enabled: false }, false, []],
    [{ command: 'node', enabled: 'false' }, false, []],
    [{ command: 'node', enabled: true, disabled: true }, false, []],
    [{ command: 'node', disabled: 'true' }, false, []],
    [{ command: 'node', disabled: null }, true, []],
    [{ command: 'node', enabled: 'perhaps' }, false, ['enabled: must be true or false; until then it is not started']],
    [{ command: 'node', disabled: 1 }, false, ['disabled: must be true or false; until then it is not started']],
  ])('is switched on and off as it says: %j', (entry, enabled, notes) => {
    const { server, problems } = readEntry(entry);
    expect([server?.enabled, problems]).toEqual([enabled, notes.map((note) => `mcp.json:1: server 'a': ${note}`)]);
  });

  it.each([
    ['60', 60_000],
    [5, 5000],
    [30_000, 30_000],
    [null, undefined],
  ])('has the timeout %j', (timeout, callTimeoutMs) => {
    const { server, problems } = readEntry({ command: 'node', timeout });
    expect([server?.callTimeoutMs, problems]).toEqual([callTimeoutMs, []]);
  });

  it('keeps its server when only what describes it is wrong, and is told so', () => {
    const { server, problems } = readEntry({ command: 'node', name: {}, description: [], timeout: 0, envFile: '.env' });
    expect(server).toMatchObject({ id: 'a', name: 'a', description: '', enabled: true, callTimeoutMs: undefined });
    expect(problems).toEqual(
      [
        'envFile is not read: write its variables into env',
        'name is left out: it must be a text',
        'description is left out: it must be a text',
        'timeout is left out: it must be a number above 0',
      ].map((note) => `mcp.json:1: server 'a': ${note}`),
    );
  });

  it('with both a command and a url is what its type says', () => {
    expect(readEntry({ type: 'sse', command: 'node', url })).toMatchObject({
      server: { launch: { type: 'sse', url } },
      problems: ["mcp.json:1: server 'a': command is left out: the transport is sse"],
    });
  });

  it.each([
    [
      { command: 'cd /srv && npm start' },
      'command: is a line for a shell, and none reads it: write "command": "sh", "args": ["-c", "…"]',
    ],
    [{ command: [] }, 'command: must name a program'],
    [{ command: 'node', args: [{}] }, 'args.0: Invalid input: expected string or number or boolean, received object'],
    [
      { command: 'node', env: { A: {} } },
      'env.A: Invalid input: expected string or number or boolean, received object',
    ],
    [{ command: 'node', env: ['A'] }, 'env: Invalid input: expected record, received array'],
    [{ type: 'local', url }, 'transport stdio needs a command'],
    [{ type: 'remote', command: 'node' }, 'transport http needs a url'],
    [{ type: 'ws', url: 'ws://127.0.0.1:9' }, "transport 'ws' is not one of stdio, http, sse"],
    [{ url: '127.0.0.1:9/mcp' }, 'url: must begin with http:// or https://'],
    [{ command: 'node', env: { A: '{file:~/key}' } }, '{file:…} is not read: write ${NAME} and set NAME'],
    [{ command: 'node', env: { A: '${input:key}' } }, '${input:key} names no variable: write ${NAME} and set NAME'],
    [{ command: 'a${/}b' }, 'has ${/}, a variable of editors: write / instead'],
    [
      { command: '${workspaceFolder:api}/run' },
      'has ${workspaceFolder:api}, a variable of editors: write the path of the folder instead',
    ],
  ])('that cannot be run says why: %j', (entry, reason) => {
    expect(readEntry(entry)).toEqual({ server: undefined, problems: [`mcp.json:1: server 'a': ${reason}`] });
  });
});

describe('a command line', () => {
  it('stays whole when it is the path of a file, and is split behind one', async () => {
    await using folder = await temporaryFolder();
    const program = join(folder.path, 'my server');
    await mkdir(join(folder.path, 'bin'));
    await writeFile(program, '');
    await writeFile(join(folder.path, 'bin/run'), '');
    expect(splitCommandLine(program)).toEqual([program]);
    expect(splitCommandLine(`"${program}" --flag`)).toEqual([program, '--flag']);
    expect(splitCommandLine(`${folder.path}/bin/run --flag`)).toEqual([`${folder.path}/bin/run`, '--flag']);
  });
});

describe('the servers of a config file', () => {
  it('start unless they are switched off, and are told what the variables of editors are', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'settings.json');
    const good = { command: `${process.execPath} ${FIXTURE} good` };
    const mcp = {
      on: good,
      off: { ...good, enabled: false },
      folder: { ...good, env: { A: '${workspaceFolder}/a' } },
      home: { ...good, env: { A: '${userHome}/a', B: '${B}' } },
    };
    await writeFile(file, JSON.stringify({ mcp }));
    await using servers = createServers();
    const config = new ConfigServers(servers, { file, startThem: true, watchIntervalMs: 20 });
    await config.open();
    await config.settled();
    config.close();
    expect(servers.list('config').map(({ definition, status, error }) => [definition.id, status, error])).toEqual([
      ['on', 'running', undefined],
      ['off', 'stopped', undefined],
      [
        'folder',
        'failed',
        "MCP server 'folder' has ${workspaceFolder}, a variable of editors: write the path of the folder instead",
      ],
      [
        'home',
        'failed',
        "MCP server 'home' needs B to be set; has ${userHome}, a variable of editors: write ${HOME} instead",
      ],
    ]);
  });
});
