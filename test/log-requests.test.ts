/** The line of a request says which run and which conversation it was about, whatever surface it came by. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { until } from './support/processes.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let server: WholeServer;
let sent = 0;
const owned = new AsyncDisposableStack();

beforeAll(async () => {
  const provider = createServer((_request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"Incorrect API key provided"}}');
  });
  await once(provider.listen(0, '127.0.0.1'), 'listening');
  owned.defer(() => void provider.close());
  const { port } = provider.address() as AddressInfo;
  const environment = { OPENAI_API_KEY: 'wrong', OPENAI_BASE_URL: `http://127.0.0.1:${port}` };
  server = owned.use(await startWholeServer({ environment }));
  await server.call('POST', '/agents', { id: 'a' });
  await server.call('POST', '/agents', { id: 'keyless', model: 'anthropic:claude-x' });
  await server.call('POST', '/agents', { id: 'refused', model: 'openai:gpt-4o' });
});
afterAll(() => owned.disposeAsync());

interface Line {
  readonly request_id?: string;
  readonly [name: string]: unknown;
}
const lines = (): Line[] =>
  server
    .logged()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Sends a request below the root, reads its answer, and gives the line of it. */
async function lineOf(method: string, path: string, body?: unknown): Promise<Line> {
  const id = `request-${sent++}`;
  const response = await fetch(server.url + path, {
    method,
    headers: { 'x-request-id': id, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  await response.text();
  const find = () => lines().find(({ request_id }) => request_id === id);
  await until(() => find() !== undefined, `${path} is logged`);
  return find() ?? {};
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  return port;
}

const message = (text: string) => ({ kind: 'message', messageId: text, role: 'user', parts: [{ kind: 'text', text }] });

test.each([
  ['REST', '/api/v1/agents/a/prompt/sync', { message: 'x', run_id: 'r-rest', conversation_id: 'c-rest' }],
  [
    'REST, in the background',
    '/api/v1/agents/a/prompt',
    { message: 'x', run_id: 'r-back', conversation_id: 'c-back', background: true },
  ],
  ['tRPC', '/trpc/prompts.sync', { agent_id: 'a', message: 'x', run_id: 'r-trpc', conversation_id: 'c-trpc' }],
  [
    'AG-UI',
    '/api/v1/ag-ui/a/',
    {
      threadId: 'c-agui',
      runId: 'r-agui',
      messages: [{ id: '1', role: 'user', content: 'x' }],
      tools: [],
      context: [],
      state: {},
      forwardedProps: {},
    },
  ],
  ['A2UI', '/api/v1/a2ui/a/', { message: 'x', conversation_id: 'c-a2ui' }],
  ['MCP-UI', '/api/v1/mcp-ui/a/', { message: 'x', conversation_id: 'c-mcpui' }],
  [
    'A2A',
    '/api/v1/a2a/a/',
    { jsonrpc: '2.0', id: 1, method: 'message/send', params: { message: { ...message('x'), contextId: 'c-a2a' } } },
  ],
])('where a run began by %s', async (_, path, body) => {
  const { run_id: runId, conversation_id: conversationId } = await lineOf('POST', path, body);
  expect(conversationId).toBe(/"(c-\w+)"/.exec(JSON.stringify(body))?.[1]);
  const { body: run } = await server.call('GET', `/runs/${runId}`);
  expect(run).toMatchObject({ id: runId, conversation_id: conversationId });
});

test.each([
  ['GET', '/api/v1/runs/r-read'],
  ['GET', '/api/v1/runs/r-read/events'],
  ['POST', '/api/v1/runs/r-read/cancel'],
  ['GET', `/trpc/runs.get?input=${encodeURIComponent('{"run_id":"r-read"}')}`],
])('where a run was read: %s %s', async (method, path) => {
  await server.call('POST', '/agents/a/prompt/sync', { message: 'x', run_id: 'r-read', conversation_id: 'c-read' });
  expect(await lineOf(method, path)).toMatchObject({ run_id: 'r-read', conversation_id: 'c-read', status: 200 });
});

test('where a conversation was read, and where it was refused', async () => {
  await server.call('POST', '/agents/a/prompt/sync', { message: 'x', conversation_id: 'c-own' });
  const read = await lineOf('GET', '/api/v1/conversations/c-own');
  expect(read).toMatchObject({ conversation_id: 'c-own', level: 30 });
  expect(read).not.toHaveProperty('run_id');
  expect(await lineOf('GET', '/api/v1/conversations/none')).not.toHaveProperty('conversation_id');
});

test('where one request began several, side by side, and in no line of another request', async () => {
  const calls = {
    0: { agent_id: 'a', message: 'x', run_id: 'r-1' },
    1: { agent_id: 'a', message: 'x', run_id: 'r-2' },
  };
  const [line, other] = await Promise.all([
    lineOf('POST', '/trpc/prompts.sync,prompts.sync?batch=1', calls),
    lineOf('GET', '/api/v1/agents'),
  ]);
  expect(String(line.run_id).split(',').sort()).toEqual(['r-1', 'r-2']);
  expect(other).not.toHaveProperty('run_id');
});

test('a prompt that meets a missing key is a warning in one sentence, with its run and without a stack', async () => {
  const sentence = "Model 'anthropic:claude-x' needs ANTHROPIC_API_KEY to be set";
  const line = await lineOf('POST', '/api/v1/agents/keyless/prompt/sync', { message: 'x', run_id: 'r-key' });
  expect(line).toMatchObject({
    level: 40,
    msg: 'request failed',
    status: 502,
    run_id: 'r-key',
    err: { type: 'ApiError', message: sentence, code: 'model-not-configured' },
  });
  expect(lines().filter(({ msg }) => msg === sentence)).toEqual([
    {
      level: 40,
      time: expect.any(Number),
      run_id: 'r-key',
      conversation_id: line.conversation_id,
      agent_id: 'keyless',
      code: 'model-not-configured',
      msg: sentence,
    },
  ]);
  expect(server.logged()).not.toContain('stack');
});

test('a provider that refuses the key is a warning without a stack', async () => {
  const line = await lineOf('POST', '/api/v1/agents/refused/prompt/sync', { message: 'x' });
  const detail = 'The model provider openai answered 401: Incorrect API key provided';
  expect(line).toMatchObject({ level: 40, err: { type: 'ApiError', message: detail, code: 'model-failed' } });
  expect(line.err).not.toHaveProperty('stack');
});

test('an MCP server of which a variable is not set is a warning without a stack', async () => {
  const line = await lineOf('POST', '/api/v1/mcp/servers/catalog/github/enable');
  const detail = "MCP server 'github' needs GITHUB_TOKEN to be set";
  expect(line).toMatchObject({ level: 40, status: 500, err: { message: detail, code: 'mcp-variables-missing' } });
  expect(line.err).not.toHaveProperty('stack');
});

test('a Jupyter server that is not there is a warning without a stack', async () => {
  const jupyter_url = `http://127.0.0.1:${await freePort()}/?token=t`;
  await server.call('POST', '/agents/sandbox/configure', { variant: 'local-jupyter', jupyter_url });
  const line = await lineOf('POST', '/api/v1/agents/sandbox/restart');
  expect(line).toMatchObject({ level: 40, err: { code: expect.stringMatching(/^sandbox-/) } });
  expect(line.err).not.toHaveProperty('stack');
});
