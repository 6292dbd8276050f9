/** Chat Completions, asked by OpenAI's own SDK over real sockets. */
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources';
import { describe, expect, test } from 'vitest';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { errorOf, openAiOf } from './support/openai.ts';
import { filesOf } from './support/running.ts';
import { type Act, finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];
const broken: Act = { fail: new Error('the model broke') };
const user = (content: string): ChatCompletionMessageParam => ({ role: 'user', content });
const hello = { model: 'tester', messages: [user('Hi')] };
const listed = async (server: AgentRuns) => (await server.call('GET', '/conversations')).body.conversations;
const inConversation = (id: string) => ({ headers: { 'X-Conversation-Id': id } });

const toTurn = (content: string | null | undefined): ChatCompletionMessageParam[] =>
  content ? [{ role: 'assistant', content }] : [];

const tool = (name: string): ChatCompletionTool => ({
  type: 'function',
  function: { name, description: name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
});

test('one that ends with its server is answered with when to ask again', async () => {
  await using server = await startAgentRuns(scriptedModel([['hang']]));
  const asked = errorOf(openAiOf(server).chat.completions.create(hello));
  await expect.poll(() => server.runs.activeRuns().length, { timeout: 15_000 }).toBe(1);
  await server.runs.drain(0);
  const { status, code, headers } = await asked;
  expect([status, code, headers?.get('retry-after')]).toEqual([503, 'run-interrupted', '5']);
});

describe('models', () => {
  test('are the agents, listed and one by one', async () => {
    await using server = await startAgentRuns(scriptedModel([]));
    const { models } = openAiOf(server);
    const model = { id: 'tester', object: 'model', created: 1_795_428_000, owned_by: 'agent-runtimes', name: 'Tester' };
    expect(await Array.fromAsync(await models.list())).toEqual([model]);
    expect(await models.retrieve('tester')).toEqual(model);
    expect(await errorOf(models.retrieve('nobody'))).toMatchObject({
      status: 404,
      code: 'agent-not-found',
      param: 'model',
      type: 'invalid_request_error',
      message: '404 Agent not found: nobody',
    });
  });
});

describe('an answer', () => {
  test('comes whole, and nothing of it is stored but the run', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hel', 'lo')]));
    const { data, response } = await openAiOf(server).chat.completions.create(hello).withResponse();
    expect(data).toEqual({
      id: expect.stringMatching(/^run-/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'tester',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    });
    expect(response.headers.get('x-conversation-id')).toBeNull();
    expect(await listed(server)).toEqual([]);
    expect((await server.call('GET', `/runs/${data.id}`)).body).toMatchObject({ status: 'finished' });
  });

  test('comes in pieces, with what was used only where that is asked for', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hel', 'lo')]));
    const { completions } = openAiOf(server).chat;
    const chunks = await Array.fromAsync(await completions.create({ ...hello, stream: true }));
    expect(chunks.map(({ choices }) => choices[0])).toEqual([
      { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'Hel' }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'lo' }, logprobs: null, finish_reason: null },
      { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' },
    ]);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true);
    const counted = await Array.fromAsync(
      await completions.create({ ...hello, stream: true, stream_options: { include_usage: true } }),
    );
    expect(counted.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(counted.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 15 } });
  });

  test('is frames of nothing but data on the wire, with [DONE] behind the last', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hi')]));
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...hello, stream: true }),
    });
    const frames = (await response.text()).split('\n\n');
    expect(frames.slice(-2)).toEqual(['data: [DONE]', '']);
    expect(frames.slice(0, -2).every((frame) => /^data: \{"id":"run-[^\n]*\}$/.test(frame))).toBe(true);
  });

  test('tells what the model thinks beside what it says, and what several steps say as paragraphs', async () => {
    const model = scriptedModel([
      [...reasoning('Hm', 'm'), ...text('Let me see.'), ...toolCall('c1', 'clock', {}), finish('tool-calls')],
      says('It is noon.'),
    ]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: () => ok('12:00') }) });
    const runner = openAiOf(server).chat.completions.stream(hello);
    let thoughts = '';
    for await (const { choices } of runner) {
      const delta = choices[0]?.delta as { reasoning_content?: string } | undefined;
      thoughts += delta?.reasoning_content ?? '';
    }
    expect(thoughts).toBe('Hmm');
    expect(await runner.finalContent()).toBe('Let me see.\n\nIt is noon.');
    expect((await runner.finalChatCompletion()).choices[0]).toMatchObject({ finish_reason: 'stop' });
  });

  test('shows what the agent calls as reasoning where that is asked for, and never as calls to answer', async () => {
    const answers = () =>
      scriptedModel([[...toolCall('c1', 'clock', { zone: 'UTC' }), finish('tool-calls')], says('Noon')]);
    await using server = await startAgentRuns(answers(), { toolset: toolsetOf({ clock: () => ok('12:00') }) });
    const ask = { ...hello, agent_runtimes: { show_tools: true } };
    const { choices } = await openAiOf(server).chat.completions.create(ask);
    expect(choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'Noon', reasoning_content: '\n→ clock({"zone":"UTC"})\n\n← clock: 12:00\n' },
    });
    expect(choices[0]?.message).not.toHaveProperty('tool_calls');
  });

  test.each([
    ['length', 'length'],
    ['content-filter', 'content_filter'],
  ] as const)('that was stopped by %s says %s', async (reason, told) => {
    await using server = await startAgentRuns(scriptedModel([[...text('Par'), finish(reason)]]));
    const { choices } = await openAiOf(server).chat.completions.create(hello);
    expect(choices[0]).toMatchObject({ finish_reason: told, message: { content: 'Par' } });
  });

  test('that took all the steps of its agent says length', async () => {
    const again = [...toolCall('c', 'clock', {}), finish('tool-calls')];
    await using server = await startAgentRuns(scriptedModel([again]), {
      toolset: toolsetOf({ clock: () => ok('12:00') }),
      agent: { maxSteps: 2 },
    });
    const { choices } = await openAiOf(server).chat.completions.create(hello);
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } });
  });

  test('with a tool result of 100 KB is whole', async () => {
    const long = 'x'.repeat(100_000);
    const model = scriptedModel([[...toolCall('c1', 'long', {}), finish('tool-calls')], says('Done')]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ long: () => ok(long) }) });
    expect((await openAiOf(server).chat.completions.create(hello)).choices[0]?.message.content).toBe('Done');
    expect(JSON.stringify(model.asked[1]?.prompt)).toContain(long);
  });
});

