/** The UI message stream, read by the AI SDK's own transport and its own reader of messages. */
import type { UIMessage } from 'ai';
import { describe, expect, test } from 'vitest';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { send, textOf, toMessage, typesOf, user } from './support/vercel-ai.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];
const broken: Act = { fail: new Error('the model broke') };
const storedOf = async (server: AgentRuns, id = 'chat') =>
  (await server.store.conversations.messages(id)).map((message) =>
    message.role === 'tool' ? `tool: ${message.result}` : `${message.role}: ${JSON.stringify(message.content)}`,
  );

describe('an answer', () => {
  test('is the chunks of the protocol in their order, with the run in its metadata', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hel', 'lo')]));
    const chunks = await send(server, { messages: [user('Hi')] });
    expect(chunks).toEqual([
      {
        type: 'start',
        messageId: 'u1-answer',
        messageMetadata: { run_id: expect.stringMatching(/^run-/), conversation_id: 'chat' },
      },
      { type: 'start-step' },
      { type: 'text-start', id: expect.stringMatching(/^msg-/) },
      { type: 'text-delta', id: expect.any(String), delta: 'Hel' },
      { type: 'text-delta', id: expect.any(String), delta: 'lo' },
      { type: 'text-end', id: expect.any(String) },
      { type: 'finish-step' },
      {
        type: 'finish',
        finishReason: 'stop',
        messageMetadata: {
          usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15, reasoningTokens: 0, cachedInputTokens: 0 },
        },
      },
    ]);
    expect(await storedOf(server)).toEqual([
      'user: [{"type":"text","text":"Hi"}]',
      'assistant: [{"type":"text","text":"Hello"}]',
    ]);
  });

  test('says on the wire that it is one, and ends with [DONE]', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hi')]));
    const response = await server.open('/vercel-ai/tester', { id: 'chat', messages: [user('Hi')] });
    expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    expect((await response.text()).endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
  });

  test('with reasoning and tools makes the parts that the SDK shows', async () => {
    const model = scriptedModel([
      [
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: 'Hmm' },
        { type: 'reasoning-end', id: 'r' },
        ...toolCall('c1', 'clock', { zone: 'UTC' }),
        ...toolCall('c2', 'broken', {}),
        finish('tool-calls'),
      ],
      says('Noon'),
    ]);
    const tools = { clock: async () => ok('12:00'), broken: async () => ({ result: 'no time', isError: true }) };
    await using server = await startAgentRuns(model, { toolset: toolsetOf(tools) });
    const message = await toMessage(await send(server, { messages: [user('Time?')] }));
    expect(message.parts).toMatchObject([
      { type: 'step-start' },
      { type: 'reasoning', text: 'Hmm', state: 'done' },
      { type: 'dynamic-tool', toolName: 'clock', state: 'output-available', input: { zone: 'UTC' }, output: '12:00' },
      { type: 'dynamic-tool', toolName: 'broken', state: 'output-error', errorText: 'no time' },
      { type: 'step-start' },
      { type: 'text', text: 'Noon', state: 'done' },
    ]);
    const { body } = await server.call('GET', '/vercel-ai/tester/chat/messages');
    expect(body.messages).toMatchObject([
      { id: 'u1', role: 'user', parts: [{ type: 'text', text: 'Time?' }] },
      { id: message.id, role: 'assistant', parts: message.parts.map(({ type }) => ({ type })) },
    ]);
  });

  test('ends with one error where the model fails, before it said anything and in the middle', async () => {
    for (const answer of [[broken], [...text('Par', 'tial').slice(0, 3), broken]]) {
      await using server = await startAgentRuns(scriptedModel([answer]));
      const chunks = await send(server, { messages: [user('Hi')] });
      expect(typesOf(chunks).filter((type) => ['error', 'finish', 'abort'].includes(type))).toEqual(['error']);
      expect(typesOf(chunks).at(-1)).toBe('error');
    }
  });

  test('with a tool result of 100 KB is whole', async () => {
    const long = 'x'.repeat(100_000);
    const model = scriptedModel([[...toolCall('c1', 'long', {}), finish('tool-calls')], says('Done')]);
    await using server = await startAgentRuns(model, {
      toolset: toolsetOf({ long: async () => ok(long) }),
      limits: { toolResultChars: 200_000 },
    });
    const { parts } = await toMessage(await send(server, { messages: [user('Go')] }));
    expect(parts[1]).toMatchObject({ state: 'output-available', output: long });
  });
});

