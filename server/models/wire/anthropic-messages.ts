import { CUT, type Dialect, Fault, type Mended, toList } from './dialect.ts';
import {
  count,
  isObject,
  type JsonObject,
  jsonText,
  number,
  object,
  objectsIn,
  type Shape,
  text,
  unread,
  word,
} from './shapes.ts';
import type { Said } from './short-cut.ts';

const counts = {
  input_tokens: count,
  output_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
  output_tokens_details: object({ thinking_tokens: count }),
  service_tier: text,
  iterations: unread,
};
const messageStart = object(
  {
    message: object(
      {
        ...{ id: text, model: text, role: text, service_tier: text, stop_reason: text },
        usage: object(counts, { or: { input_tokens: 0 } }),
        ...{ content: unread, container: unread, input_transformations: unread },
      },
      { or: { usage: { input_tokens: 0 } } },
    ),
  },
  { or: { message: { usage: { input_tokens: 0 } } } },
);
const messageDelta = object(
  {
    delta: object({
      ...{ stop_reason: text, stop_sequence: text },
      ...{ stop_details: unread, safeguard_results: unread, container: unread },
    }),
    usage: object(counts, { or: { output_tokens: 0 } }),
    ...{ context_management: unread, input_transformations: unread },
  },
  { or: { delta: {}, usage: { output_tokens: 0 } } },
);

/** What a delta must say, by its type; the others are left out. */
const PIECES: ReadonlyMap<unknown, Shape> = new Map([
  ['text_delta', object({ text }, { must: ['text'] })],
  ['thinking_delta', object({ thinking: text }, { must: ['thinking'] })],
  ['signature_delta', object({ signature: word }, { must: ['signature'] })],
  ['input_json_delta', object({ partial_json: jsonText }, { must: ['partial_json'] })],
]);
const FAILED = new Set<unknown>(['error', 'abort', 'network_error']);
/** The reasons that servers in front of other models pass on. */
const ENDS: Readonly<Record<string, string>> = {
  content_filter: 'refusal',
  length: 'max_tokens',
  stop: 'end_turn',
  tool_calls: 'tool_use',
};

interface OpenBlock {
  /** The input that stood where a tool call began; used when none follows. */
  input: string;
}

/** An answer in Anthropic's Messages. */
export class AnthropicMessages implements Dialect {
  /** The blocks that have begun and not ended; null for one that is left out. */
  readonly #open = new Map<number, OpenBlock | null>();
  isWhole = false;
  isOver = false;
  #hasStarted = false;
  #hasSaid = false;
  #last = -1;

  owns(frame: JsonObject): boolean {
    return typeof frame.type === 'string' && frame.type !== 'error';
  }

  mend(frame: JsonObject, event: string | undefined): Mended {
    const typed = typeof frame.type === 'string' ? frame : { ...frame, type: event };
    switch (typed.type) {
      case 'message':
        return this.#expand(typed);
      case 'message_start':
        return this.#start(typed);
      case 'content_block_start':
        return this.#startBlock(typed);
      case 'content_block_delta':
        return this.#addDelta(typed);
      case 'content_block_stop':
        return this.#stopBlock(this.#placeOf(typed));
      case 'message_delta':
        return this.#addEnd(typed);
      case 'message_stop':
        return this.isWhole || this.#hasSaid ? this.#stop() : [new Fault('it ended without an answer', { type: CUT })];
      default:
        return [];
    }
  }

  saidIn({ type, index, delta }: JsonObject): Said | undefined {
    if (type !== 'content_block_delta' || !isObject(delta)) return undefined;
    const said =
      delta.type === 'text_delta' ? delta.text : delta.type === 'thinking_delta' ? delta.thinking : undefined;
    return typeof said === 'string' && said ? { of: `${delta.type} ${index}`, delta: said } : undefined;
  }

