/** What becomes of an editor's sessions: listed, deleted, cut off, and loaded while something goes on there. */
import { describe, expect, test } from 'vitest';
import { CWD, callsOf, choose, connectEditor, type Decide, type Editor, socketTo, textOf } from './support/acp.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];
const calls = (...acts: Act[][]): Act[] => [...acts.flat(), finish('tool-calls')];
const open = (server: AgentRuns, options?: Parameters<typeof connectEditor>[1], key?: string) =>
  connectEditor(socketTo(server, key === undefined ? {} : { key }), options);
const load = (editor: Editor, sessionId: string) =>
  editor.agent.request('session/load', { sessionId, cwd: CWD, mcpServers: [] });
const errorOf = (request: Promise<unknown>) =>
  request.then(
    () => undefined,
    (cause) => cause,
  );
const runsOf = async (server: AgentRuns, id: string) =>
  (await server.call('GET', `/runs?conversation_id=${id}`)).body.runs;

/** Begins a run that goes on without readers. */
const begin = (server: AgentRuns, conversation_id: string, message: string) =>
  server.read('/agents/tester/prompt', { message, conversation_id, background: true }, { count: 1 });

/** An answer that begins, and goes on when it is told to. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const [begin, first, ...rest] = text('One ', 'two') as [Act, Act, ...Act[]];
  return { answer: [begin, first, { wait: gate.promise }, ...rest, finish()], open: gate.resolve };
}

describe('the list', () => {
  test('has the conversations with the agent, wherever they were begun, page by page', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hi')]));
    await using editor = await open(server);
    const id = await editor.open();
    await editor.say(id, 'From here');
    await server.call('POST', '/agents/tester/prompt/sync', { message: 'From elsewhere', conversation_id: 'rest' });
    const elsewhere = await editor.open({ cwd: '/other' });
    await editor.say(elsewhere, 'From there');
    const updatedAt = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await editor.agent.request('session/list', {})).toEqual({
      sessions: [
        { sessionId: elsewhere, cwd: '/other', title: 'From there', updatedAt },
        { sessionId: 'rest', cwd: '/other', title: 'From elsewhere', updatedAt },
        { sessionId: id, cwd: CWD, title: 'From here', updatedAt },
      ],
    });
    const here = await editor.agent.request('session/list', { cwd: CWD });
    expect(here.sessions.map(({ sessionId, cwd }) => [sessionId, cwd])).toEqual([
      ['rest', CWD],
      [id, CWD],
    ]);
    for (let more = 0; more < 50; more++)
      await server.call('POST', '/agents/tester/prompt/sync', { message: `${more}` });
    const first = await editor.agent.request('session/list', {});
    expect(first.sessions).toHaveLength(50);
    const { nextCursor: cursor } = first;
    const second = await editor.agent.request('session/list', { ...(cursor && { cursor }) });
    expect(second.sessions.map(({ sessionId }) => sessionId)).toEqual([elsewhere, 'rest', id]);
    expect(second.nextCursor).toBeUndefined();
    expect(await errorOf(editor.agent.request('session/list', { cursor: 'x' }))).toMatchObject({ code: -32602 });
  });

  test('loses what is deleted, with the run that goes on there, and nothing of somebody else', async () => {
    const { answer } = gated();
    await using server = await startAgentRuns(scriptedModel([answer]), { apiKeys: ['ada:one', 'bob:two'] });
    await using ada = await open(server, {}, 'one');
    await using bob = await open(server, {}, 'two');
    const sessionId = await ada.open();
    const turn = ada.say(sessionId, 'Go');
    await expect.poll(() => textOf(ada.updates.get(sessionId))).toBe('One ');
    expect(await bob.agent.request('session/list', {})).toEqual({ sessions: [] });
    expect(await bob.agent.request('session/delete', { sessionId })).toEqual({});
    expect((await ada.agent.request('session/list', {})).sessions).toHaveLength(1);
    expect(await ada.agent.request('session/delete', { sessionId })).toEqual({});
    expect(await turn).toEqual({ stopReason: 'cancelled' });
    expect(await ada.agent.request('session/list', {})).toEqual({ sessions: [] });
    expect(await errorOf(load(ada, sessionId))).toMatchObject({ code: -32002 });
    expect(await ada.agent.request('session/delete', { sessionId })).toEqual({});
  });
});

describe('a session that is loaded while an answer is on its way', () => {
  test('is told what was said before, and then the answer from its beginning to its end, once', async () => {
    const { answer, open: goOn } = gated();
    await using server = await startAgentRuns(scriptedModel([says('Before'), answer]));
    await using first = await open(server);
    const id = await first.open();
    await first.say(id, 'Hi');
    await begin(server, id, 'Go');
    await using second = await open(server);
    await load(second, id);
    await expect.poll(() => textOf(second.updates.get(id))).toBe('BeforeOne ');
    goOn();
    await expect.poll(() => textOf(second.updates.get(id))).toBe('BeforeOne two');
    expect(textOf(second.updates.get(id), 'user_message_chunk')).toBe('HiGo');
    await expect.poll(() => runsOf(server, id)).toMatchObject([{ status: 'finished' }, { status: 'finished' }]);
  });

  test('stops it when the user says so, and leaves it alone when its editor goes', async () => {
    const [left, stopped] = [gated(), gated()];
    await using server = await startAgentRuns(scriptedModel([left.answer, stopped.answer]));
    const join = async (id: string) => {
      await begin(server, id, 'Go');
      const editor = await open(server);
      await load(editor, id);
      await expect.poll(() => textOf(editor.updates.get(id))).toBe('One ');
      return editor;
    };
    const leaving = await join('left');
    await leaving[Symbol.asyncDispose]();
    await using stopping = await join('stopped');
    await stopping.agent.notify('session/cancel', { sessionId: 'stopped' });
    await expect.poll(() => runsOf(server, 'stopped')).toMatchObject([{ status: 'cancelled' }]);
    left.open();
    await expect.poll(() => runsOf(server, 'left')).toMatchObject([{ status: 'finished' }]);
  });

  test('is told the whole answer at its end where its beginning is not held any more', async () => {
    const gate = Promise.withResolvers<void>();
    const words = Array.from({ length: 30 }, (_, at) => `${at} `);
    const answer: Act[] = [...text(...words), ...reasoning('Hm'), { wait: gate.promise }, ...says('end')];
    await using server = await startAgentRuns(scriptedModel([answer]), { limits: { logEvents: 10 } });
    const stop = new AbortController();
    const response = await server.open(
      '/agents/tester/prompt',
      { message: 'Go', conversation_id: 'long' },
      { signal: stop.signal },
    );
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let read = ''; !read.includes('29 '); ) read += (await reader?.read())?.value ?? '';
    await using editor = await open(server);
    await load(editor, 'long');
    gate.resolve();
    for (;;) if ((await reader?.read())?.done !== false) break;
    await expect.poll(() => textOf(editor.updates.get('long'))).toBe(`${words.join('')}end`);
    stop.abort();
  });
});

describe('calls that wait for a person when a session is loaded', () => {
  const asksTwice = calls(toolCall('c1', 'mail', { to: 'ada' }), toolCall('c2', 'mail', { to: 'bob' }));

  async function startMail(options: { apiKeys?: string[] } = {}) {
    const sent: unknown[] = [];
    const mail = async (args: unknown) => {
      sent.push(args);
      return ok('sent');
    };
    const model = scriptedModel([asksTwice, says('Done')]);
    const agent = { approvals: { tools: ['mail'] } };
    const server = await startAgentRuns(model, { toolset: toolsetOf({ mail }), agent, ...options });
    return { server, sent };
  }
  const never: Decide = () => new Promise(() => undefined);

  /** A conversation whose editor has gone while two calls waited. */
  async function leaveWaiting(server: AgentRuns) {
    const editor = await open(server, { decide: never });
    const id = await editor.open();
    const lost = errorOf(editor.say(id, 'Write'));
    await expect.poll(() => editor.asked).toHaveLength(2);
    await editor[Symbol.asyncDispose]();
    await lost;
    return id;
  }

  test.each(['session/load', 'session/resume'] as const)(
    'are asked about again after %s, one allowed and one refused, and the answer is told',
    async (method) => {
      const { server, sent } = await startMail();
      await using _ = server;
      const id = await leaveWaiting(server);
      await using editor = await open(server, {
        decide: ({ toolCall: { toolCallId } }) => choose(toolCallId === 'c2' ? 'allow' : 'reject'),
      });
      await editor.agent.request(method, { sessionId: id, cwd: CWD, mcpServers: [] });
      await expect.poll(() => textOf(editor.updates.get(id))).toBe('Done');
      expect(editor.asked).toMatchObject([{ toolCall: { toolCallId: 'c1' } }, { toolCall: { toolCallId: 'c2' } }]);
      const ended = callsOf(editor.updates.get(id)).map(({ toolCallId, status }) => `${toolCallId} ${status}`);
      expect(ended.toSorted()).toEqual(['c1 failed', 'c2 completed']);
      expect(sent).toEqual([{ to: 'bob' }]);
    },
  );

  test('are given up by a user who cancels, and by no editor that goes, closes or loads again', async () => {
    const { server } = await startMail();
    await using _ = server;
    const id = await leaveWaiting(server);
    const count = async (status: string) =>
      (await server.call('GET', `/approvals?conversation_id=${id}&status=${status}`)).body.approvals.length;
    await using editor = await open(server, { decide: never });
    await load(editor, id);
    await expect.poll(() => editor.asked).toHaveLength(2);
    await load(editor, id);
    await expect.poll(() => editor.asked).toHaveLength(4);
    await editor.agent.request('session/close', { sessionId: id });
    expect(await count('pending')).toBe(2);
    await load(editor, id);
    await expect.poll(() => editor.asked).toHaveLength(6);
    await editor.agent.notify('session/cancel', { sessionId: id });
    await expect.poll(() => count('cancelled')).toBe(2);
  });

  test('are told to no foreign key', async () => {
    const { server } = await startMail({ apiKeys: ['ada:one', 'bob:two'] });
    await using _ = server;
    await using ada = await open(server, { decide: never }, 'one');
    const id = await ada.open();
    void errorOf(ada.say(id, 'Write'));
    await expect.poll(() => ada.asked).toHaveLength(2);
    await using bob = await open(server, {}, 'two');
    expect(await errorOf(load(bob, id))).toMatchObject({ code: -32002, data: { code: 'conversation-not-found' } });
    expect(await errorOf(bob.agent.request('session/set_mode', { sessionId: id, modeId: 'ask' }))).toMatchObject({
      code: -32002,
    });
    expect([bob.asked, bob.updates.size]).toEqual([[], 0]);
  });
});