describe('tools of the client', () => {
  test('end the answer with calls, and their results go on, with runTools of the SDK', async () => {
    const model = scriptedModel([
      [
        ...toolCall('a', 'weather', { city: 'Paris' }),
        ...toolCall('b', 'weather', { city: 'Rome' }),
        finish('tool-calls'),
      ],
      says('Warm'),
    ]);
    await using server = await startAgentRuns(model);
    const asked: unknown[] = [];
    const runner = openAiOf(server).chat.completions.runTools({
      ...hello,
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            name: 'weather',
            description: 'Tells the weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: JSON.parse,
            function: ({ city }: { city: string }) => {
              asked.push(city);
              return `${city}: 20 °C`;
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('Warm');
    expect(asked).toEqual(['Paris', 'Rome']);
    expect(model.asked[1]?.prompt).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ toolCallId: 'a', input: { city: 'Paris' } }, { toolCallId: 'b' }] },
      { role: 'tool', content: [{ toolCallId: 'a', toolName: 'weather' }, { toolCallId: 'b' }] },
    ]);
  });

  test('are two calls with their places in a stream, while the tools of the agent run by themselves', async () => {
    const model = scriptedModel([
      [
        ...toolCall('own', 'clock', {}),
        ...toolCall('a', 'weather', { city: 'Paris' }),
        ...toolCall('b', 'news', {}),
        finish('tool-calls'),
      ],
    ]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: () => ok('12:00') }) });
    const ask = { ...hello, stream: true as const, tools: [tool('weather'), tool('news')] };
    const chunks = await Array.fromAsync(await openAiOf(server).chat.completions.create(ask));
    expect(chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])).toEqual([
      { index: 0, id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
      { index: 1, id: 'b', type: 'function', function: { name: 'news', arguments: '{}' } },
    ]);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
  });

  test('whose arguments do not fit are answered here, and none of the client’s', async () => {
    const model = scriptedModel([[...toolCall('a', 'weather', { city: 7 }), finish('tool-calls')], says('Sorry')]);
    await using server = await startAgentRuns(model);
    const { choices } = await openAiOf(server).chat.completions.create({ ...hello, tools: [tool('weather')] });
    expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Sorry' } });
    expect(choices[0]?.message.tool_calls).toBeUndefined();
  });

  test('are left out where the choice is none', async () => {
    const model = scriptedModel([says('Hi')]);
    await using server = await startAgentRuns(model);
    await openAiOf(server).chat.completions.create({ ...hello, tools: [tool('weather')], tool_choice: 'none' });
    expect(model.asked[0]?.tools).toBeUndefined();
  });
});

