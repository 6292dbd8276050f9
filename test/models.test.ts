import { execFile } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ApiError } from '../server/call/errors.ts';
import { createDemoModel } from '../server/models/demo/demo-model.ts';
import { parseModelId } from '../server/models/model-ids.ts';
import { Models } from '../server/models/models.ts';

/** Ports on which nothing listens: no local model is found, whatever runs on the machine. */
const nowhere = { ollama: 1, lmstudio: 1, vllm: 1, llamacpp: 1 };

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const serveJson = (bodies: Record<string, unknown>) =>
  serve((request, response) => {
    const body = bodies[request.url ?? ''];
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
  });

async function catchError(action: () => unknown): Promise<ApiError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}

it.each([
  ['openai:gpt-4o', 'openai', 'gpt-4o'],
  ['openai/gpt-4o', 'openai', 'gpt-4o'],
  ['OpenAI:gpt-4o', 'openai', 'gpt-4o'],
  ['gpt-4o', 'openai', 'gpt-4o'],
  ['o1', 'openai', 'o1'],
  ['o3-mini', 'openai', 'o3-mini'],
  ['o4-mini', 'openai', 'o4-mini'],
  ['chatgpt-4o-latest', 'openai', 'chatgpt-4o-latest'],
  ['ft:gpt-4o:acme::7p4lURel', 'openai', 'ft:gpt-4o:acme::7p4lURel'],
  ['claude-sonnet-5-5', 'anthropic', 'claude-sonnet-5-5'],
  ['gemini-2.5-pro', 'google', 'gemini-2.5-pro'],
  ['google-gla:gemini-2.5-pro', 'google', 'gemini-2.5-pro'],
  ['ollama:qwen3:8b', 'ollama', 'qwen3:8b'],
  ['ollama/hf.co/bartowski/Llama:Q4_K_M', 'ollama', 'hf.co/bartowski/Llama:Q4_K_M'],
  ['vllm/meta-llama/Llama-3', 'vllm', 'meta-llama/Llama-3'],
  ['lm-studio:openai/gpt-oss-20b', 'lmstudio', 'openai/gpt-oss-20b'],
  ['llama.cpp:qwen', 'llamacpp', 'qwen'],
  ['openai-compatible:deepseek/deepseek-chat', 'openai-compatible', 'deepseek/deepseek-chat'],
  [' demo:rules ', 'demo', 'rules'],
])('the id %j is model %s, %s', (id, provider, name) => {
  expect(parseModelId(id)).toEqual({ provider, name });
});

it.each([
  'nonsense',
  'nonsense:model',
  'nonsense/model',
  'gpt-oss-20b',
  'openai:',
  'openai:a b',
  'demo:magic',
  'demo',
  '',
  'http://evil.test/gpt-4o',
])('the id %j is refused with the providers that are known', async (id) => {
  const models = new Models({ environment: {} });
  const error = await catchError(() => models.check(id));
  expect(error.status).toBe(422);
  expect(error.message).toBe(
    `Unknown model '${id}'. Write provider:name with one of these providers: openai, anthropic, google, ollama, lmstudio, vllm, llamacpp, openai-compatible; or demo:rules`,
  );
  expect(error.fields).toEqual([{ path: 'model', message: error.message }]);
});

it('a very long id is not repeated whole', async () => {
  const models = new Models({ environment: {} });
  expect((await catchError(() => models.check('x'.repeat(10_000)))).message.length).toBeLessThan(400);
});

it.each([
  ['openai:gpt-4o', "Model 'openai:gpt-4o' needs OPENAI_API_KEY to be set"],
  ['claude-sonnet-5-5', "Model 'anthropic:claude-sonnet-5-5' needs ANTHROPIC_API_KEY to be set"],
  [
    'gemini-2.5-pro',
    "Model 'google:gemini-2.5-pro' needs GOOGLE_GENERATIVE_AI_API_KEY (or GEMINI_API_KEY or GOOGLE_API_KEY) to be set",
  ],
  ['openai-compatible:x', "Model 'openai-compatible:x' needs OPENAI_COMPATIBLE_BASE_URL to be set"],
])('%s without its variable passes the check and fails when it is used, saying what to set', async (id, message) => {
  const models = new Models({ environment: { OPENAI_API_KEY: ' ' }, localPorts: nowhere });
  models.check(id);
  const error = await catchError(() => models.resolve(id));
  expect([error.code, error.message]).toEqual(['model-not-configured', message]);
});

it('a variable of the process is never read in place of the environment that is given', async () => {
  const before = process.env.OPENAI_API_KEY;
  process.env.OPENAI_API_KEY = 'sk-of-the-process';
  try {
    const models = new Models({ environment: {}, localPorts: nowhere });
    expect((await catchError(() => models.resolve('gpt-4o'))).code).toBe('model-not-configured');
    expect(await models.defaultModel()).toBe('demo:rules');
  } finally {
    if (before === undefined) delete process.env.OPENAI_API_KEY;
    else process.env.OPENAI_API_KEY = before;
  }
});

