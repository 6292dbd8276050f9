import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { missingJupyter, startJupyter } from '../scripts/jupyter-server.ts';
import { readOptions } from '../server/options.ts';
import { checkOptions } from '../server/wiring/check-options.ts';
import { startServer, type TestServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// In CI its absence is a failure.
const isSkipped = missingJupyter !== undefined && !process.env.CI;
// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 90_000 });

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const KEY = 'pod-api-key-canary';
const TOKEN = 'pod-jupyter-canary';
const VALUE = 'pod-variable-canary';

const Container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() })),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).optional(),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }))
    .default([]),
});
const Pod = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Pod'),
  spec: z.object({ containers: z.array(Container), volumes: z.array(z.object({ name: z.string() })) }),
});
const pod = Pod.parse(parse(readFileSync(file('../scripts/pod/pod.yaml'), 'utf8')));
const containerOf = (name: string) => {
  const container = pod.spec.containers.find((one) => one.name === name);
  if (!container) throw new Error(`no container ${name}`);
  return container;
};

/** The companion of the pod, with its own command and the variables of its container but those given. */
function startCompanion(variables: Readonly<Record<string, string>>) {
  const { command = [], env } = containerOf('companion');
  const stated = Object.fromEntries(env.map(({ name, value = '' }) => [name, value]));
  const child = spawn(process.execPath, command.slice(1), {
    cwd: file('..'),
    env: { PATH: process.env.PATH, ...stated, COMPANION_INTERVAL: '0.1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close');
  return {
    output: () => output,
    ended,
    /** Resolves once it has said this so many times; the end of the test is the deadline. */
    async said(text: string, times = 1): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const check = () => output.split(text).length > times && resolve();
      listeners.add(check);
      void ended.then(() => reject(new Error(`the companion ended: ${output}`)));
      check();
      await promise;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('the manifest of the pod', () => {
  it('has three containers that agree about ports, folders and options', () => {
    expect(pod.spec.containers.map(({ name }) => name)).toEqual(['agent-runtimes', 'jupyter', 'companion']);
    const volumes = pod.spec.volumes.map(({ name }) => name);
    for (const { volumeMounts } of pod.spec.containers) {
      for (const { name } of volumeMounts) expect(volumes).toContain(name);
    }
    const shared = pod.spec.containers.map(({ volumeMounts }) =>
      volumeMounts.find(({ mountPath }) => mountPath === '/mnt/shared-agent'),
    );
    expect(shared).toEqual([
      { name: 'shared-agent', mountPath: '/mnt/shared-agent' },
      { name: 'shared-agent', mountPath: '/mnt/shared-agent', readOnly: true },
      undefined,
    ]);
    const { args = [], ports } = containerOf('agent-runtimes');
    expect(readOptions(args, {})).toMatchObject({
      port: 8765,
      codemode: true,
      'no-catalog-mcp-servers': true,
      'generated-code-folder': '/mnt/shared-agent/generated',
      'data-dir': '/data',
    });
    expect(ports).toEqual([{ name: 'http', containerPort: 8765 }]);
    const env = Object.fromEntries(containerOf('companion').env.map(({ name, value }) => [name, value]));
    expect(env).toMatchObject({
      AGENT_RUNTIMES_URL: 'http://127.0.0.1:8765',
      JUPYTER_URL: 'http://127.0.0.1:2300',
      AGENT_RUNTIMES_MCP_PROXY_URL: 'http://127.0.0.1:8765/api/v1/mcp/proxy',
    });
  });

  it('runs what the images hold', () => {
    const dockerfile = readFileSync(file('../scripts/pod/Dockerfile'), 'utf8');
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
    expect(stages).toEqual(['build', 'agent-runtimes', 'jupyter']);
    expect(dockerfile).toContain('scripts/pod/companion.ts ./scripts/pod/companion.ts');
    const [, entry] = z.tuple([z.literal('node'), z.string()]).parse(containerOf('companion').command?.slice(0, 2));
    expect(entry).toBe('scripts/pod/companion.ts');
    const commands = [...dockerfile.matchAll(/^CMD (\[.*\])$/gm)].map(([, text = '']) =>
      z.array(z.string()).parse(JSON.parse(text)),
    );
    expect(readOptions(commands[0] ?? [], {})).toMatchObject({ codemode: true, 'no-catalog-mcp-servers': true });
    expect(commands[1]).toContain('--ServerApp.port=2300');
  });
});

describe('the image of the server', () => {
  const [, , stage = ''] = readFileSync(file('../scripts/pod/Dockerfile'), 'utf8').split(/^FROM .*$/m);
  const instruction = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(stage)?.[1] ?? '';
  const words = (text: string) => z.array(z.string()).parse(JSON.parse(text));
  const environment = Object.fromEntries(
    instruction('ENV')
      .split(' ')
      .map((pair) => pair.split('=')),
  );
  const options = readOptions(words(instruction('CMD')), environment);
  if ('print' in options) throw new Error('not options');

  it('listens where the ports of its container lead, keeps its data in a volume, and does not start without a key', async () => {
    expect(options).toMatchObject({ host: '0.0.0.0', port: 8765, 'data-dir': '/data', codemode: true });
    expect([instruction('EXPOSE'), instruction('VOLUME'), instruction('USER')]).toEqual(['8765', '["/data"]', 'node']);
    expect(words(instruction('ENTRYPOINT'))).toEqual(['node', 'dist/server/main.js']);
    await expect(checkOptions(options, environment)).rejects.toThrow(
      'Refusing to listen on 0.0.0.0 without an API key',
    );
    // What an owner of the volume may not write to is of no use: it is made before it is declared.
    expect(stage.indexOf('chown node:0 /data')).toBeLessThan(stage.indexOf('VOLUME'));
  });

  it('is healthy as long as it answers', async () => {
    const [command = '', ...args] = words(/ CMD (.*)$/.exec(instruction('HEALTHCHECK'))?.[1] ?? '');
    const check = async (port: string) => {
      const env = { ...environment, PATH: process.env.PATH, AGENT_RUNTIMES_PORT: port };
      const [code] = await once(spawn(process.execPath, args, { env, stdio: 'ignore' }), 'close');
      return code;
    };
    expect(command).toBe('node');
    await using server = await startServer({ args: ['--api-keys', KEY] });
    expect(await check(new URL(server.url).port)).toBe(0);
    await server.stop();
    expect(await check(new URL(server.url).port)).toBe(1);
  });
});

describe('the companion', () => {
  it('says what is wrong and ends when waiting does not help', async () => {
    await using server = await startServer({ args: ['--api-keys', KEY] });
    await using jupyter = await startWrongJupyter();
    const urls = { AGENT_RUNTIMES_URL: server.url, JUPYTER_URL: jupyter.url, JUPYTER_TOKEN: TOKEN };
    await using companion = startCompanion({ ...urls, AGENT_RUNTIMES_API_KEY: KEY });
    expect(await companion.ended).toEqual([1, null]);
    expect(companion.output()).toBe('companion: /api/status answered 403: {"message": "Forbidden"}\n');
  });
});

async function startWrongJupyter() {
  const server = createHttpServer((_request, response) => response.writeHead(403).end('{"message": "Forbidden"}'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.skipIf(isSkipped)('the two phases of a pod', () => {
  it('run code in the server first, then in Jupyter, and call a real MCP tool from both', async () => {
    await using home = await temporaryFolder();
    const generated = join(home.path, 'generated');
    const start = (port: string) =>
      startServer({
        home: home.path,
        args: ['--codemode', '--no-catalog-mcp-servers', '--generated-code-folder', generated, '--port', port],
        environment: { AGENT_RUNTIMES_API_KEYS: KEY },
        mcpServers: {
          everything: { command: process.execPath, args: [EVERYTHING, 'stdio'] },
          later: {
            command: process.execPath,
            args: [file('fixtures/mcp/typed-server.mjs'), '$' + '{LATER_TOOL}'],
            disabled: true,
          },
        },
      });
    await using stack = new AsyncDisposableStack();
    const first = await start('0');
    let server: TestServer = first;
    stack.defer(() => server[Symbol.asyncDispose]());
    const bearer = { authorization: `Bearer ${KEY}` };
    const execute = async (code: string) => {
      const message = `/tool execute_code ${JSON.stringify({ code, timeout: 60 })}`;
      const { body } = await server.call('POST', '/agents/analyst/prompt/sync', { message }, bearer);
      const Answer = z.object({ tool_calls: z.array(z.object({ result: z.record(z.string(), z.unknown()) })) });
      return Answer.parse(body).tool_calls[0]?.result;
    };
    const code =
      'import sys\nfrom generated.mcp.everything import echo, get_sum\n[sys.platform, await echo(message="hä"), get_sum.sync(a=40, b=2)]';
    const answers = ['Echo: hä', 'The sum of 40 and 2 is 42.'];

    const agent = { id: 'analyst', selected_mcp_servers: ['everything', 'later'] };
    expect(await server.call('POST', '/agents', agent, bearer)).toMatchObject({
      status: 201,
      body: { codemode: true },
    });
    expect(await execute(code)).toMatchObject({ success: true, result: ['emscripten', ...answers] });
    expect(await execute('import generated.mcp.later')).toMatchObject({
      code_error: { name: 'ModuleNotFoundError' },
    });

    // It is there before Jupyter is, as in a pod.
    const port = String(new URL(await reservedUrl()).port);
    await using companion = startCompanion({
      AGENT_RUNTIMES_URL: server.url,
      AGENT_RUNTIMES_API_KEY: KEY,
      AGENT_RUNTIMES_MCP_PROXY_URL: `${server.url}/api/v1/mcp/proxy`,
      JUPYTER_URL: `http://127.0.0.1:${port}`,
      JUPYTER_TOKEN: TOKEN,
      COMPANION_ENV_VARS: 'LATER_TOOL,NOT_SET',
      LATER_TOOL: VALUE,
    });
    await companion.said('waiting for Jupyter');
    await using jupyter = await startJupyter({ token: TOKEN, port: Number(port) });
    await companion.said('Started 1 server(s) across 1 agent(s), 1 already running, sandbox=local-jupyter\n');
    expect(await server.call('GET', '/agents/sandbox/status', undefined, bearer)).toMatchObject({
      body: { variant: 'local-jupyter', jupyter_url: jupyter.url, jupyter_token_set: true, sandbox_running: false },
    });
    expect(await execute(code)).toMatchObject({ success: true, result: ['linux', ...answers] });
    expect(
      await execute(`from generated.mcp.later import ${VALUE.replaceAll('-', '_')} as later\nawait later()`),
    ).toMatchObject({
      result: "'further'",
    });
    expect((await readdir(join(generated, 'mcp'))).toSorted()).toEqual(['__init__.py', 'everything.py', 'later.py']);

    // The server comes back as it was started, and the companion sees to the rest.
    const address = new URL(server.url).port;
    await server.stop();
    expect(await jupyter.kernels()).toEqual([]);
    server = await start(address);
    await companion.said('sandbox=local-jupyter\n', 2);
    expect(await execute(code)).toMatchObject({ success: true, result: ['linux', ...answers] });
    expect(await server.stop()).toBe(0);
    expect(await jupyter.kernels()).toEqual([]);
    for (const text of [companion.output(), server.output(), first.output()]) {
      for (const secret of [KEY, TOKEN]) expect(text).not.toContain(secret);
    }
  });
});

async function reservedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  server.close();
  return `http://127.0.0.1:${port}`;
}
