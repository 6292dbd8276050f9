/** Responses, asked by OpenAI's own SDK over real sockets. */
import type { Response, ResponseInputItem, ResponseStreamEvent, Tool } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { EVERYBODY } from '../server/call/principal.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { errorOf, openAiOf } from './support/openai.ts';
import { type Act, finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];
const hello = { model: 'tester', input: 'Hi' };
const eventsOf = async (stream: PromiseLike<AsyncIterable<ResponseStreamEvent>>) => Array.fromAsync(await stream);
const typesOf = (events: readonly ResponseStreamEvent[]) => events.map(({ type }) => type);
/** The response that the last event tells of. */
function lastOf(events: readonly ResponseStreamEvent[]): Response {
  const last = events.at(-1);
  if (!last || !('response' in last)) throw new Error(`the last event is ${last?.type}`);
  return last.response;
}
const listed = async (server: AgentRuns) => (await server.call('GET', '/conversations')).body.conversations;

const weather: Tool = {
  type: 'function',
  name: 'weather',
  description: 'Tells the weather',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};

describe('a response', () => {
  test('comes whole, and is read again as it was', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hel', 'lo')]));
    const { responses } = openAiOf(server);
    const response = await responses.create({
      ...hello,
      instructions: 'Be brief.',
      metadata: { purpose: 'test' },
      temperature: 0.5,
      max_output_tokens: 100,
      truncation: 'auto',
      user: 'ada',
      tools: [weather],
    });
    expect(response).toEqual({
      id: expect.stringMatching(/^run-/),
      object: 'response',
      created_at: expect.any(Number),
      completed_at: expect.any(Number),
      status: 'completed',
      model: 'tester',
      conversation: { id: expect.stringMatching(/^conv-/) },
      output: [
        {
          type: 'message',
          id: `msg-0-${response.id}`,
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }],
        },
      ],
      output_text: 'Hello',
      error: null,
      incomplete_details: null,
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 15,
      },
      access_programs: null,
      background: false,
      instructions: 'Be brief.',
      max_output_tokens: 100,
      max_tool_calls: null,
      metadata: { purpose: 'test' },
      parallel_tool_calls: true,
      previous_response_id: null,
      prompt_cache_key: null,
      reasoning: { effort: null, summary: null },
      safety_identifier: null,
      service_tier: 'default',
      store: true,
      temperature: 0.5,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [weather],
      top_logprobs: null,
      top_p: null,
      truncation: 'auto',
      user: 'ada',
    });
    expect(await responses.retrieve(response.id)).toEqual(response);
    expect(await listed(server)).toMatchObject([{ id: response.conversation?.id, message_count: 2 }]);
  });

  test('is events with their names and numbers, whose last is the whole', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Hel', 'lo')]));
    const { responses } = openAiOf(server);
    const events = await eventsOf(responses.create({ ...hello, stream: true }));
    expect(typesOf(events)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index + 1));
    const { output_text: _, ...whole } = await responses.retrieve(lastOf(events).id);
    expect(whole).toEqual(lastOf(events));
    const raw = await fetch(`${server.url}/v1/responses/${whole.id}?stream=true&starting_after=9`);
    expect((await raw.text()).split('\n')).toEqual([
      'event: response.completed',
      expect.stringMatching(/^data: \{"type":"response.completed"/),
      '',
      '',
    ]);
  });

  test('with thoughts and tools of the agent is accumulated by the stream helper of the SDK to what it is', async () => {
    const model = scriptedModel([
      [
        ...reasoning('Hm', 'm'),
        ...text('Let me see'),
        ...toolCall('c1', 'clock', { zone: 'UTC' }),
        ...toolCall('c2', 'broken', {}),
        ...toolCall('c3', 'missing', {}),
        finish('tool-calls'),
      ],
      says('Noon'),
    ]);
    const tools = { clock: () => ok({ time: '12:00' }), broken: () => ({ result: 'no time', isError: true }) };
    await using server = await startAgentRuns(model, { toolset: toolsetOf(tools) });
    const { responses } = openAiOf(server);
    const stream = responses.stream(hello);
    const events = await Array.fromAsync(stream);
    const final = await stream.finalResponse();
    const failed = (name: string, words: unknown) => ({
      type: 'mcp_call',
      status: 'failed',
      name,
      error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text: words }] },
    });
    expect(final.output).toMatchObject([
      { type: 'reasoning', status: 'completed', summary: [{ type: 'summary_text', text: 'Hmm' }] },
      { type: 'message', content: [{ text: 'Let me see' }] },
      {
        type: 'mcp_call',
        status: 'completed',
        server_label: 'agent-runtimes',
        name: 'clock',
        arguments: '{"zone":"UTC"}',
        output: '{"time":"12:00"}',
        error: null,
      },
      failed('broken', 'no time'),
      failed('missing', expect.stringContaining('missing')),
      { type: 'message', content: [{ text: 'Noon' }] },
    ]);
    expect(final.output_text).toBe('Let me seeNoon');
    const { output_text: _, ...whole } = await responses.retrieve(final.id);
    expect(JSON.parse(JSON.stringify(final))).toMatchObject(JSON.parse(JSON.stringify(whole)));
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set([
        ...['created', 'in_progress', 'completed', 'output_item.added', 'output_item.done'].map(
          (one) => `response.${one}`,
        ),
        ...['content_part.added', 'content_part.done', 'output_text.delta', 'output_text.done'].map(
          (one) => `response.${one}`,
        ),
        ...['part.added', 'part.done', 'text.delta', 'text.done'].map((one) => `response.reasoning_summary_${one}`),
        ...['in_progress', 'completed', 'failed'].map((one) => `response.mcp_call.${one}`),
        ...['delta', 'done'].map((one) => `response.mcp_call_arguments.${one}`),
      ]),
    );
  });

  test('with a tool result of 100 KB is whole', async () => {
    const long = 'x'.repeat(100_000);
    const model = scriptedModel([[...toolCall('c1', 'long', {}), finish('tool-calls')], says('Done')]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ long: () => ok(long) }) });
    const { output } = await openAiOf(server).responses.create(hello);
    expect(output[0]).toMatchObject({ type: 'mcp_call', output: long });
  });
});

