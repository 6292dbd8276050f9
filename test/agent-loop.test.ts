import { expect, test } from 'vitest';
import type { RunEvent } from '../server/runs/run-events.ts';
import { ToolArguments } from '../server/runs/tool-arguments.ts';
import type { Message } from '../server/store/messages.ts';
import { ok, quickLimits, runLoop, testAgent, toolsetOf, userSays, withStableIds } from './support/loop.ts';
import { finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const noUsage = { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, cachedInputTokens: 0 };
const typesOf = (events: readonly RunEvent[]) => events.map(({ type }) => type);
const resultsOf = (messages: readonly Message[]) =>
  messages.flatMap((message) => (message.role === 'tool' ? [[message.callId, message.result, message.status]] : []));

test('an answer arrives delta by delta and is stored as one message under the same id', async () => {
  const model = scriptedModel([[...reasoning('Hm', 'm'), ...text('Hel', 'lo'), finish()]]);
  const { events, messages, outcome, usage } = await runLoop(model);
  expect(withStableIds({ events, messages })).toEqual({
    events: [
      { type: 'step-started', step: 1, model: 'script' },
      { type: 'model-asked' },
      { type: 'reasoning-started', messageId: 'msg#1' },
      { type: 'reasoning-delta', messageId: 'msg#1', delta: 'Hm' },
      { type: 'reasoning-delta', messageId: 'msg#1', delta: 'm' },
      { type: 'reasoning-ended', messageId: 'msg#1' },
      { type: 'text-started', messageId: 'msg#1' },
      { type: 'text-delta', messageId: 'msg#1', delta: 'Hel' },
      { type: 'text-delta', messageId: 'msg#1', delta: 'lo' },
      { type: 'text-ended', messageId: 'msg#1' },
      { type: 'model-answered', usage: { ...noUsage, inputTokens: 10, outputTokens: 5 }, stopReason: 'stop' },
      { type: 'step-ended', step: 1, usage: { ...noUsage, inputTokens: 10, outputTokens: 5 } },
    ],
    messages: [
      {
        id: 'msg#1',
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hmm' },
          { type: 'text', text: 'Hello' },
        ],
      },
    ],
  });
  expect(outcome).toEqual({ status: 'finished', pending: [] });
  expect(usage).toEqual({ ...noUsage, inputTokens: 10, outputTokens: 5 });
});

test('two calls of one answer run at once; results are told as they come and stored in the order of the calls', async () => {
  const model = scriptedModel([
    [...toolCall('c1', 'slow', { a: 1 }), ...toolCall('c2', 'fast', {}), finish('tool-calls')],
    [...text('Done'), finish()],
  ]);
  const fastIsDone = Promise.withResolvers<void>();
  const toolset = toolsetOf({
    slow: async () => {
      await fastIsDone.promise;
      return ok('slow result');
    },
    fast: () => ok({ n: 2 }),
  });
  const { events, messages, usage } = await runLoop(model, {
    toolset,
    onEvent: (event) => event.type === 'tool-result' && event.callId === 'c2' && fastIsDone.resolve(),
  });
  expect(events.slice(0, 17)).toMatchObject([
    { type: 'step-started', step: 1 },
    { type: 'model-asked' },
    { type: 'tool-call-started', callId: 'c1', name: 'slow' },
    { type: 'tool-call-delta', callId: 'c1', delta: '{"a"' },
    { type: 'tool-call-delta', callId: 'c1', delta: ':1}' },
    { type: 'tool-call-ended', callId: 'c1', name: 'slow', args: { a: 1 } },
    { type: 'tool-call-started', callId: 'c2', name: 'fast' },
    { type: 'tool-call-delta', callId: 'c2', delta: '{' },
    { type: 'tool-call-delta', callId: 'c2', delta: '}' },
    { type: 'tool-call-ended', callId: 'c2', name: 'fast', args: {} },
    { type: 'model-answered', stopReason: 'tool-calls' },
    { type: 'tool-started', callId: 'c1', name: 'slow', server: null },
    { type: 'tool-started', callId: 'c2', name: 'fast', server: null },
    { type: 'tool-result', callId: 'c2', name: 'fast', result: { n: 2 }, isError: false, bytes: 7 },
    { type: 'tool-result', callId: 'c1', name: 'slow', result: 'slow result', isError: false, bytes: 11 },
    { type: 'step-ended', step: 1 },
    { type: 'step-started', step: 2 },
  ]);
  expect(resultsOf(messages)).toEqual([
    ['c1', 'slow result', 'done'],
    ['c2', { n: 2 }, 'done'],
  ]);
  expect(usage).toMatchObject({ inputTokens: 20, outputTokens: 10 });
  expect(model.asked[1]?.prompt).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    {
      role: 'assistant',
      content: [
        { type: 'tool-call', toolCallId: 'c1', toolName: 'slow', input: { a: 1 } },
        { type: 'tool-call', toolCallId: 'c2', toolName: 'fast', input: {} },
      ],
    },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'c1', toolName: 'slow', output: { type: 'text', value: 'slow result' } },
        { type: 'tool-result', toolCallId: 'c2', toolName: 'fast', output: { type: 'json', value: { n: 2 } } },
      ],
    },
  ]);
});

