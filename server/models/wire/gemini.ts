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

  end(isMarked: boolean): readonly JsonObject[] {
    const isMissing = isMarked && this.#reason === undefined && this.#hasSaid;
    return isMissing ? [{ candidates: [{ finishReason: 'STOP' }] }] : [];
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