describe('a response that does not complete', () => {
  test.each([
    ['length', 'max_output_tokens'],
    ['content-filter', 'content_filter'],
  ] as const)('because of %s is incomplete', async (stop, reason) => {
    await using server = await startAgentRuns(scriptedModel([[...text('Par'), finish(stop)]]));
    const events = await eventsOf(openAiOf(server).responses.create({ ...hello, stream: true }));
    expect(typesOf(events).at(-1)).toBe('response.incomplete');
    expect(lastOf(events)).toMatchObject({ status: 'incomplete', incomplete_details: { reason } });
  });

  test('because the agent has taken all its steps is incomplete', async () => {
    await using server = await startAgentRuns(scriptedModel([[...toolCall('c', 'clock', {}), finish('tool-calls')]]), {
      toolset: toolsetOf({ clock: () => ok('12:00') }),
      agent: { maxSteps: 1 },
    });
    const response = await openAiOf(server).responses.create(hello);
    expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_messages' } });
  });

  test('because the model fails has failed, before it said anything and in the middle', async () => {
    for (const [said, items] of [
      [[], []],
      [text('Par', 'tial').slice(0, 3), [{ type: 'message', content: [{ text: 'Partial' }] }]],
    ]) {
      const model = scriptedModel([[...(said as Act[]), { fail: new Error('the model broke') }]]);
      await using server = await startAgentRuns(model);
      const { responses } = openAiOf(server);
      const events = await eventsOf(responses.create({ ...hello, stream: true }));
      expect(typesOf(events).filter((type) => /completed|incomplete|failed/.test(type))).toEqual(['response.failed']);
      expect(lastOf(events)).toMatchObject({
        status: 'failed',
        output: items,
        error: { code: 'server_error', type: 'model-failed', message: expect.stringContaining('the model broke') },
      });
      expect(await responses.create(hello)).toMatchObject({ status: 'failed', error: { type: 'model-failed' } });
    }
  });

  test('because it is cancelled says so, to who cancels and to who reads', async () => {
    await using server = await startAgentRuns(scriptedModel([[...text('a').slice(0, 2), 'hang']]));
    const { responses } = openAiOf(server);
    const { id, status } = await responses.create({ ...hello, background: true });
    expect(status).toBe('queued');
    const reader = eventsOf(responses.retrieve(id, { stream: true }));
    await expect.poll(async () => (await responses.retrieve(id)).output).toMatchObject([{ content: [{ text: 'a' }] }]);
    expect(await responses.retrieve(id)).toMatchObject({ status: 'in_progress', background: true, usage: null });
    const cancelled = await responses.cancel(id);
    expect(cancelled.status).toBe('cancelled');
    expect(lastOf(await reader)).toMatchObject({ id, status: 'cancelled' });
    expect(await responses.cancel(id)).toEqual(cancelled);
  });

  test('because its client leaves has ended, unless it is in the background', async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([
      [...text('a', 'b').slice(0, 2), { wait: gate.promise }, ...text('a', 'b').slice(2), finish()],
    ]);
    await using server = await startAgentRuns(model);
    const { responses } = openAiOf(server);
    const leaveEarly = async (background: boolean) => {
      let id = '';
      for await (const event of await responses.create({ ...hello, background, stream: true })) {
        if (event.type === 'response.created') id = event.response.id;
        if (event.type === 'response.output_text.delta') break;
      }
      return id;
    };
    const ended = await leaveEarly(false);
    await expect.poll(async () => (await responses.retrieve(ended)).status).toBe('cancelled');
    const goesOn = await leaveEarly(true);
    expect((await responses.retrieve(goesOn)).status).toBe('in_progress');
    const leave = new AbortController();
    const whole = responses.create(hello, { signal: leave.signal });
    await expect.poll(() => server.runs.activeRuns().length).toBe(2);
    leave.abort();
    await errorOf(whole);
    await expect.poll(() => server.runs.activeRuns().length).toBe(1);
    gate.resolve();
    await expect.poll(async () => (await responses.retrieve(goesOn)).output_text).toBe('ab');
  });
});

