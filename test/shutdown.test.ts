/** How the server ends: what it lets finish, what it cuts off and what it leaves behind, which is nothing. */
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { createClient, errorBodyOf } from '../client/index.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { childrenOf, isAlive, until } from './support/processes.ts';
import { type Answer, startServer, type TestServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// Whole servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const PATH = [fileURLToPath(new URL('fixtures/npx', import.meta.url)), process.env.PATH].join(delimiter);

interface Started extends AsyncDisposable {
  readonly server: TestServer;
  readonly model: ModelServer;
  /** The processes of its MCP servers. */
  readonly children: readonly number[];
}

/** A server with the agent `tester` and, unless told otherwise, a tool that waits for a gate of the model server. */
async function start({ grace, mcpArgs = [] }: { grace: number; mcpArgs?: readonly string[] }): Promise<Started> {
  await using stack = new AsyncDisposableStack();
  const model = stack.use(await startModelServer());
  const server = stack.use(
    await startServer({
      args: ['--shutdown-grace', String(grace)],
      environment: { PATH, AGENT_MODEL: 'gpt-4o', OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
      mcpServers: { waits: { command: 'npx', args: ['-y', 'my-gate', ...mcpArgs] } },
    }),
  );
  await until(async () => (await server.call('GET', '/ready')).status === 200, 'the server is ready');
  await server.ok('POST', '/agents', { id: 'tester', selected_mcp_servers: ['waits'] });
  const owned = stack.move();
  return {
    server,
    model,
    children: childrenOf(server.pid),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const agUiRun = (text: string, thread_id = 'thread') => ({
  thread_id,
  run_id: 'run',
  messages: [{ id: '1', role: 'user', content: text }],
});
const gateCall = (model: ModelServer, gate: string) =>
  `tool gate ${JSON.stringify({ url: new URL(`/gate/${gate}`, model.url) })}`;

/** The events of an SSE stream, by their data. */
const eventsOf = async (response: Response): Promise<{ type: string; code?: string; content?: string }[]> =>
  [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));

/** Waits until the server says it drains. */
async function drainingOf({ call }: TestServer): Promise<Answer> {
  let answer: Answer | undefined;
  await until(async () => {
    answer = await call('GET', '/ready');
    return answer.status === 503;
  }, 'the server drains');
  if (!answer) throw new Error('no answer');
  return answer;
}

test('a server that is told to end lets running prompts, runs and tool calls finish, takes no new ones, and exits 0', async () => {
  await using started = await start({ grace: 20 });
  const { server, model, children } = started;
  expect(children).toHaveLength(1);
  const prompt = await server.open('/agents/tester/prompt', { message: 'hold answer', conversation_id: 'prompted' });
  const run = await server.open('/ag-ui/tester/', agUiRun('hold answer'));
  const sync = server.call('POST', '/agents/tester/prompt/sync', { message: 'hold answer' });
  const tool = await server.open('/agents/tester/prompt', { message: gateCall(model, 'gate') });
  await model.held('answer', 3);
  await model.held('gate');

  server.kill('SIGTERM');
  const notReady = await drainingOf(server);
  expect(notReady.body).toMatchObject({ code: 'draining', status_code: 503 });
  expect(Number(notReady.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await server.call('GET', '/health')).status).toBe(200);
  for (const [path, body] of [
    ['/agents/tester/prompt', { message: 'Hi' }],
    ['/agents/tester/prompt/sync', { message: 'Hi' }],
    ['/ag-ui/tester/', agUiRun('Hi', 'other')],
  ] as const) {
    const refused = await server.call('POST', path, body);
    expect(refused.status, path).toBe(503);
    expect(refused.body).toMatchObject({ code: 'draining' });
    expect(Number(refused.headers.get('retry-after')), path).toBeGreaterThan(0);
  }
  const client = createClient(server.url);
  const refused = await client.prompts.sync.mutate({ agent_id: 'tester', message: 'Hi' }).catch(errorBodyOf);
  expect(refused).toMatchObject({ code: 'draining', status_code: 503 });
  expect(children.filter(isAlive)).toEqual(children);

  model.release('answer');
  model.release('gate');
  expect(await eventsOf(prompt)).toMatchObject([
    { type: 'text', content: 'begun ' },
    { type: 'text', content: 'released' },
    { type: 'done', conversation_id: 'prompted' },
  ]);
  expect((await eventsOf(run)).at(-1)).toMatchObject({ type: 'RUN_FINISHED', thread_id: 'thread', run_id: 'run' });
  expect((await sync).body).toMatchObject({ response: 'begun released' });
  expect((await eventsOf(tool)).map(({ type }) => type)).toEqual(['tool_call', 'tool_result', 'text', 'done']);
  // By now only connections that are kept open and idle are left, and they keep nothing.
  const idleAt = performance.now();
  expect(await server.ended).toBe(0);
  expect(performance.now() - idleAt).toBeLessThan(10_000);
  expect(children.filter(isAlive)).toEqual([]);
  const ended = [...server.output().matchAll(/"mcp_server":"(\w+)","origin":"\w+","status":"stopped"/g)];
  expect(ended.map(([, id]) => id)).toEqual(['waits']);
});

test('runs that outlive the grace get their terminal event at its end, their turns are stored, and the server exits 0', async () => {
  await using started = await start({ grace: 0.3 });
  const { server, model, children } = started;
  const prompt = await server.open('/agents/tester/prompt', { message: 'hold on', conversation_id: 'prompted' });
  const run = await server.open('/ag-ui/tester/', agUiRun('hold on'));
  const sync = server.call('POST', '/agents/tester/prompt/sync', { message: 'hold on' });
  const tool = await server.open('/agents/tester/prompt', { message: gateCall(model, 'gate') });
  const client = createClient(server.url);
  const rpc = await client.prompts.stream.mutate({ agent_id: 'tester', message: 'hold on' });
  await model.held('on', 4);
  await model.held('gate');

  server.kill('SIGTERM');
  expect((await eventsOf(prompt)).map(({ type, code }) => code ?? type)).toEqual(['text', 'run-interrupted']);
  expect((await eventsOf(run)).at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'run-interrupted' });
  expect(await sync).toMatchObject({ status: 503, body: { code: 'run-interrupted' } });
  const toolEvents = await eventsOf(tool);
  expect(toolEvents[0]).toMatchObject({ type: 'tool_call' });
  expect(toolEvents.at(-1)).toMatchObject({ type: 'error', code: 'run-interrupted' });
  expect((await Array.fromAsync(rpc)).at(-1)).toMatchObject({ type: 'error', code: 'run-interrupted' });
  expect(await server.ended).toBe(0);
  expect(children.filter(isAlive)).toEqual([]);
  expect(model.abandoned()).toBeGreaterThanOrEqual(4);

  await using again = await startServer({ home: server.home });
  const { messages } = await again.ok('GET', '/conversations/prompted');
  expect(messages).toMatchObject([
    { role: 'user', content: 'hold on' },
    { role: 'assistant', content: 'begun ' },
  ]);
});

test('a second signal ends the server at once, with children that ignore signals', async () => {
  await using started = await start({ grace: 60, mcpArgs: ['--stubborn'] });
  const { server, model, children } = started;
  expect(children).toHaveLength(1);
  const prompt = await server.open('/agents/tester/prompt', { message: 'hold on' });
  await model.held('on');
  server.kill('SIGTERM');
  await drainingOf(server);
  const killedAt = performance.now();
  server.kill('SIGTERM');
  expect(await server.ended).toBe(1);
  expect(performance.now() - killedAt).toBeLessThan(10_000);
  await until(() => !children.some(isAlive), 'no child is left');
  await prompt.text().catch(() => undefined);
});

test('a signal that comes as soon as the server says it listens is a clean end', async () => {
  await using server = await startServer();
  server.kill('SIGINT');
  expect(await server.ended).toBe(0);
});

test('code that runs may end within the grace, and no new code is taken', async () => {
  await using server = await startServer({ args: ['--shutdown-grace', '20'] });
  await server.ok('POST', '/agents', { id: 'coder' });
  const code = 'import time; print("begun"); time.sleep(3); print("whole")';
  const running = await server.open('/agents/coder/execute/stream', { code });
  const [begun, whole] = running.body?.tee() ?? [];
  expect((await begun?.getReader().read())?.done).toBe(false);
  server.kill('SIGTERM');
  await drainingOf(server);
  expect(await server.call('POST', '/agents/coder/execute', { code: '1' })).toMatchObject({
    status: 503,
    body: { code: 'draining', status_code: 503 },
  });
  expect((await eventsOf(new Response(whole))).at(-1)).toMatchObject({
    type: 'done',
    execution: { status: 'ok', stdout: 'begun\nwhole\n' },
  });
  expect(await server.ended).toBe(0);
});

test('a server that is told to end while it makes the snapshot of its interpreter makes it no further', async () => {
  await using home = await temporaryFolder();
  await using server = await startServer({ args: ['--codemode', '--data-dir', home.path] });
  const cache = join(home.path, 'cache');
  const isMade = async () => (await readdir(cache).catch(() => [])).length > 0 && childrenOf(server.pid).length > 0;
  await until(isMade, 'the snapshot is being made');
  const children = childrenOf(server.pid);
  expect(await server.stop()).toBe(0);
  expect([await readdir(cache), children.filter(isAlive)]).toEqual([[], []]);
});
