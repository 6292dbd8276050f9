import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateBindings } from '../server/codemode/bindings.ts';
import { writeGenerated } from '../server/codemode/generated-folder.ts';
import { ownProxyUrl, readProxyUrl, toOwnUrl } from '../server/codemode/proxy-address.ts';
import { createProxyTokens } from '../server/codemode/proxy-tokens.ts';
import { toPythonName, toUniquePythonNames } from '../server/codemode/python-names.ts';
import { toPythonType } from '../server/codemode/python-types.ts';
import { searchTools } from '../server/codemode/tool-search.ts';
import { toToolStub } from '../server/codemode/tool-stub.ts';
import { codeCases, expectedOf } from './fixtures/codemode/cases.ts';
import { changes, expectTools } from './fixtures/codemode/changed-code.ts';
import { startCodingServer } from './fixtures/codemode/coding-server.ts';
import { foreignAddresses, ownAddresses, unusableAddresses } from './fixtures/codemode/proxy-addresses.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startWholeServer } from './support/whole-server.ts';

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Server = Awaited<ReturnType<typeof startCodingServer>>;

describe('an agent with codemode, in local-eval', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startCodingServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each(codeCases)('$title', async (one) => {
    expect(await server.run(one.code)).toEqual(expectedOf(one));
  });

  it.each(changes)('calls tools after its code has changed %s', async (_title, code) => {
    await expectTools(server, code, true);
    await expectTools(server, code, false);
  });

  it('has tools to look around and to run code instead of those of its servers', async () => {
    expect((await server.tool('list_servers', {})).result).toEqual([
      { id: 'typed', name: 'typed', status: 'running', tools: 10, import: 'import generated.mcp.typed' },
    ]);
    const plain = await server.call('POST', '/agents/coder/prompt/sync', {
      message: '/tool typed__echo {"text": "x"}',
    });
    expect(plain.body).toMatchObject({ tool_calls: [] });
    const named = [...JSON.stringify(plain.body).matchAll(/- `(\w+)`/g)].map(([, name]) => name);
    expect(named).toEqual(['list_servers', 'list_tool_names', 'search_tools', 'get_tool_details', 'execute_code']);
    const { result } = await server.tool('execute_code', {
      code: 'from generated.mcp.typed import echo\nprint(await echo(text="hi"))\n{"a": 1}',
    });
    expect(result).toEqual({
      success: true,
      result: { a: 1 },
      stdout: 'hi\n',
      stderr: '',
      tool_calls: 1,
      execution_time: expect.any(Number),
    });
  });

  it('is told of exceptions, exits and long output in bounded words', async () => {
    const failed = await server.tool('execute_code', { code: '1 / 0' });
    expect(failed).toMatchObject({
      is_error: true,
      result: { success: false, code_error: { name: 'ZeroDivisionError', message: 'division by zero' } },
    });
    expect(await server.tool('execute_code', { code: 'raise SystemExit(2)' })).toMatchObject({
      is_error: true,
      result: { success: false, exit_code: 2 },
    });
    const { result } = await server.tool('execute_code', { code: 'print("a" * 50_000 + "z")' });
    const { stdout } = Object(result);
    expect(stdout).toHaveLength(16_000 + '\n[... 34002 characters left out ...]\n'.length);
    expect(stdout).toMatch(/^a+\n\[\.\.\. 34002 characters left out \.\.\.\]\na+z\n$/);
    expect(await server.tool('execute_code', { code: 'while True: pass', timeout: 0.5 })).toMatchObject({
      is_error: true,
      result: { success: false, code_error: { name: 'TimeoutError' } },
    });
    expect(await server.tool('execute_code', { code: '' })).toMatchObject({ is_error: true });
  });

  it('finds tools by words, by parts of names and in full', async () => {
    expect((await server.tool('list_tool_names', { keywords: 'get forecast' })).result).toEqual({
      tools: ['typed__get-forecast'],
      total: 1,
      imports: ['from generated.mcp.typed import get_forecast'],
    });
    expect((await server.tool('list_tool_names', { limit: 2 })).result).toMatchObject({
      tools: ['typed__get-forecast', 'typed__echo'],
      total: 10,
    });
    expect((await server.tool('list_tool_names', { server: 'other' })).result).toMatchObject({ total: 0 });
    expect((await server.tool('search_tools', { query: 'weather in some days' })).result).toMatchObject({
      tools: [{ name: 'typed__get-forecast', description: 'Weather of the next days.' }, {}],
    });
    expect((await server.tool('search_tools', { query: 'nothing-has-this' })).result).toEqual({ tools: [], total: 0 });
    for (const tool_name of ['typed__2d.sum', 'typed.2d.sum', '2d.sum', '_2d_sum', 'generated.mcp.typed._2d_sum']) {
      expect((await server.tool('get_tool_details', { tool_name })).result).toEqual({
        name: 'typed__2d.sum',
        server: 'typed',
        import: 'from generated.mcp.typed import _2d_sum',
        signature: '_2d_sum(a: Any = None, b: Any = None) -> Any',
        documentation: 'Adds.\n\nArgs:\n    a (Any)\n    b (Any)',
        input_schema: { type: 'object', properties: { a: {}, b: {} }, required: [] },
      });
    }
    expect(await server.tool('get_tool_details', { tool_name: 'x' })).toEqual(
      expect.objectContaining({ is_error: true, result: "There is no tool 'x'; find one with search_tools" }),
    );
  });

  it('keeps its errors and variables when its servers change, and imports what is new', async () => {
    await server.call('POST', '/agents', { id: 'changing', enable_codemode: true, selected_mcp_servers: ['typed'] });
    const first = 'from generated import ToolError\nfrom generated.mcp.typed import echo\nkept = await echo(text="k")';
    expect(await server.run(first, 'changing')).toMatchObject({ status: 'ok' });
    await server.call('PATCH', '/agents/changing/mcp-servers', { selected_mcp_servers: ['other'] });
    const second = [
      'from generated.mcp.other import echo as other',
      'from generated import call_tool',
      'try:',
      '    await echo(text="x")',
      'except ToolError as e:',
      '    print(kept, await other(text="y"), e)',
    ].join('\n');
    expect(await server.run(second, 'changing')).toMatchObject({
      error: null,
      stdout: "k y This agent may not use the MCP server 'typed'; it may use: ['other']\n",
    });
    await server.call('PUT', '/agents/changing', { enable_codemode: false });
    expect(await server.run('await other(text="x")', 'changing')).toMatchObject({
      error: { name: 'ToolDeniedError', message: 'This agent does not call tools from code: its codemode is off' },
    });
    expect(await server.tool('other__echo', { text: 'plain' }, 'changing')).toMatchObject({ result: 'plain' });
  });

  it('has no tool in code that waits for the approval of a person', async () => {
    const approvals = { tools: ['other__echo'] };
    await server.call('POST', '/agents', {
      id: 'held',
      enable_codemode: true,
      selected_mcp_servers: ['other'],
      approvals,
    });
    const code = 'from generated.mcp.other import echo\nawait echo(text="x")';
    expect(await server.run(code, 'held')).toMatchObject({
      error: {
        name: 'ToolDeniedError',
        message: "A call of 'echo' on 'other' needs the approval of a person, and code cannot ask for it",
      },
    });
    await server.tool('execute_code', { code }, 'held');
    expect(await server.lastCalls('held')).toEqual([
      { by: 'model', tool: 'execute_code', server: null, status: 'failed' },
      { by: 'execute_code', tool: 'other__echo', server: 'other', status: 'failed' },
    ]);
  });

  it('has no tools in code unless it is for code', async () => {
    await server.call('POST', '/agents', { id: 'plain', selected_mcp_servers: ['typed'] });
    expect(await server.run('import generated', 'plain')).toMatchObject({ error: { name: 'ModuleNotFoundError' } });
  });

  it('ends code that waits for a tool at its time limit, and keeps its variables', async () => {
    await server.call('POST', '/agents', { id: 'waiting', enable_codemode: true, selected_mcp_servers: ['other'] });
    const first = 'from generated.mcp.other import echo, hang\nkept = await echo(text="kept")';
    expect(await server.run(first, 'waiting')).toMatchObject({ status: 'ok', error: null });
    for (const wait of ['await hang()', 'hang.sync()']) {
      expect(await server.runToLimit(wait, 'waiting')).toMatchObject({ status: 'timeout', tool_calls: 1 });
      const after = 'kept + await echo(text="!")';
      expect(await server.run(after, 'waiting')).toMatchObject({
        error: null,
        result: { 'text/plain': "'kept!'" },
      });
    }
  });

  it('finds its package on disk, which follows the servers', async () => {
    const folder = join(server.folder, 'data', 'generated');
    expect(await server.call('POST', '/agents/coder/mcp-servers/start')).toMatchObject({
      body: { already_running: ['typed'], codemode_rebuilt: true, sandbox_configured: false },
    });
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual(
      expect.arrayContaining(['__init__.py', 'client.py', 'mcp', 'mcp/__init__.py', 'mcp/typed.py']),
    );
    expect(await server.call('POST', '/agents/plain/mcp-servers/start')).toMatchObject({
      body: { codemode_rebuilt: false },
    });
    await server.call('PATCH', '/agents/plain/mcp-servers', { selected_mcp_servers: [] });
    expect(await server.call('POST', '/agents/coder/mcp-servers/stop')).toMatchObject({
      body: { stopped_servers: ['typed'], codemode_rebuilt: true },
    });
    expect(await readdir(join(folder, 'mcp'))).not.toContain('typed.py');
    expect(await server.run('from generated import call_tool\nawait call_tool("typed", "echo")')).toMatchObject({
      error: { name: 'ToolNotFoundError', message: "MCP server 'typed' is not running" },
    });
  });
});