describe('tools of the client', () => {
  test('are function calls, and their results go on with the response before', async () => {
    const model = scriptedModel([
      [
        ...toolCall('own', 'clock', {}),
        ...toolCall('a', 'weather', { city: 'Paris' }),
        ...toolCall('b', 'weather', { city: 'Rome' }),
        finish('tool-calls'),
      ],
      says('Warm'),
    ]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: () => ok('12:00') }) });
    const { responses } = openAiOf(server);
    const stream = responses.stream({ ...hello, tools: [weather] });
    const deltas: string[] = [];
    for await (const event of stream) {
      if (event.type === 'response.function_call_arguments.delta') deltas.push(event.delta);
    }
    const asked = await stream.finalResponse();
    expect(asked).toMatchObject({
      status: 'completed',
      output: [
        { type: 'mcp_call', name: 'clock' },
        { type: 'function_call', status: 'completed', call_id: 'a', name: 'weather', arguments: '{"city":"Paris"}' },
        { type: 'function_call', call_id: 'b', arguments: '{"city":"Rome"}' },
      ],
    });
    expect(deltas).toEqual(['{"city":"Paris"}', '{"city":"Rome"}']);
    const result = (call_id: string): ResponseInputItem => ({ type: 'function_call_output', call_id, output: '20 °C' });
    const input = [result('a'), result('b')];
    const wrong = await errorOf(responses.create({ model: 'tester', input }));
    expect(wrong).toMatchObject({ status: 422, param: 'input.0.call_id' });
    const ask = { model: 'tester', input, tools: [weather], previous_response_id: asked.id };
    const answer = await responses.create(ask);
    expect(answer).toMatchObject({
      output_text: 'Warm',
      previous_response_id: asked.id,
      conversation: asked.conversation,
    });
    expect(model.asked[1]?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    expect(JSON.stringify(model.asked[1]?.prompt.at(-1))).toMatch(/12:00.*20 °C.*20 °C/);
  });

  test('go on from nothing but items as they came, where nothing is stored', async () => {
    const model = scriptedModel([
      [...reasoning('Hm'), ...toolCall('own', 'clock', {}), ...toolCall('a', 'weather', {}), finish('tool-calls')],
      says('Warm'),
    ]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: () => ok('12:00') }) });
    const { responses } = openAiOf(server);
    const ask = { model: 'tester', tools: [weather], store: false };
    const asked = await responses.create({ ...ask, input: 'Weather?' });
    expect(asked.conversation).toBeNull();
    const input = [
      { role: 'user', content: 'Weather?' },
      ...asked.output,
      { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_text', text: '20 °C' }] },
    ];
    const answer = await responses.create({ ...ask, input: input as ResponseInputItem[] });
    expect(answer.output_text).toBe('Warm');
    expect(model.asked[1]?.prompt).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ toolName: 'clock' }] },
      { role: 'tool', content: [{ output: { value: '12:00' } }] },
      { role: 'assistant', content: [{ toolCallId: 'a' }] },
      { role: 'tool', content: [{ output: { value: '20 °C' } }] },
    ]);
    expect(await listed(server)).toEqual([]);
    for (const id of [asked.id, answer.id]) {
      expect(await errorOf(responses.retrieve(id))).toMatchObject({ status: 404, code: 'run-not-found' });
      expect(await errorOf(responses.create({ ...hello, previous_response_id: id }))).toMatchObject({ status: 404 });
    }
  });
});