test('a tool error, an unknown tool, text that is not JSON and arguments that do not fit are told to the model, which goes on', async () => {
  const model = scriptedModel([
    [
      ...toolCall('c1', 'fails', {}),
      ...toolCall('c2', 'missing', {}),
      ...toolCall('c3', 'add', '{"a": 1,'),
      ...toolCall('c4', 'add', { a: 'x', c: 1 }),
      ...toolCall('c5', 'add', [1]),
      finish('tool-calls'),
    ],
    [...text('Sorry'), finish()],
  ]);
  const toolset = toolsetOf(
    { fails: () => ({ result: 'disk full', isError: true }), add: () => ok('never called') },
    {
      add: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
        additionalProperties: false,
      },
    },
  );
  const { messages, outcome } = await runLoop(model, { toolset });
  expect(resultsOf(messages)).toEqual([
    ['c1', 'disk full', 'error'],
    ['c2', "There is no tool named 'missing'. Available tools: fails, add", 'error'],
    ['c3', 'The arguments are not valid JSON', 'error'],
    [
      'c4',
      "The arguments do not fit the schema of the tool: the arguments must have required property 'b'; the arguments must NOT have additional properties ('c'); a must be number",
      'error',
    ],
    ['c5', 'The arguments are not a JSON object', 'error'],
  ]);
  expect(outcome).toEqual({ status: 'finished', pending: [] });
  const [, assistant] = model.asked[1]?.prompt ?? [];
  expect(assistant?.content).toMatchObject([{}, {}, { input: { invalid_arguments: '{"a": 1,' } }, {}, {}]);
});

test('a schema of an old draft, with an $id used twice, or broken does not stop a tool from being called', async () => {
  const tuple = { type: 'object', properties: { p: { type: 'array', items: [{ type: 'number' }] } } };
  const schemas = {
    old: { $schema: 'http://json-schema.org/draft-07/schema#', $id: 'same', ...tuple },
    twin: { $id: 'same', type: 'object', required: ['x'] },
    broken: { type: 'object', properties: { x: { $ref: '#/nowhere' } } },
  };
  const model = scriptedModel([
    [
      ...toolCall('c1', 'old', { p: ['no number'] }),
      ...toolCall('c2', 'twin', {}),
      ...toolCall('c3', 'broken', { x: 1 }),
      finish('tool-calls'),
    ],
    [finish()],
  ]);
  const tool = () => ok('called');
  const { messages } = await runLoop(model, { toolset: toolsetOf({ old: tool, twin: tool, broken: tool }, schemas) });
  expect(resultsOf(messages)).toEqual([
    ['c1', 'The arguments do not fit the schema of the tool: p.0 must be number', 'error'],
    ['c2', "The arguments do not fit the schema of the tool: the arguments must have required property 'x'", 'error'],
    ['c3', 'called', 'done'],
  ]);
});

