/** A secret, once given, is in no answer, no log line and no file. */
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BASE_PATH } from '../contract/index.ts';
import type { Endpoint } from '../contract/kit.ts';
import { startModelServer } from './support/model-server.ts';
import { type OtlpReceiver, startOtlpReceiver } from './support/otlp-receiver.ts';
import { until } from './support/processes.ts';
import { startServer, type TestServer } from './support/server.ts';
import { operations } from './support/surfaces.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Every way in for a secret, each with one of its own. None has a form that gives it away. */
const secrets = {
  apiKey: 'canary-api-key-0001',
  modelKey: 'canary-model-key-0002',
  serverEnvironment: 'canary-server-env-0003',
  variableOfMcpConfig: 'canary-config-env-0004',
  referencedVariable: 'canary-reference-0005',
  argument: 'canary-argument-0006',
  headerOfMcpConfig: 'canary-header-0007',
  urlOfMcpConfig: 'canary-url-0008',
  variableOfStart: 'canary-start-env-0009',
  variableOfEnable: 'canary-enable-env-0010',
  variableOfCustomServer: 'canary-custom-env-0011',
  headerOfCustomServer: 'canary-custom-header-0012',
  argumentOfCustomServer: 'canary-custom-argument-0013',
  wrongKey: 'canary-wrong-key-0014',
  keyInQuery: 'canary-query-key-0015',
  cookie: 'canary-cookie-0016',
  urlOfCustomServer: 'canary-custom-url-0017',
  jupyterUrl: 'canary-jupyter-url-0018',
  jupyterToken: 'canary-jupyter-token-0019',
  headerOfReceiver: 'canary-receiver-header-0020',
  secretKey: 'canary-secret-key-0021-xxxxxxxxxxxxxxxxxxxx',
} as const;

const authorization = `Bearer ${secrets.apiKey}`;
let server: TestServer;
let folder: string;
let receiver: OtlpReceiver;
/** Every answer of the walk, with the request it answers. */
const answers: { readonly request: string; readonly text: string }[] = [];
const owned = new AsyncDisposableStack();
// A whole server in a process of its own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<string> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    redirect: 'manual',
  });
  const text = `${response.status}\n${JSON.stringify([...response.headers])}\n${await response.text()}`;
  answers.push({ request: `${method} ${path}`, text });
  return text;
}
const api = (method: string, path: string, body?: unknown) => ask(method, BASE_PATH + path, body);