describe('a call that a person has to approve', () => {
  const asks = [...toolCall('c1', 'mail', { to: 'ada' }), finish('tool-calls')];
  async function startMail(apiKeys: readonly string[] = [], asking: Act[] = asks) {
    const sent: unknown[] = [];
    const mail = (args: unknown) => {
      sent.push(args);
      return ok('sent');
    };
    const server = await startAgentRuns(
      scriptedModel((call) => (call % 2 ? says('Done') : asking)),
      {
        apiKeys,
        toolset: toolsetOf({ mail }),
        agent: { approvals: { tools: ['*'] } },
      },
    );
    return { server, sent };
  }

  test('is an approval request, whose answer goes on', async () => {
    const { server, sent } = await startMail();
    await using _ = server;
    const { responses } = openAiOf(server);
    const asked = await responses.create(hello);
    const { approvals } = (await server.call('GET', '/approvals')).body;
    expect(asked.output).toEqual([
      {
        type: 'mcp_approval_request',
        id: approvals[0].id,
        server_label: 'agent-runtimes',
        name: 'mail',
        arguments: '{"to":"ada"}',
      },
    ]);
    const decision: ResponseInputItem = {
      type: 'mcp_approval_response',
      approval_request_id: approvals[0].id,
      approve: true,
    };
    const ask = { model: 'tester', input: [decision], previous_response_id: asked.id };
    const waiting = responses.create({ ...hello, previous_response_id: asked.id });
    expect(await errorOf(waiting)).toMatchObject({ status: 409, code: 'approval-pending' });
    const answer = await responses.create(ask);
    expect(sent).toEqual([{ to: 'ada' }]);
    expect(answer.output).toMatchObject([
      {
        type: 'mcp_call',
        name: 'mail',
        arguments: '{"to":"ada"}',
        output: 'sent',
        approval_request_id: approvals[0].id,
      },
      { type: 'message', content: [{ text: 'Done' }] },
    ]);
    const { output_text: _text, ...again } = await responses.retrieve(answer.id);
    expect(again.output).toEqual(answer.output);
  });

  test('is one of two, of which one is approved and one is denied, and another key answers none', async () => {
    const [ANNA, BEN] = ['anna-0123456789', 'ben-0123456789'];
    const both = [
      ...toolCall('c1', 'mail', { to: 'ada' }),
      ...toolCall('c2', 'mail', { to: 'bob' }),
      finish('tool-calls'),
    ];
    const { server, sent } = await startMail([ANNA, BEN], both);
    await using _ = server;
    const { responses } = openAiOf(server, { apiKey: ANNA });
    const asked = await responses.create(hello);
    const ids = asked.output.map((item) => (item.type === 'mcp_approval_request' ? item.id : ''));
    const input = ids.map(
      (approval_request_id, index): ResponseInputItem => ({
        type: 'mcp_approval_response',
        approval_request_id,
        approve: index === 0,
        reason: 'not him',
      }),
    );
    const ofBen = openAiOf(server, { apiKey: BEN }).responses;
    for (const place of [{}, { conversation: asked.conversation?.id ?? '' }]) {
      expect(await errorOf(ofBen.create({ model: 'tester', input, ...place }))).toMatchObject({ status: 404 });
    }
    const inNone = responses.create({ model: 'tester', input });
    expect(await errorOf(inNone)).toMatchObject({ status: 404, code: 'approval-not-found' });
    const pending = await server.store.approvals.list({ status: 'pending', limit: 10, principal: EVERYBODY });
    expect([pending.approvals.length, sent]).toEqual([2, []]);
    const answer = await responses.create({ model: 'tester', input, previous_response_id: asked.id });
    expect(sent).toEqual([{ to: 'ada' }]);
    const calls = answer.output.filter((item) => item.type === 'mcp_call');
    expect(new Map(calls.map((item) => [item.approval_request_id, [item.arguments, item.status]]))).toEqual(
      new Map([
        [ids[0], ['{"to":"ada"}', 'completed']],
        [ids[1], ['{"to":"bob"}', 'failed']],
      ]),
    );
    expect(JSON.stringify(calls)).toContain('the user refused it: not him');
    expect(answer.output_text).toBe('Done');
  });

  test('is refused where nothing is stored', async () => {
    const { server, sent } = await startMail();
    await using _ = server;
    const { output } = await openAiOf(server).responses.create({ ...hello, store: false });
    expect(output).toMatchObject([
      { type: 'mcp_call', status: 'failed', error: { content: [{ text: expect.stringContaining('store: true') }] } },
      { type: 'message' },
    ]);
    expect(sent).toEqual([]);
  });
});

test('200 responses stream side by side, each its own', async () => {
  await using server = await startAgentRuns(scriptedModel((call) => says(`answer ${call}`)));
  const { responses } = openAiOf(server);
  const texts = await Promise.all(
    Array.from({ length: 200 }, async () => (await responses.stream(hello).finalResponse()).output_text),
  );
  expect(new Set(texts).size).toBe(200);
});
