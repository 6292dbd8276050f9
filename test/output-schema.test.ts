/** Answers as JSON of a schema: asked for by the provider's means or by a tool, checked, asked for once more, and told. */
import { describe, expect, test } from 'vitest';
import type { FoundModel } from '../server/runs/agent-loop.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, finish, type ScriptedModel, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { withoutTimes } from './support/times.ts';
import { startWholeServer } from './support/whole-server.ts';

const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'number' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};
const paris = { city: 'Paris', degrees: 18 };
const says = (...words: string[]): Act[] => [...text(...words), finish()];
const answers = (input: unknown, name = 'final_answer'): Act[] => [
  ...toolCall('a1', name, input),
  finish('tool-calls'),
];
const prompt = { message: 'Weather?', conversation_id: 'c', run_id: 'r', output_schema: schema };
const usage = { prompt_tokens: 10, completion_tokens: 5 };

const ask = (server: AgentRuns, more: object = {}) =>
  server.call('POST', '/agents/tester/prompt/sync', { ...prompt, ...more });
const start = (
  model: ScriptedModel,
  outputWay: FoundModel['outputWay'],
  more: Parameters<typeof startAgentRuns>[1] = {},
) => startAgentRuns(model, { outputWay, ...more });
const userWords = ({ asked }: ScriptedModel, index: number) =>
  asked[index]?.prompt
    .flatMap(({ role, content }) => (role === 'user' ? content : []))
    .map((part) => Object(part).text);
const systemOf = ({ asked }: ScriptedModel, index = 0) =>
  asked[index]?.prompt.flatMap(({ role, content }) => (role === 'system' ? [content] : [])).join();

describe('where the provider sees to the form', () => {
  test('the schema goes with the request, and the output comes beside the text', async () => {
    const model = scriptedModel([says('{"city":"Paris",', '"degrees":18}')]);
    await using server = await start(model, 'format');
    expect(await ask(server)).toEqual({
      status: 200,
      body: {
        response: '{"city":"Paris","degrees":18}',
        tool_calls: [],
        usage,
        conversation_id: 'c',
        output: paris,
      },
    });
    expect(model.asked[0]?.responseFormat).toEqual({ type: 'json', name: 'answer', schema });
    expect([model.asked[0]?.tools, systemOf(model)]).toEqual([undefined, '']);
  });

  test('a stream tells it in done, the run has it as its outcome, and lists leave it out', async () => {
    await using server = await start(scriptedModel([says(JSON.stringify(paris))]), 'format');
    const events = await server.read('/agents/tester/prompt', prompt);
    expect(withoutTimes(events.map(({ data }) => data))).toEqual([
      { type: 'text', content: JSON.stringify(paris) },
      { type: 'done', conversation_id: 'c', usage, output: paris },
    ]);
    const outcome = { pending_tool_call_ids: [], approval_ids: [] };
    const { body: run } = await server.call('GET', '/runs/r');
    expect(run.outcome).toEqual({ ...outcome, output: paris });
    const { body: list } = await server.call('GET', '/runs');
    expect(list.runs[0].outcome).toEqual(outcome);
  });

  test('tools are called first', async () => {
    const model = scriptedModel([
      [...toolCall('c1', 'look', {}), finish('tool-calls')],
      says('```json\n', JSON.stringify(paris), '\n```'),
    ]);
    await using server = await start(model, 'format', { toolset: toolsetOf({ look: () => ok('18') }) });
    expect(await ask(server)).toMatchObject({ body: { tool_calls: [{ name: 'look', result: '18' }], output: paris } });
    expect(model.asked.map(({ tools, responseFormat }) => [tools?.length, responseFormat?.type])).toEqual([
      [1, 'json'],
      [1, 'json'],
    ]);
  });

  test('one that forbids tools with a schema is asked by a tool where the agent has tools', async () => {
    const model = scriptedModel([answers(paris)]);
    await using server = await start(model, 'format-without-tools', { toolset: toolsetOf({ look: () => ok('18') }) });
    expect(await ask(server)).toMatchObject({ body: { output: paris } });
    expect(model.asked[0]?.tools?.map(({ name }) => name)).toEqual(['look', 'final_answer']);
    expect(model.asked[0]?.responseFormat).toBe(undefined);
    await using bare = await start(scriptedModel([says(JSON.stringify(paris))]), 'format-without-tools');
    expect(await ask(bare)).toMatchObject({ body: { output: paris } });
  });
});