describe('what is said', () => {
  test('is the whole conversation as the client has it: roles, images, audio and files', async () => {
    const model = scriptedModel([says('Nice')]);
    await using server = await startAgentRuns(model, { files: filesOf('image/png') });
    await openAiOf(server).chat.completions.create({
      model: 'tester',
      temperature: 0.2,
      max_tokens: 7,
      logit_bias: { 1: 2 },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
        user('Time?'),
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'clock', arguments: '{"zone":"UTC"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '12:00' },
        { role: 'assistant', content: 'Noon' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
            { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
          ],
        },
      ],
    });
    expect(model.asked[0]?.prompt).toMatchObject([
      { role: 'system', content: 'Be brief.\n\nBe kind.' },
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', input: { zone: 'UTC' } }] },
      { role: 'tool', content: [{ toolName: 'clock', output: { value: '12:00' } }] },
      { role: 'assistant' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'file', mediaType: 'image/png', data: { data: 'AAAA' } },
          { type: 'file', mediaType: 'image/png' },
          { type: 'file', mediaType: 'audio/mpeg', data: { data: 'BBBB' } },
          { type: 'file', mediaType: 'application/pdf', filename: 'a.pdf', data: { data: 'CCCC' } },
        ],
      },
    ]);
  });

  test.each([
    ['messages', { messages: [] }],
    ['messages', { messages: [{ role: 'system', content: 'Be brief.' }] }],
    ['messages.0.role', { messages: [{ role: 'oracle', content: 'Hi' }] }],
    ['messages.0.content', { messages: [{ role: 'user', content: 7 }] }],
    ['messages.0.content.0.type', { messages: [{ role: 'user', content: [{ type: 'mystery' }] }] }],
    [
      'messages.0.content.0.image_url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] }] },
    ],
    [
      'messages.0.content.0.file_data',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] },
    ],
    ['messages.1.tool_call_id', { messages: [user('Hi'), { role: 'tool', tool_call_id: 'x', content: 'y' }] }],
    ['tools.0.type', { tools: [{ type: 'custom', custom: { name: 'x' } }] }],
    ['tools.0.name', { tools: [{ type: 'function', function: { name: 'a b' } }] }],
    ['tools.1.name', { tools: [tool('x'), tool('x')] }],
    ['tools.0.parameters', { tools: [{ type: 'function', function: { name: 'x', parameters: { type: 'string' } } }] }],
    ['response_format.type', { response_format: { type: 'xml' } }],
    ['response_format.json_schema.schema', { response_format: { type: 'json_schema', json_schema: { name: 'x' } } }],
    ['n', { n: 2 }],
    ['model', { model: 7 }],
  ])('is refused with its place, %s, where nothing can be made of it', async (param, body) => {
    await using server = await startAgentRuns(scriptedModel([says('Hi')]));
    const ask = { ...hello, ...body } as Parameters<ReturnType<typeof openAiOf>['chat']['completions']['create']>[0];
    expect(await errorOf(openAiOf(server).chat.completions.create(ask))).toMatchObject({
      status: 422,
      code: 'validation-failed',
      type: 'invalid_request_error',
      param,
    });
  });
});

