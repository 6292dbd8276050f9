/** Tool calls that no model has made itself, as they are seen from outside: of code within a run, and of requests without one. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ReceivedSpan } from './support/otlp-receiver.ts';
import { countOf, type Series, scrape } from './support/read-metrics.ts';
import { type Answer, startTracedServer, type TracedServer } from './support/traced-server.ts';

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;

/** Calls the tool of the server `meta` twice, shows the `_meta` of the first, and fails the second time. */
const TWICE = `
from generated import ToolError
from generated.mcp.meta import meta
print(await meta(secret_word="swordfish"))
try:
    await meta(fails=True)
except ToolError as error:
    print("failed")
`;
const HANGING = 'from generated.mcp.meta import meta\nawait meta(secret_word="swordfish")\nawait meta(hangs=True)';

/** Has the model of a run call `execute_code`. */
const prompt = (traced: TracedServer, code: string, more = {}) =>
  traced.call(
    'POST',
    '/agents/writer/prompt/sync',
    { message: `tool execute_code ${JSON.stringify({ code, timeout: 60 })}`, ...more },
    { traceparent, tracestate: 'vendor=1' },
  );
/** The spans of a tool's calls, in a trace. */
const called = (spans: readonly ReceivedSpan[], name: string, traceId = CALLER.traceId) =>
  spans
    .filter((span) => span.name === `execute_tool ${name}` && span.traceId === traceId)
    .toSorted((a, b) => a.startedAt - b.startedAt);
const hasCalls =
  (count: number, traceId = CALLER.traceId) =>
  (spans: readonly ReceivedSpan[]) =>
    called(spans, 'meta__meta', traceId).length >= count;
const isRoot = ({ parentSpanId }: ReceivedSpan) => parentSpanId === '';
/** What the metrics have counted of tool calls since `before`, by server and outcome. */
async function countCalls({ server }: TracedServer, before: readonly Series[] = []): Promise<Record<string, number>> {
  const counted = (await scrape(server.url, 'none')).filter(({ name }) => name === 'agent_runtimes_tool_calls_total');
  const grown = counted.map(({ labels, value }): [string, number] => [
    `${labels.server} ${labels.outcome}`,
    value - countOf(before, 'tool_calls_total', labels),
  ]);
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}

describe('tool calls that code makes', () => {
  let traced: TracedServer;
  beforeAll(async () => {
    traced = await startTracedServer({}, { enable_codemode: true });
  });
  afterAll(() => traced[Symbol.asyncDispose]());

  test('within a run are in its step, below the span of the call that runs it, and counted by server and outcome', async () => {
    const before = await scrape(traced.server.url, 'none');
    const { response } = await prompt(traced, TWICE, { run_id: 'twice' });
    const { steps } = await traced.call('GET', '/runs/twice/steps');
    const [outer, works, fails] = steps[0].tool_calls;
    expect(outer).toMatchObject({ id: 'call_1', parent_tool_call_id: null, tool: 'execute_code', server: null });
    const inner = {
      parent_tool_call_id: 'call_1',
      tool: 'meta__meta',
      server: 'meta',
      child_run_id: null,
      approval: null,
    };
    expect(works).toEqual({
      ...inner,
      id: expect.stringMatching(/^call-/),
      status: 'done',
      is_error: false,
      queued_at: expect.any(String),
      started_at: expect.any(String),
      ended_at: expect.any(String),
      bytes: expect.any(Number),
    });
    expect(fails).toMatchObject({ ...inner, status: 'failed', is_error: true });
    expect(steps.map((step: Answer) => [step.tool_calls.length, step.more_tool_calls])).toEqual([
      [3, 0],
      [0, 0],
    ]);
    const times = [outer.started_at, works.queued_at, works.started_at, works.ended_at, fails.ended_at, outer.ended_at];
    expect(times).toEqual(times.toSorted());

    const spans = await traced.receiver.until(hasCalls(2));
    const [outerSpan] = called(spans, 'execute_code');
    const [span, failed] = called(spans, 'meta__meta');
    expect([span, failed].map((one) => [one?.traceId, one?.parentSpanId])).toEqual([
      [CALLER.traceId, outerSpan?.spanId],
      [CALLER.traceId, outerSpan?.spanId],
    ]);
    expect(span?.attributes).toEqual({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'meta__meta',
      'gen_ai.tool.call.id': works.id,
      'gen_ai.tool.type': 'extension',
      'mcp.method.name': 'tools/call',
      'agent_runtimes.mcp.server.id': 'meta',
    });
    expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'tool_error' } });
    expect(JSON.stringify(spans)).not.toContain('swordfish');

    const { stdout } = JSON.parse(response.replace('The tool said: ', ''));
    const [said, rest] = stdout.split('\n');
    expect(rest).toBe('failed');
    expect(said).toContain(`00-${CALLER.traceId}-${span?.spanId}-01`);
    expect(said).toContain('vendor=1');
    expect(await countCalls(traced, before)).toEqual({ 'none ok': 1, 'meta ok': 1, 'meta error': 1 });
  });

  test('without a run are below the span of the caller, and counted; those of plain HTTP too', async () => {
    const before = await scrape(traced.server.url, 'none');
    const { runs: runsBefore } = await traced.call('GET', '/runs');
    const other = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) };
    const headers = { traceparent: `00-${other.traceId}-${other.spanId}-01` };
    const direct = await traced.call('POST', '/mcp/proxy/meta/tools/meta', { arguments: {} }, headers);
    await traced.call('POST', '/mcp/proxy/meta/tools/meta', { arguments: { fails: true } }, headers);
    await expect(traced.call('POST', '/mcp/proxy/meta/tools/none', {}, headers)).rejects.toThrow('404');
    const { status, stdout } = await traced.call('POST', '/agents/writer/execute', { code: TWICE }, headers);
    expect(status).toBe('ok');
    await traced.call('POST', '/mcp/proxy/meta/tools/meta', { arguments: {} });

    const hasOwn = (received: readonly ReceivedSpan[]) => received.some(isRoot) && hasCalls(4, other.traceId)(received);
    const spans = await traced.receiver.until(hasOwn);
    const own = called(spans, 'meta__meta', other.traceId);
    expect(own.map(({ parentSpanId, attributes }) => [parentSpanId, attributes['error.type']])).toEqual([
      [other.spanId, undefined],
      [other.spanId, 'tool_error'],
      [other.spanId, undefined],
      [other.spanId, 'tool_error'],
    ]);
    expect(own[0]?.attributes).toEqual({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'meta__meta',
      'gen_ai.tool.type': 'extension',
      'mcp.method.name': 'tools/call',
      'agent_runtimes.mcp.server.id': 'meta',
    });
    expect(direct.result.traceparent).toBe(`00-${other.traceId}-${own[0]?.spanId}-01`);
    expect(stdout).toContain(`00-${other.traceId}-${own[2]?.spanId}-01`);
    // The one whose caller is in no trace begins its own.
    expect(spans.filter(isRoot).map(({ name }) => name)).toEqual(['execute_tool meta__meta']);
    expect(await countCalls(traced, before)).toEqual({ 'none error': 1, 'meta ok': 3, 'meta error': 2 });
    expect((await traced.call('GET', '/runs')).runs).toEqual(runsBefore);
  });
});