describe('a server started with --codemode', () => {
  it('has every agent write code that does not say otherwise, and may let them call tools directly', async () => {
    await using server = await startCodingServer({ args: ['--codemode', '--codemode-direct-calls'] });
    await server.call('POST', '/agents', { id: 'silent', selected_mcp_servers: ['typed'] });
    await server.call('POST', '/agents', { id: 'plain', enable_codemode: false, selected_mcp_servers: ['typed'] });
    const { body } = await server.call('GET', '/agents');
    expect(body).toMatchObject({
      agents: [
        { id: 'coder', codemode: true },
        { id: 'silent', codemode: true },
        { id: 'plain', codemode: false },
      ],
    });
    const call = { tool_name: 'typed__echo', arguments: { text: 'direct' } };
    expect(await server.tool('call_tool', call, 'silent')).toMatchObject({ result: 'direct', is_error: false });
    expect(await server.tool('call_tool', { ...call, tool_name: 'fail' }, 'silent')).toMatchObject({
      result: 'no reason',
      is_error: true,
    });
    expect(await server.lastCalls('silent')).toEqual([
      { by: 'model', tool: 'call_tool', server: null, status: 'failed' },
      { by: 'call_tool', tool: 'typed__fail', server: 'typed', status: 'failed' },
    ]);
    expect(await server.tool('typed__echo', { text: 'raw' }, 'plain')).toMatchObject({ result: 'raw' });
  });

  it('does not start with a sandbox that cannot be', async () => {
    const start = (...args: string[]) => startWholeServer({ args });
    await expect(start('--sandbox-variant', 'local-jupyter')).rejects.toThrow(
      '--sandbox-variant local-jupyter needs --jupyter-sandbox URL',
    );
    await expect(start('--sandbox-variant', 'eval', '--jupyter-sandbox', 'http://localhost:1')).rejects.toThrow(
      '--jupyter-sandbox needs --sandbox-variant local-jupyter, or none',
    );
    await expect(start('--jupyter-sandbox', 'ftp://secret-canary@x')).rejects.toThrow(
      'jupyter_url must be an http or https URL',
    );
    await expect(start('--mcp-proxy-url', 'nonsense')).rejects.toThrow('mcp_proxy_url: must be an http or https URL');
  });
});

