import { expect, it } from 'vitest';
import { conversations as contract } from '../contract/conversations.ts';
import { ApiError } from '../server/call/errors.ts';
import { implement } from '../server/call/implement.ts';
import { EVERYBODY } from '../server/call/principal.ts';
import { createConversationHandlers } from '../server/conversations/conversation-handlers.ts';
import type { Message } from '../server/store/messages.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { openStore } from './support/stores.ts';

const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

async function startConversations() {
  const store = await openStore();
  const ended: string[] = [];
  const handlers = createConversationHandlers({
    conversations: store.conversations,
    async endRun(conversationId) {
      ended.push(conversationId);
      await close(`${conversationId}-run`, [says('late', 'stored while the run was ended')]);
    },
    whileIdle: (_conversation, work) => work(),
  });
  const operations = implement({ conversations: contract }, { conversations: handlers });
  /** The answer, or the body of the error. */
  const call = async (name: string, input: unknown = {}): Promise<unknown> => {
    const operation = operations.find((one) => one.name === `conversations.${name}`);
    try {
      return await operation?.run(
        input,
        { requestId: 'r', headers: {}, principal: EVERYBODY },
        { signal: AbortSignal.timeout(5000) },
      );
    } catch (cause) {
      if (cause instanceof ApiError) return cause.toBody();
      throw cause;
    }
  };
  const open = (conversationId: string, messages: readonly Message[], agentId = 'my-agent') =>
    store.runs.open({ id: `${conversationId}-run`, conversationId, agentId, messages });
  const close = (id: string, messages: readonly Message[]) =>
    store.runs.close({ key: id, status: 'finished', messages, usage: NO_USAGE });
  return { store, call, open, close, ended, [Symbol.asyncDispose]: () => store.close() };
}

const says = (id: string, text: string): Message => ({ id, role: 'user', content: [{ type: 'text', text }] });

it('a conversation is shown with the texts, calls and results of its messages', async () => {
  await using server = await startConversations();
  await server.open('conv-1', [
    { id: 'm1', role: 'system', content: 'Be kind.' },
    {
      id: 'm2',
      role: 'user',
      content: [
        { type: 'text', text: 'What is the weather in Paris?' },
        { type: 'file', mediaType: 'image/png', data: 'AAAA', filename: 'sky.png' },
        { type: 'file', mediaType: 'application/pdf', data: 'AAAA' },
      ],
    },
  ]);
  await server.close('conv-1-run', [
    {
      id: 'm3',
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'SECRET THOUGHT', providerOptions: { anthropic: { signature: 'SIGNATURE' } } },
        { type: 'text', text: 'Let me ' },
        { type: 'text', text: 'look.' },
        { type: 'tool-call', callId: 'k1', name: 'weather__get', args: { city: 'Paris' } },
        { type: 'tool-call', callId: 'k2', name: 'clock__now', args: {} },
      ],
    },
    { id: 'm4', role: 'tool', callId: 'k1', name: 'weather__get', result: { celsius: 18 }, status: 'done' },
    { id: 'm5', role: 'tool', callId: 'k2', name: 'clock__now', result: 'no clock', status: 'error' },
    { id: 'm6', role: 'tool', callId: 'k3', name: 'nothing', result: undefined, status: 'done' },
    { id: 'm7', role: 'assistant', content: [{ type: 'text', text: 'It is 18 °C.' }] },
  ]);
  const summary = {
    id: 'conv-1',
    agent_id: 'my-agent',
    title: 'What is the weather in Paris?',
    message_count: 7,
    created_at: timestamp,
    updated_at: timestamp,
  };
  const created_at = timestamp;
  expect(await server.call('get', { conversation_id: 'conv-1' })).toEqual({
    ...summary,
    messages: [
      { id: 'm1', role: 'system', content: 'Be kind.', created_at },
      { id: 'm2', role: 'user', content: 'What is the weather in Paris?\n[sky.png]\n[application/pdf]', created_at },
      {
        id: 'm3',
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [
          { id: 'k1', name: 'weather__get', args: { city: 'Paris' } },
          { id: 'k2', name: 'clock__now', args: {} },
        ],
        created_at,
      },
      { id: 'm4', role: 'tool', content: '{"celsius":18}', tool_call_id: 'k1', created_at },
      { id: 'm5', role: 'tool', content: 'no clock', tool_call_id: 'k2', created_at },
      { id: 'm6', role: 'tool', content: '', tool_call_id: 'k3', created_at },
      { id: 'm7', role: 'assistant', content: 'It is 18 °C.', created_at },
    ],
  });
  expect(await server.call('list')).toEqual({ conversations: [summary], next_cursor: null });
});

it('a list has 50 conversations, those that changed last first, and goes on where the page before ended', async () => {
  await using server = await startConversations();
  for (let index = 0; index < 60; index += 1) {
    await server.open(`c${index}`, [says('u', `Question ${index}`)], index % 2 ? 'odd' : 'even');
  }
  const pages: string[][] = [];
  let cursor: unknown;
  do {
    const page = await server.call('list', cursor ? { cursor } : {});
    const { conversations, next_cursor } = contract.list.output.parse(page);
    pages.push(conversations.map(({ id }) => id));
    cursor = next_cursor;
  } while (cursor);
  expect(pages.map((page) => page.length)).toEqual([50, 10]);
  expect(new Set(pages.flat()).size).toBe(60);

  const odd = contract.list.output.parse(await server.call('list', { agent_id: 'odd', limit: '7' }));
  expect(odd.conversations.map(({ agent_id }) => agent_id)).toEqual(Array(7).fill('odd'));
  expect(await server.call('list', { agent_id: 'nobody' })).toEqual({ conversations: [], next_cursor: null });
});

it.each([
  { limit: -1 },
  { limit: 0 },
  { limit: 1e9 },
  { limit: 'abc' },
  { limit: 1.5 },
  { cursor: 'x' },
  { cursor: '' },
])('a list of %j is a 422', async (query) => {
  await using server = await startConversations();
  expect(await server.call('list', query)).toMatchObject({
    status_code: 422,
    code: 'validation-failed',
    errors: [{ path: Object.keys(query)[0] }],
  });
});

it('deleting a conversation ends its run first and leaves nothing of it', async () => {
  await using server = await startConversations();
  await server.open('conv-1', [says('u', 'Hello')]);
  await server.open('conv-2', [says('u', 'Hello')]);
  expect(await server.call('delete', { conversation_id: 'conv-1' })).toBeUndefined();
  expect(server.ended).toEqual(['conv-1']);
  const notFound = {
    detail: 'Conversation not found: conv-1',
    status_code: 404,
    code: 'conversation-not-found',
  };
  expect(await server.call('get', { conversation_id: 'conv-1' })).toEqual(notFound);
  expect(await server.call('delete', { conversation_id: 'conv-1' })).toEqual(notFound);
  expect(server.ended).toEqual(['conv-1']);
  expect(await server.store.conversations.messages('conv-1')).toEqual([]);
  expect(await server.call('list')).toMatchObject({ conversations: [{ id: 'conv-2' }] });
  await server.open('conv-1', [says('u', 'Hello again')]);
  expect(await server.call('get', { conversation_id: 'conv-1' })).toMatchObject({ message_count: 1 });
});

it.each(['nobody', '__proto__', '../etc', 'a\0b', '👻', 'x'.repeat(256)])(
  'a conversation %j is unknown',
  async (id) => {
    await using server = await startConversations();
    expect(await server.call('get', { conversation_id: id })).toEqual({
      detail: `Conversation not found: ${id}`,
      status_code: 404,
      code: 'conversation-not-found',
    });
  },
);
