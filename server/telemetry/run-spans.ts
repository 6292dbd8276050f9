/**
 * The spans of a run that has ended, made from its steps, by the conventions for generative AI and MCP:
 * https://github.com/open-telemetry/semantic-conventions-genai
 */
import type { EndedRun } from '../runs/run-end.ts';
import type { RunStep, StepToolCall } from '../store/stored-steps.ts';
import { splitModelId, toFinishReason } from './model-names.ts';
import type { RunContents } from './run-contents.ts';
import type { Attributes, Span, SpanEvent } from './span.ts';
import { chatSpanId, runSpanId, toolSpanId } from './span-ids.ts';
import { TOOL_FAILED, toToolSpan } from './tool-span.ts';
import type { TraceContext } from './trace-context.ts';

/** What the spans of a run are made with. */
export interface SpanSources {
  /** The span of the run itself. */
  readonly context: TraceContext;
  /** The span of its caller. */
  readonly parent: TraceContext | undefined;
  /** The runs whose calls a person has answered, for this one to go on with. */
  readonly links: readonly TraceContext[];
  readonly agentName: string;
  /** Where a model is asked, if that is known. */
  addressOf(model: string): URL | undefined;
  /** A text of others without secrets, and not too long. */
  toShown(text: string): string;
  /** Set when spans are to hold what was said. */
  readonly contents: RunContents | undefined;
}

/** One span for the run, below it one for each answer of a model and each tool call that ran, and below those the calls that code made. */
export function toSpans(run: EndedRun, sources: SpanSources): Span[] {
  const asked = run.steps.filter(({ model, askedAt }) => model !== null && askedAt !== null);
  const steps = run.steps.flatMap((step) => [
    ...(asked.includes(step) ? [toChatSpan(run, step, sources)] : []),
    ...step.toolCalls.filter(hasRun).map((call) => toCallSpan(run, call, sources)),
  ]);
  return [toRunSpan(run, asked, sources), ...steps];
}

type RunCall = StepToolCall & { readonly startedAt: number };
const hasRun = (call: StepToolCall): call is RunCall => call.startedAt !== null;

function toRunSpan(run: EndedRun, asked: readonly RunStep[], sources: SpanSources): Span {
  const { context, parent, agentName, contents } = sources;
  const { usage, outcome } = run;
  const startedAt = Date.parse(run.startedAt);
  const code = outcome.status === 'failed' ? outcome.code : undefined;
  const [first] = asked;
  return {
    name: `invoke_agent ${agentName}`,
    kind: 'internal',
    context,
    parent: parent && { spanId: parent.spanId, isRemote: true },
    startedAt,
    endedAt: Math.max(startedAt, endOf(run)),
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      ...(first?.model ? toModelAttributes(first.model) : {}),
      'gen_ai.agent.id': run.agentId,
      'gen_ai.agent.name': agentName,
      'gen_ai.conversation.id': run.conversationId,
      ...(asked.length && toUsageAttributes(usage)),
      'gen_ai.response.finish_reasons': toReasons(asked.at(-1)?.stopReason),
      'error.type': code,
      'agent_runtimes.run.id': run.id,
      'agent_runtimes.run.status': run.status,
      ...contents?.ofRun(),
    },
    events: run.steps.flatMap(({ toolCalls }) => toolCalls.filter(({ isPending }) => isPending).map(toPendingEvent)),
    links: sources.links,
    failure: outcome.status === 'failed' ? sources.toShown(outcome.detail) : undefined,
  };
}