  end(isMarked: boolean): readonly JsonObject[] {
    return this.isWhole || (isMarked && this.#hasSaid) ? this.#stop() : [];
  }

  toError({ message, type = 'error', code }: Fault): JsonObject {
    return { type: 'error', error: { type, message, code } };
  }

  /** A whole message as the frames of a stream. */
  #expand({ content, stop_reason, stop_sequence, usage, ...message }: JsonObject): Mended {
    const said = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    const blocks = objectsIn(said).flatMap((block, index) => [
      ...this.#startBlock({ index, content_block: block }),
      ...this.#stopBlock(index),
    ]);
    const start = this.#start({ type: 'message_start', message: { ...message, usage } });
    const end = this.#addEnd({ type: 'message_delta', delta: { stop_reason, stop_sequence }, usage });
    return [start, blocks, end, this.#stop()].flatMap(toList);
  }

  #start(frame: JsonObject): Mended {
    // A router that begins anew with another model says so in the middle of the answer.
    if (this.#hasStarted) return [];
    this.#hasStarted = true;
    const fitted = messageStart(frame);
    return isObject(fitted) ? fitted : [];
  }

  // Some say all of a block where it begins: it is passed on as deltas, as all others say it.
  #startBlock(frame: JsonObject): JsonObject[] {
    const index = this.#placeOf(frame, 1);
    const stopped = this.#open.has(index) ? this.#stopBlock(index) : [];
    const block = isObject(frame.content_block) ? frame.content_block : {};
    const start = toStart(block);
    this.#last = index;
    // One that does not say what it is may still say something.
    if (block.type !== undefined) this.#open.set(index, start ? { input: toInput(block.input) } : null);
    if (!start) return stopped;
    this.#hasSaid ||= start.type === 'tool_use';
    const said = saidIn(block).map((delta) => ({ type: 'content_block_delta', index, delta }));
    this.#hasSaid ||= said.length > 0;
    return [...stopped, { type: 'content_block_start', index, content_block: start }, ...said];
  }

  #addDelta(frame: JsonObject): Mended {
    const index = this.#placeOf(frame);
    const block = this.#open.get(index);
    const delta = isObject(frame.delta) ? frame.delta : {};
    const fitted = PIECES.get(delta.type)?.(delta);
    if (block === null || !isObject(fitted)) return [];
    this.#hasSaid = true;
    // The input that follows is the same again.
    if (block && fitted.partial_json) block.input = '';
    return fitted === delta && frame.index === index ? frame : { ...frame, index, delta: fitted };
  }

  #stopBlock(index: number): JsonObject[] {
    const block = this.#open.get(index);
    this.#open.delete(index);
    if (!block) return [];
    const delta = { type: 'input_json_delta', partial_json: block.input };
    const rest = block.input ? [{ type: 'content_block_delta', index, delta }] : [];
    return [...rest, { type: 'content_block_stop', index }];
  }

  #addEnd(frame: JsonObject): Mended {
    const fitted = messageDelta(frame);
    if (!isObject(fitted) || !isObject(fitted.delta)) return [];
    const { stop_reason: reason } = fitted.delta;
    if (typeof reason !== 'string') return fitted;
    this.isWhole = true;
    if (FAILED.has(reason)) return [fitted, new Fault(`it ended its answer with '${reason}'`, { type: reason })];
    if (reason === 'tool_use' && !this.#hasSaid)
      return [fitted, new Fault(`it ended its answer with '${reason}', and called no tool`)];
    return ENDS[reason] ? { ...fitted, delta: { ...fitted.delta, stop_reason: ENDS[reason] } } : fitted;
  }

  #stop(): JsonObject[] {
    this.isOver = true;
    return [...[...this.#open.keys()].flatMap((index) => this.#stopBlock(index)), { type: 'message_stop' }];
  }

  /** The index of a frame; one without is about the last block, or `step` behind it. */
  #placeOf({ index }: JsonObject, step = 0): number {
    const read = number(index);
    return typeof read === 'number' ? read : Math.max(0, this.#last + step);
  }
}

/** The beginning of a block as it can be read; undefined for one of a kind that is of no use here. */
function toStart({ type, id, name, data }: JsonObject): JsonObject | undefined {
  if (type === 'text') return { type, text: '' };
  if (type === 'thinking') return { type, thinking: '' };
  if (type === 'redacted_thinking') return word(data) === undefined ? undefined : { type, data };
  return type === 'tool_use' ? { type, id: text(id) ?? '', name: word(name) ?? 'unnamed', input: {} } : undefined;
}

function saidIn({ type, text: said, thinking, signature }: JsonObject): JsonObject[] {
  if (type === 'text') return word(said) === undefined ? [] : [{ type: 'text_delta', text: said }];
  if (type !== 'thinking') return [];
  return [
    ...(word(thinking) === undefined ? [] : [{ type: 'thinking_delta', thinking }]),
    ...(word(signature) === undefined ? [] : [{ type: 'signature_delta', signature }]),
  ];
}

const toInput = (input: unknown) =>
  isObject(input) && !Object.keys(input).length ? '' : String(jsonText(input) ?? '');
