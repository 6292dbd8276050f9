/** What the spans of a run say of what rarely happens: told from steps, without a server. */
import { describe, expect, test } from 'vitest';
import type { EndedRun } from '../server/runs/run-end.ts';
import type { RunStep, StepToolCall } from '../server/store/stored-steps.ts';
import { RunContents } from '../server/telemetry/run-contents.ts';
import { toSpans } from '../server/telemetry/run-spans.ts';
import { createSampler } from '../server/telemetry/sampler.ts';
import { findTelemetryProblems, readTelemetrySettings } from '../server/telemetry/telemetry-settings.ts';

const BEGAN = Date.parse('2026-11-23T10:00:00.000Z');
const at = (seconds: number) => BEGAN + seconds * 1000;
const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 2 };

const step: RunStep = {
  number: 1,
  model: 'google:gemini-2.5-pro',
  status: 'finished',
  startedAt: at(0),
  askedAt: at(1),
  firstTokenAt: at(1.25),
  answeredAt: at(2),
  endedAt: at(3),
  usage,
  cost: null,
  stopReason: 'stop',
  failure: null,
  retries: [],
  toolCalls: [],
  moreToolCalls: 0,
};
const call: StepToolCall = {
  callId: 'c1',
  parentCallId: null,
  tool: 'clock',
  server: null,
  queuedAt: at(2),
  startedAt: at(2),
  endedAt: at(3),
  bytes: 3,
  isError: false,
  isPending: false,
  approvalId: null,
  childRunId: null,
};
const run: EndedRun = {
  key: 'run-1',
  id: 'run-1',
  agentId: 'a',
  conversationId: 'conv-1',
  status: 'finished',
  outcome: { status: 'finished', pending: [] },
  usage,
  startedAt: new Date(at(0)).toISOString(),
  endedAt: new Date(at(4)).toISOString(),
  traceparent: null,
  tracestate: null,
  steps: [step],
};
const interrupted = {
  status: 'interrupted',
  outcome: { status: 'failed', code: 'run-interrupted', detail: 'The server stopped' },
} as const;

const spansOf = (changes: Partial<EndedRun>) =>
  toSpans(
    { ...run, ...changes },
    {
      context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true, state: null },
      parent: undefined,
      links: [],
      agentName: 'A',
      addressOf: () => new URL('https://generativelanguage.googleapis.com/v1beta'),
      toShown: (text) => text,
      contents: undefined,
    },
  );

describe('the span of an answer', () => {
  test('has the provider in the words of the conventions, its address and all its tokens', () => {
    const [, chat] = spansOf({});
    expect(chat).toMatchObject({ name: 'chat gemini-2.5-pro', startedAt: at(1), endedAt: at(2), failure: undefined });
    expect(chat?.attributes).toMatchObject({
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.response.time_to_first_chunk': 0.25,
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.reasoning.output_tokens': 2,
      'server.address': 'generativelanguage.googleapis.com',
      'server.port': 443,
    });
  });

  test('covers the attempts that failed, each an event', () => {
    const retries = [{ at: at(0.5), code: 'model-failed', detail: 'overloaded', waitMs: 500 }];
    const [, chat] = spansOf({ steps: [{ ...step, retries }] });
    expect(chat?.startedAt).toBe(at(0));
    expect(chat?.events).toEqual([
      {
        name: 'agent_runtimes.model.retried',
        at: at(0.5),
        attributes: { 'error.type': 'model-failed', 'agent_runtimes.retry.wait_ms': 500 },
      },
    ]);
  });

  test('is no error when what failed came after the answer', () => {
    const failure = { code: 'internal' as const, detail: 'Internal Server Error' };
    const [whole, chat] = spansOf({
      status: 'failed',
      outcome: { status: 'failed', ...failure },
      steps: [{ ...step, status: 'failed', failure }],
    });
    expect([whole?.failure, chat?.failure]).toEqual(['Internal Server Error', undefined]);
  });

  test('is not there when no model was asked', () => {
    expect(spansOf({ ...interrupted, steps: [{ ...step, askedAt: null }] }).map(({ name }) => name)).toEqual([
      'invoke_agent A',
    ]);
  });
});