test('a schema is compiled once, also when it comes as another object, and only those used last are held', async () => {
  let reads = 0;
  const schemaOf = (name: string) => ({
    title: name,
    get type() {
      reads++;
      return 'object';
    },
  });
  const toolArguments = new ToolArguments({ maxCompiled: 2 });
  const readsOf = async (schema: Record<string, unknown>) => {
    reads = 0;
    expect(await toolArguments.findProblem({}, { name: 'a', description: '', inputSchema: schema })).toBeUndefined();
    return reads;
  };
  const first = schemaOf('first');
  expect(await readsOf(first)).toBeGreaterThan(1);
  expect(await readsOf(first)).toBe(0);
  expect(await readsOf(schemaOf('first'))).toBe(1);
  await readsOf(schemaOf('second'));
  await readsOf(schemaOf('third'));
  expect(await readsOf(first)).toBeGreaterThan(0);
});

test('a run that reaches its number of steps while the model still calls tools ends and says so', async () => {
  const model = scriptedModel((call) => [...toolCall(`c${call}`, 'again', {}), finish('tool-calls')]);
  const { outcome, events, messages } = await runLoop(model, {
    agent: () => ({ ...testAgent, maxSteps: 3 }),
    toolset: toolsetOf({ again: () => ok('more') }),
  });
  expect(outcome).toEqual({ status: 'finished', pending: [], stoppedBy: 'max-steps' });
  expect(model.asked).toHaveLength(3);
  expect(events.filter(({ type }) => type === 'step-ended')).toHaveLength(3);
  expect(resultsOf(messages)).toHaveLength(3);
});

test('call ids that a model uses again in its next answer are made unique', async () => {
  const again = [...toolCall('call_0', 'echo', {}), finish('tool-calls')];
  const model = scriptedModel([again, again, [finish()]]);
  const { messages } = await runLoop(model, { toolset: toolsetOf({ echo: () => ok('x') }) });
  const ids = resultsOf(messages).map(([callId]) => callId);
  expect(ids[0]).toBe('call_0');
  expect(ids[1]).toMatch(/^call-[0-9a-f]{20}$/);
});

test('an abort in mid text ends the run at once, keeps the text and counts what was used, though the provider ignores it', async () => {
  const model = scriptedModel(
    [
      [...toolCall('c1', 'echo', {}), finish('tool-calls', [7, 3])],
      [...text('Par', 'tial'), 'hang'],
    ],
    { heedsAbort: false },
  );
  const controller = new AbortController();
  let abortedAt = 0;
  const { outcome, messages, usage } = await runLoop(model, {
    toolset: toolsetOf({ echo: () => ok('x') }),
    signal: controller.signal,
    onEvent(event) {
      if (event.type !== 'text-delta' || event.delta !== 'tial') return;
      setImmediate(() => {
        abortedAt = performance.now();
        controller.abort(new DOMException('cancelled by the user', 'AbortError'));
      });
    },
  });
  expect(performance.now() - abortedAt).toBeLessThan(100);
  expect(outcome).toEqual({ status: 'cancelled', reason: 'cancelled by the user' });
  expect(messages.at(-1)).toMatchObject({ role: 'assistant', content: [{ type: 'text', text: 'Partial' }] });
  expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
  expect(model.cancelled()).toBe(1);
  expect(model.asked[1]?.abortSignal?.aborted).toBe(true);
});

test('an abort while the provider does not even answer ends the run at once', async () => {
  const controller = new AbortController();
  const running = runLoop(scriptedModel(['never']), { signal: controller.signal });
  setImmediate(() => controller.abort(new DOMException('cancelled by the user', 'AbortError')));
  expect(await running).toMatchObject({
    outcome: { status: 'cancelled', reason: 'cancelled by the user' },
    messages: [],
  });
});

