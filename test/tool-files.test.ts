/** The files that tools make: pictures of MCP servers, and what code has drawn, shown behind the result and kept with it. */
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEvents } from '../client/read-events.ts';
import { toShownFiles } from '../server/call/shown-files.ts';
import { generations, judge } from './support/ag-ui-judges.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

// Servers and interpreters in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const PNG = 'iVBORw0KGgo=';
const DRAW = `class Plot:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {'text/plain': 'a plot', 'image/png': '${PNG}'}
Plot()`;

async function start(folder: string) {
  const all = { command: process.execPath, args: [EVERYTHING] };
  const server = await startWholeServer({ mcpServers: { all }, folder });
  await server.call('POST', '/agents', { id: 'tools', selected_mcp_servers: ['all'] });
  await server.call('POST', '/agents', { id: 'code', enable_codemode: true });
  await server.call('POST', '/agents/tools/mcp-servers/start');
  return server;
}
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: WholeServer;
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await start(folder.path);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

interface Told {
  readonly type: string;
  readonly messageId: string;
  readonly messages: readonly { readonly id: string; readonly role: string }[];
}

async function send(path: string, body: object): Promise<Told[]> {
  const response = await fetch(`${server.url}/api/v1/ag-ui/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ runId: 'r', state: null, tools: [], context: [], forwardedProps: {}, ...body }),
  });
  expect(response.status).toBe(200);
  if (!response.body) throw new Error('There is no body');
  return (await Array.fromAsync(readEvents(response.body))).map(({ data }) => JSON.parse(data));
}
const run = (agent: string, content: string, runId = 'r') =>
  send(`${agent}/`, { threadId: agent, runId, messages: [{ id: `${runId}-u`, role: 'user', content }] });

test('the picture of a tool comes behind its result, and stands in the conversation after a restart', async () => {
  const events = await run('tools', '/tool all__get-tiny-image {}');
  const at = events.findIndex(({ type }) => type === 'TOOL_CALL_RESULT');
  const id = `${events[at]?.messageId}-file-0`;
  const picture = {
    activityType: 'file',
    content: { media_type: 'image/png', data: expect.stringMatching(/^iVBORw0KGgo/) },
  };
  expect(events[at + 1]).toMatchObject({ type: 'ACTIVITY_SNAPSHOT', messageId: id, replace: true, ...picture });
  for (const generation of generations) expect(await judge(generation, events)).toBe(events.length);
  await server[Symbol.asyncDispose]();
  server = await start(folder.path);
  await run('tools', 'Hello', 'r2');
  const replayed = await send('tools/connect', { threadId: 'tools', runId: 'r2', messages: [] });
  const messages = replayed.find(({ type }) => type === 'MESSAGES_SNAPSHOT')?.messages ?? [];
  const result = messages.findIndex(({ role }) => role === 'tool');
  expect(messages[result + 1]).toEqual({ id, role: 'activity', ...picture });
  const { body } = await server.call('GET', '/conversations/tools');
  const { content: file } = picture;
  expect(body).toMatchObject({
    messages: expect.arrayContaining([expect.objectContaining({ role: 'tool', files: [file] })]),
  });
});

test('what code has drawn comes behind its result', async () => {
  const events = await run('code', `/tool execute_code ${JSON.stringify({ code: DRAW })}`);
  const drawn = events.filter(({ type }) => type === 'ACTIVITY_SNAPSHOT');
  expect(drawn).toMatchObject([{ activityType: 'file', content: { media_type: 'image/png', data: PNG } }]);
});

test('files are shown within bounds, in the alphabet that browsers read, and what is no base64 is left out', () => {
  const png = (data: string) => ({ mediaType: 'image/png', data });
  const large = png('A'.repeat(4 * 1024 * 1024 - 4));
  expect(toShownFiles([png('a-_b\n'), png('no base64!'), png(''), large, png('AAAA'), png('AAAA')])).toEqual({
    files: [png('a+/b'), large],
  });
  expect(toShownFiles(Array.from({ length: 12 }, () => png('AAAA'))).files).toHaveLength(10);
  expect(toShownFiles([])).toEqual({});
});