describe('what a chat says', () => {
  test('is its last message; of a chat that is new here, all of them are', async () => {
    const model = scriptedModel([says('One'), says('Two')]);
    await using server = await startAgentRuns(model);
    const old: UIMessage = {
      id: 'a0',
      role: 'assistant',
      parts: [
        { type: 'step-start' },
        {
          type: 'dynamic-tool',
          toolName: 'clock',
          toolCallId: 'c0',
          state: 'output-available',
          input: {},
          output: 'noon',
        },
        { type: 'step-start' },
        { type: 'text', text: 'It is noon' },
      ],
    };
    const first = [user('Time?', 'u0'), old, user('Thanks', 'u1')];
    const answer = await toMessage(await send(server, { messages: first }));
    expect(model.asked[0]?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user']);
    const lie: UIMessage = { ...answer, parts: [{ type: 'text', text: 'I said something else' }] };
    await send(server, { messages: [...first, lie, user('And?', 'u2')] });
    expect(JSON.stringify(model.asked[1]?.prompt)).not.toContain('something else');
    expect(model.asked[1]?.prompt.map(({ role }) => role)).toEqual([
      ...['user', 'assistant', 'tool', 'assistant', 'user'],
      ...['assistant', 'user'],
    ]);
  });

  test('may hold images and files', async () => {
    const model = scriptedModel([says('Nice')]);
    await using server = await startAgentRuns(model);
    const image = {
      type: 'file' as const,
      mediaType: 'image/png',
      filename: 'a.png',
      url: 'data:image/png;base64,AAAA',
    };
    await send(server, { messages: [{ ...user('Look'), parts: [{ type: 'text', text: 'Look' }, image] }] });
    expect(model.asked[0]?.prompt[0]?.content).toMatchObject([
      { type: 'text', text: 'Look' },
      { type: 'file', mediaType: 'image/png', filename: 'a.png' },
    ]);
    expect((await server.call('GET', '/vercel-ai/tester/chat/messages')).body.messages[0].parts[1]).toEqual(image);
  });

  test('may hold a photo, which is still whole when the chat goes on', async () => {
    const model = scriptedModel([says('Nice')]);
    await using server = await startAgentRuns(model);
    const url = `data:image/png;base64,${'A'.repeat(4_000_000)}`;
    const photo: UIMessage = { id: 'u1', role: 'user', parts: [{ type: 'file', mediaType: 'image/png', url }] };
    await send(server, { messages: [photo] });
    await send(server, { messages: [user('And now?', 'u2')] });
    expect(model.asked[1]?.prompt[0]?.content).toEqual(model.asked[0]?.prompt[0]?.content);
    const { body } = await server.call('GET', '/vercel-ai/tester/chat/messages');
    expect(body.messages[0].parts[0].url).toBe(url);
  });

  test('is refused with the place when it says nothing, or a file cannot be reached', async () => {
    await using server = await startAgentRuns(scriptedModel([]));
    const ask = (parts: unknown[]) =>
      server.call('POST', '/vercel-ai/tester', { id: 'chat', messages: [{ id: 'u', role: 'user', parts }] });
    expect(await ask([])).toMatchObject({ status: 422, body: { errors: [{ path: 'messages' }] } });
    expect(await ask([{ type: 'mystery' }])).toMatchObject({ status: 422 });
    for (const url of ['file:///etc/passwd', 'data:text/plain,100%']) {
      expect(await ask([{ type: 'file', mediaType: 'a/b', url }])).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'messages.parts.0.url' }] },
      });
    }
  });

  test('is not needed to have a stored answer given anew, which is named by its id or is the last', async () => {
    const model = scriptedModel((call) => says(`Answer ${call + 1}`));
    await using server = await startAgentRuns(model);
    const first = await toMessage(await send(server, { messages: [user('First')] }));
    await send(server, { messages: [user('First'), first, user('Second', 'u2')] });
    const again = (fields: object) =>
      server.call('POST', '/vercel-ai/tester', { id: 'chat', trigger: 'regenerate-message', ...fields });
    const read = async (fields: object) => {
      const body = { id: 'chat', trigger: 'regenerate-message', ...fields };
      return (await server.open('/vercel-ai/tester', body)).text();
    };
    const last = await read({});
    expect([last.includes('u2-answer'), last.includes('Answer 3')]).toEqual([true, true]);
    expect((await storedOf(server)).at(-1)).toContain('Answer 3');
    await read({ messageId: first.id });
    expect(await storedOf(server)).toEqual([
      'user: [{"type":"text","text":"First"}]',
      'assistant: [{"type":"text","text":"Answer 4"}]',
    ]);
    expect(await again({ messageId: 'other' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'messageId' }] },
    });
    expect(await again({ id: 'new' })).toMatchObject({ status: 422 });
    expect(model.asked).toHaveLength(4);
  });

  test('replaces the stored answer when it is asked for again, and what follows a message that was changed', async () => {
    const model = scriptedModel([says('One'), says('Two'), says('Three'), says('Four')]);
    await using server = await startAgentRuns(model);
    await send(server, { messages: [user('First')] });
    const again = await send(server, { messages: [user('First')], trigger: 'regenerate-message' });
    expect(textOf(await toMessage(again))).toBe('Two');
    await send(server, { messages: [user('First'), await toMessage(again), user('Second', 'u2')] });
    await send(server, { messages: [user('Changed')], messageId: 'u1' });
    expect(await storedOf(server)).toEqual([
      'user: [{"type":"text","text":"Changed"}]',
      'assistant: [{"type":"text","text":"Four"}]',
    ]);
    expect(model.asked[1]?.prompt).toHaveLength(1);
  });
});