describe('where it does not, a tool takes the answer', () => {
  test('its arguments are the text of the answer, and no tool call is told of', async () => {
    const model = scriptedModel([answers(paris)]);
    await using server = await start(model, undefined);
    const events = await server.read('/agents/tester/prompt', prompt);
    expect(withoutTimes(events.map(({ data }) => data))).toEqual([
      { type: 'text', content: JSON.stringify(paris) },
      { type: 'done', conversation_id: 'c', usage, output: paris },
    ]);
    expect(model.asked[0]?.tools).toMatchObject([{ name: 'final_answer', inputSchema: schema }]);
    expect(systemOf(model)).toContain('calling the tool `final_answer`');
    const stored = await server.store.conversations.messages('c');
    expect(stored[1]).toMatchObject({ role: 'assistant', content: [{ type: 'text', text: JSON.stringify(paris) }] });
  });

  test('it has another name where the agent has a tool of that name', async () => {
    const model = scriptedModel([answers({ x: 1 }), answers(paris, 'final_answer_2')]);
    await using server = await start(model, 'tool', { toolset: toolsetOf({ final_answer: () => ok('noted') }) });
    expect(await ask(server)).toMatchObject({
      body: { tool_calls: [{ name: 'final_answer', result: 'noted' }], output: paris },
    });
  });

  test('a call of it beside others is not the last word', async () => {
    const model = scriptedModel([
      [
        ...toolCall('c1', 'look', {}),
        ...toolCall('a1', 'final_answer', { city: '?', degrees: 0 }),
        finish('tool-calls'),
      ],
      answers(paris),
    ]);
    await using server = await start(model, 'tool', { toolset: toolsetOf({ look: () => ok('18') }) });
    expect(await ask(server)).toMatchObject({ body: { tool_calls: [{ name: 'look', result: '18' }], output: paris } });
  });

  test('words that hold the JSON alone are taken too', async () => {
    await using server = await start(scriptedModel([says(`Here it is: ${JSON.stringify(paris)}`)]), 'tool');
    expect(await ask(server)).toMatchObject({ body: { output: paris } });
  });

  test.each([
    ['a list', { type: 'array', items: { $ref: '#/$defs/city' }, $defs: { city: { type: 'string' } } }, ['Paris']],
    ['a number', { type: 'number' }, 18],
    ['nothing', { anyOf: [{ type: 'null' }, schema] }, null],
    ['a tree', { type: ['object', 'null'], properties: { next: { $ref: '#' } } }, { next: { next: null } }],
  ])(
    'what is no object is one argument of it, also where providers see to forms: %s',
    async (_, outputSchema, output) => {
      const model = scriptedModel([answers({ answer: output })]);
      await using server = await start(model, 'format');
      expect(await ask(server, { output_schema: outputSchema })).toMatchObject({
        status: 200,
        body: { response: JSON.stringify(output), output },
      });
      expect(model.asked[0]?.tools).toMatchObject([{ inputSchema: { type: 'object', required: ['answer'] } }]);
    },
  );
});