describe('names, types and words', () => {
  it('of Python are near to those of the tools, and no two the same', () => {
    const names = {
      'tavily-search': 'tavily_search',
      '2d': '_2d',
      from: 'from_',
      __init__: 'x__init__',
      é: 'e',
      日本: 'unnamed__',
    };
    for (const [text, name] of Object.entries(names)) expect(toPythonName(text)).toBe(name);
    expect([...toUniquePythonNames(['a-b', 'a.b', 'a_b', 'a_b_2'])]).toEqual([
      ['a_b', 'a_b'],
      ['a_b_2', 'a_b_2'],
      ['a-b', 'a_b_3'],
      ['a.b', 'a_b_4'],
    ]);
  });

  it('of schemas are Python hints', () => {
    const definitions = { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } };
    const hints: ReadonlyArray<[unknown, string]> = [
      [{ type: 'array', items: { type: 'string' } }, 'list[str]'],
      [{ enum: ['a"b', 1, null] }, 'Literal["a\\"b", 1, None]'],
      [{ anyOf: [{ type: 'integer' }, { type: 'null' }, { type: 'integer' }] }, 'int | None'],
      [{ type: 'object', additionalProperties: { type: 'number' } }, 'dict[str, float]'],
      [{ $ref: '#/$defs/node' }, 'dict[str, Any]'],
      [{ type: 'array', items: { $ref: '#/$defs/nothing' } }, 'list[Any]'],
      [true, 'Any'],
    ];
    for (const [schema, hint] of hints) expect(toPythonType(schema, definitions)).toBe(hint);
  });

  it('of schemas that point to themselves, often, are short and soon there', () => {
    const self = { $ref: '#/$defs/self' };
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`field_${index}`, self]));
    const definitions = { self: { type: 'object', properties: many, anyOf: [self, { type: 'array', items: self }] } };
    const inputSchema = { type: 'object', properties: many, $defs: definitions };
    const started = performance.now();
    const { documentation } = toToolStub('a', { name: 'deep', description: 'x', inputSchema }, 'deep');
    expect(documentation).toHaveLength(301);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('of a query rank tools, names first', () => {
    const tools = [
      { name: 'a__write_file', description: 'Writes. Unlike read, it changes the file.' },
      { name: 'a__readFile', description: 'Gives the text.' },
      { name: 'b__list', description: 'Lists issues.' },
    ];
    const found = (query: string) => searchTools(tools, query).map(({ name }) => name);
    expect(found('read file')).toEqual(['a__readFile', 'a__write_file']);
    expect(found('issue')).toEqual(['b__list']);
    expect(found('')).toEqual([]);
  });
});

