/** The Agent Client Protocol over WebSockets, spoken by the client side of its own SDK. */
import { once } from 'node:events';
import type { RequestError } from '@agentclientprotocol/sdk';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { CWD, callsOf, choose, connectEditor, socketTo, textOf } from './support/acp.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, type Answer, finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];
const calls = (...acts: Act[][]): Act[] => [...acts.flat(), finish('tool-calls')];
const broken: Act = { fail: new Error('the model broke') };

/** An answer that begins, and goes on when it is told to. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const [begin, first, ...rest] = text('One ', 'two') as [Act, Act, ...Act[]];
  return { answer: [begin, first, { wait: gate.promise }, ...rest, finish()] satisfies Answer, open: gate.resolve };
}

const open = (server: AgentRuns, options?: Parameters<typeof connectEditor>[1]) =>
  connectEditor(socketTo(server), options);
const errorOf = (request: Promise<unknown>): Promise<RequestError> =>
  request.then(
    () => {
      throw new Error('it succeeded');
    },
    (cause) => cause,
  );
const runsOf = async (server: AgentRuns, id: string) =>
  (await server.call('GET', `/runs?conversation_id=${id}`)).body.runs;

describe('a connection', () => {
  test('tells what it speaks, whatever version the editor asks for', async () => {
    await using server = await startAgentRuns(scriptedModel([]));
    await using editor = await open(server);
    for (const protocolVersion of [1, 7]) {
      expect(await editor.agent.request('initialize', { protocolVersion })).toMatchObject({
        protocolVersion: 1,
        agentInfo: { name: 'agent-runtimes', title: 'Tester', version: expect.any(String) },
        agentCapabilities: {
          loadSession: true,
          promptCapabilities: { image: true, embeddedContext: true },
          mcpCapabilities: { http: true, sse: true },
          sessionCapabilities: { list: {}, delete: {}, resume: {}, close: {} },
        },
        authMethods: [],
      });
    }
  });

  test('to an agent that is not there is refused before it is one', async () => {
    await using server = await startAgentRuns(scriptedModel([]));
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/acp/ws/nobody`);
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(404);
  });

  test('answers what is no message, and goes on', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hi')]));
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/acp/ws/tester`);
    await once(socket, 'open');
    const answer = async (sent: string) => {
      socket.send(sent);
      return JSON.parse(String((await once(socket, 'message'))[0]));
    };
    expect(await answer('{')).toMatchObject({ id: null, error: { code: -32700 } });
    expect(await answer('[]')).toMatchObject({ id: null, error: { code: -32600 } });
    expect(await answer('7')).toMatchObject({ id: null, error: { code: -32600 } });
    const early = { jsonrpc: '2.0', id: 1, method: 'session/new', params: { cwd: CWD, mcpServers: [] } };
    expect(await answer(JSON.stringify(early))).toMatchObject({ id: 1, error: { code: -32600 } });
    const begin = { jsonrpc: '2.0', id: 2, method: 'initialize', params: { protocolVersion: 1 } };
    expect(await answer(JSON.stringify(begin))).toMatchObject({ id: 2, result: { protocolVersion: 1 } });
    expect(await answer(JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'session/fork' }))).toMatchObject({
      error: { code: -32601 },
    });
    socket.terminate();
  });

  test('asks for a key where the server does, and tells a foreign one nothing of a session', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Secret')]), { apiKeys: ['ada:one', 'bob:two'] });
    const refused = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/acp/ws/tester`);
    expect((await once(refused, 'unexpected-response'))[1].statusCode).toBe(401);
    await using ada = await connectEditor(socketTo(server, { key: 'one' }));
    await using bob = await connectEditor(socketTo(server, { key: 'two' }));
    const { authMethods } = await ada.agent.request('initialize', { protocolVersion: 1 });
    expect(authMethods).toMatchObject([{ id: 'api-key' }]);
    expect(await ada.agent.request('authenticate', { methodId: 'api-key' })).toEqual({});
    expect(await errorOf(ada.agent.request('authenticate', { methodId: 'oauth' }))).toMatchObject({ code: -32602 });
    const id = await ada.open();
    await ada.say(id, 'Tell me');
    for (const method of ['session/load', 'session/resume'] as const) {
      const error = await errorOf(bob.agent.request(method, { sessionId: id, cwd: CWD, mcpServers: [] }));
      expect(error).toMatchObject({ code: -32002, data: { code: 'conversation-not-found', sessionId: id } });
    }
    expect(await errorOf(bob.say(id, 'And me'))).toMatchObject({ code: -32002 });
    expect(bob.updates.size).toBe(0);
  });

  test('may have many sessions, each its own', async () => {
    const model = scriptedModel((call) => says(`answer ${call}`));
    await using server = await startAgentRuns(model);
    await using editor = await open(server);
    const ids = await Promise.all(Array.from({ length: 50 }, () => editor.open()));
    const answers = await Promise.all(ids.map((id) => editor.say(id, 'Hi')));
    expect(new Set(answers.map(({ stopReason }) => stopReason))).toEqual(new Set(['end_turn']));
    expect(new Set(ids.map((id) => textOf(editor.updates.get(id)))).size).toBe(50);
  });

  test('refuses more sessions than its bound, until one is closed', async () => {
    await using server = await startAgentRuns(scriptedModel([]));
    await using editor = await open(server);
    const ids = await Promise.all(Array.from({ length: 200 }, () => editor.open()));
    expect(await errorOf(editor.open())).toMatchObject({ data: { code: 'rate-limited' } });
    await editor.agent.request('session/close', { sessionId: ids[0] ?? '' });
    await editor.open();
    expect(await errorOf(editor.say(ids[0] ?? '', 'Hi'))).toMatchObject({ code: -32002 });
  });
});

describe('a turn', () => {
  test('is told by thoughts, texts and tool calls, and is a run as any other', async () => {
    const model = scriptedModel([
      [
        ...reasoning('Hmm', '...'),
        ...calls(
          toolCall('c1', 'files__read_file', { path: 'src/a.ts', line: 7 }),
          toolCall('c2', 'files__search', { query: 'x' }),
        ),
      ],
      says('It ', 'says', ' x'),
    ]);
    const tools = {
      files__read_file: async () => ok('const x = 1;'),
      files__search: async () => ({ result: { error: 'no index' }, isError: true }),
    };
    await using server = await startAgentRuns(model, { toolset: toolsetOf(tools) });
    await using editor = await open(server);
    const id = await editor.open();
    expect(await editor.say(id, 'What is in a.ts?')).toEqual({ stopReason: 'end_turn' });
    const updates = editor.updates.get(id) ?? [];
    expect(textOf(updates, 'agent_thought_chunk')).toBe('Hmm...');
    expect(textOf(updates)).toBe('It says x');
    expect(callsOf(updates)).toEqual([
      {
        toolCallId: 'c1',
        title: `Read file: ${CWD}/src/a.ts`,
        name: 'files__read_file',
        kind: 'read',
        status: 'completed',
        locations: [{ path: `${CWD}/src/a.ts`, line: 7 }],
        rawInput: { path: 'src/a.ts', line: 7 },
        content: [{ type: 'content', content: { type: 'text', text: 'const x = 1;' } }],
      },
      {
        toolCallId: 'c2',
        title: 'Search',
        name: 'files__search',
        kind: 'search',
        status: 'failed',
        locations: [],
        rawInput: { query: 'x' },
        rawOutput: { error: 'no index' },
        content: [{ type: 'content', content: { type: 'text', text: '{\n  "error": "no index"\n}' } }],
      },
    ]);
    const statuses = updates.flatMap((update) => ('status' in update && update.status ? [update.status] : []));
    expect(statuses.slice(0, 2)).toEqual(['pending', 'pending']);
    expect(statuses).toContain('in_progress');
    expect(updates.at(-1)).toEqual({ sessionUpdate: 'session_info_update', title: 'What is in a.ts?' });
    expect(JSON.stringify(model.asked[0]?.prompt[0])).toContain(`The working folder is ${CWD}`);
    const { body } = await server.call('GET', `/conversations/${id}`);
    expect(body.messages.map(({ role }: { role: string }) => role)).toEqual([
      ...['user', 'assistant', 'tool', 'tool', 'assistant'],
    ]);
    expect(await runsOf(server, id)).toMatchObject([{ status: 'finished', background: false }]);
  });

  test('with a tool result of 100 KB is whole', async () => {
    const long = 'ä'.repeat(100_000);
    const model = scriptedModel([calls(toolCall('c1', 'long', {})), says('Done')]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ long: async () => ok(long) }) });
    await using editor = await open(server);
    const id = await editor.open();
    await editor.say(id, 'Go');
    const { content } = callsOf(editor.updates.get(id))[0] as { content: { content: { text: string } }[] };
    expect(content.map(({ content: { text } }) => text === long)).toEqual([true]);
  });

  test('may hold images, files of the editor, and links to them', async () => {
    const model = scriptedModel([says('Nice')]);
    await using server = await startAgentRuns(model);
    await using editor = await open(server);
    const sessionId = await editor.open();
    await editor.agent.request('session/prompt', {
      sessionId,
      prompt: [
        { type: 'text', text: 'Look' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        { type: 'resource', resource: { uri: 'file:///a.ts', mimeType: 'text/plain', text: 'let a;' } },
        { type: 'resource', resource: { uri: 'file:///b%20c.pdf', mimeType: 'application/pdf', blob: 'BBBB' } },
        { type: 'resource_link', uri: 'file:///d.md', name: 'd.md', title: 'Notes' },
      ],
    });
    expect(model.asked[0]?.prompt[1]?.content).toMatchObject([
      { type: 'text', text: 'Look' },
      { type: 'file', mediaType: 'image/png', data: { data: 'AAAA' } },
      { type: 'text', text: '<resource uri="file:///a.ts">\nlet a;\n</resource>' },
      { type: 'file', mediaType: 'application/pdf', data: { data: 'BBBB' }, filename: 'b%20c.pdf' },
      { type: 'text', text: '[Notes](file:///d.md)' },
    ]);
    const empty = editor.agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text: '' }] });
    expect(await errorOf(empty)).toMatchObject({ code: -32602, data: { code: 'validation-failed' } });
  });

  test.each([
    ['length', 'max_tokens'],
    ['content-filter', 'refusal'],
  ] as const)('that the model ends by %s stops for %s', async (reason, stopReason) => {
    await using server = await startAgentRuns(scriptedModel([[...text('Par'), finish(reason)]]));
    await using editor = await open(server);
    expect(await editor.say(await editor.open(), 'Go')).toEqual({ stopReason });
  });

  test('that takes too many steps stops for that', async () => {
    const model = scriptedModel((call) => calls(toolCall(`c${call}`, 'again', {})));
    const options = { toolset: toolsetOf({ again: async () => ok('again') }), agent: { maxSteps: 2 } };
    await using server = await startAgentRuns(model, options);
    await using editor = await open(server);
    expect(await editor.say(await editor.open(), 'Go')).toEqual({ stopReason: 'max_turn_requests' });
  });

  test('fails with our code where the model fails, before it said anything and in the middle', async () => {
    for (const answer of [[broken], [...text('Par', 'tial').slice(0, 3), broken]]) {
      await using server = await startAgentRuns(scriptedModel([answer]));
      await using editor = await open(server);
      const error = await errorOf(editor.say(await editor.open(), 'Go'));
      expect(error).toMatchObject({ code: -32603, data: { code: 'model-failed', status_code: 502 } });
      expect(error.message).toBe((error.data as { detail: string }).detail);
    }
  });

  test('is told of retries where the editor shows notices, and else not', async () => {
    for (const hasNotices of [true, false]) {
      await using server = await startAgentRuns(
        scriptedModel([{ refuse: Object.assign(new Error('busy'), { statusCode: 503 }) }, says('Hi')]),
      );
      await using editor = await open(server, { capabilities: hasNotices ? { session: { notices: {} } } : {} });
      const id = await editor.open();
      await editor.say(id, 'Go');
      const notices = editor.updates.get(id)?.filter(({ sessionUpdate }) => sessionUpdate === 'notice');
      expect(notices).toHaveLength(hasNotices ? 1 : 0);
    }
  });

  test('ends when the user cancels it, and the session goes on', async () => {
    const { answer } = gated();
    await using server = await startAgentRuns(scriptedModel([answer, says('Later')]));
    await using editor = await open(server);
    const sessionId = await editor.open();
    const turn = editor.say(sessionId, 'Go');
    await expect.poll(() => textOf(editor.updates.get(sessionId))).toBe('One ');
    await editor.agent.notify('session/cancel', { sessionId });
    expect(await turn).toEqual({ stopReason: 'cancelled' });
    expect(await runsOf(server, sessionId)).toMatchObject([{ status: 'cancelled' }]);
    expect(await editor.say(sessionId, 'And now?')).toEqual({ stopReason: 'end_turn' });
  });

  test('ends when it is cancelled in the very next message, before its run has begun', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hi')]));
    await using editor = await open(server);
    const sessionId = await editor.open();
    const turn = editor.say(sessionId, 'Go');
    await editor.agent.notify('session/cancel', { sessionId });
    expect(await turn).toEqual({ stopReason: 'cancelled' });
  });

  test('ends when the user says something new, or somebody cancels its run', async () => {
    const first = gated();
    const second = gated();
    await using server = await startAgentRuns(scriptedModel([first.answer, second.answer]));
    await using editor = await open(server);
    const id = await editor.open();
    const turn = editor.say(id, 'Go');
    await expect.poll(() => textOf(editor.updates.get(id))).toBe('One ');
    const next = editor.say(id, 'No, this');
    expect(await turn).toEqual({ stopReason: 'cancelled' });
    await expect.poll(() => textOf(editor.updates.get(id))).toBe('One One ');
    const [{ id: runId }] = await runsOf(server, id);
    await server.call('POST', `/runs/${runId}/cancel`);
    expect(await next).toEqual({ stopReason: 'cancelled' });
  });

  test('ends with its connection, and what was said is loaded by the next', async () => {
    const { answer } = gated();
    await using server = await startAgentRuns(scriptedModel([answer, says('Welcome back')]));
    const editor = await open(server);
    const id = await editor.open();
    const lost = errorOf(editor.say(id, 'Go'));
    await expect.poll(() => textOf(editor.updates.get(id))).toBe('One ');
    await editor[Symbol.asyncDispose]();
    await lost;
    await expect.poll(() => runsOf(server, id)).toMatchObject([{ status: 'cancelled' }]);
    await using again = await open(server);
    expect(await again.agent.request('session/load', { sessionId: id, cwd: CWD, mcpServers: [] })).toMatchObject({
      modes: { currentModeId: 'agent' },
    });
    expect(textOf(again.updates.get(id), 'user_message_chunk')).toBe('Go');
    expect(textOf(again.updates.get(id))).toBe('One ');
    await again.say(id, 'I am back');
    expect(textOf(again.updates.get(id))).toBe('One Welcome back');
  });
});

describe('a session that is loaded', () => {
  test('is told whole: what the user said with its images, thoughts, texts and tool calls', async () => {
    const model = scriptedModel([
      [...reasoning('Hmm'), ...calls(toolCall('c1', 'clock', { zone: 'UTC' }), toolCall('c2', 'broken', {}))],
      says('Noon'),
    ]);
    const tools = { clock: async () => ok('12:00'), broken: async () => ({ result: 'no time', isError: true }) };
    await using server = await startAgentRuns(model, { toolset: toolsetOf(tools) });
    await using editor = await open(server);
    const sessionId = await editor.open();
    const image = { type: 'image' as const, mimeType: 'image/png', data: 'AAAA' };
    const pdf = { uri: 'attachment:a.pdf', mimeType: 'application/pdf', blob: 'BBBB' };
    const prompt = [{ type: 'text' as const, text: 'Time?' }, image, { type: 'resource' as const, resource: pdf }];
    await editor.agent.request('session/prompt', { sessionId, prompt });
    await using again = await open(server);
    await again.agent.request('session/load', { sessionId, cwd: CWD, mcpServers: [] });
    const said = (content: object) => ({ sessionUpdate: 'user_message_chunk', messageId: expect.any(String), content });
    expect(again.updates.get(sessionId)).toEqual([
      said({ type: 'text', text: 'Time?' }),
      said(image),
      said({ type: 'resource', resource: pdf }),
      { sessionUpdate: 'agent_thought_chunk', messageId: expect.any(String), content: { type: 'text', text: 'Hmm' } },
      expect.objectContaining({ sessionUpdate: 'tool_call', toolCallId: 'c1', status: 'completed' }),
      expect.objectContaining({ sessionUpdate: 'tool_call', toolCallId: 'c2', status: 'failed' }),
      { sessionUpdate: 'agent_message_chunk', messageId: expect.any(String), content: { type: 'text', text: 'Noon' } },
    ]);
    expect(callsOf(again.updates.get(sessionId))).toEqual(callsOf(editor.updates.get(sessionId)));
  });

  test('may be one that another protocol began, and is told nothing when it is resumed', async () => {
    await using server = await startAgentRuns(scriptedModel([says('One'), says('Two')]));
    await server.call('POST', '/agents/tester/prompt/sync', { message: 'Hi', conversation_id: 'talk' });
    await using editor = await open(server);
    await editor.agent.request('session/resume', { sessionId: 'talk', cwd: CWD });
    expect(editor.updates.get('talk')).toBeUndefined();
    await editor.say('talk', 'Go on');
    await editor.agent.request('session/load', { sessionId: 'talk', cwd: CWD, mcpServers: [] });
    expect(textOf(editor.updates.get('talk'))).toBe('TwoOneTwo');
    const { body } = await server.call('GET', '/vercel-ai/tester/talk/messages');
    expect(body.messages).toHaveLength(4);
  });
});

describe('calls that wait for a person', () => {
  const asksTwice: Answer = calls(
    toolCall('c1', 'mail__send', { to: 'ada' }),
    toolCall('c2', 'mail__send', { to: 'bob' }),
  );
  async function startMail(options: { apiKeys?: string[] } = {}) {
    const sent: unknown[] = [];
    const mail = async (args: unknown) => {
      sent.push(args);
      return ok('sent');
    };
    const model = scriptedModel([asksTwice, says('Done')]);
    const agent = { approvals: { tools: ['mail__*'] } };
    const server = await startAgentRuns(model, { toolset: toolsetOf({ mail__send: mail }), agent, ...options });
    return { server, sent, model };
  }

  test('are asked about in the editor, and run as it answers', async () => {
    const { server, sent, model } = await startMail();
    await using _ = server;
    await using editor = await open(server, {
      decide: ({ toolCall: { toolCallId } }) => choose(toolCallId === 'c1' ? 'allow' : 'reject'),
    });
    const id = await editor.open();
    expect(await editor.say(id, 'Write')).toEqual({ stopReason: 'end_turn' });
    expect(editor.asked).toMatchObject([
      {
        sessionId: id,
        toolCall: { toolCallId: 'c1', title: 'Send', rawInput: { to: 'ada' }, status: 'pending' },
        options: [{ kind: 'allow_once' }, { kind: 'reject_once' }],
      },
      { toolCall: { toolCallId: 'c2', rawInput: { to: 'bob' } } },
    ]);
    expect(sent).toEqual([{ to: 'ada' }]);
    expect(callsOf(editor.updates.get(id))).toMatchObject([{ status: 'completed' }, { status: 'failed' }]);
    expect(textOf(editor.updates.get(id))).toBe('Done');
    for (const status of ['approved', 'denied']) {
      const { body } = await server.call('GET', `/approvals?conversation_id=${id}&status=${status}`);
      expect(body.approvals).toHaveLength(1);
    }
    // The run that acts on the answers works in the same place.
    expect(JSON.stringify(model.asked[1]?.prompt[0])).toContain(CWD);
  });

  test('may be answered over REST meanwhile: the editor is asked no more, and the turn goes on', async () => {
    const { server, sent } = await startMail();
    await using _ = server;
    const withdrawn: string[] = [];
    await using editor = await open(server, {
      decide: ({ toolCall: { toolCallId } }, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            withdrawn.push(toolCallId);
            resolve({ outcome: { outcome: 'cancelled' } });
          });
        }),
    });
    const id = await editor.open();
    const turn = editor.say(id, 'Write');
    await expect.poll(() => editor.asked).toHaveLength(2);
    const { body } = await server.call('GET', `/approvals?conversation_id=${id}`);
    const idOf = (call: string) =>
      body.approvals.find(({ tool_call_id }: { tool_call_id: string }) => tool_call_id === call).id;
    await server.call('POST', `/approvals/${idOf('c2')}`, { approved: true });
    await expect.poll(() => withdrawn).toEqual(['c2']);
    await server.call('POST', `/approvals/${idOf('c1')}`, { approved: false });
    expect(await turn).toEqual({ stopReason: 'end_turn' });
    expect(withdrawn).toEqual(['c2', 'c1']);
    expect(sent).toEqual([{ to: 'bob' }]);
    expect(textOf(editor.updates.get(id))).toBe('Done');
  });

  test('are given up when the user cancels the turn, and the next one begins', async () => {
    const { server, sent } = await startMail();
    await using _ = server;
    await using editor = await open(server, { decide: () => new Promise(() => undefined) });
    const sessionId = await editor.open();
    const turn = editor.say(sessionId, 'Write');
    await expect.poll(() => editor.asked).toHaveLength(2);
    await editor.agent.notify('session/cancel', { sessionId });
    expect(await turn).toEqual({ stopReason: 'cancelled' });
    const { body } = await server.call('GET', `/approvals?conversation_id=${sessionId}&status=cancelled`);
    expect(body.approvals).toHaveLength(2);
    expect(await editor.say(sessionId, 'Something else')).toEqual({ stopReason: 'end_turn' });
    expect(sent).toEqual([]);
  });

  test('outlive an editor that goes away, and are answered by whoever comes', async () => {
    const { server, sent } = await startMail();
    await using _ = server;
    const editor = await open(server, { decide: () => new Promise(() => undefined) });
    const id = await editor.open();
    const lost = errorOf(editor.say(id, 'Write'));
    await expect.poll(() => editor.asked).toHaveLength(2);
    await editor[Symbol.asyncDispose]();
    await lost;
    const { body } = await server.call('GET', `/approvals?conversation_id=${id}`);
    for (const approval of body.approvals) {
      expect(approval.status).toBe('pending');
      await server.call('POST', `/approvals/${approval.id}`, { approved: true });
    }
    await expect.poll(() => sent).toHaveLength(2);
  });

  test('end the turn with our code where the editor cannot ask', async () => {
    const { server } = await startMail();
    await using _ = server;
    await using editor = await open(server, {
      decide: () => {
        throw new Error('no window');
      },
    });
    expect(await errorOf(editor.say(await editor.open(), 'Write'))).toMatchObject({
      data: { code: 'approval-pending', status_code: 409 },
    });
  });
});

test('a server that drains refuses turns with its code, and closes the connection', async () => {
  const server = await startAgentRuns(scriptedModel([says('Hi')]));
  const editor = await open(server);
  const id = await editor.open();
  await server.runs.drain(0);
  expect(await errorOf(editor.say(id, 'Hi'))).toMatchObject({ data: { code: 'draining', status_code: 503 } });
  await server[Symbol.asyncDispose]();
  await editor.connection.closed;
});
