/** The pages of MCP servers over AG-UI: behind the result of a tool that has one, and again whenever the conversation is shown. */
import { fileURLToPath } from 'node:url';
import { HttpAgent } from '@ag-ui/client';
import { HttpAgent as HttpAgent47 } from '@ag-ui/client-0-0-47';
import { HttpAgent as HttpAgent59 } from '@ag-ui/client-0-0-59';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEvents } from '../client/read-events.ts';
import { generations, judge, watchConsole } from './support/ag-ui-judges.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

// Servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const app = { command: process.execPath, args: [fileURLToPath(new URL('fixtures/mcp/app.mjs', import.meta.url))] };
const start = async (folder?: string) => {
  const server = await startWholeServer({ mcpServers: { app }, ...(folder !== undefined && { folder }) });
  await server.call('POST', '/agents', { id: 'a', selected_mcp_servers: ['app'] });
  await server.call('POST', '/agents/a/mcp-servers/start');
  return server;
};
let server: WholeServer;
beforeAll(async () => {
  server = await start();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const shown = (input: object, result: object) => ({
  activityType: 'mcp-app',
  content: { uri: 'ui://app/page.html', server: 'app', tool: 'show', input, result },
});
const page = shown(
  { view: 'small' },
  {
    content: [
      { type: 'text', text: 'Shown' },
      { type: 'image', mimeType: 'image/png', data: 'iVBORw0KGgo=' },
    ],
    _meta: { view: 7 },
    isError: false,
  },
);

async function send(to: WholeServer, path: string, body: object) {
  const response = await fetch(`${to.url}/api/v1/ag-ui/a/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ runId: 'r', state: null, tools: [], context: [], forwardedProps: {}, ...body }),
  });
  expect(response.status).toBe(200);
  if (!response.body) throw new Error('There is no body');
  return (await Array.fromAsync(readEvents(response.body))).map(({ data }) => JSON.parse(data));
}
const run = (to: WholeServer, threadId: string, content: string, runId = 'r') =>
  send(to, '', { threadId, runId, messages: [{ id: `${runId}-u`, role: 'user', content }] });
const SHOW = '/tool app__show {"view":"small"}';
const activitiesOf = (events: readonly { type: string }[]) => events.filter(({ type }) => type === 'ACTIVITY_SNAPSHOT');

test('the page comes right behind the result, with all that the tool has answered', async () => {
  const events = await run(server, 'one', SHOW);
  const at = events.findIndex(({ type }) => type === 'TOOL_CALL_RESULT');
  const { messageId } = events[at];
  expect(events[at + 1]).toMatchObject({
    type: 'ACTIVITY_SNAPSHOT',
    messageId: `${messageId}-app`,
    replace: true,
    ...page,
  });
  expect(activitiesOf(events)).toHaveLength(1);
  for (const generation of generations) expect(await judge(generation, events)).toBe(events.length);
});

test('a call that failed has none, and a result that is too long is told as a sentence', async () => {
  expect(activitiesOf(await run(server, 'failed', '/tool app__show {"fails":true}'))).toEqual([]);
  const [long] = activitiesOf(await run(server, 'long', '/tool app__show {"length":300000}'));
  const text = expect.stringMatching(/^\[left out: 300\d\d\d characters are too many to show\]$/);
  expect(long).toMatchObject(shown({}, { content: [{ type: 'text', text }] }));
});

test('a later run, and a restart, find the page of an earlier one in the conversation', async () => {
  await using folder = await temporaryFolder();
  {
    await using first = await start(folder.path);
    await run(first, 't', SHOW, 'r1');
    const replayed = await send(first, 'connect', { threadId: 't', runId: 'r1', messages: [] });
    expect(activitiesOf(replayed)).toMatchObject([page]);
    await run(first, 't', 'Hello', 'r2');
  }
  await using again = await start(folder.path);
  const events = await send(again, 'connect', { threadId: 't', runId: 'r2', messages: [] });
  const { messages } = events.find(({ type }) => type === 'MESSAGES_SNAPSHOT');
  const at = messages.findIndex(({ role }: { role: string }) => role === 'tool');
  expect(messages[at + 1]).toEqual({ id: `${messages[at].id}-app`, role: 'activity', ...page });
});

const clients = { '1.0.0': HttpAgent, '0.0.59': HttpAgent59, '0.0.47': HttpAgent47 };
test.each(Object.keys(clients) as (keyof typeof clients)[])(
  'client %s keeps it, and sends it back',
  async (generation) => {
    const options = { url: `${server.url}/api/v1/ag-ui/a/`, threadId: `client-${generation}` };
    // The older classes differ in types that are not used here.
    const agent = new clients[generation](options) as unknown as HttpAgent;
    agent.addMessage({ id: 'u1', role: 'user', content: SHOW });
    const { warnings } = await watchConsole(async () => {
      await agent.runAgent({ runId: 'r1' });
      agent.addMessage({ id: 'u2', role: 'user', content: 'Hello' });
      await agent.runAgent({ runId: 'r2' });
    });
    expect(warnings).toEqual([]);
    expect(agent.messages.filter(({ role }) => role === 'activity')).toMatchObject([page]);
    expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant' });
  },
);
