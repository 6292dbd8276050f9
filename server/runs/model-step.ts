/** One call of a model, tried again until its first token comes. */
import { setTimeout as wait } from 'node:timers/promises';
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { SilenceTimer } from '../async/silence-timer.ts';
import { untilAborted } from '../async/until-aborted.ts';
import type { EventSink } from './event-sink.ts';
import type { RunLimits } from './limits.ts';
import { type ModelFailure, toCutStream, toEndless, toModelFailure, toTimeout } from './model-failure.ts';
import type { OutputTool } from './output-ask.ts';
import { NO_USAGE, type Usage } from './run-events.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { addUsage } from './usage.ts';

interface StepOptions {
  readonly model: LanguageModelV4;
  readonly request: Omit<LanguageModelV4CallOptions, 'abortSignal'>;
  readonly messageId: string;
  readonly callIds: Set<string>;
  /** The MCP server of a tool that the model was offered. */
  serverOf(tool: string): string | undefined;
  /** A tool that only takes the answer. */
  readonly answerTool?: OutputTool | undefined;
  /** Whether what only the provider can read is told too, for whoever goes on with the run. */
  readonly tellsAll?: boolean | undefined;
  readonly sink: EventSink;
  readonly limits: RunLimits;
  readonly signal: AbortSignal;
}

/** What one call of a model came to. With a failure, or after an abort, `content` is what had come until then. */
export interface ModelAnswer {
  readonly content: StreamedAnswer;
  readonly finishReason: LanguageModelV4FinishReason['unified'] | undefined;
  /** What all attempts have used that said so; undefined when none did. */
  readonly usage: Usage | undefined;
  readonly failure: ModelFailure | undefined;
}

/** Streams one answer into `sink`. Returns at once when `signal` aborts, whatever the provider does; never throws. */
export async function askModel(options: StepOptions): Promise<ModelAnswer> {
  const answer = await tryUntilAnswered(options);
  const { usage = null, finishReason: stopReason = null } = answer;
  const message = options.tellsAll ? toWhole(options.messageId, answer) : undefined;
  options.sink.emit({ type: 'model-answered', usage, stopReason, ...(message && { message }) });
  return answer;
}

/** The answer, where something in it is for its provider alone. */
function toWhole(id: string, { content, failure }: ModelAnswer) {
  if (failure) return undefined;
  const parts = content.toParts();
  return parts.some(({ providerOptions }) => providerOptions) ? { id, content: parts } : undefined;
}

async function tryUntilAnswered(options: StepOptions): Promise<ModelAnswer> {
  const { limits, signal, sink } = options;
  let usage: Usage | undefined;
  for (let attempt = 1; ; attempt++) {
    sink.emit({ type: 'model-asked' });
    const content = new StreamedAnswer(options);
    const { failure, finish } = await streamAnswer(options, content);
    if (failure || signal.aborted) content.cut();
    else content.end();
    if (finish && isReported(finish.usage)) usage = addUsage(usage ?? NO_USAGE, finish.usage);
    const answer = { content, usage, failure, finishReason: finish?.finishReason.unified };
    if (signal.aborted || !failure?.retryable || content.hasBegun || attempt > limits.retries) return answer;
    const delayMs = failure.retryAfterMs ?? backOff(limits.retryBaseMs, attempt);
    if (delayMs > limits.retryAfterMaxMs) return answer;
    sink.emit({ type: 'model-retried', code: failure.code, detail: failure.detail, waitMs: Math.round(delayMs) });
    await wait(delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return answer;
  }
}

/** Whether a provider counted anything. */
const isReported = ({ inputTokens, outputTokens }: LanguageModelV4Usage) =>
  inputTokens.total !== undefined || outputTokens.total !== undefined;

/** Doubles with each attempt; anywhere in its upper half, so that runs cut off together do not come back together. */
const backOff = (baseMs: number, attempt: number) => baseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);

type FinishPart = Extract<LanguageModelV4StreamPart, { type: 'finish' }>;
interface AttemptEnd {
  readonly failure: ModelFailure | undefined;
  readonly finish: FinishPart | undefined;
}

/** How long a provider that reported an error may take to say what was used. */
const AFTER_ERROR_MS = 1000;

async function streamAnswer(options: StepOptions, content: StreamedAnswer): Promise<AttemptEnd> {
  const { model, request, sink, limits, signal } = options;
  const attempt = new AbortController();
  let reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart> | undefined;
  let failure: ModelFailure | undefined;
  let finish: FinishPart | undefined;
  // Cancelling the reader ends a pending read at once, whether or not the provider heeds the signal.
  const cut = () => {
    attempt.abort();
    reader?.cancel().catch(() => undefined);
  };
  using silence = new SilenceTimer({
    allowedMs: limits.firstTokenMs,
    onSilence(ms) {
      failure ??= toTimeout(model, ms);
      cut();
    },
  });
  signal.addEventListener('abort', cut, { once: true });
  try {
    if (signal.aborted) return { failure, finish };
    reader = (await openStream(model, request, attempt.signal)).getReader();
    for (let isFirst = true; ; ) {
      const pressure = sink.pressure();
      if (pressure) await silence.standStill(pressure);
      const { done, value: part } = await reader.read();
      if (done || signal.aborted) break;
      if (part.type === 'error') {
        failure ??= toModelFailure(part.error, model);
        silence.allow(AFTER_ERROR_MS);
      } else if (part.type === 'finish') {
        finish = part;
        break;
      } else if (!failure) {
        content.add(part);
        if (content.chars > limits.answerChars) {
          failure = toEndless(model, limits.answerChars);
          break;
        }
        if (!isFirst) silence.heard();
        else if (content.hasArrived) {
          isFirst = false;
          silence.allow(limits.idleMs);
        }
      }
    }
    if (!failure && !signal.aborted) failure = failureOf(finish, model);
  } catch (error) {
    if (!signal.aborted) failure ??= toModelFailure(error, model);
  } finally {
    signal.removeEventListener('abort', cut);
    if (failure || signal.aborted) attempt.abort();
    reader?.cancel().catch(() => undefined);
  }
  return { failure, finish };
}

/** The stream of one attempt. Throws at once when `signal` aborts; a stream that comes after that is cancelled unread. */
async function openStream(
  model: LanguageModelV4,
  request: StepOptions['request'],
  signal: AbortSignal,
): Promise<ReadableStream<LanguageModelV4StreamPart>> {
  const asked = model.doStream({ ...request, abortSignal: signal });
  try {
    return (await untilAborted(asked, signal)).stream;
  } catch (error) {
    asked.then(
      (late) => late.stream.cancel().catch(() => undefined),
      () => undefined,
    );
    throw error;
  }
}

function failureOf(finish: FinishPart | undefined, model: LanguageModelV4): ModelFailure | undefined {
  if (!finish || finish.finishReason.unified === 'interrupted') return toCutStream(model);
  if (finish.finishReason.unified === 'error') return toModelFailure('it reported an error', model);
  return undefined;
}
