/** The first prompt to an agent whose MCP servers are still starting: it waits for them, and has their tools. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { readEvents } from '../client/read-events.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { startServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

// Servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

type Event = Record<string, unknown>;
const read = (response: Response) => readEvents(response.body ?? new ReadableStream());
const ask = (content: string) => ({ threadId: 't', runId: 'r', messages: [{ id: '1', role: 'user', content }] });

test('the first prompt to a fresh server has the tools of the demo agent', async () => {
  await using server = await startServer({ args: ['--demo'] });
  const response = await server.open('/ag-ui/demo/', ask('What is 17 * 23?'), AbortSignal.timeout(50_000));
  const events: Event[] = (await Array.fromAsync(read(response))).map(({ data }) => JSON.parse(data));
  expect(events.find(({ type }) => type === 'TOOL_CALL_START')).toMatchObject({ toolCallName: 'toolbox__calculate' });
  expect(events.find(({ type }) => type === 'TOOL_CALL_RESULT')).toMatchObject({
    content: '{"expression":"17 * 23","value":391}',
  });
});

interface LateServer extends AsyncDisposable {
  readonly server: WholeServer;
  /** Lets the MCP server `late` come up. */
  release(): Promise<void>;
}

/** A server with the agent `a`, whose MCP server `late` starts until it is released. */
async function startLate(origin: string, enable_codemode = false): Promise<LateServer> {
  await using stack = new AsyncDisposableStack();
  const gate = join(stack.use(await temporaryFolder()).path, 'may-answer');
  const late = { command: process.execPath, args: [FIXTURE, 'late', gate] };
  const server = stack.use(await startWholeServer(origin === 'config' ? { mcpServers: { late } } : {}));
  if (origin === 'custom') await server.call('POST', '/mcp/servers', { id: 'late', ...late });
  await server.call('POST', '/agents', { id: 'a', selected_mcp_servers: ['late'], enable_codemode });
  const owned = stack.move();
  return { server, release: () => writeFile(gate, ''), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The events of a run; `onWaiting` is called when it says that it waits. */
async function run({ server }: LateServer, content: string, onWaiting: () => Promise<unknown>): Promise<Event[]> {
  const response = await fetch(`${server.url}/api/v1/ag-ui/a/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ask(content)),
  });
  const events: Event[] = [];
  for await (const { data } of read(response)) {
    const event: Event = JSON.parse(data);
    events.push(event);
    if (event.type === 'CUSTOM') await onWaiting();
  }
  return events;
}

test.each([
  ['config', 'late__echo {"text":"was there"}', 'was there', false],
  ['custom', 'late__echo {"text":"was there"}', 'was there', false],
  ['custom', 'search_tools {"query":"echo"}', 'echo', true],
])(
  'a run that begins while a %s server starts says so and has its tools: %s',
  async (origin, call, answer, codemode) => {
    await using late = await startLate(origin, codemode);
    // The server comes up only once the run has said that it waits.
    const events = await run(late, `/tool ${call}`, late.release);
    expect(events.filter(({ type }) => type === 'CUSTOM')).toMatchObject([
      { name: 'status', value: { text: 'waiting for MCP server late' } },
    ]);
    const result = events.find(({ type }) => type === 'TOOL_CALL_RESULT');
    expect(result).toMatchObject({ content: expect.stringContaining(answer) });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED' });
  },
);

test('a run that waits for a server which is started anew meanwhile waits for that start too', async () => {
  await using late = await startLate('custom');
  const events = await run(late, '/tool late__echo {"text":"was there"}', async () => {
    await late.server.call('PUT', '/mcp/servers/late', { env: { CHANGED: 'yes' } });
    await poll(late.server, '/mcp/servers/late', (body) => Object(body).envVars.includes('CHANGED'));
    await poll(late.server, '/mcp/servers/late', (body) => Object(body).status === 'starting');
    await late.release();
  });
  expect(events.find(({ type }) => type === 'TOOL_CALL_RESULT')).toMatchObject({ content: 'was there' });
});
