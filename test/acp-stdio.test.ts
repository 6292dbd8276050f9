/** The command `acp` as editors start it: on its standard input and output, in an empty home. */
import { expect, test, vi } from 'vitest';
import { CWD, callsOf, connectEditor, textOf } from './support/acp.ts';
import { type AcpCommand, startAcp } from './support/acp-command.ts';
import { childrenOf, isAlive, until } from './support/processes.ts';
import { startServer } from './support/server.ts';
import { BUILT } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// The command and what it starts are processes of their own.
vi.setConfig({ testTimeout: 120_000 });

const QUESTION = 'What is 17 * 23?';
const MODEL = { AGENT_MODEL: 'demo:rules' };

/** The processes below one. */
const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)]);

/** What the command answers to the first request of an editor, once it cannot work. */
async function refusalOf(command: AcpCommand) {
  const writer = command.stream.writable.getWriter();
  await writer.write({ jsonrpc: '2.0', id: 'a', method: 'initialize', params: { protocolVersion: 1 } });
  const code = await command.ended;
  return { code, answer: JSON.parse(command.stdout()), stderr: command.stderr() };
}

test('in an empty home the demo agent answers with its tools, and the next process loads what was said', async () => {
  await using home = await temporaryFolder();
  let id = '';
  {
    await using command = startAcp(home.path, ['--agent', 'demo'], MODEL);
    const editor = await connectEditor(command.stream);
    id = await editor.open();
    expect(await editor.say(id, QUESTION)).toEqual({ stopReason: 'end_turn' });
    expect(callsOf(editor.updates.get(id))).toMatchObject([{ name: 'toolbox__calculate', status: 'completed' }]);
    expect(textOf(editor.updates.get(id))).toContain('391');
    const started = below(command.child.pid);
    expect(started).not.toEqual([]);
    command.child.stdin?.end();
    expect(await command.ended).toBe(0);
    expect(started.filter(isAlive)).toEqual([]);
    for (const line of command.stdout().trimEnd().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
    expect(command.stderr()).toContain('"mcp_server":"toolbox"');
  }
  await using command = startAcp(home.path, ['--agent=demo'], MODEL);
  const editor = await connectEditor(command.stream);
  await editor.agent.request('session/load', { sessionId: id, cwd: CWD, mcpServers: [] });
  expect(textOf(editor.updates.get(id), 'user_message_chunk')).toBe(QUESTION);
  expect(textOf(editor.updates.get(id))).toContain('391');
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
});

test('with --url it speaks with an agent of a server that runs, which has the conversation', async () => {
  await using server = await startServer({
    args: ['--demo'],
    environment: { AGENT_RUNTIMES_API_KEYS: 'ada:canary-key' },
  });
  await using home = await temporaryFolder();
  await using command = startAcp(home.path, ['--agent', 'demo', '--url', `${server.url}/`], {
    AGENT_RUNTIMES_API_KEY: 'canary-key',
  });
  const editor = await connectEditor(command.stream);
  const id = await editor.open();
  expect(await editor.say(id, QUESTION)).toEqual({ stopReason: 'end_turn' });
  expect(textOf(editor.updates.get(id))).toContain('391');
  const headers = { authorization: 'Bearer canary-key' };
  const { body } = await server.call('GET', `/conversations/${id}`, undefined, headers);
  expect(body).toMatchObject({ id, agent_id: 'demo', title: QUESTION });
  expect(below(command.child.pid)).toEqual([]);
  command.child.stdin?.end();
  expect(await command.ended).toBe(0);
  expect(command.stderr()).toBe('');
  expect(server.output()).not.toContain('canary-key');
});

test('with --url it ends with a sentence when the server does, and lets it drain', async () => {
  await using server = await startServer({ args: ['--demo'] });
  await using home = await temporaryFolder();
  await using command = startAcp(home.path, ['--agent', 'demo', '--url', server.url]);
  const editor = await connectEditor(command.stream);
  await editor.open();
  expect(await server.stop()).toBe(0);
  expect(await command.ended).toBe(1);
  expect(command.stderr()).toMatch(/^agent-runtimes acp: The server at \S+ has ended the connection: .+\n$/);
});

test('without --url it speaks with the server that has the data folder', async () => {
  await using server = await startServer({ args: ['--demo'] });
  await using home = await temporaryFolder();
  await using command = startAcp(home.path, ['--agent', 'demo', '--data-dir', `${server.home}/data`]);
  const editor = await connectEditor(command.stream);
  const id = await editor.open();
  await editor.say(id, QUESTION);
  expect((await server.call('GET', `/conversations/${id}`)).body).toMatchObject({ id, title: QUESTION });
  expect(below(command.child.pid)).toEqual([]);
});

test('two windows share the server of the first, which stays until both are gone', async () => {
  await using home = await temporaryFolder();
  // A path that no socket can have is no obstacle.
  const folder = ['--data-dir', `${home.path}/${'long'.repeat(30)}`];
  await using first = startAcp(home.path, ['--agent', 'demo', ...folder], MODEL);
  await using second = startAcp(home.path, ['--agent', 'demo', ...folder], MODEL);
  const editors = await Promise.all([connectEditor(first.stream), connectEditor(second.stream)]);
  const [one, other] = editors;
  const id = await one.open();
  await one.say(id, QUESTION);
  await other.agent.request('session/load', { sessionId: id, cwd: CWD, mcpServers: [] });
  expect(textOf(other.updates.get(id))).toContain('391');
  await expect(startAndAsk(home.path, folder, 'nobody')).resolves.toMatchObject({ data: { code: 'agent-not-found' } });
  const owner = below(first.child.pid).length ? first : second;
  const [kept, guest] = owner === first ? [other, second] : [one, first];
  owner.child.stdin?.end();
  const still = await kept.open();
  expect(await kept.say(still, QUESTION)).toEqual({ stopReason: 'end_turn' });
  guest.child.stdin?.end();
  expect(await guest.ended).toBe(0);
  expect(await owner.ended).toBe(0);
});

test('a window whose server was in a process that is killed goes on with its sessions, also with what waits for an answer', async () => {
  await using home = await temporaryFolder();
  await using first = startAcp(home.path, ['--agent', 'demo'], MODEL);
  const { open } = await connectEditor(first.stream);
  await open();
  await using second = startAcp(home.path, ['--agent', 'demo'], MODEL);
  const editor = await connectEditor(second.stream);
  const [said, empty] = [await editor.open(), await editor.open()];
  await editor.say(said, QUESTION);
  await editor.agent.request('session/set_mode', { sessionId: said, modeId: 'ask' });
  await editor.agent.request('session/set_mode', { sessionId: empty, modeId: 'chat' });
  const slow = { name: 'slow', command: 'sleep', args: ['60'], env: [] };
  const waiting = await editor.open({ mcpServers: [slow] });
  const lost = editor.say(waiting, QUESTION);
  await until(() => below(first.child.pid).length >= 2, 'the server of the session starts');
  first.child.kill('SIGKILL');
  await expect(lost).rejects.toMatchObject({ data: { code: 'run-interrupted' } });
  expect(await editor.say(said, QUESTION)).toEqual({ stopReason: 'end_turn' });
  expect(editor.asked).toMatchObject([{ sessionId: said, toolCall: { name: 'toolbox__calculate' } }]);
  expect(textOf(editor.updates.get(said)).match(/391/g)).toHaveLength(2);
  expect(await editor.say(empty, QUESTION)).toEqual({ stopReason: 'end_turn' });
  expect(textOf(editor.updates.get(empty))).not.toBe('');
  expect(callsOf(editor.updates.get(empty)).filter(({ status }) => status === 'completed')).toEqual([]);
  second.child.stdin?.end();
  expect(await second.ended).toBe(0);
});

/** What another window is told that asks for an agent. */
async function startAndAsk(home: string, folder: readonly string[], agent: string) {
  await using command = startAcp(home, ['--agent', agent, ...folder], MODEL);
  return (await refusalOf(command)).answer.error;
}

test('says to the editor why it cannot work, and ends with 1', async () => {
  await using server = await startServer({ environment: { AGENT_RUNTIMES_API_KEYS: 'ada:one' } });
  await using home = await temporaryFolder();
  const refused = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    await using command = startAcp(home.path, args, environment);
    const { code, answer, stderr } = await refusalOf(command);
    expect(code).toBe(1);
    expect(stderr).toBe(`agent-runtimes acp: ${answer.error.message}\n`);
    expect(answer).toEqual({ jsonrpc: '2.0', id: 'a', error: expect.any(Object) });
    return answer.error;
  };
  const data = ['--data-dir', `${server.home}/data`];
  const shared = await refused(['--agent', 'demo', ...data]);
  expect(shared).toMatchObject({ code: -32000, data: { code: 'unauthorized' } });
  const unknown = await refused(['--agent', 'nobody'], MODEL);
  expect(unknown).toMatchObject({ code: -32002, data: { code: 'agent-not-found' } });
  const noKey = await refused(['--agent', 'demo', '--url', server.url]);
  expect(noKey).toMatchObject({ code: -32000, data: { code: 'unauthorized' } });
  const wrongKey = await refused(['--agent', 'demo', '--url', server.url, '--api-key', 'wrong']);
  expect(wrongKey).toMatchObject({ code: -32000 });
  const noAgent = await refused(['--agent', 'nobody', '--url', server.url, '--api-key', 'one']);
  expect(noAgent).toMatchObject({ code: -32002, data: { code: 'agent-not-found' } });
  const nowhere = await refused(['--agent', 'demo', '--url', 'http://127.0.0.1:1']);
  expect(nowhere.message).toBe('Cannot connect to the server at http://127.0.0.1:1: ECONNREFUSED');
  const keys = { ...MODEL, AGENT_RUNTIMES_API_KEYS: 'ada:one,bob:two' };
  expect(await refused(['--agent', 'demo'], keys)).toMatchObject({ code: -32000, data: { code: 'unauthorized' } });
});