test('tool calls of MCP clients are counted, at the door of all servers and at that of one', async () => {
  await using traced = await startTracedServer();
  const before = await scrape(traced.server.url, 'none');
  for (const [path, name] of [
    ['', 'meta__meta'],
    ['/servers/meta', 'meta'],
  ]) {
    const url = new URL(`${traced.server.url}/api/v1/mcp${path}${path && '/mcp'}`);
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(url));
    await client.callTool({ name: name ?? '', arguments: {} });
    await client.callTool({ name: name ?? '', arguments: { fails: true } });
    await client.close();
  }
  expect(await countCalls(traced, before)).toEqual({ 'meta ok': 2, 'meta error': 2 });
});

test('tool calls of code are kept with their run when the server is killed, and say what they were given where that is wanted', async () => {
  await using traced = await startTracedServer(
    { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' },
    { enable_codemode: true },
  );
  await prompt(traced, TWICE);
  const [first] = called(await traced.receiver.until(hasCalls(2)), 'meta__meta');
  expect(first?.attributes['gen_ai.tool.call.arguments']).toBe('{"secret_word":"swordfish"}');
  expect(first?.attributes['gen_ai.tool.call.result']).toContain('traceparent');

  const asked = prompt(traced, HANGING, { run_id: 'hangs', conversation_id: 'hangs' });
  asked.catch(() => undefined);
  const shown = await vi.waitFor(
    async () => {
      const { steps } = await traced.call('GET', '/runs/hangs/steps');
      expect(steps[0].tool_calls[2]).toMatchObject({ status: 'running', parent_tool_call_id: 'call_1' });
      return steps[0].tool_calls;
    },
    { timeout: 30_000, interval: 20 },
  );
  await traced.restart('SIGKILL');
  const { status, steps } = await traced.call('GET', '/runs/hangs/steps');
  expect(status).toBe('interrupted');
  const [outer, done, hanging] = shown;
  expect(steps[0].tool_calls).toEqual([
    { ...outer, status: 'interrupted', ended_at: expect.any(String) },
    done,
    { ...hanging, status: 'interrupted', ended_at: expect.any(String) },
  ]);
  const spans = await traced.receiver.until(hasCalls(4));
  const cutOff = called(spans, 'meta__meta').at(-1);
  const outerSpan = called(spans, 'execute_code').at(-1);
  expect(cutOff).toMatchObject({
    parentSpanId: outerSpan?.spanId,
    attributes: { 'error.type': 'run-interrupted', 'gen_ai.tool.call.id': hanging.id },
  });
  // Those that had ended were counted by the server that was killed.
  expect(await countCalls(traced)).toEqual({ 'none interrupted': 1, 'meta interrupted': 1 });
});