test('a session that is cut off after each of its updates is loaded again with nothing lost and nothing doubled', async () => {
  const whole = { said: 'Time?', thought: 'Hm', answered: 'Well, Noon', calls: ['completed'] };
  const shown = (editor: Editor, id: string) => {
    const updates = editor.updates.get(id);
    return {
      said: textOf(updates, 'user_message_chunk'),
      thought: textOf(updates, 'agent_thought_chunk'),
      answered: textOf(updates),
      calls: callsOf(updates).map(({ status }) => status),
    };
  };
  let gate = Promise.withResolvers<void>();
  const model = scriptedModel((call) =>
    call % 2
      ? says('No', 'on')
      : [...text('Well, '), { wait: gate.promise }, ...reasoning('H', 'm'), ...calls(toolCall('c1', 'clock', {}))],
  );
  await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: async () => ok('12:00') }) });
  /** Follows a run from before it says anything, until the connection is cut or all is told. */
  const follow = async (id: string, cutAfter: number) => {
    gate = Promise.withResolvers();
    await begin(server, id, 'Time?');
    const editor = await open(server, { cutAfter });
    await load(editor, id).catch(() => undefined);
    gate.resolve();
    return editor;
  };
  await using uncut = await follow('uncut', Number.POSITIVE_INFINITY);
  await expect.poll(() => shown(uncut, 'uncut')).toEqual(whole);
  const count = uncut.updates.get('uncut')?.length ?? 0;
  expect(count).toBe(10);
  for (let after = 1; after <= count; after++) {
    const id = `cut-${after}`;
    const cut = await follow(id, after);
    await cut.connection.closed;
    await using again = await open(server);
    await load(again, id);
    await expect.poll(() => shown(again, id)).toEqual(whole);
    const { body } = await server.call('GET', `/conversations/${id}`);
    expect(body.messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  }
});

test('200 sessions of 20 editors answer at once, each with its own', async () => {
  const model = scriptedModel((call) => says(`answer ${call}`));
  await using server = await startAgentRuns(model);
  await using editors = new AsyncDisposableStack();
  const connected = await Promise.all(Array.from({ length: 20 }, async () => editors.use(await open(server))));
  const answers = await Promise.all(
    connected.flatMap((editor) =>
      Array.from({ length: 10 }, async () => {
        const id = await editor.open();
        expect(await editor.say(id, 'Hi')).toEqual({ stopReason: 'end_turn' });
        return textOf(editor.updates.get(id));
      }),
    ),
  );
  expect(new Set(answers).size).toBe(200);
});