describe('with the header X-Conversation-Id', () => {
  test('the conversation is stored, and of the messages only what is new is taken', async () => {
    const model = scriptedModel([says('One'), says('Two')]);
    await using server = await startAgentRuns(model);
    const { completions } = openAiOf(server).chat;
    const first = [user('First')];
    const { response } = await completions.create({ ...hello, messages: first }, inConversation('c')).withResponse();
    expect(response.headers.get('x-conversation-id')).toBe('c');
    const lie: ChatCompletionMessageParam = { role: 'assistant', content: 'I said something else' };
    const system: ChatCompletionMessageParam = { role: 'system', content: 'Now in French.' };
    await completions.create({ ...hello, messages: [system, ...first, lie, user('Second')] }, inConversation('c'));
    expect(model.asked[1]?.prompt).toMatchObject([
      { role: 'system', content: 'Now in French.' },
      { role: 'user', content: [{ text: 'First' }] },
      { role: 'assistant', content: [{ text: 'One' }] },
      { role: 'user', content: [{ text: 'Second' }] },
    ]);
    expect(await listed(server)).toMatchObject([{ id: 'c', message_count: 4 }]);
  });

  test('a conversation that is new here begins with all that the client has of it', async () => {
    const model = scriptedModel([says('Two')]);
    await using server = await startAgentRuns(model);
    const messages = [user('First'), { role: 'assistant' as const, content: 'One' }, user('Second')];
    await openAiOf(server).chat.completions.create({ ...hello, messages }, inConversation('c'));
    expect(model.asked[0]?.prompt).toHaveLength(3);
    expect(await listed(server)).toMatchObject([{ message_count: 4 }]);
  });

  test('a request that is sent again because its answer failed says nothing twice', async () => {
    const model = scriptedModel([[broken], says('Here')]);
    await using server = await startAgentRuns(model, { limits: { retries: 0 } });
    const { completions } = openAiOf(server).chat;
    await errorOf(completions.create(hello, inConversation('c')));
    await completions.create(hello, inConversation('c'));
    expect(model.asked.at(-1)?.prompt).toHaveLength(1);
    expect(await listed(server)).toMatchObject([{ message_count: 2 }]);
  });

  test('results of tools of the client are what is new', async () => {
    const model = scriptedModel([[...toolCall('a', 'weather', {}), finish('tool-calls')], says('Warm')]);
    await using server = await startAgentRuns(model);
    const { completions } = openAiOf(server).chat;
    const ask = { ...hello, tools: [tool('weather')] };
    const { choices } = await completions.create(ask, inConversation('c'));
    const messages = [...hello.messages, choices[0]?.message, { role: 'tool', tool_call_id: 'a', content: '20 °C' }];
    await completions.create({ ...ask, messages: messages as ChatCompletionMessageParam[] }, inConversation('c'));
    expect(model.asked[1]?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    expect(await listed(server)).toMatchObject([{ message_count: 4 }]);
  });

  test('a conversation that is busy is a conflict that is not asked for again', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startAgentRuns(scriptedModel([[{ wait: gate.promise }, ...says('Done')]]));
    const { completions } = openAiOf(server, { maxRetries: 5 }).chat;
    const first = completions.create(hello, inConversation('c'));
    await expect.poll(() => server.runs.activeRuns().length).toBe(1);
    const error = await errorOf(completions.create(hello, inConversation('c')));
    expect(error).toMatchObject({ status: 409, code: 'conversation-busy' });
    expect(error.headers?.get('x-should-retry')).toBe('false');
    gate.resolve();
    expect((await first).choices[0]?.message.content).toBe('Done');
  });

  test('a call that a person has to approve waits, and the answer says so; without it the call is refused', async () => {
    const asks = [...toolCall('c1', 'mail', {}), finish('tool-calls')];
    const model = scriptedModel((call) => (call % 2 ? says('Done') : asks));
    const sent: unknown[] = [];
    const mail = (args: unknown) => {
      sent.push(args);
      return ok('sent');
    };
    await using server = await startAgentRuns(model, {
      toolset: toolsetOf({ mail }),
      agent: { approvals: { tools: ['*'] } },
    });
    const { completions } = openAiOf(server).chat;
    expect((await completions.create(hello)).choices[0]?.message.content).toBe('Done');
    expect(JSON.stringify(model.asked[1]?.prompt)).toContain('the client has to send the header X-Conversation-Id');
    const waiting = await completions.create(hello, inConversation('c'));
    const { approvals } = (await server.call('GET', '/approvals')).body;
    expect(waiting.choices[0]?.finish_reason).toBe('stop');
    expect(waiting.choices[0]?.message.content).toContain(`POST /api/v1/approvals/${approvals[0].id}`);
    expect(waiting).toHaveProperty('agent_runtimes.approvals', [{ id: approvals[0].id, tool: 'mail', args: {} }]);
    expect(sent).toEqual([]);
    await server.call('POST', `/approvals/${approvals[0].id}`, { approved: true });
    await expect.poll(() => sent).toHaveLength(1);
  });
});