it('an address that is no URL is refused by the name of its variable, without its value', async () => {
  const models = new Models({ environment: { OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: 'ftp://user:secret@host' } });
  const error = await catchError(() => models.resolve('gpt-4o'));
  expect([error.code, error.message]).toEqual(['model-not-configured', 'OPENAI_BASE_URL must be an http or https URL']);
});

const keys = { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b', GEMINI_API_KEY: 'c' };

it.each([
  [
    'the option',
    { defaultModel: 'claude-opus-5-5', environment: { ...keys, AGENT_MODEL: 'gpt-4.1' } },
    'anthropic:claude-opus-5-5',
  ],
  ['AGENT_MODEL', { environment: { ...keys, AGENT_MODEL: 'gpt-4.1' } }, 'openai:gpt-4.1'],
  ['the key of OpenAI', { environment: keys }, 'openai:gpt-4o'],
  ['the key of Anthropic', { environment: { ...keys, OPENAI_API_KEY: '' } }, 'anthropic:claude-sonnet-5-5'],
  ['the key of Google', { environment: { GEMINI_API_KEY: 'c' } }, 'google:gemini-flash-latest'],
  ['nothing', { environment: {} }, 'demo:rules'],
])('the default model is chosen by %s', async (_what, options, id) => {
  const models = new Models({ ...options, localPorts: nowhere });
  expect(await models.defaultModel()).toBe(id);
  expect(models.defaultModelNow()).toBe(id);
  expect((await models.resolve(null)).id).toBe(id);
});

it('a default model that is unknown is reported as a fault of the configuration, not of the caller', async () => {
  const models = new Models({ environment: { AGENT_MODEL: 'nonsense' } });
  const error = await catchError(() => models.resolve(null));
  expect([error.code, error.message]).toEqual(['model-not-configured', "The default model 'nonsense' is unknown"]);
});

it('a local server gives the default model, its first that can chat', async () => {
  await using ollama = await serveJson({
    '/api/tags': {
      models: [
        { name: 'nomic-embed-text:latest', details: { family: 'nomic-bert' } },
        { name: 'secret', capabilities: ['embedding'] },
        { name: 'qwen3:8b', details: { family: 'qwen3' } },
        { name: 'llama3.2:3b', capabilities: ['completion', 'tools'] },
      ],
    },
  });
  await using vllm = await serveJson({
    '/v1/models': { object: 'list', data: [{ id: 'BAAI/bge-m3' }, { id: 'meta-llama/Llama-3', object: 'model' }] },
  });
  const models = new Models({
    environment: {},
    localPorts: { ...nowhere, vllm: vllm.port, ollama: ollama.port },
    localTimeoutMs: 10_000,
  });
  expect(models.defaultModelNow()).toBeUndefined();
  expect(await models.defaultModel()).toBe('ollama:qwen3:8b');
  expect(models.defaultModelNow()).toBe('ollama:qwen3:8b');
  const isLocal = ({ provider }: { provider: string }) => provider === 'ollama' || provider === 'vllm';
  expect(models.knownDefault()).toBe(await models.defaultModel());
  const local = (await models.list()).filter(isLocal);
  expect(models.listKnown([]).filter(isLocal)).toEqual(local);
  expect(local).toEqual([
    { id: 'ollama:qwen3:8b', name: 'qwen3:8b', provider: 'ollama', isAvailable: true, requiredEnvVars: [] },
    { id: 'ollama:llama3.2:3b', name: 'llama3.2:3b', provider: 'ollama', isAvailable: true, requiredEnvVars: [] },
    {
      id: 'vllm:meta-llama/Llama-3',
      name: 'meta-llama/Llama-3',
      provider: 'vllm',
      isAvailable: true,
      requiredEnvVars: [],
    },
  ]);
});

it('a local server behind a key is found when its variable holds the key', async () => {
  await using vllm = await serve((request, response) => {
    const isAllowed = request.headers.authorization === 'Bearer local-key';
    response.writeHead(isAllowed ? 200 : 401).end('{"data": [{"id": "qwen"}]}');
  });
  const options = { localPorts: { ...nowhere, vllm: vllm.port }, localTimeoutMs: 10_000 };
  const withKey = new Models({ ...options, environment: { VLLM_API_KEY: 'local-key' } });
  expect(await withKey.defaultModel()).toBe('vllm:qwen');
  expect(await new Models({ ...options, environment: {} }).defaultModel()).toBe('demo:rules');
});

it('a machine without local servers is found out without waiting for the deadline', async () => {
  const models = new Models({ environment: {}, localPorts: nowhere, localTimeoutMs: 60_000 });
  expect(await models.defaultModel()).toBe('demo:rules');
});

it('a local server that hangs, before or within its answer, costs 300 ms at most and hides no other', async () => {
  await using silent = await serve(() => {});
  await using stuck = await serve((_request, response) => void response.writeHead(200).write('{"data": ['));
  const localPorts = { ...nowhere, lmstudio: silent.port, vllm: stuck.port };
  const start = performance.now();
  expect(await new Models({ environment: {}, localPorts }).defaultModel()).toBe('demo:rules');
  // The upper bound is far above the deadline and far below any time-out of the HTTP client: tests share the machine.
  expect(performance.now() - start).toBeLessThan(3_000);
  await using llama = await serveJson({ '/v1/models': { data: [{ id: 'qwen' }] } });
  const withAnother = new Models({
    environment: {},
    localPorts: { ...localPorts, llamacpp: llama.port },
    localTimeoutMs: 1_500,
  });
  expect(await withAnother.defaultModel()).toBe('llamacpp:qwen');
});

it('a local server that answers nonsense, endlessly or with a redirect offers nothing', async () => {
  let followed = 0;
  await using elsewhere = await serve((_request, response) => {
    followed += 1;
    response.end('{"data": [{"id": "elsewhere"}]}');
  });
  await using html = await serve((_request, response) => void response.end('<html>'));
  await using endless = await serve((_request, response) => {
    const more = () => {
      while (response.write(' '.repeat(100_000)));
    };
    response.on('drain', more);
    more();
  });
  await using redirect = await serve((_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${elsewhere.port}/` }).end();
  });
  const localPorts = { ollama: html.port, lmstudio: endless.port, vllm: redirect.port, llamacpp: 1 };
  expect(await new Models({ environment: {}, localPorts }).defaultModel()).toBe('demo:rules');
  expect(followed).toBe(0);
});

it('many callers share one look at this machine, and one that found nothing is not repeated at once', async () => {
  let looks = 0;
  await using server = await serve((_request, response) => {
    looks += 1;
    response.end('{"data": []}');
  });
  const models = new Models({
    environment: {},
    localPorts: { ...nowhere, llamacpp: server.port },
    localTimeoutMs: 10_000,
  });
  await Promise.all(Array.from({ length: 20 }, () => models.defaultModel()));
  await models.defaultModel();
  models.defaultModelNow();
  await models.list();
  expect(looks).toBe(1);
});

it('a key or a configured default saves the look at this machine', async () => {
  let looks = 0;
  await using server = await serve((_request, response) => {
    looks += 1;
    response.end('{"data": []}');
  });
  const models = new Models({ environment: { OPENAI_API_KEY: 'a' }, localPorts: { ...nowhere, vllm: server.port } });
  await models.resolve(null);
  models.defaultModelNow();
  expect(looks).toBe(0);
});

it('the list tells which models can be used and what the others need', async () => {
  const models = new Models({
    environment: { ANTHROPIC_API_KEY: 'b', AGENT_MODEL: 'claude-new' },
    localPorts: nowhere,
  });
  const list = await models.list();
  expect(list[0]).toEqual({
    id: 'anthropic:claude-new',
    name: 'claude-new',
    provider: 'anthropic',
    isAvailable: true,
    requiredEnvVars: ['ANTHROPIC_API_KEY'],
  });
  expect(list.find(({ id }) => id === 'openai:gpt-4o')).toEqual({
    id: 'openai:gpt-4o',
    name: 'gpt-4o',
    provider: 'openai',
    isAvailable: false,
    requiredEnvVars: ['OPENAI_API_KEY'],
  });
  expect(list.at(-1)).toEqual({
    id: 'demo:rules',
    name: 'rules',
    provider: 'demo',
    isAvailable: true,
    requiredEnvVars: [],
  });
  expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
  for (const { id } of list) models.check(id);
});

it('a registered model is found under its id, also as the default', async () => {
  const models = new Models({ environment: {}, defaultModel: 'test:scripted', localPorts: nowhere });
  const model = createDemoModel();
  models.register('test:scripted', model);
  models.check('test:scripted');
  expect(await models.resolve(null)).toEqual({ id: 'test:scripted', model });
  expect((await models.list()).length).toBeGreaterThan(0);
});

it('a server with very many models offers the first 50, and none with a name that could not be written as an id', async () => {
  const data = [
    { id: 'two words' },
    { id: '' },
    { id: 7 },
    'text',
    null,
    ...Array.from({ length: 80 }, (_, n) => ({ id: `m${n}` })),
  ];
  await using server = await serveJson({ '/v1/models': { data } });
  const models = new Models({
    environment: {},
    localPorts: { ...nowhere, lmstudio: server.port },
    localTimeoutMs: 10_000,
  });
  const found = (await models.list()).filter(({ provider }) => provider === 'lmstudio');
  expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, n) => `lmstudio:m${n}`));
});

it("a provider's library is loaded when one of its models is first used, and no other", async () => {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier.startsWith('@ai-sdk/') && context.parentURL?.includes('/server/models/')) loaded.add(specifier);
        return next(specifier, context);
      },
    });
    const { Models } = await import('./server/models/models.ts');
    const models = new Models({ environment: { ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' } });
    const steps = [[...loaded]];
    for (const id of ['demo:rules', 'claude-sonnet-5-5', 'gpt-4o']) {
      await models.resolve(id);
      steps.push([...loaded]);
    }
    console.log(JSON.stringify(steps));
  `;
  const args = ['--input-type=module', '--eval', program];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: `${import.meta.dirname}/..` });
  expect(JSON.parse(stdout)).toEqual([[], [], ['@ai-sdk/anthropic'], ['@ai-sdk/anthropic', '@ai-sdk/openai']]);
  expect(stderr).toBe('');
});
