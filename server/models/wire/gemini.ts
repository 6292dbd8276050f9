import { type Dialect, Fault, type Mended } from './dialect.ts';
import {
  count,
  flag,
  isObject,
  type JsonObject,
  list,
  number,
  object,
  objectsIn,
  text,
  unread,
  word,
} from './shapes.ts';
import type { Said } from './short-cut.ts';

const ratings = list(
  object({
    ...{ category: text, probability: text, severity: text, blocked: flag },
    ...{ probabilityScore: number, severityScore: number },
  }),
);
const details = list(object({ modality: text, tokenCount: count }, { must: ['modality', 'tokenCount'] }));

const part = object({
  text,
  thought: flag,
  thoughtSignature: text,
  functionCall: object({ id: text, name: word, willContinue: flag }),
  inlineData: object({ mimeType: text, data: text }, { must: ['mimeType', 'data'] }),
  ...{ executableCode: unread, codeExecutionResult: unread, toolCall: unread, toolResponse: unread },
});
const candidate = object({
  content: object({ parts: list((each) => part(toNamed(each))) }),
  ...{ finishReason: text, finishMessage: text, continuationToken: text },
  ...{ safetyRatings: ratings, groundingMetadata: unread, urlContextMetadata: unread },
});
const usage = object({
  promptTokenCount: count,
  candidatesTokenCount: count,
  totalTokenCount: count,
  cachedContentTokenCount: count,
  thoughtsTokenCount: count,
  toolUsePromptTokenCount: count,
  ...{ trafficType: text, serviceTier: text },
  ...{ promptTokensDetails: details, cacheTokensDetails: details },
  ...{ candidatesTokensDetails: details, toolUsePromptTokensDetails: details },
});
const chunk = object({
  responseId: text,
  candidates: list(candidate),
  usageMetadata: usage,
  promptFeedback: object({ blockReason: text, safetyRatings: ratings }),
});

/** Ends after which nothing of the answer counts. */
const FAILED = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'MISSING_THOUGHT_SIGNATURE',
  'TOO_MANY_TOOL_CALLS',
  'UNEXPECTED_TOOL_CALL',
]);
/** Ends that say themselves why nothing was said. The others are no reason to say nothing. */
const TELLING = /^(STOP|MAX_TOKENS|CONTINUATION|SAFETY|RECITATION|BLOCKLIST|PROHIBITED_CONTENT|SPII|IMAGE_SAFETY)$/;

/** An answer of Google's Gemini API. */
export class Gemini implements Dialect {
  readonly isOver = false;
  #reason: string | undefined;
  #usage: unknown;
  #hasSaid = false;

  /** An end that comes before the first word is none: some translators put one on every empty frame. */
  get isWhole(): boolean {
    return this.#reason !== undefined && this.#hasSaid;
  }

  owns(frame: JsonObject): boolean {
    const { candidates } = frame;
    return (
      Array.isArray(candidates) ||
      isObject(candidates) ||
      isObject(frame.usageMetadata) ||
      isObject(frame.promptFeedback)
    );
  }

  mend(frame: JsonObject): Mended {
    const fitted = chunk(frame);
    if (!isObject(fitted)) return [];
    this.#usage = fitted.usageMetadata ?? this.#usage;
    const [first] = objectsIn(fitted.candidates);
    if (!first) return fitted;
    const parts = isObject(first.content) ? objectsIn(first.content.parts) : [];
    this.#hasSaid ||= parts.some((each) => each.text || each.functionCall || each.inlineData);
    const { finishReason: reason, finishMessage } = first;
    if (typeof reason !== 'string') return fitted;
    this.#reason = reason;
    const isFailure = FAILED.has(reason) || !(this.#hasSaid || TELLING.test(reason));
    if (!isFailure) return fitted;
    const words = typeof finishMessage === 'string' && finishMessage ? `: ${finishMessage}` : '';
    return [fitted, new Fault(`it ended its answer with ${reason}${words}`, { type: reason })];
  }

  saidIn({ candidates, promptFeedback }: JsonObject): Said | undefined {
    const [candidate, another] = Array.isArray(candidates) ? candidates : [];
    const { content, index: _index, ...others } = isObject(candidate) ? candidate : {};
    const [part, next] = isObject(content) && Array.isArray(content.parts) ? content.parts : [];
    const { text: said, thought, ...rest } = isObject(part) ? part : {};
    const isMore = [another, next, promptFeedback, ...Object.values({ ...others, ...rest })].some(
      (each) => each !== undefined,
    );
    if (isMore || typeof said !== 'string' || !said) return undefined;
    return { of: thought ? 'thought' : 'text', delta: said };
  }

  end(isMarked: boolean): readonly JsonObject[] {
    if (this.#reason !== undefined) return [];
    // Of an answer that was cut it is known what it has used so far.
    const used = this.#usage ? [{ usageMetadata: this.#usage }] : [];
    return isMarked && this.#hasSaid ? [...used, { candidates: [{ finishReason: 'STOP' }] }] : used;
  }

  toError({ message, type = 'UNKNOWN', code }: Fault): JsonObject {
    return { error: { code: typeof code === 'number' ? code : null, message, status: type } };
  }
}

/** A part that is a text says it. A call without a name is answered as one of an unknown tool; the pieces of a call that goes on have none. */
function toNamed(value: unknown): unknown {
  if (typeof value === 'string') return { text: value };
  if (!isObject(value) || !isObject(value.functionCall)) return value;
  const { functionCall: call } = value;
  const isNameless = word(call.name) === undefined && call.args !== undefined && call.args !== null;
  return isNameless && !call.partialArgs ? { ...value, functionCall: { ...call, name: 'unnamed' } } : value;
}
