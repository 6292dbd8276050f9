/** What the console offers to copy, run as it is against servers of this process, with a key and without one. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { waysToCall } from '../client/console/agents/snippets.ts';
import { findHttpx } from '../scripts/setup-httpx.ts';
import { connectEditor, textOf } from './support/acp.ts';
import { startAcp } from './support/acp-command.ts';
import { openPage } from './support/chat-page.mjs';
import { BUILT } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

// Programs of their own, some of which load much.
vi.setConfig({ testTimeout: 60_000 });

const KEY = 'a-key-that-is-in-no-snippet';
const AGENT = 'call.me_1';
const SAID = 'I follow rules';
const found = findHttpx();
// In CI its absence is a failure.
const isPythonMissing = 'missing' in found && !process.env.CI;
if (isPythonMissing) console.warn(`Snippets of Python are not run: ${found.missing}`);

const run = promisify(execFile);

describe.each([
  ['no key', undefined],
  ['a key', KEY],
] as const)('the snippets of an agent whose server asks for %s', (_, apiKey) => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer({ ...(apiKey && { apiKey }) });
    expect((await server.call('POST', '/agents', { id: AGENT })).status).toBe(201);
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const env = {
    PATH: process.env.PATH,
    PYTHONDONTWRITEBYTECODE: '1',
    ...(apiKey && { AGENT_RUNTIMES_API_KEY: apiKey }),
  };
  const ways = () => waysToCall({ root: server.url, agentId: AGENT, needsKey: apiKey !== undefined });
  function snippet(wayId: string, title: string): string {
    const way = ways().find(({ id }) => id === wayId);
    const text = way?.snippets.find((one) => one.title === title)?.text;
    if (text === undefined) throw new Error(`${wayId} has no ${title}`);
    return text;
  }
  const withKey = (text: string) => text.replaceAll('<key>', apiKey ?? '');

  test('name the address and never the key', () => {
    const texts = ways().flatMap(({ snippets }) => snippets.map(({ text }) => text));
    expect(texts.filter((text) => !text.includes(server.url))).toEqual([]);
    expect(JSON.stringify(ways())).not.toContain(KEY);
  });

  test.each([
    ['curl', 'Stream'],
    ['curl', 'One answer'],
    ['a2a', 'curl'],
  ])('%s: %s is answered', async (wayId, title) => {
    // -f makes curl fail on an error status.
    const command = snippet(wayId, title).replace(/^curl /, 'curl -sSf --max-time 30 ');
    const { stdout } = await run('sh', ['-ec', command], { env, timeout: 40_000 });
    expect(saidIn(stdout)).toContain(SAID);
  });

  test.each([
    ['typescript', 'Typed client'],
    ['openai', 'TypeScript'],
    ['ag-ui', 'HttpAgent'],
    ['ag-ui', 'AGUIAdapter'],
    ['a2a', 'SDK'],
  ])('%s: %s runs to its end', async (wayId, title) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'program.ts');
    await writeFile(file, resolved(snippet(wayId, title)));
    const { stdout, stderr } = await run(process.execPath, [file], { env, timeout: 40_000 });
    expect(stderr).toBe('');
    expect(stdout).toContain(SAID);
  });

  test('useChat: the component shows the answer', async () => {
    await using folder = await temporaryFolder(join(import.meta.dirname, '../node_modules'));
    const source = withKey(resolved(snippet('usechat', 'Component')));
    const built = await transformWithOxc(source, join(folder.path, 'page.tsx'), { jsx: { runtime: 'automatic' } });
    const file = join(folder.path, 'page.mjs');
    await writeFile(file, built.code);
    const { default: Chat } = await import(file);
    await using page = openPage(Chat, { id: 'snippet' });
    await expect.poll(() => page.text).toContain('Stop');
    page.type('Hello!');
    await expect.poll(() => page.text).toContain('Stop');
    page.submit();
    await expect.poll(() => page.text, { timeout: 20_000 }).toContain(SAID);
  });

  test.each(['mcp.json (Cursor and others)', 'mcp.json (VS Code)'])(
    'MCP: the entry of %s leads to the agent',
    async (title) => {
      const entry = JSON.parse(withKey(snippet('mcp', title)));
      const { url, headers } = (entry.mcpServers ?? entry.servers)[AGENT];
      expect(url).toBe(snippet('mcp', 'Address'));
      const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
      const client = new Client({ name: 'test', version: '1' });
      // The SDK's own types disagree under `exactOptionalPropertyTypes`.
      await client.connect(transport as Transport);
      const [tool] = (await client.listTools()).tools;
      const answer = await client.callTool({ name: tool?.name ?? '', arguments: { message: 'Hello!' } });
      expect(JSON.stringify(answer.content)).toContain(SAID);
      await client.close();
    },
  );

  test.each(['Zed', 'JetBrains'])('editors: the command of %s answers', async (title) => {
    await using home = await temporaryFolder();
    const { command, args, env: environment } = JSON.parse(withKey(snippet('acp', title))).agent_servers[AGENT];
    expect([command, ...args].join(' ')).toBe(snippet('acp', 'Command'));
    expect([command, args.slice(0, 2)]).toEqual(['npx', ['-y', 'agent-runtimes']]);
    await using started = startAcp(home.path, args.slice(2), environment, [process.execPath, BUILT]);
    const editor = await connectEditor(started.stream);
    const session = await editor.open();
    expect(await editor.say(session, 'Hello!')).toEqual({ stopReason: 'end_turn' });
    expect(textOf(editor.updates.get(session))).toContain(SAID);
  });

  test.skipIf(isPythonMissing).each(['httpx', 'AGUIClient'])('Python: %s runs to its end', async (title) => {
    const stdout = await python(['-W', 'error', '-c', snippet('python', title)], env);
    expect(stdout).toContain(SAID);
  });

  test.skipIf(isPythonMissing)('Python: the program for OpenAI is one', async () => {
    const calls =
      'print([n.func.attr for n in ast.walk(ast.parse(sys.argv[1])) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)])';
    const stdout = await python(['-c', `import ast, sys; ${calls}`, snippet('openai', 'Python')], env);
    expect(stdout).toContain("'create'");
  });
});

const CLIENT = fileURLToPath(new URL('../client/python', import.meta.url));

async function python(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<string> {
  if ('missing' in found) throw new Error(found.missing);
  const { stdout } = await run(found.python, args, { env: { ...env, PYTHONPATH: CLIENT }, timeout: 40_000 });
  return stdout;
}

/** What is imported, from where it is in this repository. */
const resolved = (code: string) =>
  code.replaceAll(/ from '([^']+)'/g, (_, name: string) =>
    name === '@agent-runtimes/client'
      ? ` from '${new URL('../client/index.ts', import.meta.url).href}'`
      : ` from '${import.meta.resolve(name)}'`,
  );

/** The text of an answer, which a stream gives in pieces. */
function saidIn(answer: string): string {
  const pieces = [...answer.matchAll(/"type":"text","content":"((?:[^"\\]|\\.)*)"/g)].map(([, piece = '']) => piece);
  return pieces.length ? pieces.join('') : answer;
}
