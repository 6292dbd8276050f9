/** Runs whose tools are on their way: what their readers are told meanwhile, and what is kept of servers that did not come. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createClient } from '../client/index.ts';
import { readEvents } from '../client/read-events.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { withoutTimes } from './support/times.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

// Servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

type Event = Record<string, unknown>;

interface Waiting extends AsyncDisposable {
  readonly server: WholeServer;
  /** Lets the server `late` come up, or end. */
  release(): Promise<void>;
}

/** A server with the agent `waiter`, whose MCP server `late` starts until it is released, or is doomed and then ends, and whose server `tavily` lacks its key. */
async function startWaiting(mode: 'late' | 'doomed' = 'late'): Promise<Waiting> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const gate = join(folder.path, 'may-answer');
  const late = { command: process.execPath, args: [FIXTURE, mode, gate] };
  const server = stack.use(await startWholeServer({ mcpServers: { late } }));
  await server.call('POST', '/agents', { id: 'waiter', selected_mcp_servers: ['late', 'tavily'] });
  const owned = stack.move();
  return { server, release: () => writeFile(gate, ''), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Posts, and reads the events of the stream; `seen` resolves with the first that passes. */
function follow({ server }: Waiting, path: string, body: object, passes: (event: Event) => boolean) {
  const seen = Promise.withResolvers<Event>();
  const read = async () => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify(body),
    });
    const events: Event[] = [];
    for await (const { data } of readEvents(response.body ?? new ReadableStream())) {
      const event: Event = JSON.parse(data);
      events.push(event);
      if (passes(event)) seen.resolve(event);
    }
    return events;
  };
  const all = read();
  all.then(() => seen.reject(new Error('The stream ended before')), seen.reject);
  return { seen: seen.promise, all };
}

test('AG-UI tells what a run waits for and what it goes on without', async () => {
  await using waiting = await startWaiting('doomed');
  const body = { thread_id: 't', run_id: 'r', messages: [{ id: '1', role: 'user', content: 'Hello' }] };
  const { seen, all } = follow(waiting, '/ag-ui/waiter/?casing=snake', body, ({ type }) => type === 'CUSTOM');
  const status = { type: 'CUSTOM', name: 'status', value: { text: 'waiting for MCP server late' } };
  expect(withoutTimes([await seen])).toEqual([status]);
  await waiting.release();
  const events = await all;
  expect(withoutTimes(events.slice(0, 4))).toEqual([
    { type: 'RUN_STARTED', thread_id: 't', run_id: 'r' },
    { type: 'STEP_STARTED', step_name: 'step-1' },
    status,
    {
      type: 'CUSTOM',
      name: 'status',
      value: { text: 'going on without MCP server late', missing_servers: ['late'] },
    },
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', result: { missing_servers: ['late', 'tavily'] } });
});

test('A2A tells it as the message of a task that works, and says at its end what was missing', async () => {
  await using waiting = await startWaiting('doomed');
  const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'Hello' }] };
  const body = { jsonrpc: '2.0', id: 1, method: 'SendStreamingMessage', params: { message } };
  const saying = (event: Event) => /"text":"([^"]*MCP server[^"]*)"/.exec(JSON.stringify(event))?.[1];
  const { seen, all } = follow(waiting, '/a2a/waiter/', body, (event) => saying(event) !== undefined);
  const told = await seen;
  expect(told).toMatchObject({
    result: {
      statusUpdate: {
        status: { state: 'TASK_STATE_WORKING', message: { parts: [{ text: 'waiting for MCP server late' }] } },
      },
    },
  });
  await waiting.release();
  const events = await all;
  expect(events.map(saying).filter((text) => text !== undefined)).toEqual([
    'waiting for MCP server late',
    'going on without MCP server late',
    'The agent went without these MCP servers: late, tavily',
  ]);
  expect(JSON.stringify(events.at(-1))).toContain('TASK_STATE_COMPLETED');
  const ids = [...JSON.stringify(events).matchAll(/"messageId":"([^"]+)"/g)].map(([, id]) => id);
  expect(ids.filter((id) => id !== 'm')).toEqual([...new Set(ids.filter((id) => id !== 'm'))]);
});

test('MCP-UI has a status event, and names what was missing at the end', async () => {
  await using waiting = await startWaiting();
  const { seen, all } = follow(waiting, '/mcp-ui/waiter/', { message: 'Hello' }, ({ type }) => type === 'status');
  expect(await seen).toEqual({ type: 'status', text: 'waiting for MCP server late', timestamp: expect.any(Number) });
  await waiting.release();
  const events = await all;
  expect(events.filter(({ type }) => type === 'status')).toEqual([await seen]);
  expect(events.at(-1)).toMatchObject({ type: 'done', missing_servers: ['tavily'] });
});

test('a prompt waits too, streams no event of it, and its end and its stored run name what was missing', async () => {
  await using waiting = await startWaiting();
  const { server } = waiting;
  const { seen, all } = follow(waiting, '/agents/waiter/prompt', { message: 'Hello', run_id: 'streamed' }, () => true);
  const sync = server.call('POST', '/agents/waiter/prompt/sync', { message: 'Hello' });
  const rpc = createClient(server.url).prompts.stream.mutate({ agent_id: 'waiter', message: 'Hello' });
  await waiting.release();
  expect((await seen).type).toBe('text');
  const events = await all;
  expect([...new Set(events.map(({ type }) => type))]).toEqual(['text', 'done']);
  expect(events.at(-1)).toMatchObject({ type: 'done', missing_servers: ['tavily'] });
  expect((await sync).body).toMatchObject({ missing_servers: ['tavily'] });
  expect((await Array.fromAsync(await rpc)).at(-1)).toMatchObject({ type: 'done', missing_servers: ['tavily'] });
  expect((await server.call('GET', '/runs/streamed')).body).toMatchObject({
    status: 'finished',
    outcome: { missing_servers: ['tavily'] },
  });
});

test('a run that misses nothing says nothing of it', async () => {
  await using waiting = await startWaiting();
  const { server, release } = waiting;
  await release();
  await server.call('PATCH', '/agents/waiter/mcp-servers', { selected_mcp_servers: ['late'] });
  await server.call('POST', '/agents/waiter/prompt/sync', { message: 'Hello', run_id: 'whole' });
  const { body } = await server.call('GET', '/runs/whole');
  expect(body).toMatchObject({ outcome: { pending_tool_call_ids: [], approval_ids: [] } });
  expect(JSON.stringify(body)).not.toContain('missing_servers');
});

test('a run that waits for a server is cancelled at once', async () => {
  await using waiting = await startWaiting();
  const { server } = waiting;
  const body = { thread_id: 't', run_id: 'r', messages: [{ id: '1', role: 'user', content: 'Hello' }] };
  const { seen, all } = follow(waiting, '/ag-ui/waiter/', body, ({ type }) => type === 'CUSTOM');
  await seen;
  expect((await server.call('POST', '/runs/r/cancel')).body).toMatchObject({ status: 'cancelled' });
  expect((await all).at(-1)).toMatchObject({ type: 'RUN_FINISHED' });
});