beforeAll(async () => {
  const model = owned.use(await startModelServer());
  receiver = owned.use(await startOtlpReceiver());
  const npx = fileURLToPath(new URL('fixtures/npx', import.meta.url));
  const { port } = new URL(model.url);
  const keyFile = join(owned.use(await temporaryFolder()).path, 'keys');
  await writeFile(keyFile, secrets.secretKey);
  server = owned.use(
    await startServer({
      args: ['--log-level', 'debug', '--secret-key-file', keyFile],
      environment: {
        PATH: [npx, process.env.PATH].join(delimiter),
        AGENT_RUNTIMES_API_KEYS: secrets.apiKey,
        AGENT_MODEL: 'gpt-4o',
        OPENAI_API_KEY: secrets.modelKey,
        OPENAI_BASE_URL: model.url,
        TAVILY_API_KEY: secrets.serverEnvironment,
        MY_REFERENCE: secrets.referencedVariable,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_HEADERS: `x-receiver-key=${secrets.headerOfReceiver}`,
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
      },
      mcpServers: {
        works: {
          command: 'npx',
          args: ['-y', 'works', '--token', secrets.argument, `--api-key=${secrets.argument}`],
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
          env: { SERVICE_TOKEN: secrets.variableOfMcpConfig, OTHER_KEY: '${MY_REFERENCE}' },
        },
        // Both write what they were given to their standard error, and end.
        blabs: {
          command: 'npx',
          args: ['--blab', '--token', secrets.argument, `--api-key=${secrets.argument}`],
          env: { BLAB_SECRET: secrets.variableOfMcpConfig },
        },
        remote: {
          url: `http://127.0.0.1:${port}/nothing?api_key=${secrets.urlOfMcpConfig}`,
          headers: { 'X-Service': secrets.headerOfMcpConfig },
        },
      },
    }),
  );
  folder = join(server.home, 'data');
  await until(async () => (await ask('GET', `${BASE_PATH}/ready`)).startsWith('200'), 'the server is ready');
  await api('POST', '/agents', { id: 'a', selected_mcp_servers: ['works', 'tavily', 'blabs', 'remote'] });
  await api('POST', '/agents/a/mcp-servers/start', {
    env_vars: [
      { name: 'SERVICE_TOKEN', value: secrets.variableOfStart },
      { name: 'PLAIN_NAME', value: secrets.variableOfStart },
    ],
  });
  await api('POST', '/mcp/servers/catalog/exa/enable', {
    env_vars: [{ name: 'EXA_API_KEY', value: secrets.variableOfEnable }],
  });
  await api('POST', '/mcp/servers/catalog/brave/enable', {
    env_vars: [{ name: 'BRAVE_API_KEY', value: 7, secret: secrets.variableOfEnable }],
  });
  await api('POST', '/mcp/servers', {
    id: 'custom',
    command: 'npx',
    args: ['--blab', '--password', secrets.argumentOfCustomServer],
    env: { CUSTOM_TOKEN: secrets.variableOfCustomServer, PLAIN: secrets.variableOfCustomServer },
  });
  await api('POST', '/mcp/servers', {
    id: 'custom-remote',
    url: `http://127.0.0.1:${port}/nothing?token=${secrets.urlOfCustomServer}`,
    headers: { 'X-Plain': secrets.headerOfCustomServer, Authorization: `Bearer ${secrets.headerOfCustomServer}` },
  });
  await api('PUT', '/mcp/servers/custom', { env: { CUSTOM_TOKEN: secrets.variableOfCustomServer }, timeout: 'wrong' });
  const jupyter_url = `http://127.0.0.1:${port}?token=${secrets.jupyterUrl}`;
  await api('POST', '/agents/sandbox/configure', { variant: 'local-jupyter', jupyter_url });
  await api('POST', '/agents/a/execute', { code: '1' });
  await api('POST', '/agents/sandbox/restart');
  await api('POST', '/agents/sandbox/configure', {
    variant: 'local-jupyter',
    jupyter_url,
    jupyter_token: secrets.jupyterToken,
    verify: true,
  });
  await api('POST', '/agents/sandbox/configure', {
    variant: 'nothing',
    jupyter_url,
    jupyter_token: secrets.jupyterToken,
  });
  await until(async () => /"failed"|"restarting"/.test(await api('GET', '/mcp/servers/custom')), 'custom has failed');
});
afterAll(() => owned.disposeAsync());

