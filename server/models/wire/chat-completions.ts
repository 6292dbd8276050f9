import { PlacedCalls } from './chat-calls.ts';
import { CUT, type Dialect, Fault, type Mended } from './dialect.ts';
import { isError, toFault } from './provider-words.ts';
import {
  count,
  isObject,
  type JsonObject,
  jsonText,
  list,
  number,
  object,
  objectsIn,
  oneOf,
  text,
  unread,
  word,
} from './shapes.ts';
import type { Said } from './short-cut.ts';

const call = object(
  {
    index: number,
    id: text,
    type: oneOf('function'),
    function: object({ name: word, arguments: jsonText }),
    extra_content: object({ google: object({ thought_signature: text }) }),
  },
  { or: { function: {} } },
);
const delta = object({
  role: oneOf('assistant'),
  content: text,
  refusal: text,
  reasoning_content: text,
  reasoning: text,
  tool_calls: list(call),
  annotations: unread,
});
const choice = object({ index: number, delta, finish_reason: text, logprobs: unread }, { or: { index: 0 } });
const usage = object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: object({ cached_tokens: count, cache_write_tokens: count }),
  completion_tokens_details: object({
    reasoning_tokens: count,
    accepted_prediction_tokens: count,
    rejected_prediction_tokens: count,
  }),
});
const chunk = object(
  { id: text, created: number, model: text, choices: list((each) => choice(toDelta(each))), usage },
  { or: { choices: [] } },
);

/** Ends that are errors, by the servers that say them: OpenRouter, GLM, DeepSeek, vLLM and SGLang. */
const FAILED = new Set(['error', 'network_error', 'insufficient_system_resource', 'abort', 'failed']);
/** What some servers put on every frame that is not the last. */
const NO_END = new Set(['', 'none', 'null']);
/** Ends that say that tools are called. */
const OF_CALLS = new Set(['tool_calls', 'tool_use', 'function_call']);
/** Other names of the usual ends. */
const ENDS: Readonly<Record<string, string>> = {
  sensitive: 'content_filter',
  safety: 'content_filter',
  model_length: 'length',
  max_tokens: 'length',
};
const SAID = ['content', 'refusal', 'reasoning_content', 'reasoning'];

/** An answer in Chat Completions, as OpenAI's own API sends it and as the many servers do that copy it. */
export class ChatCompletions implements Dialect {
  readonly #calls = new PlacedCalls();
  readonly isOver = false;
  isWhole = false;
  #hasSaid = false;

  owns(frame: JsonObject): boolean {
    return Array.isArray(frame.choices) || isObject(frame.choices) || isObject(frame.usage);
  }

  mend(frame: JsonObject): Mended {
    const fitted = chunk(frame);
    if (!isObject(fitted)) return [];
    const [first] = objectsIn(fitted.choices);
    if (!first) return fitted;
    const placed = this.#place(first);
    // A router tells here what the provider behind it said.
    if (isError(first.error)) return [withChoice(fitted, placed), toFault(first.error)];
    const reason = typeof first.finish_reason === 'string' ? first.finish_reason.toLowerCase() : '';
    if (NO_END.has(reason)) {
      return withChoice(fitted, first.finish_reason ? { ...placed, finish_reason: null } : placed);
    }
    this.isWhole = true;
    const end = FAILED.has(reason) ? [toFailure(first, reason)] : this.#endCalls(reason);
    const ended = withChoice(fitted, ENDS[reason] ? { ...placed, finish_reason: ENDS[reason] } : placed);
    return end.length ? [ended, ...end] : ended;
  }

  saidIn({ choices, usage }: JsonObject): Said | undefined {
    const [choice, another] = Array.isArray(choices) ? choices : [];
    const { delta, finish_reason: reason, logprobs } = choice ?? {};
    if (!isObject(delta) || another !== undefined || (reason ?? logprobs ?? usage ?? undefined) !== undefined)
      return undefined;
    let said: Said | undefined;
    for (const name in delta) {
      const value = delta[name];
      if (value === null || name === 'role') continue;
      if (said || typeof value !== 'string' || !value || !SAID.includes(name)) return undefined;
      said = { of: name, delta: value };
    }
    return said;
  }

  end(isMarked: boolean): readonly (JsonObject | Fault)[] {
    if (this.isWhole) return [];
    if (!isMarked || !this.#hasSaid) return [new Fault('it ended its answer in the middle', { type: CUT })];
    const reason = this.#calls.hasAny ? 'tool_calls' : 'stop';
    return [...this.#endCalls(), toFrame({}, reason)];
  }

  toError({ message, type = 'error', code }: Fault): JsonObject {
    return { error: { message, type, code } };
  }

  #place(first: JsonObject): JsonObject {
    if (!isObject(first.delta)) return first;
    const { delta } = first;
    const calls = objectsIn(delta.tool_calls);
    this.#hasSaid ||= calls.length > 0 || SAID.some((name) => delta[name]);
    const placed = this.#calls.place(calls);
    return placed === calls ? first : { ...first, delta: { ...delta, tool_calls: placed } };
  }

  // Beside others, a call without a name is answered as one of an unknown tool, and the model can go on.
  #endCalls(reason = ''): readonly (JsonObject | Fault)[] {
    const { hasAny } = this.#calls;
    const nameless = this.#calls.takeNameless();
    if (!nameless.length) {
      const isLost = OF_CALLS.has(reason) && !this.#hasSaid;
      return isLost ? [new Fault(`it ended its answer with '${reason}', and called no tool`)] : [];
    }
    return hasAny ? [toFrame({ tool_calls: nameless })] : [new Fault('it called a tool without naming it')];
  }
}

/** A choice with what it says in `delta`: a whole answer says it in `message`, and old servers in `text`, or call tools in `function_call`. */
function toDelta(value: unknown): unknown {
  if (!isObject(value)) return value;
  const said = value.delta ?? value.message ?? (typeof value.text === 'string' ? { content: value.text } : undefined);
  if (!isObject(said)) return value;
  const delta = withText(withCalls(said));
  return delta === value.delta ? value : { ...value, delta };
}

function withCalls(said: JsonObject): JsonObject {
  if (!isObject(said.function_call) || isObject(said.tool_calls) || objectsIn(said.tool_calls).length) return said;
  return { ...said, tool_calls: [{ index: 0, type: 'function', function: said.function_call }] };
}

function withText(said: JsonObject): JsonObject {
  if (typeof said.content !== 'object' || said.content === null) return said;
  const parts = [said.content].flat().map((part) => (isObject(part) ? part : { text: part }));
  const thought = parts.flatMap(({ thinking }) => (Array.isArray(thinking) ? objectsIn(thinking) : { text: thinking }));
  return { ...said, content: textOf(parts), reasoning_content: textOf(thought) || said.reasoning_content };
}

const textOf = (parts: readonly JsonObject[]) =>
  parts.map((part) => (typeof part.text === 'string' ? part.text : '')).join('');

function withChoice(frame: JsonObject, first: JsonObject): JsonObject {
  const [before, ...others] = objectsIn(frame.choices);
  return before === first ? frame : { ...frame, choices: [first, ...others] };
}

const toFrame = (delta: JsonObject, reason?: string): JsonObject => ({
  choices: [{ index: 0, delta, ...(reason && { finish_reason: reason }) }],
});

function toFailure({ native_finish_reason: native }: JsonObject, reason: string): Fault {
  const isTelling = typeof native === 'string' && native.toLowerCase() !== reason;
  return new Fault(`it ended its answer with '${isTelling ? native : reason}'`, { type: reason });
}