test('an abort ends tools that ignore it, keeps the results that were there, and the next run can go on', async () => {
  const model = scriptedModel([
    [...toolCall('c1', 'quick', {}), ...toolCall('c2', 'deaf', {}), finish('tool-calls')],
    [...text('Back'), finish()],
  ]);
  const controller = new AbortController();
  const toolset = toolsetOf({ quick: () => ok('here'), deaf: () => new Promise(() => undefined) });
  const { outcome, messages, events } = await runLoop(model, {
    toolset,
    signal: controller.signal,
    onEvent: (event) =>
      event.type === 'tool-result' && controller.abort(new DOMException('cancelled by the user', 'AbortError')),
  });
  expect(outcome.status).toBe('cancelled');
  expect(resultsOf(messages)).toEqual([
    ['c1', 'here', 'done'],
    ['c2', 'Stopped: cancelled by the user; it may have partly run', 'cancelled'],
  ]);
  expect(typesOf(events).filter((type) => type === 'tool-result')).toHaveLength(2);
  const next = await runLoop(model, { history: [userSays('Hello'), ...messages, userSays('And now?', 'u2')] });
  expect(next.outcome.status).toBe('finished');
  expect(model.asked[1]?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user']);
  expect(model.asked[1]?.prompt[2]?.content).toMatchObject([
    { toolCallId: 'c1', output: { type: 'text', value: 'here' } },
    { toolCallId: 'c2', output: { type: 'error-text' } },
  ]);
});

test('a tool that outlives its deadline is an error result and the run goes on', async () => {
  const model = scriptedModel([[...toolCall('c1', 'deaf', {}), finish('tool-calls')], [finish()]]);
  const { messages, outcome } = await runLoop(model, {
    toolset: toolsetOf({ deaf: () => new Promise(() => undefined) }),
    limits: { ...quickLimits, toolMs: 20 },
  });
  expect(outcome.status).toBe('finished');
  expect(resultsOf(messages)).toEqual([
    ['c1', 'The tool did not answer within 0.02 s; it may have partly run', 'error'],
  ]);
});

test('a tool that throws is logged and told to the model without its cause', async () => {
  const model = scriptedModel([[...toolCall('c1', 'bug', {}), finish('tool-calls')], [finish()]]);
  const logged: object[] = [];
  const { messages } = await runLoop(model, {
    toolset: toolsetOf({ bug: () => Promise.reject(new Error('password is hunter2')) }),
    log: { error: (details) => logged.push(details) },
  });
  expect(resultsOf(messages)).toEqual([['c1', 'The tool bug could not be run', 'error']]);
  expect(logged).toMatchObject([{ tool: 'bug', err: { message: 'password is hunter2' } }]);
});

test('no more tools run at once than allowed', async () => {
  let running = 0;
  let most = 0;
  const calls = Array.from({ length: 9 }, (_, index) => toolCall(`c${index}`, 'busy', {})).flat();
  await runLoop(scriptedModel([[...calls, finish('tool-calls')], [finish()]]), {
    limits: { ...quickLimits, parallelTools: 4 },
    toolset: toolsetOf({
      busy: async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        return ok('x');
      },
    }),
  });
  expect(most).toBe(4);
});

test('a result that is too long is cut and says by how much', async () => {
  const model = scriptedModel([[...toolCall('c1', 'big', {}), finish('tool-calls')], [finish()]]);
  const { messages } = await runLoop(model, {
    toolset: toolsetOf({ big: () => ok('x'.repeat(30)) }),
    limits: { ...quickLimits, toolResultChars: 10 },
  });
  expect(resultsOf(messages)).toEqual([['c1', 'xxxxxxxxxx\n[cut: 20 more characters]', 'done']]);
});

