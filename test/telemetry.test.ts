import { describe, expect, test } from 'vitest';
import conventions from './fixtures/semantic-conventions.json' with { type: 'json' };
import type { ReceivedSpan } from './support/otlp-receiver.ts';
import { startTracedServer, type TracedServer } from './support/traced-server.ts';

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
const SDK_NAMES = ['telemetry.sdk.language', 'telemetry.sdk.name', 'telemetry.sdk.version'];

const prompt = (traced: TracedServer, message: string, headers = {}, more = {}) =>
  traced.call('POST', '/agents/writer/prompt/sync', { message, ...more }, headers);
const hasRun = (count: number) => (spans: readonly ReceivedSpan[]) =>
  spans.filter(({ name }) => name.startsWith('invoke_agent')).length >= count;
const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);
const first = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const [span] = named(spans, name);
  if (!span) throw new Error(`No span is called ${name}: ${spans.map((each) => each.name).join(', ')}`);
  return span;
};

test('a run with a tool call is one trace below its caller, with names of the conventions and nothing of what was said', async () => {
  await using traced = await startTracedServer({ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' });
  const { conversation_id } = await prompt(traced, 'tool meta {"secret_word": "swordfish"}', {
    traceparent,
    tracestate: 'vendor=1,other=a:b',
  });
  const spans = await traced.receiver.until(hasRun(1));
  const run = first(spans, 'invoke_agent The writer');
  const chats = named(spans, 'chat gpt-4o').toSorted((a, b) => a.startedAt - b.startedAt);
  const tool = first(spans, 'execute_tool meta__meta');
  expect(spans).toHaveLength(4);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([CALLER.traceId]));
  expect(spans.map(({ traceState }) => traceState)).toEqual(Array(4).fill('vendor=1,other=a:b'));
  expect(run.parentSpanId).toBe(CALLER.spanId);
  expect([...chats, tool].map(({ parentSpanId }) => parentSpanId)).toEqual(Array(3).fill(run.spanId));
  expect([run.kind, ...chats.map(({ kind }) => kind), tool.kind]).toEqual([1, 3, 3, 1]);
  expect(run.attributes).toEqual({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.agent.id': 'writer',
    'gen_ai.agent.name': 'The writer',
    'gen_ai.conversation.id': conversation_id,
    'gen_ai.usage.input_tokens': 300,
    'gen_ai.usage.output_tokens': 400,
    'gen_ai.usage.cache_read.input_tokens': 0,
    'gen_ai.response.finish_reasons': ['stop'],
    'agent_runtimes.run.id': expect.stringMatching(/^run-/),
    'agent_runtimes.run.status': 'finished',
  });
  expect(chats[0]?.attributes).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.request.stream': true,
    'gen_ai.conversation.id': conversation_id,
    'gen_ai.response.time_to_first_chunk': expect.any(Number),
    'gen_ai.response.finish_reasons': ['tool_call'],
    'gen_ai.usage.input_tokens': 150,
    'gen_ai.usage.output_tokens': 200,
    'gen_ai.usage.cache_read.input_tokens': 0,
    'gen_ai.usage.reasoning.output_tokens': 0,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(traced.models.url).port),
  });
  expect(tool.attributes).toEqual({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'meta__meta',
    'gen_ai.tool.call.id': 'call_1',
    'gen_ai.tool.type': 'extension',
    'mcp.method.name': 'tools/call',
    'agent_runtimes.mcp.server.id': 'meta',
  });
  expect(run.resource).toEqual({
    'service.name': 'agent-runtimes',
    'service.version': expect.stringMatching(/^\d+\./),
    'deployment.environment.name': 'test',
    ...Object.fromEntries(SDK_NAMES.map((name) => [name, expect.any(String)])),
  });
  expect(spans.every(({ startedAt, endedAt }) => startedAt >= run.startedAt && endedAt <= run.endedAt)).toBe(true);
  expect(JSON.stringify(spans)).not.toMatch(/swordfish|sk-a-key|The tool said/);
  const published = new Set(conventions.attributes);
  const used = spans.flatMap(({ attributes }) => Object.keys(attributes));
  expect(used.filter((name) => !published.has(name) && !name.startsWith('agent_runtimes.'))).toEqual([]);
});