describe('the span of a tool call', () => {
  test('that was cut off ends with the last that is known of the run, as interrupted; the answer before it is whole', () => {
    const toolCalls = [{ ...call, startedAt: at(2.25), endedAt: at(2.5), isError: null }];
    const cut: RunStep = { ...step, status: 'interrupted', endedAt: at(2.5), toolCalls };
    const spans = spansOf({ ...interrupted, endedAt: new Date(at(2.5)).toISOString(), steps: [cut] });
    expect(spans.map(({ name, endedAt, attributes }) => [name, endedAt, attributes['error.type']])).toEqual([
      ['invoke_agent A', at(2.5), 'run-interrupted'],
      ['chat gemini-2.5-pro', at(2), undefined],
      ['execute_tool clock', at(2.5), 'run-interrupted'],
    ]);
  });

  test('whose answer was cut off, too: its answer is none that was whole', () => {
    const cut: RunStep = { ...step, status: 'interrupted', answeredAt: at(3), usage: null, stopReason: null };
    const spans = spansOf({ ...interrupted, endedAt: new Date(at(3)).toISOString(), steps: [cut] });
    expect(spans.map(({ name, endedAt, attributes }) => [name, endedAt, attributes['error.type']])).toEqual([
      ['invoke_agent A', at(3), 'run-interrupted'],
      ['chat gemini-2.5-pro', at(3), 'run-interrupted'],
    ]);
  });

  test('is not there when the call was refused, or waits', () => {
    const refused = { ...call, startedAt: null, isError: true };
    const pending = { ...call, callId: 'c2', startedAt: null, endedAt: null, isPending: true, approvalId: 'appr-1' };
    const spans = spansOf({ steps: [{ ...step, toolCalls: [refused, pending] }] });
    expect(spans.map(({ name }) => name)).toEqual(['invoke_agent A', 'chat gemini-2.5-pro']);
    expect(spans[0]?.events.map(({ name }) => name)).toEqual(['agent_runtimes.approval.requested']);
  });

  test('has an id of its own in each run', () => {
    const steps = [{ ...step, toolCalls: [call] }];
    const ids = ['run-1', 'run-2'].flatMap((key) => spansOf({ key, steps }).map(({ context }) => context.spanId));
    expect(new Set(ids.slice(1)).size).toBe(ids.length - 1);
    expect(spansOf({ key: 'run-1', steps }).map(({ context }) => context.spanId)).toEqual(ids.slice(0, 3));
  });
});

describe('what a run said', () => {
  test('is kept within bounds, the newest first', () => {
    const contents = new RunContents((text) => text);
    const message = (id: string, length: number) =>
      ({ id, role: 'user', content: [{ type: 'text', text: id.repeat(length) }] }) as const;
    contents.ask(1, { systemPrompt: '', messages: [message('a', 40_000), message('b', 100), message('c', 100)] });
    const asked = String(contents.ofStep(1, 'stop')['gen_ai.input.messages']);
    expect(JSON.parse(asked)).toHaveLength(2);
    for (let count = 0; count < 100; count++) {
      contents.add({ type: 'tool-call-ended', callId: `c${count}`, name: 't', args: { text: 'x'.repeat(50_000) } });
    }
    const lengths = Array.from({ length: 100 }, (_, count) => {
      const args = contents.ofCall(`c${count}`)['gen_ai.tool.call.arguments'];
      return typeof args === 'string' ? args.length : 0;
    });
    expect(Math.max(...lengths)).toBe(32_768);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(1_100_000);
    expect(lengths.at(-1)).toBe(0);
  });
});

describe('the variables', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

  test.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
    [endpoint, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
    [{ OTEL_TRACES_EXPORTER: 'console,otlp' }, true],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, false],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, false],
    // Where nobody has said to send them, they are not sent.
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, false],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector' }, true],
  ])('%j ask for traces: %s', (environment, isOn) => {
    expect(readTelemetrySettings(environment) !== undefined).toBe(isOn);
  });

  test('that cannot be meant are left out', () => {
    const settings = readTelemetrySettings({
      ...endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_BSP_MAX_QUEUE_SIZE: '-1',
      OTEL_TRACES_SAMPLER_ARG: 'half',
    });
    expect(settings).toMatchObject({ protocol: 'http/protobuf', ratio: 1, batch: { maxQueueSize: undefined } });
  });

  test('that ask for what is not there are told, without what they hold of addresses', () => {
    const odd = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'user:canary@collector:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_EXPORTER: 'console, otlp',
      OTEL_TRACES_SAMPLER: 'jaeger_remote',
    };
    expect(findTelemetryProblems(odd)).toEqual([
      'OTEL_TRACES_EXPORTER: traces are sent by otlp, not by console',
      'OTEL_EXPORTER_OTLP_ENDPOINT is passed over: it is no http or https URL, such as http://127.0.0.1:4318',
      'traces are sent by http/protobuf, not by grpc',
      'OTEL_TRACES_SAMPLER: parentbased_always_on is used, as jaeger_remote is not known',
    ]);
    expect(findTelemetryProblems({ ...odd, OTEL_SDK_DISABLED: 'true' })).toEqual([]);
    expect(findTelemetryProblems({ ...endpoint, OTEL_TRACES_SAMPLER: 'ParentBased_TraceIdRatio' })).toEqual([]);
  });

  test.each([
    ['always_on', [true, true, true]],
    ['always_off', [false, false, false]],
    ['traceidratio', [false, false, false]],
    ['parentbased_always_off', [false, true, false]],
    ['parentbased_traceidratio', [false, true, false]],
    ['of a later time', [true, true, false]],
  ])('a sampler %s keeps those without a caller, and with one who does and does not: %j', (sampler, kept) => {
    const isSampled = createSampler({ sampler, ratio: 0 });
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), state: null };
    const parents = [undefined, { ...parent, isSampled: true }, { ...parent, isSampled: false }];
    expect(parents.map((each) => isSampled({ traceId: parent.traceId, parent: each }))).toEqual(kept);
  });
});
