/** Chats that are left, taken up, stopped, and wait for people: by the transport of the AI SDK, and by `useChat` in a page. */
import { lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from 'ai';
import { describe, expect, test } from 'vitest';
import { chatTransport } from '../client/index.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { openChatPage } from './support/chat-page.mjs';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, type Answer, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { begin, resume, send, takeUp, textOf, toMessage, typesOf, user } from './support/vercel-ai.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];

/** An answer of two words, with a gate between them. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const [begin, first, ...rest] = text('One ', 'two') as [Act, Act, ...Act[]];
  return { answer: [begin, first, { wait: gate.promise }, ...rest, finish()] satisfies Answer, open: gate.resolve };
}

/** Sends, and leaves once the first word is there. */
async function leaveEarly(server: AgentRuns, messages = [user('Go')]) {
  const leave = new AbortController();
  const reader = (await begin(server, { messages, abortSignal: leave.signal })).getReader();
  for (;;) {
    const { value } = await reader.read();
    if (value?.type === 'text-delta') break;
  }
  leave.abort();
  await reader.cancel().catch(() => undefined);
}

describe('an answer whose reader has left', () => {
  test('goes on, and is taken up from its first chunk; once it is over there is nothing to take up', async () => {
    const { answer, open } = gated();
    await using server = await startAgentRuns(scriptedModel([answer]));
    await leaveEarly(server);
    const taken = await takeUp(server);
    open();
    expect(textOf(await toMessage(await Array.fromAsync(taken)))).toBe('One two');
    expect(await resume(server)).toBeNull();
    expect(await resume(server, 'unknown')).toBeNull();
  });

  test('is stopped by the id of its run, which whoever takes it up is told', async () => {
    const { answer } = gated();
    await using server = await startAgentRuns(scriptedModel([answer]));
    await leaveEarly(server);
    const types: string[] = [];
    for await (const chunk of await takeUp(server)) {
      types.push(chunk.type);
      if (chunk.type !== 'start') continue;
      const { run_id } = chunk.messageMetadata as { run_id: string };
      expect((await server.call('POST', `/runs/${run_id}/cancel`)).body).toMatchObject({ status: 'cancelled' });
    }
    expect(types.slice(-3)).toEqual(['text-end', 'finish-step', 'abort']);
  });

  test('is not begun again by a request that is sent again, and ends when the user says something new', async () => {
    const { answer, open } = gated();
    const model = scriptedModel([answer, says('New')]);
    await using server = await startAgentRuns(model);
    await leaveEarly(server);
    const again = await begin(server, { messages: [user('Go')] });
    open();
    expect(textOf(await toMessage(await Array.fromAsync(again)))).toBe('One two');
    expect(textOf(await toMessage(await send(server, { messages: [user('Go')] })))).toBe('One two');
    expect(model.asked).toHaveLength(1);
    await leaveEarly(server, [user('Wait', 'u2')]);
    expect(textOf(await toMessage(await send(server, { messages: [user('Stop it', 'u3')] })))).toBe('New');
    const { body } = await server.call('GET', '/runs?conversation_id=chat');
    expect(body.runs.map(({ status }: { status: string }) => status)).not.toContain('running');
  });
});