describe.each(['format', 'tool'] as const)('an answer that does not fit (%s)', (way) => {
  const say = (value: unknown) => (way === 'tool' ? answers(value) : says(JSON.stringify(value)));
  const problem = 'degrees must be number';

  test('is asked for once more, and the model is told why', async () => {
    const model = scriptedModel([say({ ...paris, degrees: 'warm' }), say(paris)]);
    await using server = await start(model, way);
    expect(await ask(server)).toMatchObject({ status: 200, body: { output: paris } });
    expect(userWords(model, 1)).toEqual([
      'Weather?',
      expect.stringMatching(`^Your answer was not taken: ${problem}\\.`),
    ]);
    expect(model.asked[1]?.prompt.map(({ role }) => role).slice(-3)).toEqual(['user', 'assistant', 'user']);
    const stored = await server.store.conversations.messages('c');
    expect(stored.map(({ role }) => role)).toEqual(['user', 'assistant', 'assistant']);
  });

  test('a second time is an error, and what was said is kept', async () => {
    const wrong = { ...paris, degrees: 'warm' };
    await using server = await start(scriptedModel([say(wrong)]), way);
    const detail = `The answer of the model does not fit its schema: ${problem}`;
    expect(await ask(server)).toEqual({ status: 502, body: { status_code: 502, code: 'output-invalid', detail } });
    const stored = await server.store.conversations.messages('c');
    expect(stored.slice(1).map((message) => message.role === 'assistant' && message.content)).toEqual(
      Array.from({ length: 2 }, () => [{ type: 'text', text: JSON.stringify(wrong) }]),
    );
    expect(await server.call('GET', '/runs/r')).toMatchObject({
      body: { status: 'failed', outcome: { code: 'output-invalid', detail } },
    });
    const events = await server.read('/runs/r/events');
    expect(events.map(({ data }) => data.type)).toEqual(['text', 'text', 'error']);
  });

  test('may be cut off, or never come, which is the same error', async () => {
    await using cut = await start(scriptedModel([[...text('{"city":'), finish('length')]]), way);
    expect(await ask(cut)).toMatchObject({
      status: 502,
      body: { code: 'output-invalid', detail: expect.stringContaining('it was cut off (length)') },
    });
    const looks = scriptedModel((call) => [...toolCall(`c${call}`, 'look', {}), finish('tool-calls')]);
    await using endless = await start(looks, way, {
      toolset: toolsetOf({ look: () => ok('18') }),
      agent: { maxSteps: 2 },
    });
    expect(await ask(endless)).toMatchObject({
      body: { code: 'output-invalid', detail: expect.stringContaining('there was none after 2 model calls') },
    });
    await using once = await start(scriptedModel([says('Warm.')]), way, { agent: { maxSteps: 1 } });
    expect(await ask(once)).toMatchObject({ body: { detail: expect.stringContaining('it is not JSON') } });
  });
});

test('an agent may have a schema of its own, and a prompt another one or none', async () => {
  const model = scriptedModel([answers(paris), answers({ answer: 18 }), says('Warm.')]);
  await using server = await start(model, 'tool', { agent: { outputSchema: schema } });
  expect(await ask(server, { output_schema: undefined })).toMatchObject({ body: { output: paris } });
  expect(await ask(server, { run_id: 'r2', output_schema: { type: 'number' } })).toMatchObject({
    body: { output: 18 },
  });
  const { body } = await ask(server, { run_id: 'r3', output_schema: null });
  expect([body.response, 'output' in body]).toEqual(['Warm.', false]);
});

test('a run that waits for a person has no output yet, and the one that goes on has it', async () => {
  const model = scriptedModel([[...toolCall('c1', 'look', {}), finish('tool-calls')], answers(paris)]);
  await using server = await start(model, 'tool', {
    toolset: toolsetOf({ look: () => ok('18') }),
    agent: { approvals: { tools: ['look'] } },
  });
  const { body } = await ask(server);
  expect('output' in body).toBe(false);
  const approved = await server.call('POST', `/approvals/${body.approvals[0].id}`, { approved: true });
  expect(approved).toMatchObject({ status: 200 });
  const events = await server.read(`/runs/${approved.body.resumed_by}/events`);
  expect(events.at(-1)?.data).toMatchObject({ type: 'done', output: paris });
});