test('of two calls that a person has to approve one is approved and one is denied, and the chat goes on', async () => {
  const both = [
    ...toolCall('c1', 'mail', { to: 'ada' }),
    ...toolCall('c2', 'mail', { to: 'bob' }),
    finish('tool-calls'),
  ];
  const model = scriptedModel([both, says('One mail is sent'), says('Bye')]);
  const sent: unknown[] = [];
  const mail = (args: unknown) => {
    sent.push(args);
    return ok('sent');
  };
  await using server = await startAgentRuns(model, {
    toolset: toolsetOf({ mail }),
    agent: { approvals: { tools: ['*'] } },
  });
  const { completions } = openAiOf(server).chat;
  const waiting = await completions.create(hello, inConversation('c'));
  const { approvals } = (waiting as unknown as { agent_runtimes: { approvals: { id: string; args: object }[] } })
    .agent_runtimes;
  expect(approvals.map(({ args }) => args)).toEqual([{ to: 'ada' }, { to: 'bob' }]);
  const more = { ...hello, messages: [...hello.messages, ...toTurn(waiting.choices[0]?.message.content), user('Bye')] };
  expect(await errorOf(completions.create(more, inConversation('c')))).toMatchObject({ code: 'approval-pending' });
  await server.call('POST', `/approvals/${approvals[0]?.id}`, { approved: true });
  await server.call('POST', `/approvals/${approvals[1]?.id}`, { approved: false, reason: 'not him' });
  await expect.poll(() => model.asked.length).toBe(2);
  await expect.poll(() => server.runs.activeRuns()).toEqual([]);
  expect(sent).toEqual([{ to: 'ada' }]);
  expect((await completions.create(more, inConversation('c'))).choices[0]?.message.content).toBe('Bye');
  expect(JSON.stringify(model.asked[2]?.prompt)).toMatch(/not him.*One mail is sent/s);
});

describe('a failure', () => {
  test('before anything was said has a status, whole and in pieces, and is not asked for again', async () => {
    const model = scriptedModel([{ refuse: new Error('the model broke') }]);
    await using server = await startAgentRuns(model, { limits: { retries: 0 } });
    const { completions } = openAiOf(server, { maxRetries: 3 }).chat;
    for (const stream of [false, true]) {
      expect(await errorOf(completions.create({ ...hello, stream }))).toMatchObject({
        status: 502,
        code: 'model-failed',
        type: 'server_error',
      });
    }
    expect(model.asked).toHaveLength(2);
  });

  test('in the middle is an error behind the pieces that came', async () => {
    await using server = await startAgentRuns(scriptedModel([[...text('Par', 'tial').slice(0, 3), broken]]));
    const pieces: string[] = [];
    const read = async () => {
      for await (const { choices } of await openAiOf(server).chat.completions.create({ ...hello, stream: true })) {
        pieces.push(choices[0]?.delta.content ?? '');
      }
    };
    expect(await errorOf(read())).toMatchObject({ code: 'model-failed', type: 'server_error' });
    expect(pieces.join('')).toBe('Partial');
    expect(await errorOf(openAiOf(server).chat.completions.create(hello))).toMatchObject({ status: 502 });
  });

  test('of the run’s own is told as such', async () => {
    await using server = await startAgentRuns(scriptedModel([[...text('a').slice(0, 2), 'hang']]));
    const stream = await openAiOf(server).chat.completions.create({ ...hello, stream: true });
    const read = async () => {
      for await (const { id, choices } of stream) {
        if (choices[0]?.delta.content === 'a') await server.call('POST', `/runs/${id}/cancel`);
      }
    };
    expect(await errorOf(read())).toMatchObject({ code: 'run-cancelled' });
  });
});

test('a client that leaves ends the run', async () => {
  await using server = await startAgentRuns(scriptedModel([[...text('a').slice(0, 2), 'hang']]));
  const { completions } = openAiOf(server).chat;
  const stream = await completions.create({ ...hello, stream: true });
  for await (const { choices } of stream) if (choices[0]?.delta.content === 'a') break;
  await expect.poll(() => server.runs.activeRuns()).toEqual([]);
  const leave = new AbortController();
  const whole = completions.create(hello, { signal: leave.signal });
  await expect.poll(() => server.runs.activeRuns().length).toBe(1);
  leave.abort();
  await errorOf(whole);
  await expect.poll(() => server.runs.activeRuns()).toEqual([]);
  const { runs } = (await server.call('GET', '/runs')).body;
  expect(runs.map(({ status }: { status: string }) => status)).toEqual(['cancelled', 'cancelled']);
});

test('200 chats stream side by side, each its own', async () => {
  await using server = await startAgentRuns(scriptedModel((call) => says(`answer ${call}`)));
  const { completions } = openAiOf(server).chat;
  const texts = await Promise.all(Array.from({ length: 200 }, () => completions.stream(hello).finalContent()));
  expect(new Set(texts).size).toBe(200);
});
