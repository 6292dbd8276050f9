/** The MCP servers that an editor brings: of its session alone, and ended with it. */
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { CWD, callsOf, choose, connectEditor, socketTo } from './support/acp.ts';
import { childrenOf, until } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startWholeServer, type WholeServer, type WholeServerOptions } from './support/whole-server.ts';

vi.setConfig({ testTimeout: 60_000 });

const toolbox = {
  name: 'My tools',
  command: process.execPath,
  args: [fileURLToPath(new URL('../server/mcp/toolbox/main.ts', import.meta.url))],
  env: [{ name: 'MY_TOKEN', value: 'canary-token' }],
};
const request = { cwd: CWD, mcpServers: [toolbox] };
const CALCULATE = 'tool My-tools__calculate {"expression":"17 * 23"}';

/** A server with the agent `a`, which has no servers of its own. */
async function start(options: WholeServerOptions = {}, agent: object = {}) {
  const server = await startWholeServer(options);
  await server.call('POST', '/agents', { id: 'a', ...agent });
  return server;
}

test('run for their session, are told to nobody else, and end when it is closed', async () => {
  await using server = await start();
  const before = new Set(childrenOf(process.pid));
  const started = () => childrenOf(process.pid).filter((pid) => !before.has(pid));
  await using editor = await connectEditor(socketTo(server, { agent: 'a' }));
  const id = await editor.open(request);
  expect(await editor.say(id, CALCULATE)).toEqual({ stopReason: 'end_turn' });
  expect(callsOf(editor.updates.get(id))).toMatchObject([{ name: 'My-tools__calculate', status: 'completed' }]);
  expect(JSON.stringify(callsOf(editor.updates.get(id)))).toContain('391');
  expect(started()).not.toEqual([]);
  const bare = await editor.open();
  await editor.say(bare, CALCULATE);
  expect(callsOf(editor.updates.get(bare)).filter(({ status }) => status === 'completed')).toEqual([]);
  for (const path of ['/mcp/servers', '/mcp/servers/available', '/events?after=0&until=now']) {
    const answer = await fetch(`${server.url}/api/v1${path}`);
    expect(await answer.text()).not.toContain('My-tools');
  }
  expect(server.logged()).not.toContain('canary-token');
  await editor.agent.request('session/close', { sessionId: id });
  expect(started()).toEqual([]);
});

test('end with the connection, and with the server', async () => {
  const server = await start();
  const before = new Set(childrenOf(process.pid));
  const started = () => childrenOf(process.pid).filter((pid) => !before.has(pid));
  const editor = await connectEditor(socketTo(server, { agent: 'a' }));
  await editor.say(await editor.open(request), CALCULATE);
  expect(started()).not.toEqual([]);
  await editor[Symbol.asyncDispose]();
  await until(() => started().length === 0, 'the servers of the session have ended');
  await using other = await connectEditor(socketTo(server, { agent: 'a' }));
  await other.say(await other.open(request), CALCULATE);
  expect(started()).not.toEqual([]);
  await server[Symbol.asyncDispose]();
  expect(started()).toEqual([]);
});

test('work where the session does, if that is a folder of this machine', async () => {
  await using folder = await temporaryFolder();
  await using server = await start();
  await using editor = await connectEditor(socketTo(server, { agent: 'a' }));
  const script = 'test "$PWD" = "$3" && exec "$1" "$2"';
  const checking = {
    ...toolbox,
    command: 'sh',
    args: ['-c', script, 'sh', process.execPath, ...toolbox.args, folder.path],
  };
  const id = await editor.open({ cwd: folder.path, mcpServers: [checking] });
  await editor.say(id, CALCULATE);
  expect(callsOf(editor.updates.get(id))).toMatchObject([{ status: 'completed' }]);
});

test('that must not run, or cannot be read, are left out and named, and the session goes on', async () => {
  const left = async (args: readonly string[], mcpServers: readonly object[]) => {
    await using server = await start({ args });
    await using editor = await connectEditor(socketTo(server, { agent: 'a' }));
    const { _meta, sessionId } = await editor.agent.request('session/new', {
      cwd: CWD,
      mcpServers: [...mcpServers] as never,
    });
    expect(await editor.say(sessionId, 'Hello')).toEqual({ stopReason: 'end_turn' });
    return _meta;
  };
  const metadata = { type: 'http', name: 'odd', url: 'http://169.254.169.254/', headers: [] };
  expect(await left(['--no-custom-mcp-servers'], [toolbox])).toEqual({
    'agent-runtimes': {
      mcp_servers_left_out: [
        { name: 'My tools', code: 'spawn-forbidden', detail: expect.stringContaining('--no-custom-mcp-servers') },
      ],
    },
  });
  expect(await left(['--mcp-commands', 'npx'], [toolbox, metadata])).toMatchObject({
    'agent-runtimes': {
      mcp_servers_left_out: [
        { name: 'My tools', code: 'spawn-forbidden' },
        { name: 'odd', code: 'validation-failed' },
      ],
    },
  });
  expect(await left([], [toolbox])).toBeUndefined();
});

const answers = {
  async REST(server: WholeServer, { id }: Approval) {
    await server.call('POST', `/approvals/${id}`, { approved: true });
  },
  async 'AG-UI'(server: WholeServer, { id, conversation_id: threadId, tool_call_id, tool, args }: Approval) {
    const call = { id: tool_call_id, type: 'function', function: { name: tool, arguments: JSON.stringify(args) } };
    const response = await fetch(`${server.url}/api/v1/ag-ui/a/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        threadId,
        runId: 'by-hand',
        messages: [
          { id: 'u1', role: 'user', content: CALCULATE },
          { id: 'a1', role: 'assistant', toolCalls: [call] },
        ],
        resume: [{ interruptId: id, status: 'resolved', payload: { approved: true } }],
      }),
    });
    expect(await response.text()).toContain('391');
  },
};

interface Approval {
  readonly id: string;
  readonly conversation_id: string;
  readonly tool_call_id: string;
  readonly tool: string;
  readonly args: object;
}

test.each(['REST', 'AG-UI'] as const)('have the calls that somebody approved over %s', async (door) => {
  await using server = await start({}, { approvals: { tools: ['My-tools__*'] } });
  await using editor = await connectEditor(socketTo(server, { agent: 'a' }), {
    decide: async () => {
      const { body } = await server.call('GET', '/approvals');
      const [approval] = (body as { approvals: Approval[] }).approvals;
      if (approval) await answers[door](server, approval);
      return choose('reject');
    },
  });
  const id = await editor.open(request);
  expect(await editor.say(id, CALCULATE)).toEqual({ stopReason: 'end_turn' });
  expect(callsOf(editor.updates.get(id))).toMatchObject([{ status: 'completed' }]);
});
