import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRestClient } from '../client/rest.ts';
import packageJson from '../package.json' with { type: 'json' };
import { missingJupyter, startJupyter } from '../scripts/jupyter-server.ts';
import { packPackages, type Tarballs } from '../scripts/pack.ts';
import { readCodeBlocks } from './support/code-blocks.ts';
import { compile, createConsumer, importedBy, run } from './support/consumer.ts';
import { otherNode } from './support/other-node.ts';
import { startCommand } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tarballs: Tarballs;
/** Has installed the server. */
let consumer: string;
let installed: string;
/** Has installed the client alone. */
let clientConsumer: string;
let installedClient: string;

// They install packages and compile what uses them, beside all other tests.
vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  folder = await temporaryFolder();
  tarballs = await packPackages(folder.path);
  consumer = await createConsumer(folder.path, tarballs.server);
  installed = join(consumer, 'node_modules', 'agent-runtimes');
  // As an alias in its package.json would: the documentation has the package under this name.
  await mkdir(join(consumer, 'node_modules', '@datalayer'));
  await symlink('../agent-runtimes', join(consumer, 'node_modules', '@datalayer', 'agent-runtimes'));
  clientConsumer = await createConsumer(folder.path, tarballs.client);
  installedClient = join(clientConsumer, 'node_modules', '@agent-runtimes', 'client');
}, 300_000);
afterAll(() => folder?.[Symbol.asyncDispose]());

const readJson = async (...path: string[]) => JSON.parse(await readFile(join(...path), 'utf8'));