test('a call of a tool of the caller ends the run without a result, after the other tools of the answer have run', async () => {
  const model = scriptedModel([
    [...toolCall('c1', 'confirm', { sure: true }), ...toolCall('c2', 'echo', {}), finish('tool-calls')],
    [...text('Confirmed'), finish()],
  ]);
  const callerTools = [
    {
      name: 'confirm',
      description: 'Asks',
      inputSchema: { type: 'object', properties: { sure: { type: 'boolean' } } },
    },
  ];
  const { outcome, messages, events } = await runLoop(model, {
    callerTools,
    toolset: toolsetOf({ echo: () => ok('x') }),
  });
  expect(outcome).toEqual({ status: 'finished', pending: ['c1'] });
  expect(resultsOf(messages)).toEqual([['c2', 'x', 'done']]);
  expect(typesOf(events).at(-1)).toBe('step-ended');
  expect(model.asked[0]?.tools?.map(({ name }) => name)).toEqual(['echo', 'confirm']);
  const answer: Message = { id: 'm9', role: 'tool', callId: 'c1', name: 'confirm', result: 'yes', status: 'done' };
  await runLoop(model, { history: [userSays('Hello'), ...messages, answer] });
  expect(model.asked[1]?.prompt[2]?.content).toMatchObject([
    { toolCallId: 'c1', output: { type: 'text', value: 'yes' } },
    { toolCallId: 'c2', output: { type: 'text', value: 'x' } },
  ]);
});

test('an answer cut off by its length runs none of its calls, answers each, and says why it stopped', async () => {
  const model = scriptedModel([
    [
      ...toolCall('c1', 'pay', {}),
      { type: 'tool-input-start', id: 'c2', toolName: 'pay' },
      { type: 'tool-input-delta', id: 'c2', delta: '{"amo' },
      finish('length'),
    ],
  ]);
  const { outcome, messages } = await runLoop(model, {
    toolset: toolsetOf({ pay: () => Promise.reject(new Error('must not run')) }),
  });
  expect(outcome).toEqual({ status: 'finished', pending: [], stoppedBy: 'length' });
  expect(resultsOf(messages)).toEqual([
    ['c1', 'Not run: the answer was cut off (length)', 'error'],
    ['c2', 'Not run: the answer was cut off (length)', 'error'],
  ]);
});

test('calls run also when a provider finishes with a reason of its own', async () => {
  const model = scriptedModel([
    [...toolCall('c1', 'echo', {}), finish('other')],
    [...text('ok'), finish()],
  ]);
  const { messages } = await runLoop(model, { toolset: toolsetOf({ echo: () => ok('x') }) });
  expect(resultsOf(messages)).toEqual([['c1', 'x', 'done']]);
  expect(messages).toHaveLength(3);
});

test('settings and tools are read before each model call, so a change takes effect in the next step', async () => {
  const model = scriptedModel([[...toolCall('c1', 'rename', {}), finish('tool-calls')], [finish()]]);
  let systemPrompt = 'Be brief.';
  let tools = ['rename'];
  const { outcome } = await runLoop(model, {
    agent: () => ({ ...testAgent, systemPrompt, temperature: 0.5 }),
    toolset: {
      list: () => tools.map((name) => ({ name, description: '', inputSchema: { type: 'object' } })),
      call: async () => {
        systemPrompt = 'Be long.';
        tools = ['rename', 'added'];
        return ok('done');
      },
    },
  });
  expect(outcome.status).toBe('finished');
  expect(model.asked.map(({ prompt }) => prompt[0])).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'system', content: 'Be long.' },
  ]);
  expect(model.asked.map(({ tools }) => tools?.map(({ name }) => name))).toEqual([['rename'], ['rename', 'added']]);
  expect(model.asked[0]?.temperature).toBe(0.5);
});

test('instructions for one run join those of the agent and are not stored', async () => {
  const model = scriptedModel([[...text('Hi'), finish()]]);
  const { messages } = await runLoop(model, {
    agent: () => ({ ...testAgent, systemPrompt: 'Be brief.' }),
    instructions: 'The user is Ada.',
  });
  expect(model.asked[0]?.prompt[0]).toEqual({ role: 'system', content: 'Be brief.\n\nThe user is Ada.' });
  expect(messages.map(({ role }) => role)).toEqual(['assistant']);
});

