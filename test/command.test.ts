/** The command as its operator meets it: what it prints and how it ends when it is asked for something it cannot do. */
import { once } from 'node:events';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMPILE_CACHE, startServerProcess } from '../scripts/server-process.ts';
import { readOptions } from '../server/options.ts';
import { checkOptions } from '../server/wiring/check-options.ts';
import {
  type Ended,
  refusedOptions,
  runCommand,
  unreadableStarts,
  WITHOUT_HOME,
} from './fixtures/command/refused-starts.ts';
import { startCommand } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Runs the command with no variable of this machine but the path, until it ends by itself. */
async function run(
  args: readonly string[],
  environment: Record<string, string> = {},
  nodeArgs: readonly string[] = [],
): Promise<Ended> {
  await using home = await temporaryFolder();
  const folders = { AGENT_RUNTIMES_DATA_DIR: join(home.path, 'data'), AGENT_RUNTIMES_PORT: '0' };
  const cache = { HOME: home.path, NODE_COMPILE_CACHE: COMPILE_CACHE };
  const all = { ...cache, AGENT_RUNTIMES_LOG_LEVEL: 'silent', ...folders, ...environment };
  return runCommand(args, { environment: all, nodeArgs });
}

const UNKNOWN_MODEL =
  "agent-runtimes: Unknown model 'nope'. Write provider:name with one of these providers: openai, anthropic, google, ollama, lmstudio, vllm, llamacpp, openai-compatible; or demo:rules\n";

test.each([
  ['the option --model', ['--model', 'nope'], {}],
  ['the variable AGENT_MODEL', [], { AGENT_MODEL: 'nope' }],
])('a default model that no provider has, given by %s, is refused before the server listens', async (_, args, set) => {
  expect(await run(args, set)).toEqual({ code: 1, stdout: '', stderr: UNKNOWN_MODEL });
});

/** Makes Node look like 20.19 to the command: its version, and a `node:module` without names of later versions. */
const OLD_NODE = `
  import { registerHooks } from 'node:module';
  Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } });
  Object.defineProperty(process, 'version', { value: 'v20.19.0' });
  const isOld = (specifier, { parentURL = '' }) => specifier === 'node:module' && parentURL.endsWith('/main.ts');
  const old = { url: 'data:text/javascript,export default {}', shortCircuit: true };
  registerHooks({ resolve: (specifier, context, next) => isOld(specifier, context) ? old : next(specifier, context) });
`;

test('an older Node is told which one is needed', async () => {
  const hook = `data:text/javascript,${encodeURIComponent(OLD_NODE)}`;
  expect(await run([], {}, ['--import', hook])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'agent-runtimes needs Node 24 or newer; this is v20.19.0\n',
  });
});

/** Says at the end which modules were loaded of those that are dear to load. */
const SAY_DEAR = `
  import { registerHooks } from 'node:module';
  const packages = ['express', 'pyodide', 'ai', '@ai-sdk', '@a2a-js', '@jupyterlab', '@modelcontextprotocol', '@trpc'];
  const isDear = (url) => url === 'node:http' || packages.some((name) => url.includes('/node_modules/' + name + '/'));
  const dear = [];
  registerHooks({ load: (url, context, next) => { if (isDear(url)) dear.push(url); return next(url, context); } });
  process.on('exit', () => process.stderr.write(dear.join()));
`;

test('what only later requests need is not loaded before the server listens', async () => {
  const hook = `data:text/javascript,${encodeURIComponent(SAY_DEAR)}`;
  expect(await run(['--help'], {}, ['--import', hook])).toMatchObject({ code: 0, stderr: '' });
});

test('a data folder that another server has is refused in one sentence that says whose it is', async () => {
  await using first = await startCommand();
  const folder = /Data +(.+)/.exec(first.output())?.[1] ?? '';
  expect(await run(['--data-dir', folder])).toEqual({
    code: 1,
    stdout: '',
    stderr: `agent-runtimes: The data folder ${folder} is in use by another server (process ${first.pid}): stop that one, or choose another folder with --data-dir\n`,
  });
});

describe('a start that is refused', () => {
  test.each(unreadableStarts)('leaves no file behind: %s', async (_, args, sentence) => {
    await using folder = await temporaryFolder();
    const home = join(folder.path, 'home');
    await mkdir(home);
    await writeFile(join(folder.path, 'file'), '');
    const given = args.map((arg) => arg.replace('{home}', home));
    const { code, stderr } = await runCommand(given, { environment: { HOME: home } });
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
    expect(await readdir(folder.path, { recursive: true })).toEqual(['file', 'home']);
  });

  test.each(refusedOptions)('is refused before a data folder is made: %s', async (arg, sentence) => {
    await using folder = await temporaryFolder();
    const options = readOptions([arg, '--port', '0', '--data-dir', join(folder.path, 'new/data')], {});
    if ('print' in options) throw new Error('not options');
    await expect(checkOptions(options, {})).rejects.toThrow(sentence);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('is refused before a data folder is made: a port that is taken', async () => {
    await using folder = await temporaryFolder();
    await using taken = createServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const port = String(Object(taken.address()).port);
    const options = readOptions(['--port', port, '--data-dir', join(folder.path, 'data')], {});
    if ('print' in options) throw new Error('not options');
    await expect(checkOptions(options, {})).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is taken: use --port or --find-free-port`,
    );
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe('a user without a home folder', () => {
  const uid = process.getuid?.();

  test('has the data in a folder that the command names, for this user alone', async () => {
    await using temporary = await temporaryFolder();
    const environment = { PATH: process.env.PATH, TMPDIR: temporary.path, NODE_OPTIONS: WITHOUT_HOME };
    const data = join(temporary.path, `agent-runtimes-${uid}`);
    {
      await using server = await startServerProcess({ environment });
      expect(server.output()).toContain(`  Data        ${data}\n  MCP config  ${data}/mcp.json (not there)\n`);
      await expect.poll(server.output).toContain('there is no home folder: data is kept among temporary files');
      expect((await stat(data)).mode & 0o777).toBe(0o700);
    }
    await chmod(data, 0o777);
    expect(await runCommand([], { environment })).toEqual({
      code: 1,
      stdout: '',
      stderr: `agent-runtimes: There is no home folder, and ${data} is open to others: choose a folder with --data-dir\n`,
    });
  });

  test('has it in the folder of --data-dir, and is told no more', async () => {
    await using temporary = await temporaryFolder();
    const data = join(temporary.path, 'data');
    const environment = { PATH: process.env.PATH, NODE_OPTIONS: WITHOUT_HOME };
    await using server = await startServerProcess({ args: ['--data-dir', data], environment });
    expect(server.output()).toContain(`  Data        ${data}\n  MCP config  ${data}/mcp.json (not there)\n`);
    expect((await fetch(`${server.url}/api/v1/ready`)).status).toBe(200);
    expect(server.output()).not.toContain('home folder');
  });
});