describe('the generated folder', () => {
  const bindingsOf = (...ids: string[]) => {
    const tools = [{ name: 'echo', description: '', inputSchema: {} }];
    return generateBindings(
      ids.map((id) => ({ id, tools })),
      toUniquePythonNames(ids),
    );
  };

  it('loses what is no more, and keeps what is of others', async () => {
    await using folder = await temporaryFolder();
    await writeGenerated(folder.path, bindingsOf('a', 'b'));
    await writeFile(join(folder.path, 'mcp', 'mine.py'), 'x = 1\n');
    await writeGenerated(folder.path, bindingsOf('b'));
    expect((await readdir(join(folder.path, 'mcp'))).toSorted()).toEqual(['__init__.py', 'b.py', 'mine.py']);
  });

  it('loses what a server that was killed was about to write, and not what is being written', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'mcp'));
    const [left, now] = [join('mcp', 'a.py.0123abcd.tmp'), 'client.py.89abcdef.tmp'];
    for (const name of [left, now, 'notes.tmp']) await writeFile(join(folder.path, name), 'half');
    for (const name of [left, 'notes.tmp']) await utimes(join(folder.path, name), 1, 1);
    await writeGenerated(folder.path, bindingsOf('a'));
    const names = await readdir(folder.path, { recursive: true });
    expect(names.filter((name) => name.endsWith('.tmp')).toSorted()).toEqual([now, 'notes.tmp']);
  });

  it('is never left through a link', async () => {
    await using folder = await temporaryFolder();
    await using elsewhere = await temporaryFolder();
    await symlink(elsewhere.path, join(folder.path, 'mcp'));
    await symlink(join(elsewhere.path, 'victim'), join(folder.path, 'client.py'));
    await writeFile(join(elsewhere.path, 'victim'), 'untouched');
    await writeGenerated(folder.path, bindingsOf('a'));
    expect(await readdir(elsewhere.path)).toEqual(['victim']);
    expect(await readFile(join(elsewhere.path, 'victim'), 'utf8')).toBe('untouched');
    expect((await readdir(join(folder.path, 'mcp'))).toSorted()).toEqual(['__init__.py', 'a.py']);
  });
});