test('what a provider signs is kept with its part and returned to it, also when the part has no text', async () => {
  const model = scriptedModel([
    [
      { type: 'reasoning-start', id: 'r', providerMetadata: { openai: { itemId: 'rs_1' } } },
      { type: 'reasoning-end', id: 'r', providerMetadata: { openai: { encrypted: 'abc' } } },
      { type: 'reasoning-start', id: 'r2' },
      { type: 'reasoning-delta', id: 'r2', delta: 'Hm' },
      { type: 'reasoning-delta', id: 'r2', delta: '', providerMetadata: { anthropic: { signature: 'sig' } } },
      { type: 'reasoning-end', id: 'r2' },
      ...toolCall('c1', 'echo', {}).slice(0, -1),
      {
        type: 'tool-call',
        toolCallId: 'c1',
        toolName: 'echo',
        input: '{}',
        providerMetadata: { google: { thoughtSignature: 'ts' } },
      },
      finish('tool-calls'),
    ],
    [finish()],
  ]);
  const { events } = await runLoop(model, { toolset: toolsetOf({ echo: () => ok('x') }) });
  expect(typesOf(events).filter((type) => type === 'reasoning-started')).toHaveLength(1);
  expect(model.asked[1]?.prompt[1]?.content).toEqual([
    { type: 'reasoning', text: '', providerOptions: { openai: { itemId: 'rs_1', encrypted: 'abc' } } },
    { type: 'reasoning', text: 'Hm', providerOptions: { anthropic: { signature: 'sig' } } },
    {
      type: 'tool-call',
      toolCallId: 'c1',
      toolName: 'echo',
      input: {},
      providerOptions: { google: { thoughtSignature: 'ts' } },
    },
  ]);
});

test('blocks whose deltas come in turn are told as blocks that do not overlap', async () => {
  const model = scriptedModel([
    [
      { type: 'text-delta', id: 'a', delta: 'A1' },
      { type: 'reasoning-delta', id: 'r', delta: 'R' },
      { type: 'text-delta', id: 'a', delta: 'A2' },
      { type: 'text-delta', id: 'b', delta: '' },
      finish(),
    ],
  ]);
  const { events, messages } = await runLoop(model);
  expect(typesOf(events).slice(1, -1)).toEqual([
    'model-asked',
    'text-started',
    'text-delta',
    'text-ended',
    'reasoning-started',
    'reasoning-delta',
    'reasoning-ended',
    'text-started',
    'text-delta',
    'text-ended',
    'model-answered',
  ]);
  expect(messages).toMatchObject([
    {
      content: [
        { type: 'text', text: 'A1A2' },
        { type: 'reasoning', text: 'R' },
      ],
    },
  ]);
});

test.each([
  [5.5, 6],
  [5.4, 5],
  [-1, 0],
  [-0.4, 0],
  ['5', 5],
  ['5.5', 6],
  ['many', 0],
  ['', 0],
  [null, 0],
  [undefined, 0],
  [Number.NaN, 0],
  [Number.POSITIVE_INFINITY, 0],
  [1e300, 0],
  [[7], 0],
  [true, 0],
])('a provider that counts %j tokens has used %i of them', async (said, counted) => {
  const usage = {
    inputTokens: { total: said, cacheRead: said },
    outputTokens: { total: said, reasoning: said },
  } as unknown as ReturnType<typeof finish>['usage'];
  const model = scriptedModel([
    [...toolCall('c', 'look', {}), { ...finish('tool-calls'), usage }],
    [...text('Hi'), { ...finish(), usage }],
  ]);
  const ended = await runLoop(model, { toolset: toolsetOf({ look: () => ok('seen') }) });
  const once = {
    inputTokens: counted,
    outputTokens: counted,
    reasoningTokens: counted,
    cachedInputTokens: counted,
  };
  const twice = Object.fromEntries(Object.entries(once).map(([name, count]) => [name, 2 * count]));
  expect(ended.events.filter(({ type }) => type === 'step-ended')).toEqual([
    { type: 'step-ended', step: 1, usage: once },
    { type: 'step-ended', step: 2, usage: twice },
  ]);
  expect(ended.usage).toEqual(twice);
});