test.each([
  [[], '--agent ID is needed; see acp --help'],
  [['--agent'], '--agent needs a value; see acp --help'],
  [['--agent', 'demo', '--url', 'ftp://x'], '--url: must be an http or https URL'],
  [['--agent', 'demo', '--nope'], expect.stringContaining("'--nope'")],
])('a wrong use ends with 2 and one sentence: %j', async (args, sentence) => {
  await using home = await temporaryFolder();
  await using command = startAcp(home.path, args);
  expect(await command.ended).toBe(2);
  expect(command.stdout()).toBe('');
  const [, said] = /^agent-runtimes acp: (.*)\n$/.exec(command.stderr()) ?? [];
  expect(said).toEqual(sentence);
});

test('its help names its own options and those of a server', async () => {
  await using home = await temporaryFolder();
  await using command = startAcp(home.path, ['--help']);
  expect(await command.ended).toBe(0);
  expect(command.stdout()).toMatch(/^Usage: agent-runtimes acp --agent ID /);
  for (const flag of ['--agent ID', '--url URL', '--api-key KEY', '--data-dir FOLDER', '--model MODEL'])
    expect(command.stdout()).toContain(`\n  ${flag} `);
});

test('a kill -9 of the editor leaves no process, in the middle of a turn', async () => {
  await using home = await temporaryFolder();
  // It starts the command with pipes, and hands on what comes on its own.
  const editor = `
    const child = require('node:child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: ['pipe', 'pipe', 'inherit'] });
    process.stdin.pipe(child.stdin);
    child.stdout.pipe(process.stdout);`;
  const command = [process.execPath, '-e', editor, process.execPath, BUILT, 'acp'];
  await using killed = startAcp(home.path, ['--agent', 'demo'], MODEL, command);
  const { open, say } = await connectEditor(killed.stream);
  const id = await open({
    mcpServers: [
      {
        name: 'slow',
        command: process.execPath,
        args: ['-e', 'setInterval(() => process.stderr.write("."), 100)'],
        env: [],
      },
    ],
  });
  // The turn waits for the server of the editor, which shows signs of life and is never there.
  const turn = say(id, QUESTION).catch(() => 'lost');
  await until(() => below(killed.child.pid).length >= 3, 'the command and two MCP servers run');
  const started = below(killed.child.pid);
  killed.child.kill('SIGKILL');
  expect(await killed.ended).toBe('SIGKILL');
  await until(() => !started.some(isAlive), 'all processes have ended');
  expect(await turn).toBe('lost');
});