test('providers are told the span of the answer, MCP servers that of the call', async () => {
  await using traced = await startTracedServer();
  const { response } = await prompt(traced, 'tool meta {}', { traceparent, tracestate: 'vendor=1' });
  const spans = await traced.receiver.until(hasRun(1));
  const chats = named(spans, 'chat gpt-4o').toSorted((a, b) => a.startedAt - b.startedAt);
  const tool = first(spans, 'execute_tool meta__meta');
  expect(traced.models.headers.map((headers) => [headers.traceparent, headers.tracestate])).toEqual(
    chats.map(({ spanId }) => [`00-${CALLER.traceId}-${spanId}-01`, 'vendor=1']),
  );
  const told = { traceparent: `00-${CALLER.traceId}-${tool.spanId}-01`, tracestate: 'vendor=1' };
  expect(JSON.parse(response.replace('The tool said: ', ''))).toEqual({ ...told, progressToken: expect.anything() });
});

test('the lines of the log name the trace of the run, and of a request without one that of its caller', async () => {
  await using traced = await startTracedServer();
  const { conversation_id } = await prompt(traced, 'Hello');
  await traced.call('GET', '/agents', undefined, { traceparent });
  const run = first(await traced.receiver.until(hasRun(1)), 'invoke_agent The writer');
  await traced.server.stop();
  const lines = traced.server
    .output()
    .split('\n')
    .filter((line) => line.includes('"msg":"request"'))
    .map((line) => JSON.parse(line));
  expect(lines.find(({ operation }) => operation === 'prompts.sync')).toMatchObject({
    trace_id: run.traceId,
    span_id: run.spanId,
  });
  expect(lines.find(({ operation }) => operation === 'agents.list')).toMatchObject({
    trace_id: CALLER.traceId,
    span_id: CALLER.spanId,
  });
  expect(lines.find(({ operation }) => operation === 'agents.create')).not.toHaveProperty('trace_id');
  expect(conversation_id).toMatch(/^conv-/);
});

describe('the trace that a caller names', () => {
  test.each([
    ['nothing', undefined],
    ['a text', 'hello'],
    ['no ids', `00-${'0'.repeat(32)}-${CALLER.spanId}-01`],
    ['capitals', traceparent.toUpperCase()],
    ['a forbidden version', traceparent.replace(/^00/, 'ff')],
    ['too much for its version', `${traceparent}-more`],
    ['two of them', `${traceparent}, ${traceparent}`],
  ])('is none when it is %s: the run begins one of its own', async (_, header) => {
    const { readTraceContext } = await import('../server/telemetry/trace-context.ts');
    expect(readTraceContext({ traceparent: header, tracestate: 'a=b' })).toBeUndefined();
  });

  test('may be of a version to come, and keeps no state that is malformed', async () => {
    const { readTraceContext } = await import('../server/telemetry/trace-context.ts');
    expect(readTraceContext({ traceparent: `cc-${traceparent.slice(3)}-more`, tracestate: 'a=b,c' })).toEqual({
      ...CALLER,
      isSampled: true,
      state: null,
    });
  });

  test('is not sampled when it says so: nothing is sent, and the others are told the same', async () => {
    await using traced = await startTracedServer();
    await prompt(traced, 'Hello', { traceparent: traceparent.replace(/01$/, '00') });
    await prompt(traced, 'Hello');
    const spans = await traced.receiver.until(hasRun(1));
    expect(new Set(spans.map(({ parentSpanId }) => parentSpanId)).has(CALLER.spanId)).toBe(false);
    expect(traced.models.headers[0]?.traceparent).toMatch(new RegExp(`^00-${CALLER.traceId}-\\w{16}-00$`));
    expect(traced.models.headers[1]?.traceparent).toMatch(/-01$/);
    expect(named(spans, 'invoke_agent The writer')).toHaveLength(1);
  });

  test('is found at every door that starts a run', async () => {
    await using traced = await startTracedServer();
    const { url } = traced.server;
    const json = { 'content-type': 'application/json', traceparent };
    const send = async (path: string, body: unknown, accept = 'application/json') => {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { ...json, accept },
        body: JSON.stringify(body),
      });
      expect([path, response.status]).toEqual([path, 200]);
      await response.text();
    };
    const messages = [{ id: 'u1', role: 'user', content: 'Hello' }];
    const input = { threadId: 't1', runId: 'r1', messages, tools: [], context: [], state: {}, forwardedProps: {} };
    const message = { kind: 'message', messageId: 'm1', role: 'user', parts: [{ kind: 'text', text: 'Hello' }] };
    await send('/api/v1/agents/writer/prompt', { message: 'Hello' }, 'text/event-stream');
    await send('/trpc/prompts.sync', { agent_id: 'writer', message: 'Hello' });
    await send('/api/v1/ag-ui/writer/', input, 'text/event-stream');
    await send('/api/v1/examples/agentic_chat/', { ...input, threadId: 't2', runId: 'r2' }, 'text/event-stream');
    await send('/api/v1/a2a/writer/', { jsonrpc: '2.0', id: 1, method: 'message/send', params: { message } });
    const spans = await traced.receiver.until(hasRun(5));
    const runs = spans.filter(({ name }) => name.startsWith('invoke_agent'));
    expect(runs.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual(
      runs.map(() => [CALLER.traceId, CALLER.spanId]),
    );
    expect(new Set(runs.map(({ spanId }) => spanId)).size).toBe(5);
  });
});