function toChatSpan(run: EndedRun, step: RunStep, sources: SpanSources): Span {
  const { context, contents } = sources;
  const { model: id, usage, retries, firstTokenAt, askedAt } = step;
  const model = id ?? '';
  // The step notes when its last attempt began.
  const startedAt = retries.length ? step.startedAt : (askedAt ?? step.startedAt);
  const failure = failureOf(run, step);
  const address = sources.addressOf(model);
  return {
    name: `chat ${splitModelId(model).model}`,
    kind: 'client',
    context: { ...context, spanId: chatSpanId(run, step.number) },
    parent: { spanId: runSpanId(run), isRemote: false },
    startedAt,
    endedAt: Math.max(startedAt, step.answeredAt ?? step.endedAt ?? endOf(run)),
    attributes: {
      'gen_ai.operation.name': 'chat',
      ...toModelAttributes(model),
      'gen_ai.request.stream': true,
      'gen_ai.conversation.id': run.conversationId,
      'gen_ai.response.time_to_first_chunk':
        firstTokenAt === null || askedAt === null ? undefined : (firstTokenAt - askedAt) / 1000,
      'gen_ai.response.finish_reasons': toReasons(step.stopReason),
      ...(usage && { ...toUsageAttributes(usage), 'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens }),
      ...(address && { 'server.address': address.hostname, 'server.port': portOf(address) }),
      'error.type': failure?.code,
      ...contents?.ofStep(step.number, step.stopReason),
    },
    events: retries.map(({ at, code, waitMs }) => ({
      name: 'agent_runtimes.model.retried',
      at,
      attributes: { 'error.type': code, 'agent_runtimes.retry.wait_ms': waitMs },
    })),
    links: [],
    failure: failure && sources.toShown(failure.detail),
  };
}

function toCallSpan(run: EndedRun, call: RunCall, { context, toShown, contents }: SpanSources): Span {
  const { callId, parentCallId, tool, server, startedAt, endedAt, isError } = call;
  const code = codeOf(run);
  const cutOff = isError === null && code !== undefined ? { code, detail: toShown(detailOf(run)) } : undefined;
  return toToolSpan({
    tool,
    server,
    callId,
    context: { ...context, spanId: toolSpanId(run, callId) },
    parent: { spanId: parentCallId === null ? runSpanId(run) : toolSpanId(run, parentCallId), isRemote: false },
    startedAt,
    endedAt: Math.max(startedAt, endedAt ?? endOf(run)),
    failure: isError ? TOOL_FAILED : cutOff,
    contents: contents?.ofCall(callId),
  });
}

/** A call that waits for its caller or for a person: it has not run, and so has no span. */
const toPendingEvent = ({ tool, callId, queuedAt, approvalId }: StepToolCall): SpanEvent => ({
  name: approvalId === null ? 'agent_runtimes.tool.awaited' : 'agent_runtimes.approval.requested',
  at: queuedAt,
  attributes: {
    'gen_ai.tool.name': tool,
    'gen_ai.tool.call.id': callId,
    'agent_runtimes.approval.id': approvalId ?? undefined,
  },
});

/** Why the model gave no whole answer: it failed, or the run was cut off before it had. */
function failureOf(run: EndedRun, step: RunStep): { readonly code: string; readonly detail: string } | undefined {
  if (step.stopReason !== null) return undefined;
  if (step.answeredAt !== null && step.status !== 'interrupted') return step.failure ?? undefined;
  const code = codeOf(run);
  return code === undefined ? undefined : { code, detail: detailOf(run) };
}

const endOf = ({ endedAt }: EndedRun): number => Date.parse(endedAt);

const codeOf = ({ outcome }: EndedRun) => (outcome.status === 'failed' ? outcome.code : undefined);
const detailOf = ({ outcome }: EndedRun) => (outcome.status === 'failed' ? outcome.detail : '');

function toModelAttributes(id: string): Attributes {
  const { provider, model } = splitModelId(id);
  return { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model };
}

const toUsageAttributes = (usage: EndedRun['usage']): Attributes => ({
  'gen_ai.usage.input_tokens': usage.inputTokens,
  'gen_ai.usage.output_tokens': usage.outputTokens,
  'gen_ai.usage.cache_read.input_tokens': usage.cachedInputTokens,
});

const toReasons = (reason: string | null | undefined) => (reason ? [toFinishReason(reason)] : undefined);

const portOf = ({ port, protocol }: URL): number => Number(port) || (protocol === 'http:' ? 80 : 443);
