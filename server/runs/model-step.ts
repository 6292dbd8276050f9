/** One call of a model, tried again until its first token comes. */
import { setTimeout as wait } from 'node:timers/promises';
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { untilAborted } from '../async/until-aborted.ts';
import { AnswerParts } from './answer-parts.ts';
import type { EventSink } from './event-sink.ts';
import type { RunLimits } from './limits.ts';
import { type ModelFailure, toCutStream, toEndless, toModelFailure, toTimeout } from './model-failure.ts';

interface StepOptions {
  readonly model: LanguageModelV4;
  readonly request: Omit<LanguageModelV4CallOptions, 'abortSignal'>;
  readonly messageId: string;
  readonly callIds: Set<string>;
  readonly sink: EventSink;
  readonly limits: RunLimits;
  readonly signal: AbortSignal;
}

/** What one call of a model came to. With a failure, or after an abort, the answer holds what had come until then. */
export interface ModelAnswer {
  readonly parts: AnswerParts;
  readonly finishReason: LanguageModelV4FinishReason['unified'] | undefined;
  /** One for each attempt that told what it used. */
  readonly usages: readonly LanguageModelV4Usage[];
  readonly failure: ModelFailure | undefined;
}

/** Streams one answer into `sink`. Returns at once when `signal` aborts, whatever the provider does; never throws. */
export async function askModel(options: StepOptions): Promise<ModelAnswer> {
  const { limits, signal } = options;
  const usages: LanguageModelV4Usage[] = [];
  for (let attempt = 1; ; attempt++) {
    const parts = new AnswerParts(options);
    const { failure, finish } = await streamAnswer(options, parts);
    if (failure || signal.aborted) parts.cut();
    else parts.end();
    if (finish) usages.push(finish.usage);
    const answer = { parts, usages, failure, finishReason: finish?.finishReason.unified };
    if (signal.aborted || !failure?.retryable || parts.hasBegun || attempt > limits.retries) return answer;
    const delayMs = failure.retryAfterMs ?? backOff(limits.retryBaseMs, attempt);
    if (delayMs > limits.retryAfterMaxMs) return answer;
    await wait(delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return answer;
  }
}

/** Doubles with each attempt; anywhere in its upper half, so that runs cut off together do not come back together. */
const backOff = (baseMs: number, attempt: number) => baseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);

type FinishPart = Extract<LanguageModelV4StreamPart, { type: 'finish' }>;
interface Streamed {
  readonly failure: ModelFailure | undefined;
  readonly finish: FinishPart | undefined;
}

/** How long a provider that reported an error may take to say what was used. */
const AFTER_ERROR_MS = 1000;

async function streamAnswer(options: StepOptions, parts: AnswerParts): Promise<Streamed> {
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
  let allowedMs = limits.firstTokenMs;
  const onTimeout = () => {
    failure ??= toTimeout(model, allowedMs);
    cut();
  };
  let timer = setTimeout(onTimeout, allowedMs);
  const allow = (ms: number) => {
    clearTimeout(timer);
    allowedMs = ms;
    timer = setTimeout(onTimeout, ms);
  };
  signal.addEventListener('abort', cut, { once: true });
  try {
    if (signal.aborted) return { failure, finish };
    const asked = model.doStream({ ...request, abortSignal: attempt.signal });
    const { stream } = await untilAborted(asked, attempt.signal).catch((error: unknown) => {
      asked.then(
        (late) => late.stream.cancel().catch(() => undefined),
        () => undefined,
      );
      throw error;
    });
    reader = stream.getReader();
    let isFirst = true;
    for (;;) {
      const pressure = sink.pressure();
      if (pressure) {
        clearTimeout(timer);
        await pressure;
        allow(allowedMs);
      }
      const { done, value: part } = await reader.read();
      if (done || signal.aborted) break;
      if (part.type === 'error') {
        failure ??= toModelFailure(part.error, model);
        allow(AFTER_ERROR_MS);
      } else if (part.type === 'finish') {
        finish = part;
        break;
      } else if (!failure) {
        parts.add(part);
        if (parts.chars > limits.answerChars) {
          failure = toEndless(model, limits.answerChars);
          break;
        }
        if (!isFirst) timer.refresh();
        else if (parts.hasBegun) {
          isFirst = false;
          allow(limits.idleMs);
        }
      }
    }
    if (!failure && !signal.aborted) failure = failureOf(finish, model);
  } catch (error) {
    if (!signal.aborted) failure ??= toModelFailure(error, model);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cut);
    if (failure || signal.aborted) attempt.abort();
    reader?.cancel().catch(() => undefined);
  }
  return { failure, finish };
}

function failureOf(finish: FinishPart | undefined, model: LanguageModelV4): ModelFailure | undefined {
  if (!finish || finish.finishReason.unified === 'interrupted') return toCutStream(model);
  if (finish.finishReason.unified === 'error') return toModelFailure('it reported an error', model);
  return undefined;
}
