/** What a run did, step by step, as it is told at GET /runs/{run_id}/steps. */
import { APICallError } from '@ai-sdk/provider';
import { afterEach, expect, test, vi } from 'vitest';
import type { EndedCall } from '../server/runs/call-watch.ts';
import type { Toolset } from '../server/runs/toolset.ts';
import { readStep } from '../server/store/stored-steps.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';

afterEach(() => void vi.useRealTimers());

const overloaded = new APICallError({
  message: 'Overloaded',
  url: 'http://provider',
  requestBodyValues: {},
  statusCode: 529,
  isRetryable: true,
});
const priceOf = (_model: string, usage: { inputTokens: number; outputTokens: number }) =>
  (usage.inputTokens * 2 + usage.outputTokens * 8) / 1e6;

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of a body where they read it.
type Body = any;

/** The steps of a run, whose times come in their order; each that is there is `TIME`. */
async function stepsOf(server: AgentRuns, run: string): Promise<Body[]> {
  const { status, body } = await server.call('GET', `/runs/${run}/steps`);
  expect(status).toBe(200);
  for (const step of body.steps) expectOrder(step);
  return JSON.parse(JSON.stringify(body.steps).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'));
}

function expectOrder(step: Body): void {
  const { started_at, answered_at, ended_at, retries, tool_calls } = step;
  const inOrder = (...times: (string | null)[]) => {
    const known = times.filter((time) => time !== null);
    expect(known, JSON.stringify(step)).toEqual([...known].sort());
  };
  inOrder(started_at, ...retries.map(({ at }: Body) => at), answered_at, ended_at);
  for (const call of tool_calls) inOrder(started_at, call.queued_at, call.started_at, call.ended_at, ended_at);
}

const usage = { prompt_tokens: 10, completion_tokens: 5, cached_tokens: 0, reasoning_tokens: 0 };
const step = {
  step: 1,
  model: 'script',
  status: 'finished',
  started_at: 'TIME',
  answered_at: 'TIME',
  ended_at: 'TIME',
  time_to_first_token: expect.any(Number),
  usage,
  cost: 0.00006,
  stop_reason: 'stop',
  error: null,
  retries: [],
  tool_calls: [],
  more_tool_calls: 0,
};
const call = {
  id: 'c1',
  parent_tool_call_id: null,
  child_run_id: null,
  tool: 'forecast',
  server: null,
  status: 'done',
  queued_at: 'TIME',
  started_at: 'TIME',
  ended_at: 'TIME',
  bytes: 2,
  is_error: false,
  approval: null,
};

/** The tools of a toolset, those of these names as the tools of an MCP server. */
const ofServer = (tools: Toolset, server: string, names: readonly string[]) =>
  tools.list().map((tool) => ({ ...tool, ...(names.includes(tool.name) && { server }) }));

test('each step tells its model, its retries, its tokens and cost, and its tool calls with their queue', async () => {
  const calls: Act[] = [
    ...toolCall('c1', 'forecast', { city: 'Paris' }),
    ...toolCall('c2', 'fails', {}),
    ...toolCall('c3', 'missing', {}),
    finish('tool-calls'),
  ];
  const model = scriptedModel([{ refuse: overloaded }, { refuse: overloaded }, calls, [...text('Sunny'), finish()]]);
  const tools = toolsetOf({ forecast: () => ok('é!'), fails: () => ({ result: { why: 'no' }, isError: true }) });
  const toolset = { ...tools, list: () => ofServer(tools, 'weather', ['forecast']) };
  await using server = await startAgentRuns(model, { toolset, priceOf, limits: { parallelTools: 1 } });
  await server.read('/agents/tester/prompt', { message: 'Weather?', run_id: 'r' });
  const retry = { at: 'TIME', code: 'model-failed', detail: expect.stringContaining('529'), wait_seconds: 0.001 };
  expect(await stepsOf(server, 'r')).toEqual([
    {
      ...step,
      stop_reason: 'tool-calls',
      retries: [retry, { ...retry, wait_seconds: expect.any(Number) }],
      tool_calls: [
        { ...call, server: 'weather', bytes: 3 },
        { ...call, id: 'c2', tool: 'fails', status: 'failed', bytes: 12, is_error: true },
        { ...call, id: 'c3', tool: 'missing', status: 'failed', started_at: null, bytes: 0, is_error: true },
      ],
    },
    { ...step, step: 2 },
  ]);
  const [{ tool_calls: made }] = (await server.call('GET', '/runs/r/steps')).body.steps;
  expect(made[1].started_at >= made[0].ended_at).toBe(true);
  const total = { ...usage, prompt_tokens: 20, completion_tokens: 10 };
  const { body } = await server.call('GET', '/runs/r');
  expect([body.usage, body.cost]).toEqual([total, 0.00012]);
  expect((await server.call('GET', '/runs')).body.sums).toEqual({
    runs: 1,
    duration_seconds: (Date.parse(body.ended_at) - Date.parse(body.started_at)) / 1000,
    usage: total,
    cost: 0.00012,
    unpriced_steps: 0,
  });
});

test('a step that goes on is told as far as it is', async () => {
  const gate = Promise.withResolvers<void>();
  const tools = toolsetOf({ forecast: () => gate.promise.then(() => ok('ok')), next: () => ok('ok') });
  const toolset = { ...tools, list: () => ofServer(tools, 'weather', ['forecast', 'next']) };
  const calls: Act[] = [...toolCall('c1', 'forecast', {}), ...toolCall('c2', 'next', {}), finish('tool-calls')];
  await using server = await startAgentRuns(scriptedModel([calls, [...text('Hi'), finish()]]), {
    toolset,
    limits: { parallelTools: 1, flushMs: 1 },
  });
  const run = await server.start({ runId: 'r', toolset, detached: true });
  for await (const { event } of run.events()) if (event.type === 'tool-started') break;
  await vi.waitFor(async () => expect((await stepsOf(server, 'r'))[0]?.tool_calls[0]?.status).toBe('running'));
  const waiting = { ended_at: null, bytes: null, is_error: null };
  expect(await stepsOf(server, 'r')).toEqual([
    {
      ...step,
      status: 'running',
      ended_at: null,
      cost: null,
      stop_reason: 'tool-calls',
      tool_calls: [
        { ...call, ...waiting, server: 'weather', status: 'running' },
        { ...call, ...waiting, id: 'c2', tool: 'next', server: 'weather', status: 'queued', started_at: null },
      ],
    },
  ]);
  gate.resolve();
  await run.ended;
  expect((await stepsOf(server, 'r')).map(({ status }) => status)).toEqual(['finished', 'finished']);
});

/** A tool `code` that makes calls as code does: two that go to their servers, one that is refused, more than are kept, and one it leaves. */
function codeToolset(lateEnd: Promise<void>): Toolset {
  return {
    list: () => [{ name: 'code', description: 'Runs code', inputSchema: { type: 'object' } }],
    async call(_name, _args, { watch }) {
      if (!watch) throw new Error('nobody is told of calls');
      const begin = (tool: string) => watch.begin({ server: 'weather', tool, args: { city: 'Paris' } });
      const left = begin('left');
      left.start();
      void lateEnd.then(() => left.end({ isError: false, result: 'too late' }));
      const [works, fails, refused] = [begin('works'), begin('fails'), begin('refused')];
      works.start();
      works.end({ isError: false, result: { sky: 'é' } });
      fails.start();
      fails.end({ isError: true, result: 'no' });
      refused.end({ isError: true, result: 'No such tool' });
      for (let more = 0; more < 100_000; more++) {
        const call = begin('more');
        call.start();
        call.end({ isError: false, result: 'ok' });
      }
      return ok('ok');
    },
  };
}

test('calls that code makes are in its step with the call that it runs in, the first of them; the rest are counted', async () => {
  const late = Promise.withResolvers<void>();
  const ended: EndedCall[] = [];
  const code: Act[] = [...toolCall('c1', 'code', {}), finish('tool-calls')];
  await using server = await startAgentRuns(scriptedModel([code, [...text('Done'), finish()]]), {
    toolset: codeToolset(late.promise),
    limits: { stepCalls: 6 },
    onInnerEnded: (call) => ended.push(call),
  });
  await server.read('/agents/tester/prompt', { message: 'Weather?', run_id: 'r' });
  late.resolve();
  const inner = { ...call, id: expect.stringMatching(/^call-/), parent_tool_call_id: 'c1', server: 'weather' };
  const failed = { status: 'failed', is_error: true };
  expect((await stepsOf(server, 'r'))[0]).toMatchObject({
    tool_calls: [
      { ...call, tool: 'code' },
      // Its code did not wait for it.
      { ...inner, tool: 'weather__left', ...failed, bytes: 0 },
      { ...inner, tool: 'weather__works', bytes: 12 },
      { ...inner, tool: 'weather__fails', ...failed },
      { ...inner, tool: 'weather__refused', ...failed, started_at: null, bytes: 0 },
      { ...inner, tool: 'weather__more' },
    ],
    more_tool_calls: 99_999,
  });
  const counted = Map.groupBy(ended, ({ server: name, isError }) => `${name} ${isError}`);
  expect([...counted].map(([key, calls]) => [key, calls.length])).toEqual([
    ['weather false', 100_001],
    ['weather true', 2],
    ['null true', 1],
  ]);
});

test('a call that is refused for its arguments tells whose tool it was, and one of no tool nothing', async () => {
  const calls: Act[] = [
    ...toolCall('c1', 'forecast', 'not an object'),
    ...toolCall('c2', 'missing', {}),
    finish('tool-calls'),
  ];
  const tools = toolsetOf({ forecast: () => ok('ok') });
  const toolset = { ...tools, list: () => ofServer(tools, 'weather', ['forecast']) };
  await using server = await startAgentRuns(scriptedModel([calls, [...text('Hi'), finish()]]), { toolset });
  await (await server.start({ runId: 'r', toolset, detached: true })).ended;
  const refused = { ...call, status: 'failed', started_at: null, bytes: 0, is_error: true };
  expect((await stepsOf(server, 'r'))[0]?.tool_calls).toEqual([
    { ...refused, server: 'weather' },
    { ...refused, id: 'c2', tool: 'missing' },
  ]);
});

test('a call that is left to its caller waits', async () => {
  const model = scriptedModel([[...toolCall('c1', 'confirm', {}), finish('tool-calls')]]);
  await using server = await startAgentRuns(model);
  const confirm = { name: 'confirm', description: 'Asks', inputSchema: { type: 'object' } };
  await (await server.start({ runId: 'r', callerTools: [confirm], detached: true })).ended;
  const left = { status: 'waiting', started_at: null, ended_at: null, bytes: null, is_error: null };
  expect(await stepsOf(server, 'r')).toMatchObject([
    { status: 'finished', tool_calls: [{ ...call, tool: 'confirm', ...left }] },
  ]);
});

test('calls that wait for a person tell their approval, and step 0 of the next run what became of them', async () => {
  const calls: Act[] = [
    ...toolCall('c1', 'pay', { sum: 1 }),
    ...toolCall('c2', 'pay', { sum: 2 }),
    finish('tool-calls'),
  ];
  const tools = toolsetOf({ pay: () => ok('ok') });
  await using server = await startAgentRuns(scriptedModel([calls, [...text('Paid'), finish()]]), {
    toolset: { ...tools, list: () => ofServer(tools, 'bank', ['pay']) },
    agent: { approvals: { tools: ['pay'] } },
  });
  await server.read('/agents/tester/prompt', { message: 'Pay', run_id: 'asks', conversation_id: 'c' });
  const pending = { id: expect.any(String), status: 'pending', requested_at: 'TIME', resolved_at: null };
  const unanswered = { ...pending, resolved_by: null, resumed_by: null, waited_seconds: expect.any(Number) };
  const held = {
    ...call,
    tool: 'pay',
    server: 'bank',
    status: 'waiting',
    started_at: null,
    ended_at: null,
    bytes: null,
    is_error: null,
  };
  expect(await stepsOf(server, 'asks')).toMatchObject([
    {
      tool_calls: [
        { ...held, approval: unanswered },
        { ...held, id: 'c2', approval: unanswered },
      ],
    },
  ]);
  const { approvals } = (await server.call('GET', '/approvals?status=pending')).body;
  const idOf = (callId: string) => approvals.find((each: Body) => each.tool_call_id === callId).id;
  await server.call('POST', `/approvals/${idOf('c1')}`, { approved: true });
  const { body } = await server.call('POST', `/approvals/${idOf('c2')}`, { approved: false, reason: 'too much' });
  await server.read(`/runs/${body.resumed_by}/events`);
  const answered = { ...unanswered, status: 'approved', resolved_at: 'TIME', resumed_by: body.resumed_by };
  const [zero, one] = await stepsOf(server, body.resumed_by);
  // Approvals of one millisecond are acted on in any order.
  zero.tool_calls.sort((one: Body, other: Body) => (one.id < other.id ? -1 : 1));
  expect(zero).toEqual({
    ...step,
    step: 0,
    model: null,
    answered_at: null,
    time_to_first_token: null,
    usage: null,
    cost: null,
    stop_reason: null,
    tool_calls: [
      { ...call, tool: 'pay', server: 'bank', queued_at: 'TIME', approval: { ...answered, id: idOf('c1') } },
      {
        ...call,
        id: 'c2',
        tool: 'pay',
        server: 'bank',
        status: 'failed',
        started_at: null,
        bytes: 0,
        is_error: true,
        approval: { ...answered, id: idOf('c2'), status: 'denied' },
      },
    ],
  });
  expect(one).toMatchObject({ step: 1, status: 'finished' });
  expect((await server.call('GET', '/runs')).body.sums).toMatchObject({ runs: 2, unpriced_steps: 2 });
});

test('a step that fails says why, one that is cancelled ends, and usage that was not reported has no cost', async () => {
  const answers = [
    [...text('Par'), { fail: new Error('gone') }],
    [...toolCall('c1', 'hangs', {}), finish('tool-calls')],
    [...text('Hi'), { ...finish(), usage: { inputTokens: {}, outputTokens: {} } }],
  ] as Act[][];
  const toolset = toolsetOf({ hangs: () => new Promise(() => undefined) });
  await using server = await startAgentRuns(scriptedModel(answers), { toolset, priceOf });
  await server.read('/agents/tester/prompt', { message: 'Hi', run_id: 'fails' });
  expect(await stepsOf(server, 'fails')).toEqual([
    {
      ...step,
      status: 'failed',
      usage: null,
      cost: null,
      stop_reason: null,
      error: { code: 'model-failed', detail: 'The model provider scripted failed: gone' },
    },
  ]);
  const run = await server.start({ runId: 'cancelled', toolset, detached: true });
  for await (const { event } of run.events()) if (event.type === 'tool-started') break;
  run.cancel('cancelled by the user');
  await run.ended;
  expect(await stepsOf(server, 'cancelled')).toMatchObject([
    { status: 'cancelled', cost: 0.00006, tool_calls: [{ status: 'failed', is_error: true }] },
  ]);
  await server.read('/agents/tester/prompt', { message: 'Hi', run_id: 'uncounted' });
  expect(await stepsOf(server, 'uncounted')).toEqual([{ ...step, usage: null, cost: null }]);
  expect((await server.call('GET', '/runs/uncounted')).body).toMatchObject({ cost: null, usage: { prompt_tokens: 0 } });
  const { sums } = (await server.call('GET', '/runs')).body;
  // The answer that broke off used nothing that anybody has counted.
  expect(sums).toMatchObject({ runs: 3, cost: 0.00006, unpriced_steps: 1 });
  expect((await server.call('GET', '/runs/fails')).body).toMatchObject({ cost: null, unpriced_steps: 0 });
});

test('no time goes back when the clock does', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const gate = Promise.withResolvers<void>();
  const toolset = toolsetOf({
    back: () => {
      vi.setSystemTime(Date.now() - 3_600_000);
      return ok('ok');
    },
  });
  const calls: Act[] = [...toolCall('c1', 'back', {}), finish('tool-calls')];
  const model = scriptedModel([calls, [...text('Hi'), { wait: gate.promise }, ...text('!'), finish()]]);
  await using server = await startAgentRuns(model, { toolset });
  const run = await server.start({ runId: 'r', toolset, detached: true });
  vi.setSystemTime(Date.now() - 60_000);
  gate.resolve();
  const times: number[] = [];
  for await (const { at = 0 } of run.events()) times.push(at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(Date.parse(run.startedAt));
  await stepsOf(server, 'r');
  const { body } = await server.call('GET', '/runs/r');
  expect(body.ended_at >= body.started_at).toBe(true);
  expect((await server.call('GET', '/runs')).body.sums.duration_seconds).toBeLessThan(60);
});

test('a step that a server before this one stored is read, with nothing where that knew nothing', () => {
  const known = { callId: 'c1', tool: 'forecast', server: 'weather', queuedAt: 1, startedAt: 1, endedAt: 2 };
  const stored = { number: 1, model: 'm', status: 'finished', startedAt: 1, toolCalls: [known] };
  expect(readStep(stored)).toMatchObject({
    ...stored,
    toolCalls: [{ ...known, parentCallId: null, approvalId: null, childRunId: null, isPending: false }],
    moreToolCalls: 0,
    retries: [],
  });
});