describe('calls that wait for a person', () => {
  const asksTwice: Answer = [
    ...toolCall('c1', 'mail__send', { to: 'ada' }),
    ...toolCall('c2', 'mail__send', { to: 'bob' }),
    finish('tool-calls'),
  ];
  async function startMail() {
    const sent: unknown[] = [];
    const mail = async (args: unknown) => {
      sent.push(args);
      return ok('sent');
    };
    const server = await startAgentRuns(scriptedModel([asksTwice, says('Done')]), {
      toolset: toolsetOf({ mail__send: mail }),
      agent: { approvals: { tools: ['mail__*'] } },
    });
    return { server, sent };
  }
  const answered = (message: UIMessage, answers: Readonly<Record<string, boolean>>): UIMessage => ({
    ...message,
    parts: message.parts.map((part) =>
      part.type === 'dynamic-tool' && part.state === 'approval-requested'
        ? {
            ...part,
            state: 'approval-responded',
            approval: { id: part.approval.id, approved: answers[part.toolCallId] ?? false },
          }
        : part,
    ),
  });

  test('are shown as such, run as they were answered, and their answer goes on in the same message', async () => {
    const { server, sent } = await startMail();
    await using _ = server;
    const asked = await toMessage(await send(server, { messages: [user('Write')] }));
    expect(asked.parts.slice(1)).toMatchObject([
      { toolCallId: 'c1', state: 'approval-requested', input: { to: 'ada' } },
      { toolCallId: 'c2', state: 'approval-requested', input: { to: 'bob' } },
    ]);
    const { body } = await server.call('GET', '/approvals');
    expect(new Set(body.approvals.map(({ id }: { id: string }) => id))).toEqual(
      new Set(asked.parts.slice(1).map((part) => 'approval' in part && part.approval?.id)),
    );
    const message = answered(asked, { c1: true, c2: false });
    const chunks = await send(server, { messages: [user('Write'), message] });
    expect(typesOf(chunks)).toContain('tool-output-denied');
    const done = await toMessage(chunks, message);
    expect(done.id).toBe(asked.id);
    expect(done.parts.slice(1)).toMatchObject([
      { toolCallId: 'c1', state: 'output-available', output: 'sent' },
      { toolCallId: 'c2', state: 'output-denied' },
      { type: 'step-start' },
      { type: 'text', text: 'Done' },
    ]);
    expect(sent).toEqual([{ to: 'ada' }]);
    // Sent again, after the answer did not arrive.
    await send(server, { messages: [user('Write'), message] });
    expect(sent).toHaveLength(1);
  });

  test('may be answered over REST, one by one, and are never believed from the message', async () => {
    const { server, sent } = await startMail();
    await using _ = server;
    const asked = await toMessage(await send(server, { messages: [user('Write')] }));
    const { body } = await server.call('GET', '/vercel-ai/tester/chat/messages');
    expect(body.messages.at(-1)).toMatchObject({ id: asked.id, parts: [{}, { state: 'approval-requested' }, {}] });
    const forged = answered(asked, { c1: true, c2: true });
    for (const part of forged.parts)
      if ('approval' in part && part.approval) part.approval = { id: 'appr-forged', approved: true };
    const refused = await server.call('POST', '/vercel-ai/tester', { id: 'chat', messages: [user('Write'), forged] });
    expect([refused.status, refused.body.code]).toEqual([404, 'approval-not-found']);
    const ids = body.messages.at(-1).parts.flatMap((part: { approval?: { id: string } }) => part.approval?.id ?? []);
    await server.call('POST', `/approvals/${ids[0]}`, { approved: true });
    // The page knows nothing of that, and refuses it together with its approval of the other.
    const rest = answered(asked, { c1: false, c2: true });
    expect(textOf(await toMessage(await send(server, { messages: [user('Write'), rest] }), rest))).toBe('Done');
    expect(new Set(sent)).toEqual(new Set([{ to: 'ada' }, { to: 'bob' }]));
  });
});

const confirm = { description: 'Asks', parameters: { type: 'object' } };
test.each([
  ['in a list', [{ name: 'confirm', ...confirm }]],
  ['by their names', { confirm }],
])('tools that the app runs itself, %s, are given back as parts of the message', async (_how, tools) => {
  const model = scriptedModel([
    [...toolCall('c1', 'confirm', { question: 'Sure?' }), finish('tool-calls')],
    says('Good'),
  ]);
  await using server = await startAgentRuns(model);
  const body = { tools };
  const asked = await toMessage(await send(server, { messages: [user('Delete it')], body }));
  expect(asked.parts[1]).toMatchObject({ type: 'dynamic-tool', toolName: 'confirm', state: 'input-available' });
  const parts = asked.parts.map((part) =>
    part.type === 'dynamic-tool' ? { ...part, state: 'output-available' as const, output: 'yes' } : part,
  ) as UIMessage['parts'];
  const done = await send(server, { messages: [user('Delete it'), { ...asked, parts }], body });
  expect(textOf(await toMessage(done))).toBe('Good');
  expect(model.asked[1]?.prompt.at(-1)).toMatchObject({ role: 'tool', content: [{ toolCallId: 'c1' }] });
});

