/** The command as its operator meets it: what it prints and how it ends when it is asked for something it cannot do. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMPILE_CACHE } from '../scripts/server-process.ts';
import { startCommand } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../server/main.ts', import.meta.url));

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with no variable of this machine but the path, until it ends by itself. */
async function run(
  args: readonly string[],
  environment: Record<string, string> = {},
  nodeArgs: readonly string[] = [],
): Promise<Ended> {
  await using home = await temporaryFolder();
  const folders = { AGENT_RUNTIMES_DATA_DIR: join(home.path, 'data'), AGENT_RUNTIMES_PORT: '0' };
  const env = {
    PATH: process.env.PATH,
    HOME: home.path,
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    AGENT_RUNTIMES_LOG_LEVEL: 'silent',
    ...folders,
    ...environment,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [...nodeArgs, MAIN, ...args], { env, timeout: 15_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
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