test('the first command of the README starts a server from a clone, with the packages it speaks of', async () => {
  const clone = join(folder.path, 'clone');
  const cloned = ['package.json', 'package-lock.json', '.npmrc', 'client', 'contract', 'scripts', 'server'];
  const filter = (path: string) => !/\/(dist|node_modules)$/.test(path);
  for (const path of cloned) await cp(path, join(clone, path), { recursive: true, filter });
  await run(clone, 'npm', ['ci', '--omit=dev', '--prefer-offline']);
  const { packages } = await readJson(clone, 'node_modules', '.package-lock.json');
  const said = /It downloads .* \((\d+) packages/.exec(await readFile('README.md', 'utf8'))?.[1];
  expect(Number(said)).toBe(Math.round(Object.keys(packages).length / 10) * 10);
  await using server = await startCommand({
    entry: join(clone, 'scripts', 'start.js'),
    folder: clone,
    args: ['--demo'],
  });
  expect((await fetch(`${server.url}/redoc`)).status).toBe(200);
  expect(await readConsole(server.url)).toEqual(['text/javascript; charset=utf-8', 'gzip']);
});

test('packing leaves the manifest of the repository as it was', async () => {
  expect(await readJson(tarballs.repository, 'package.json')).toEqual(packageJson);
});

describe('the server', () => {
  test('holds what is published and nothing of the workshop', async () => {
    const { version, scripts, devDependencies, overrides } = await readJson(installed, 'package.json');
    expect([version, scripts, devDependencies, overrides]).toEqual([packageJson.version, ...Array(3)]);
    const files = await run(installed, 'find', ['.', '-type', 'f']);
    const tops = new Set(files.split('\n').map((file) => file.split('/')[1]));
    expect([...tops].sort()).toEqual(['LICENSE', 'README.md', 'client', 'dist', 'package.json']);
    // The skills that come with the package have scripts of their own.
    expect(files.replaceAll(/.*\/skills\/bundled\/.*/g, '')).not.toMatch(/\.test\.|\/scripts\/|\/test\//);
    expect(files).toContain('./client/generated/openapi.json');
  });

  test('depends on what its files import, in the versions of the repository, and has the licences of the rest', async () => {
    const { dependencies } = await readJson(installed, 'package.json');
    expect(Object.keys(dependencies)).toEqual(importedBy(installed));
    expect(packageJson.dependencies).toMatchObject(dependencies);
    const licenses = await readFile(join(installed, 'dist', 'server', 'licenses.txt'), 'utf8');
    for (const name of ['@jupyterlab/services', '@trpc/server', 'kysely', 'pino']) {
      expect(licenses).toMatch(new RegExp(`^# ${name} [\\d.]+ \\(.+\\)\n\n.*copyright`, 'ims'));
    }
  });

  test('prints its version, and under an older Node which one it needs', async () => {
    const command = ['--no-install', 'agent-runtimes', '--version'];
    expect(await run(consumer, 'npx', command)).toBe(packageJson.version);
    const main = join(installed, 'dist', 'server', 'main.js');
    const old = await otherNode('20.19.0');
    const stderr = await new Promise((resolve) =>
      execFile(old, [main, '--demo'], (_error, _out, text) => resolve(text)),
    );
    expect(stderr).toBe('agent-runtimes needs Node 24 or newer; this is v20.19.0\n');
  });

  test('exports the contract and the clients, at its root too, and the clients load no schema and no server', async () => {
    expect(await exportsOf(consumer, 'agent-runtimes', 'agent-runtimes/client')).toEqual(EXPORTS);
  });

  test('is typed for its users, under NodeNext and under a bundler', async () => {
    const programs = (await readCodeBlocks('README.md')).filter(({ language }) => language === 'ts');
    const blocks = programs.filter(({ code }) => code.includes("'agent-runtimes"));
    const texts = { use: USE, documented: `${DOCUMENTED}export {};\n` };
    const all = { ...texts, ...Object.fromEntries(blocks.map(({ code }, at) => [`readme-${at}`, code])) };
    await compile(consumer, await write(consumer, all));
  });

  // The oldest that is supported, and the one of this repository.
  test.each(['24.0.0', process.versions.node])('runs under Node %s in an empty folder', async (version) => {
    const node = version === process.versions.node ? process.execPath : await otherNode(version);
    await using empty = await temporaryFolder();
    const entry = join(consumer, 'node_modules', '.bin', 'agent-runtimes');
    await using server = await startCommand({ entry, node, folder: empty.path, args: ['--demo'] });
    await checkServer(server.url);
    expect(await readConsole(server.url)).toEqual(['text/javascript; charset=utf-8', 'gzip']);
    expect(globSync('**', { cwd: empty.path })).toEqual(['.']);
  });
});

describe.skipIf(missingJupyter !== undefined && !process.env.CI)('the server, with a Jupyter server', () => {
  test('runs code in a kernel, and writes nothing that the client library of Jupyter says to its standard output', async () => {
    await using jupyter = await startJupyter();
    const entry = join(installed, 'dist', 'server', 'main.js');
    await using server = await startCommand({ entry, args: ['--codemode', '--log-level', 'warn'] });
    const rest = createRestClient(server.url);
    const jupyter_url = `${jupyter.url}?token=${jupyter.token}`;
    await rest.POST('/agents/sandbox/configure', { body: { variant: 'local-jupyter', jupyter_url } });
    await rest.POST('/agents', { body: { id: 'coder' } });
    const { data } = await rest.POST('/agents/{agent_id}/prompt/sync', {
      params: { path: { agent_id: 'coder' } },
      body: { message: '/tool execute_code {"code": "import sys; sys.platform"}' },
    });
    expect(data?.tool_calls[0]?.result).toMatchObject({ success: true, result: `'${process.platform}'` });
    expect(server.output()).not.toMatch(/^Starting WebSocket/m);
  }, 60_000);
});

describe('the client', () => {
  test('holds the same files as the server, and depends on what they import alone', async () => {
    const files = (place: string) => globSync('dist/**/*.*', { cwd: place }).sort();
    expect(files(installedClient)).toEqual(files(join(installed, 'client')));
    const { version, dependencies } = await readJson(installedClient, 'package.json');
    expect(version).toBe(packageJson.version);
    expect(importedBy(installedClient)).toEqual(['openapi-fetch', 'zod']);
    const ours = packageJson.dependencies;
    expect(dependencies).toEqual({ 'openapi-fetch': `^${ours['openapi-fetch']}`, zod: `^${ours.zod}` });
  });

  test('exports the contract and the clients, which load no schema', async () => {
    expect(await exportsOf(clientConsumer, '@agent-runtimes/client', '@agent-runtimes/client')).toEqual(EXPORTS);
  });

  test('is typed where no server is installed, under NodeNext and under a bundler', async () => {
    const [block] = await readCodeBlocks('client/README.md');
    const use = USE.replaceAll(/'agent-runtimes(\/client)?/g, "'@agent-runtimes/client");
    await compile(clientConsumer, await write(clientConsumer, { use, readme: block?.code ?? '' }));
  });

  test('talks to a server', async () => {
    await using server = await startCommand({ args: ['--demo'] });
    const [block] = await readCodeBlocks('client/README.md');
    const program = (block?.code ?? '').replaceAll('http://localhost:8765', server.url);
    const [file = ''] = await write(clientConsumer, { program });
    expect(await run(clientConsumer, process.execPath, [file])).toContain('391');
  });
});

/** Writes TypeScript files into a consumer, and returns their paths. */
async function write(place: string, texts: Record<string, string>): Promise<string[]> {
  const paths = Object.keys(texts).map((name) => `src/${name}.ts`);
  await Promise.all(Object.values(texts).map((text, at) => writeFile(join(place, paths[at] ?? ''), text)));
  return paths;
}

const EXPORTS = {
  isSame: true,
  client: ['AGUIAdapter', 'AGUIError', 'ChatError', 'chatTransport', 'createClient', 'errorBodyOf'],
  rest: ['createRestClient', 'readEvents'],
  contract: ['BASE_PATH', 'ErrorResponse', 'contract', 'errors'],
  heavy: [],
};

/** The names a package exports, whether its root is its client, and what its clients load of schemas and of servers. */
async function exportsOf(place: string, name: string, client: string): Promise<unknown> {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const client = Object.keys(await import('${client}')).sort();
    const isSame = (await import('${name}')).AGUIAdapter === (await import('${client}')).AGUIAdapter;
    const rest = Object.keys(await import('${client}/rest')).sort();
    const heavy = loaded.filter((url) => /node_modules\\/(zod|express|@trpc)|dist\\/(server|contract)\\//.test(url));
    const contract = Object.keys(await import('${name}/contract')).sort();
    console.log(JSON.stringify({ isSame, client, rest, contract, heavy }));
  `;
  await writeFile(join(place, 'load.js'), program);
  return JSON.parse(await run(place, process.execPath, ['load.js']));
}

/** Asks a server with the demo agent for everything that it reads from disk or loads when it is first needed. */
async function checkServer(url: string): Promise<void> {
  const rest = createRestClient(url);
  const paths = [
    '/openapi.json',
    '/docs',
    '/docs/swagger-ui.js',
    '/docs/swagger-ui.css',
    '/docs/favicon.png',
    '/redoc',
    '/redoc/redoc.js',
  ];
  const answers = await Promise.all(paths.map(async (path) => [path, (await fetch(url + path)).status]));
  expect(answers).toEqual(paths.map((path) => [path, 200]));

  const skills = await rest.GET('/skills');
  expect(skills.data?.skills.map(({ name, scripts, resources }) => [name, ...scripts, ...resources])).toEqual([
    ['csv-summary', 'scripts/summarize.py', 'references/report.md'],
    ['markdown-toc', 'scripts/toc.py'],
  ]);
  const toc = await rest.POST('/mcp/proxy/{server_id}/tools/{tool_name}', {
    params: { path: { server_id: 'skills', tool_name: 'run_skill_script' } },
    body: { arguments: { skill_name: 'markdown-toc', script_name: 'toc', stdin: '# A\n## B c\n', timeout: 60 } },
  });
  expect(toc.data?.result).toMatchObject({ success: true, stdout: '- [B c](#b-c)\n' });

  const { data } = await rest.POST('/agents/{agent_id}/prompt/sync', {
    params: { path: { agent_id: 'demo' } },
    body: { message: 'What is 17 * 23?' },
  });
  expect(data?.tool_calls).toMatchObject([
    { name: 'toolbox__calculate', args: { expression: '17 * 23' }, result: { value: 391 }, is_error: false },
  ]);

  await rest.POST('/agents', { body: { id: 'pydantic-ai', name: 'Pydantic AI Agent' } });
  const [file = ''] = await write(consumer, { printed: DOCUMENTED.replace('http://localhost:8765', url) });
  const said = await run(consumer, process.execPath, [file]);
  expect(said).toMatch(/\nDone: \{\n {2}id: 'msg-\w+',\n {2}role: 'assistant',\n {2}content: /);
}
/** As the documentation prints it. */
const DOCUMENTED = `import { AGUIAdapter } from '@datalayer/agent-runtimes';

const adapter = new AGUIAdapter({
  baseUrl: 'http://localhost:8765/api/v1/ag-ui/pydantic-ai/',
  // Note: The adapter automatically ensures trailing slash
});

await adapter.sendMessage('Hello!', {
  onToken: (token) => console.log(token),
  onComplete: (message) => console.log('Done:', message),
});
`;

const USE = `
import { AGUIAdapter } from 'agent-runtimes';
import { createClient, errorBodyOf, type Inputs, type Outputs } from 'agent-runtimes/client';
import { createRestClient, readEvents, type Schemas } from 'agent-runtimes/client/rest';
import { contract, errors } from 'agent-runtimes/contract';

const client = createClient('http://localhost:8765', { apiKey: 'key' });
export const create: Inputs['agents']['create'] = { name: 'a' };
export const agent: Outputs['agents']['get'] = await client.agents.get.query({ agent_id: 'a' });
export const model: string = agent.model;
// @ts-expect-error: the contract has no such field.
agent.nothing;
// @ts-expect-error: an id is needed.
await client.agents.get.query({});
for await (const event of await client.prompts.stream.mutate({ agent_id: 'a', message: 'b' })) {
  if (event.type === 'text') event.content.trim();
}
export const code: keyof typeof errors | undefined = errorBodyOf(new Error())?.code;

const rest = createRestClient(new URL('http://localhost:8765'));
const { data, error } = await rest.GET('/agents/{agent_id}', { params: { path: { agent_id: 'a' } } });
export const shown: Schemas['AgentDetail'] | undefined = data;
export const detail: string | undefined = error?.detail;
// @ts-expect-error: no endpoint has this path.
await rest.GET('/nothing');
export const read = (body: ReadableStream<Uint8Array>) => readEvents(body);
export const path: string = contract.agents.get.path;
export const adapter = new AGUIAdapter({ baseUrl: 'http://localhost:8765/api/v1/ag-ui/a/' });
`;

/** The type and the coding of the script that the page of the console loads. */
async function readConsole(url: string) {
  const page = await (await fetch(`${url}/console`)).text();
  const { headers } = await fetch(`${url}/${/src="([^"]+)"/.exec(page)?.[1]}`);
  return [headers.get('content-type'), headers.get('content-encoding')];
}
