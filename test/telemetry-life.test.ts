import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { ReceivedSpan } from './support/otlp-receiver.ts';
import { SOURCES } from './support/server-process.ts';
import { startTracedServer, type TracedServer } from './support/traced-server.ts';

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
const hasRun = (count: number) => (spans: readonly ReceivedSpan[]) =>
  spans.filter(({ name }) => name.startsWith('invoke_agent')).length >= count;
const byName = (spans: readonly ReceivedSpan[], start: string) => spans.filter(({ name }) => name.startsWith(start));

/** Waits until the store has the first token of the run that goes on. */
async function untilStored(traced: TracedServer): Promise<void> {
  for (const deadline = performance.now() + 15_000; performance.now() < deadline; ) {
    const { runs } = await traced.call('GET', '/runs?status=running');
    const { steps } = await traced.call('GET', `/runs/${runs[0].id}/steps`);
    if (steps[0]?.time_to_first_token !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('The step of the run was not stored');
}

test('a run that was cut off by kill -9 is ended by the next start, under the ids that its provider was told', async () => {
  await using traced = await startTracedServer();
  const body = { message: 'hold here', background: true };
  const asked = traced.call('POST', '/agents/writer/prompt', body, { traceparent, tracestate: 'vendor=1' });
  await traced.models.held('here');
  asked.catch(() => undefined);
  await untilStored(traced);
  await traced.restart('SIGKILL');
  const spans = await traced.receiver.until(hasRun(1));
  expect(spans.map(({ name }) => name).toSorted()).toEqual(['chat gpt-4o', 'invoke_agent The writer']);
  const [run] = byName(spans, 'invoke_agent');
  const [chat] = byName(spans, 'chat');
  expect(run).toMatchObject({ ...CALLER, spanId: run?.spanId, parentSpanId: CALLER.spanId, traceState: 'vendor=1' });
  expect(chat?.parentSpanId).toBe(run?.spanId);
  expect(traced.models.headers[0]?.traceparent).toBe(`00-${CALLER.traceId}-${chat?.spanId}-01`);
  for (const span of spans) {
    expect(span.attributes['error.type']).toBe('run-interrupted');
    expect(span.status.code).toBe(2);
  }
  expect(run?.attributes['agent_runtimes.run.status']).toBe('interrupted');
});

test('an approved call runs in the trace of the request that approved it, linked to the run that asked', async () => {
  await using traced = await startTracedServer({}, { approvals: { tools: ['meta__*'] } });
  await traced.call('POST', '/agents/writer/prompt/sync', { message: 'tool meta {}' }, { traceparent });
  const { approvals } = await traced.call('GET', '/approvals');
  const approver = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) };
  const answer = { decision: 'approve', approved: true };
  await traced.call('POST', `/approvals/${approvals[0].id}`, answer, {
    traceparent: `00-${approver.traceId}-${approver.spanId}-01`,
  });
  const spans = await traced.receiver.until(hasRun(2));
  const runs = byName(spans, 'invoke_agent').toSorted((a, b) => a.startedAt - b.startedAt);
  const [tool] = byName(spans, 'execute_tool');
  expect(runs.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual([
    [CALLER.traceId, CALLER.spanId],
    [approver.traceId, approver.spanId],
  ]);
  expect(runs.map(({ links }) => links)).toEqual([[], [{ traceId: CALLER.traceId, spanId: runs[0]?.spanId }]]);
  expect(runs[0]?.events).toEqual([
    {
      name: 'agent_runtimes.approval.requested',
      attributes: {
        'gen_ai.tool.name': 'meta__meta',
        'gen_ai.tool.call.id': 'call_1',
        'agent_runtimes.approval.id': approvals[0].id,
      },
    },
  ]);
  expect(byName(spans, 'execute_tool')).toHaveLength(1);
  expect([tool?.traceId, tool?.parentSpanId]).toEqual([approver.traceId, runs[1]?.spanId]);
});

test('on request spans hold what is said, without secrets', async () => {
  await using traced = await startTracedServer({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' });
  const args = '{"city": "Paris", "api_key": "sk-very-secret"}';
  await traced.call('POST', '/agents/writer/prompt/sync', { message: `tool meta ${args}` });
  const spans = await traced.receiver.until(hasRun(1));
  const [tool] = byName(spans, 'execute_tool');
  const [first, last] = byName(spans, 'chat').toSorted((a, b) => a.startedAt - b.startedAt);
  const read = (span: ReceivedSpan | undefined, name: string) => JSON.parse(String(span?.attributes[name]));
  expect(read(tool, 'gen_ai.tool.call.arguments')).toEqual({ city: 'Paris', api_key: '[redacted]' });
  expect(Object.keys(read(tool, 'gen_ai.tool.call.result'))).toEqual(['traceparent', 'progressToken']);
  expect(read(first, 'gen_ai.system_instructions')).toEqual([{ type: 'text', content: 'Be brief.' }]);
  expect(read(first, 'gen_ai.input.messages')).toEqual([
    { role: 'user', parts: [{ type: 'text', content: 'tool meta {"city": "Paris", "api_key":"[redacted]"}' }] },
  ]);
  expect(read(first, 'gen_ai.output.messages')).toMatchObject([
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'meta__meta' }], finish_reason: 'tool_call' },
  ]);
  expect(read(last, 'gen_ai.input.messages').map(({ role }: { role: string }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
  ]);
  expect(JSON.stringify(spans)).not.toContain('sk-very-secret');
});

test.each(['http/protobuf', 'http/json'])('the variables of the SDK are heeded: %s', async (protocol) => {
  await using traced = await startTracedServer({
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue',
    OTEL_SERVICE_NAME: 'writers',
  });
  await traced.call('POST', '/agents/writer/prompt/sync', { message: 'Hello' });
  const [span] = await traced.receiver.until(hasRun(1));
  const [request] = traced.receiver.requests;
  expect(request?.path).toBe('/v1/traces');
  expect(request?.headers).toMatchObject({
    'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
    'x-tenant': 'blue',
  });
  expect(span?.resource['service.name']).toBe('writers');
});

test('what has not been sent when the server is asked to end is sent then', async () => {
  await using traced = await startTracedServer({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
  await traced.call('POST', '/agents/writer/prompt/sync', { message: 'Hello' });
  expect(traced.receiver.spans).toEqual([]);
  expect(await traced.server.stop()).toBe(0);
  expect(traced.receiver.spans.map(({ name }) => name)).toEqual(['invoke_agent The writer', 'chat gpt-4o']);
});

test('a receiver that takes connections and never answers costs one line in the log and no answer, and does not hold up the end', async () => {
  const deaf = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(deaf, 'listening');
  try {
    const address = deaf.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await using traced = await startTracedServer({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_MAX_QUEUE_SIZE: '4',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
    });
    for (let count = 0; count < 10; count++) {
      await traced.call('POST', '/agents/writer/prompt/sync', { message: 'Hello' });
    }
    expect(await traced.server.stop()).toBe(0);
    expect(traced.server.output().split('traces cannot be sent').length - 1).toBeLessThanOrEqual(1);
  } finally {
    deaf.close();
  }
});

test('a receiver that is not there is one warning', async () => {
  await using traced = await startTracedServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_TIMEOUT: '200',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a-secret-of-the-receiver',
  });
  const warnings = () => traced.server.output().split('traces cannot be sent').length - 1;
  for (let count = 0; count < 3 || !warnings(); count++) {
    await traced.call('POST', '/agents/writer/prompt/sync', { message: 'Hello' });
  }
  expect(await traced.server.stop()).toBe(0);
  expect(warnings()).toBe(1);
  expect(traced.server.output()).not.toContain('a-secret-of-the-receiver');
});

const NOTE = { NODE_OPTIONS: `--import=${new URL('fixtures/note-lazy-modules.mjs', import.meta.url)}` };

test.each([
  ['nothing asks for them', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['the SDK is disabled', { OTEL_SDK_DISABLED: 'true' }],
  ['no exporter is wanted', { OTEL_TRACES_EXPORTER: 'none' }],
])('there are no traces when %s: nothing is told to others, and nothing is loaded', async (_, environment) => {
  await using traced = await startTracedServer({ ...environment, ...NOTE }, {}, SOURCES);
  const headers = { traceparent };
  const { response } = await traced.call('POST', '/agents/writer/prompt/sync', { message: 'tool meta {}' }, headers);
  await traced.server.stop();
  expect(Object.keys(JSON.parse(response.replace('The tool said: ', '')))).toEqual(['progressToken']);
  expect(traced.models.headers.map((each) => each.traceparent)).toEqual([undefined, undefined]);
  expect(traced.receiver.requests).toEqual([]);
  expect(traced.server.output()).not.toContain('trace_id');
  expect(traced.server.output()).not.toContain('loaded ');
});

test('what sends traces is loaded when they are asked for', async () => {
  await using traced = await startTracedServer(NOTE, {}, SOURCES);
  expect(traced.server.output()).toMatch(/loaded \S+@opentelemetry\/sdk-trace/);
});