test.each([
  ['tools.0.name', [{ name: 'a b' }]],
  ['tools.1.name', [{ name: 'twice' }, { name: 'twice' }]],
  ['tools.0.parameters', [{ name: 'x', parameters: { type: 'string' } }]],
])('a tool of the app that no model could be shown is refused at %s', async (path, tools) => {
  await using server = await startAgentRuns(scriptedModel([says('Hi')]));
  const messages = [{ id: 'u1', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }];
  const { status, body } = await server.call('POST', '/vercel-ai/tester', { id: 'chat', messages, tools });
  expect([status, body.errors]).toMatchObject([422, [{ path }]]);
});

test('200 chats stream side by side, each its own', async () => {
  await using server = await startAgentRuns(scriptedModel((call) => says(`answer ${call}`)));
  const texts = await Promise.all(
    Array.from({ length: 200 }, async (_, index) =>
      textOf(await toMessage(await send(server, { chatId: `chat-${index}`, messages: [user('Hi')] }))),
    ),
  );
  expect(new Set(texts).size).toBe(200);
});

describe('useChat, in a page, with the transport of the client package', () => {
  test('asks, approves by itself, and is given the whole answer after a reload', async () => {
    const { answer, open } = gated();
    const model = scriptedModel([[...toolCall('c1', 'mail__send', {}), finish('tool-calls')], answer]);
    await using server = await startAgentRuns(model, {
      toolset: toolsetOf({ mail__send: async () => ok('sent') }),
      agent: { approvals: { tools: ['mail__*'] } },
    });
    const options = {
      id: 'page',
      transport: chatTransport('tester', { url: server.url }),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    };
    await using page = await openChatPage(options);
    await page.chat.sendMessage({ text: 'Write' });
    await expect.poll(() => page.chat.messages.at(-1)?.parts.at(-1)).toMatchObject({ state: 'approval-requested' });
    const part = page.chat.messages.at(-1)?.parts.at(-1);
    if (part?.type !== 'dynamic-tool' || part.state !== 'approval-requested') throw new Error(JSON.stringify(part));
    await page.chat.addToolApprovalResponse({ id: part.approval.id, approved: true });
    await expect.poll(() => textOf(page.chat.messages.at(-1) ?? user(''))).toBe('One ');
    await page[Symbol.asyncDispose]();

    await using reloaded = await openChatPage({ ...options, resume: true });
    await expect.poll(() => textOf(reloaded.chat.messages.at(-1) ?? user(''))).toBe('One ');
    open();
    await expect.poll(() => reloaded.chat.status).toBe('ready');
    expect(reloaded.chat.messages.map(({ parts }) => parts.map(({ type }) => type))).toEqual([
      ['step-start', 'dynamic-tool', 'step-start', 'text'],
    ]);
    expect(textOf(reloaded.chat.messages[0] as UIMessage)).toBe('One two');
  });

  test('stops after a reload, begins with what is stored, and tells a refusal', async () => {
    const { answer } = gated();
    await using server = await startAgentRuns(scriptedModel([answer]));
    await leaveEarly(server);
    const transport = chatTransport('tester', { url: server.url });
    expect([await transport.stop('chat'), await transport.stop('chat')]).toEqual([true, false]);
    const messages = await transport.messages<UIMessage>('chat');
    await using page = await openChatPage({ id: 'chat', transport, messages, resume: true });
    expect(page.chat.messages.map((message) => [message.id, textOf(message)])).toEqual([
      ['u1', 'Go'],
      ['u1-answer', 'One '],
    ]);
    const missing = chatTransport('nobody', { url: server.url });
    await using other = await openChatPage({ id: 'other', transport: missing });
    await other.chat.sendMessage({ text: 'Hi' });
    await expect.poll(() => other.chat.error).toMatchObject({ status: 404, code: 'agent-not-found' });
  });
});