describe('no secret is', () => {
  test('in an answer: each GET endpoint, the documents, runs and prompts that fail', async () => {
    const filled: Record<string, readonly string[]> = {
      agent_id: ['a', 'nobody'],
      conversation_id: ['talk', 'none'],
      run_id: ['r', 'none'],
      response_id: ['r', 'none'],
      skill_name: ['csv-summary', 'none'],
      server_id: ['works', 'blabs', 'remote', 'tavily', 'exa', 'custom', 'custom-remote', 'nothing'],
    };
    await api('POST', '/agents/a/prompt/sync', { message: 'refuse', conversation_id: 'talk' });
    await api('POST', '/agents/a/prompt', { message: 'refuse' });
    const messages = [{ role: 'user', content: 'refuse' }];
    for (const stream of [false, true]) {
      await api('POST', '/openai/chat/completions', { model: 'a', stream, messages });
      await api('POST', '/openai/responses', { model: 'a', stream, input: 'refuse' });
    }
    await api('POST', '/ag-ui/a/', {
      thread_id: 't',
      run_id: 'r',
      messages: [{ id: '1', role: 'user', content: 'refuse' }],
    });
    await api('POST', '/agents/a/prompt/sync', { message: 'Hello', conversation_id: 'talk' });
    for (const [, endpoint] of operations) {
      const { method, path } = endpoint;
      if (method !== 'GET') continue;
      const [name] = /(?<=\{)\w+(?=\})/.exec(path) ?? [];
      const paths = name === undefined ? [path] : (filled[name] ?? []).map((value) => path.replace(`{${name}}`, value));
      expect(paths, path).not.toEqual([]);
      // Those that follow something end when what is held is told.
      const query = isEndless(endpoint) ? '?after=0&until=now' : '';
      for (const each of paths) await api('GET', each + query);
    }
    for (const path of [
      '/openapi.json',
      '/docs',
      '/redoc',
      '/metrics',
      '/trpc/configure.get',
      '/trpc/mcpServers.listAvailable',
    ])
      await ask('GET', path);
    expectNone(answers.map(({ request, text }) => [request, text]));
    expect(answers.length).toBeGreaterThan(40);
    // The streams hold what happened, so that their silence means something.
    const told = (start: string) => answers.find(({ request }) => request.startsWith(`GET ${BASE_PATH}${start}`))?.text;
    for (const type of ['run', 'agent', 'mcp_server', 'sandbox']) expect(told('/events')).toContain(`"type":"${type}"`);
    expect(told('/mcp/servers/blabs/log/events')).toContain('***');
  });

  test('in an answer to a wrong key, a key in the query, a cookie or a broken body', async () => {
    const wrong = { authorization: `Bearer ${secrets.wrongKey}` };
    await ask('GET', `${BASE_PATH}/agents`, undefined, wrong);
    await ask('GET', '/trpc/agents.list', undefined, wrong);
    await ask('GET', `${BASE_PATH}/agents?token=${secrets.keyInQuery}&api_key=${secrets.keyInQuery}`, undefined, wrong);
    await ask('GET', `${BASE_PATH}/agents/?access_token=${secrets.keyInQuery}`, undefined, {
      authorization: `Basic ${secrets.wrongKey}`,
    });
    await ask('GET', `${BASE_PATH}/agents`, undefined, {
      cookie: `session=${secrets.cookie}`,
      'x-api-key': secrets.wrongKey,
    });
    await api('POST', '/mcp/servers', `{"id":"broken","env":{"A_TOKEN":"${secrets.variableOfCustomServer}"`);
    await api('POST', '/mcp/servers', {
      id: 'config',
      command: 'npx',
      env: { LD_PRELOAD: secrets.variableOfCustomServer },
    });
    const redirects = answers.filter(({ text }) => text.startsWith('307'));
    // The caller's own query is handed back to it, and to nobody else.
    expectNone(answers.filter((answer) => !redirects.includes(answer)).map(({ request, text }) => [request, text]));
  });

  test('in a log line at level debug', async () => {
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const log = server.output();
    // It holds what happened, so that its silence means something.
    for (const word of ['/api/v1/agents', 'mcp_server', 'custom', 'draining']) expect(log).toContain(word);
    expectNone([['the log', log]]);
  });

  test('in a span, also when spans hold what is said', () => {
    const spans = receiver.spans.map(({ name, ...span }) => [name, JSON.stringify(span)] as const);
    expect(spans.filter(([name, text]) => name === 'chat gpt-4o' && text.includes('Hello'))).not.toEqual([]);
    expectNone(spans);
  });

  test('in a file of the data folder', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toContain('agent-runtimes.db');
    const texts = files.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'latin1')] as const);
    const store = texts.find(([name]) => name === 'agent-runtimes.db')?.[1];
    expect(store).toContain('custom-remote');
    // Those of custom servers are there, sealed.
    expect(store).toMatch(/"CUSTOM_TOKEN":"v1\.[\da-f]{12}\./);
    expectNone(texts);
  });
});

const isEndless = ({ query }: Endpoint) => query !== undefined && 'until' in query.shape;

function expectNone(texts: readonly (readonly [where: string, text: string])[]): void {
  const found = texts.flatMap(([where, text]) =>
    Object.entries(secrets)
      .filter(([, secret]) => text.includes(secret))
      .map(
        ([name, secret]) => `${name} in ${where}: …${text.slice(Math.max(0, text.indexOf(secret) - 80)).slice(0, 120)}`,
      ),
  );
  expect(found).toEqual([]);
}