describe('a run that waits for a tool of its caller', () => {
  const look = { name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } };
  const begin = (server: AgentRuns) =>
    server.call('POST', '/openai/responses', {
      model: 'tester',
      input: 'Weather?',
      tools: [{ type: 'function', ...look }],
      text: { format: { type: 'json_schema', name: 'weather', schema } },
    });
  const sent = [
    { id: 'm1', role: 'user', content: 'Weather?' },
    {
      id: 'm2',
      role: 'assistant',
      toolCalls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
    },
    { id: 'm3', role: 'tool', toolCallId: 'c1', content: '18' },
  ];
  const goOn = (server: AgentRuns, threadId: string, messages: readonly object[]) =>
    server.read('/ag-ui/tester/', { threadId, runId: 'next', messages, tools: [look] });

  test('is gone on with by its result, also over another protocol, and answers in the form that was asked for', async () => {
    const model = scriptedModel([[...toolCall('c1', 'look', {}), finish('tool-calls')], answers(paris)]);
    await using server = await start(model, 'tool');
    const begun = await begin(server);
    expect(begun.body.output).toMatchObject([{ type: 'function_call', name: 'look' }]);
    const told = await goOn(server, begun.body.conversation.id, sent);
    const words = told.flatMap(({ data }) => (data.type === 'TEXT_MESSAGE_CONTENT' ? [data.delta] : []));
    expect(JSON.parse(words.join(''))).toEqual(paris);
    const events = await server.read('/runs/next/events');
    expect(events.at(-1)?.data).toMatchObject({ type: 'done', output: paris });
  });

  test('asks for no form of what is said after it', async () => {
    const model = scriptedModel([[...toolCall('c1', 'look', {}), finish('tool-calls')], says('Warm.')]);
    await using server = await start(model, 'tool');
    const begun = await begin(server);
    const next = { id: 'm4', role: 'user', content: 'In words?' };
    await goOn(server, begun.body.conversation.id, [...sent, next]);
    const { data: last } = (await server.read('/runs/next/events')).at(-1) ?? {};
    expect([last.type, 'output' in last]).toEqual(['done', false]);
  });
});

test.each([
  [
    'a type that there is not',
    { type: 'object', properties: { a: { type: 'strin' } } },
    'output_schema.properties.a.type',
  ],
  ['a reference to nothing', { properties: { a: { $ref: '#/$defs/a' } } }, 'output_schema.properties.a.$ref'],
  ['a reference elsewhere', { $ref: 'https://x.test/a.json' }, 'output_schema.$ref'],
  ['a pattern that cannot be read', { properties: { a: { pattern: '(' } } }, 'output_schema.properties.a.pattern'],
  ['keywords of a wrong kind', { required: 'a' }, 'output_schema.required'],
  ['too much', { description: 'x'.repeat(100_001) }, 'output_schema'],
  ['a list', [], 'output_schema'],
])('a schema with %s is a 422 that names the place', async (_, outputSchema, path) => {
  await using server = await start(scriptedModel([says('Hi')]), 'tool');
  expect(await ask(server, { output_schema: outputSchema })).toMatchObject({
    status: 422,
    body: { errors: [{ path }] },
  });
  await using whole = await startWholeServer();
  const created = await whole.call('POST', '/agents', { id: 'a', output_schema: outputSchema });
  expect(created).toMatchObject({ status: 422, body: { errors: [{ path }] } });
});

test('an agent keeps its schema over a restart, shows it, and loses it by null; the demo model keeps to it', async () => {
  const outputSchema = { type: 'object', properties: { result: { type: 'number' } }, required: ['result'] };
  await using first = await startWholeServer({ args: ['--demo'] });
  expect(await first.call('GET', '/agents/demo')).toMatchObject({ body: { output_schema: null } });
  await first.call('PUT', '/agents/demo', { output_schema: outputSchema });
  await first.close();
  await using server = await startWholeServer({ folder: first.folder });
  expect(await server.call('GET', '/agents/demo')).toMatchObject({ body: { output_schema: outputSchema } });
  const answer = await server.call('POST', '/agents/demo/prompt/sync', { message: 'What is 17 * 23?' });
  expect(answer).toMatchObject({ status: 200, body: { output: { result: 391 } } });
  const without = await server.call('PUT', '/agents/demo', { output_schema: null });
  expect(without).toMatchObject({ status: 200, body: { output_schema: null } });
});