describe('a proxy token', () => {
  const a = { agentId: 'a', owner: 'anna' };

  it('is of one interpreter, renewed while it is used, and worth nothing after its time', () => {
    let now = 0;
    const tokens = createProxyTokens(() => now);
    const first = tokens.issue(a);
    expect([tokens.issue(a), tokens.tenantOf(first), tokens.tenantOf(`${first}x`)]).toEqual([first, a, undefined]);
    now = 15 * 60_000;
    const second = tokens.issue(a);
    expect(second).not.toBe(first);
    expect([tokens.tenantOf(first), tokens.tenantOf(second)]).toEqual([a, a]);
    now = 31 * 60_000;
    expect([tokens.tenantOf(first), tokens.tenantOf(second)]).toEqual([undefined, a]);
    const ofBen = { agentId: 'a', owner: 'ben' };
    const other = tokens.issue(ofBen);
    tokens.revoke(a);
    expect([tokens.tenantOf(second), tokens.tenantOf(other)]).toEqual([undefined, ofBen]);
  });

  const names = ['agents.svc', '127.0.0.1', 'fd00::5', '[fd00::6]'];
  const operatorUrl = 'https://agents.svc/api/v1/mcp/proxy';
  const ownOf = (serverUrl: string, url: string) => toOwnUrl(readProxyUrl(url), { serverUrl, names, operatorUrl });

  it.each<readonly [serverUrl: string, url: string, own: string]>([
    ...ownAddresses(8765).map(([address, own]) => ['http://127.0.0.1:8765', address, own] as const),
    ['http://[::1]:8765', 'http://localhost:8765/x', 'http://[::1]:8765/x'],
    ['http://0.0.0.0:8765', 'http://127.0.0.1:8765/x', 'http://127.0.0.1:8765/x'],
    ['http://[::]:8765', 'http://[::1]:8765/x', 'http://[::1]:8765/x'],
    ['http://0.0.0.0:8765', 'http://Agents.svc:8765/x', 'http://agents.svc:8765/x'],
    ['http://0.0.0.0:8765', 'http://[fd00::5]:8765/x', 'http://[fd00::5]:8765/x'],
    ['http://0.0.0.0:8765', 'http://[fd00::6]:8765/x', 'http://[fd00::6]:8765/x'],
    ['http://10.0.0.7:8765', 'http://10.0.0.7:8765/x', 'http://10.0.0.7:8765/x'],
    ['http://0.0.0.0:8765', 'https://agents.svc/x', 'https://agents.svc/x'],
  ])('goes from a server at %s to %s', (serverUrl, url, own) => {
    expect(ownOf(serverUrl, url)).toBe(own);
  });

  it.each<readonly [serverUrl: string, url: string]>([
    ...foreignAddresses(8765).map((address) => ['http://127.0.0.1:8765', address] as const),
    ['http://10.0.0.7:8765', 'http://127.0.0.1:8765/x'],
    ['http://10.0.0.7:8765', 'http://localhost:8765/x'],
    ['http://0.0.0.0:8765', 'http://example.com:8765/x'],
    ['http://0.0.0.0:8765', 'http://127.0.0.1.example.com:8765/x'],
    ['http://0.0.0.0:8765', 'http://agents.svc:9/x'],
    ['http://0.0.0.0:8765', 'http://agents.svc/x'],
  ])('goes from a server at %s not to %s', (serverUrl, url) => {
    expect(ownOf(serverUrl, url)).toBeUndefined();
  });

  it('goes to no other port of this machine, also where the operator names it', () => {
    const places = { serverUrl: 'http://127.0.0.1:8765', names, operatorUrl: 'http://127.0.0.1:9/x' };
    expect(toOwnUrl('http://127.0.0.1:9/x', places)).toBeUndefined();
  });

  it('has an address that is well formed', () => {
    expect(ownProxyUrl('http://0.0.0.0:8765')).toBe('http://127.0.0.1:8765/api/v1/mcp/proxy');
    expect(ownProxyUrl('http://[::1]:8765')).toBe('http://[::1]:8765/api/v1/mcp/proxy');
    for (const url of unusableAddresses(8765)) {
      expect(() => readProxyUrl(url)).toThrow('mcp_proxy_url: must');
    }
  });
});
