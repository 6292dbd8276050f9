import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRestClient } from '../client/rest.ts';
import packageJson from '../package.json' with { type: 'json' };
import { readCodeBlocks } from './support/code-blocks.ts';
import { startCommand } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(ROOT, 'node_modules', '.bin', 'tsc');

/** Runs a program and resolves with its output; a failure says what it printed. */
async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, timeout: 150_000, maxBuffer: 1 << 26 });
    return stdout.trim();
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`.slice(0, 5_000), { cause });
  }
}

describe('the packed tarball', () => {
  let consumer: Awaited<ReturnType<typeof temporaryFolder>>;
  let installed: string;

  beforeAll(async () => {
    consumer = await temporaryFolder();
    await rm(join(ROOT, 'dist'), { recursive: true, force: true });
    await run(ROOT, 'npm', 'run', 'build');
    const packed = await run(ROOT, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', consumer.path);
    const [{ filename }] = JSON.parse(packed);
    await writeFile(
      join(consumer.path, 'package.json'),
      JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
    );
    await run(
      consumer.path,
      'npm',
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      `./${filename}`,
    );
    installed = join(consumer.path, 'node_modules', 'agent-runtimes');
    // As an alias in its package.json would: the documentation has the package under this name.
    await mkdir(join(consumer.path, 'node_modules', '@datalayer'));
    await symlink('../agent-runtimes', join(consumer.path, 'node_modules', '@datalayer', 'agent-runtimes'));
    await mkdir(join(consumer.path, 'src'));
  }, 200_000);
  afterAll(() => consumer?.[Symbol.asyncDispose]());

  test('holds what is published and nothing of the workshop', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    expect(manifest.version).toBe(packageJson.version);
    const files = await run(installed, 'find', '.', '-type', 'f');
    const tops = new Set(files.split('\n').map((file) => file.split('/')[1]));
    expect([...tops].sort()).toEqual(['LICENSE', 'README.md', 'client', 'dist', 'package.json']);
    // The skills that come with the package have scripts of their own.
    expect(files.replaceAll(/.*\/skills\/bundled\/.*/g, '')).not.toMatch(/\.test\.|\/scripts\/|\/test\//);
    expect(files).toContain('./client/generated/openapi.json');
  });

  test('prints its version', async () => {
    expect(await run(consumer.path, 'npx', '--no-install', 'agent-runtimes', '--version')).toBe(packageJson.version);
  });

  test('exports the contract and the clients, at its root too, and the clients load no schema and no server', async () => {
    const program = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      const client = Object.keys(await import('agent-runtimes/client')).sort();
      const isRoot = (await import('agent-runtimes')).AGUIAdapter === (await import('agent-runtimes/client')).AGUIAdapter;
      const rest = Object.keys(await import('agent-runtimes/client/rest')).sort();
      const heavy = loaded.filter((url) => /node_modules\\/(zod|express|@trpc\\/server\\/.*adapters)|dist\\/(server|contract)\\//.test(url));
      const contract = Object.keys(await import('agent-runtimes/contract')).sort();
      console.log(JSON.stringify({ isRoot, client, rest, contract, heavy }));
    `;
    await writeFile(join(consumer.path, 'load.js'), program);
    expect(JSON.parse(await run(consumer.path, process.execPath, 'load.js'))).toEqual({
      isRoot: true,
      client: ['AGUIAdapter', 'AGUIError', 'createClient', 'errorBodyOf'],
      rest: ['createRestClient', 'readEvents'],
      contract: ['BASE_PATH', 'ErrorResponse', 'contract', 'errors'],
      heavy: [],
    });
  });

  test('is typed for its users, under NodeNext and under a bundler', async () => {
    await writeFile(join(consumer.path, 'src', 'use.ts'), USE);
    await writeFile(join(consumer.path, 'src', 'documented.ts'), `${DOCUMENTED}export {};\n`);
    const blocks = (await readCodeBlocks('README.md')).filter(({ language }) => language === 'ts');
    for (const [at, { code }] of blocks.entries()) await writeFile(join(consumer.path, 'src', `readme-${at}.ts`), code);
    const shared = [
      '--strict',
      '--noEmit',
      '--target',
      'es2024',
      '--lib',
      'es2024,esnext.disposable,dom,dom.iterable,dom.asynciterable',
    ];
    const files = ['src/use.ts', 'src/documented.ts', ...blocks.map((_, at) => `src/readme-${at}.ts`)];
    for (const [module, resolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ] as const) {
      const args = ['--module', module, '--moduleResolution', resolution, '--skipLibCheck', ...shared, ...files];
      expect(await run(consumer.path, TSC, ...args)).toBe('');
    }
  });

  test('starts a server with its documentation pages, its skills, and agents for the documented example and for tools', async () => {
    await using server = await startCommand({ entry: join(installed, 'dist', 'server', 'main.js'), args: ['--demo'] });
    const paths = ['/api/v1/health', '/openapi.json', '/docs', '/docs/swagger-ui.js', '/redoc', '/redoc/redoc.js'];
    const statuses = await Promise.all(paths.map(async (path) => (await fetch(server.url + path)).status));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
    const skills = await createRestClient(server.url).GET('/skills');
    expect(skills.data?.skills.map(({ name, scripts, resources }) => [name, ...scripts, ...resources])).toEqual([
      ['csv-summary', 'scripts/summarize.py', 'references/report.md'],
      ['markdown-toc', 'scripts/toc.py'],
    ]);
    const toc = await createRestClient(server.url).POST('/mcp/proxy/{server_id}/tools/{tool_name}', {
      params: { path: { server_id: 'skills', tool_name: 'run_skill_script' } },
      body: { arguments: { skill_name: 'markdown-toc', script_name: 'toc', stdin: '# A\n## B c\n', timeout: 60 } },
    });
    expect(toc.data?.result).toMatchObject({ success: true, stdout: '- [B c](#b-c)\n' });
    await createRestClient(server.url).POST('/agents', { body: { id: 'pydantic-ai', name: 'Pydantic AI Agent' } });
    await writeFile(join(consumer.path, 'src', 'printed.ts'), DOCUMENTED.replace('http://localhost:8765', server.url));
    const said = await run(consumer.path, process.execPath, 'src/printed.ts');
    expect(said).toMatch(/\nDone: \{\n {2}id: 'msg-\w+',\n {2}role: 'assistant',\n {2}content: /);
    const { data } = await createRestClient(server.url).POST('/agents/{agent_id}/prompt/sync', {
      params: { path: { agent_id: 'demo' } },
      body: { message: 'What is 17 * 23?' },
    });
    expect(data?.tool_calls).toMatchObject([
      { name: 'toolbox__calculate', args: { expression: '17 * 23' }, result: { value: 391 }, is_error: false },
    ]);
  });
});

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