test('two runs at once do not mix', async () => {
  await using traced = await startTracedServer();
  const traces = ['a', 'b'].map((digit) => ({ traceId: digit.repeat(32), spanId: digit.repeat(16) }));
  const answers = traces.map(({ traceId, spanId }, index) =>
    prompt(traced, `hold h${index}`, { traceparent: `00-${traceId}-${spanId}-01` }),
  );
  await Promise.all([traced.models.held('h0'), traced.models.held('h1')]);
  traced.models.release('h1');
  traced.models.release('h0');
  await Promise.all(answers);
  const spans = await traced.receiver.until(hasRun(2));
  for (const { traceId, spanId } of traces) {
    const own = spans.filter((span) => span.traceId === traceId);
    const run = first(own, 'invoke_agent The writer');
    expect(own).toHaveLength(2);
    expect(run.parentSpanId).toBe(spanId);
    expect(first(own, 'chat gpt-4o').parentSpanId).toBe(run.spanId);
  }
});

test('a model that fails and a tool that fails are errors', async () => {
  await using traced = await startTracedServer();
  await prompt(traced, 'refuse').catch(() => undefined);
  await prompt(traced, 'tool meta {"fails": true}');
  const spans = await traced.receiver.until(hasRun(2));
  const failed = spans.filter(({ status }) => status.code === 2);
  expect(failed.map(({ name, attributes }) => [name, attributes['error.type']]).toSorted()).toEqual([
    ['chat gpt-4o', 'model-failed'],
    ['execute_tool meta__meta', 'tool_error'],
    ['invoke_agent The writer', 'model-failed'],
  ]);
  expect(JSON.stringify(spans)).not.toContain('sk-a-key');
});

test('a caller who leaves in the middle leaves a trace that says so', async () => {
  await using traced = await startTracedServer();
  const gone = new AbortController();
  const asked = fetch(`${traced.server.url}/api/v1/agents/writer/prompt`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent },
    body: JSON.stringify({ message: 'hold here' }),
    signal: gone.signal,
  });
  await traced.models.held('here');
  gone.abort();
  await asked.then((response) => response.text()).catch(() => undefined);
  const spans = await traced.receiver.until(hasRun(1));
  expect(spans.map(({ name, traceId }) => [name, traceId]).toSorted()).toEqual([
    ['chat gpt-4o', CALLER.traceId],
    ['invoke_agent The writer', CALLER.traceId],
  ]);
  const run = first(spans, 'invoke_agent The writer');
  expect(run.attributes['agent_runtimes.run.status']).toBe('cancelled');
  expect(run.status.code).toBe(0);
});
