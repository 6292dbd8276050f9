import { type Dialect, Fault, type Mended } from './dialect.ts';
import { isError, toFault } from './provider-words.ts';
import { ResponseItems } from './response-items.ts';
import { count, isObject, type JsonObject, jsonText, number, object, objectsIn, text, unread, word } from './shapes.ts';
import type { Said } from './short-cut.ts';

const usage = object(
  {
    input_tokens: count,
    input_tokens_details: object({ cached_tokens: count, cache_write_tokens: count }),
    output_tokens: count,
    output_tokens_details: object({ reasoning_tokens: count }),
    total_tokens: count,
  },
  { or: { input_tokens: 0, output_tokens: 0, total_tokens: 0 } },
);
const begun = object(
  {
    response: object(
      { id: text, created_at: number, model: text, service_tier: text },
      { must: ['id', 'created_at', 'model'] },
    ),
  },
  { must: ['response'] },
);
const ended = object(
  {
    response: object({
      incomplete_details: object({ reason: text }, { must: ['reason'] }),
      ...{ usage, service_tier: text, reasoning: object({ context: text }) },
      ...{ prompt_cache_diagnostics: unread, error: unread },
    }),
  },
  { or: { response: {} } },
);
// Nobody asks for probabilities, and most send an empty list of them.
const noList = (value: unknown) => (Array.isArray(value) && !value.length ? value : undefined);
const delta = object(
  { item_id: text, output_index: number, delta: text, logprobs: noList },
  { must: ['delta'], or: { item_id: 'msg_0' } },
);
const summary = object(
  { item_id: text, output_index: number, summary_index: number, delta: text },
  { or: { item_id: 'rs_0', summary_index: 0 } },
);

/** An answer of OpenAI's Responses API. */
export class OpenAiResponses implements Dialect {
  readonly #items = new ResponseItems();
  isWhole = false;
  isOver = false;

  owns(frame: JsonObject): boolean {
    return (typeof frame.type === 'string' && frame.type !== 'error') || isAnswer(frame);
  }

  mend(frame: JsonObject, event: string | undefined): Mended {
    if (isAnswer(frame)) return this.#readWhole(frame);
    const typed = typeof frame.type === 'string' ? frame : { ...frame, type: event };
    const place = this.#items.placeOf(typed);
    switch (typed.type) {
      case 'response.created':
      case 'response.in_progress':
        return orNothing(begun(typed));
      case 'response.output_item.added':
        return this.#items.begin(this.#items.newPlaceOf(typed), typed.item);
      case 'response.output_item.done':
        return this.#items.end(this.#items.isOpen(place) ? place : this.#items.newPlaceOf(typed), typed.item);
      case 'response.function_call_arguments.delta':
        return this.#addInput(typed, place);
      case 'response.function_call_arguments.done':
        this.#items.addInput(place, { whole: String(jsonText(typed.arguments) ?? '') });
        return [];
      case 'response.completed':
      case 'response.done':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        return this.#end(typed);
      default:
        return this.#addText(typed, place);
    }
  }

  saidIn({ type, item_id: id, summary_index: index, delta }: JsonObject): Said | undefined {
    const isText = type === 'response.output_text.delta' || type === 'response.reasoning_summary_text.delta';
    if (!isText || typeof delta !== 'string' || !delta) return undefined;
    return { of: `${type} ${id} ${index}`, delta };
  }

  end(isMarked: boolean): readonly JsonObject[] {
    if (!isMarked || this.isOver || !this.#items.hasSaid) return [];
    return [...this.#items.endAll([]), { type: 'response.completed', response: {} }];
  }

  toError({ message, type = 'error', code }: Fault): JsonObject {
    const named = code === undefined ? null : String(code);
    return { type: 'error', sequence_number: 0, error: { type, code: named, message } };
  }

  #readWhole(response: JsonObject): Mended {
    if (Array.isArray(response.choices))
      return [new Fault('it answers in Chat Completions; set OPENAI_API to chat to be asked in it')];
    const isEnd = response.status === 'incomplete' || response.status === 'failed' || response.status === 'cancelled';
    return this.#end({ type: `response.${isEnd ? response.status : 'completed'}`, response });
  }

  #addText(frame: JsonObject, place: number): Mended {
    switch (frame.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return this.#say(delta(frame), place);
      case 'response.reasoning_summary_text.delta':
        return this.#say(summary(frame), place);
      // Models with open weights say what they think as it is.
      case 'response.reasoning_text.delta':
        return this.#say(summary({ ...frame, type: 'response.reasoning_summary_text.delta' }), place);
      case 'response.reasoning_summary_part.added':
      case 'response.reasoning_summary_part.done':
        return orNothing(summary(frame));
      case 'response.output_text.done':
        return this.#sayWhole(frame, place, 'response.output_text.delta', frame.text);
      case 'response.content_part.done':
        return this.#sayWhole(
          frame,
          place,
          'response.output_text.delta',
          isObject(frame.part) ? frame.part.text : undefined,
        );
      case 'response.refusal.done':
        return this.#sayWhole(frame, place, 'response.refusal.delta', frame.refusal);
      default:
        return [];
    }
  }

  #say(frame: unknown, place: number): Mended {
    if (!isObject(frame) || typeof frame.delta !== 'string') return [];
    if (frame.delta) this.#items.say(place);
    return frame;
  }

  #sayWhole(frame: JsonObject, place: number, type: string, said: unknown): Mended {
    if (this.#items.wasSaid(place)) return [];
    return this.#say(delta({ type, item_id: frame.item_id, output_index: frame.output_index, delta: said }), place);
  }

  #addInput(frame: JsonObject, place: number): Mended {
    const piece = text(frame.delta);
    if (typeof piece !== 'string') return [];
    this.#items.addInput(place, { piece });
    const isSame = piece === frame.delta && place === frame.output_index && typeof frame.item_id === 'string';
    return isSame ? frame : { ...frame, item_id: text(frame.item_id) ?? '', output_index: place, delta: piece };
  }

  #end(frame: JsonObject): Mended {
    this.isOver = true;
    const fitted = ended(frame);
    if (!isObject(fitted) || !isObject(fitted.response)) return [];
    const response = isObject(frame.response) ? frame.response : {};
    const items = this.#items.endAll(outputOf(response));
    const { incomplete_details: details } = fitted.response;
    const reason = isObject(details) ? details.reason : undefined;
    if (frame.type === 'response.failed' || frame.type === 'response.cancelled' || response.status === 'failed') {
      const failure = isError(response.error) ? toFault(response.error) : toEnd(frame, reason);
      const failed = { ...fitted, type: 'response.failed', sequence_number: 0 };
      return [...items, failure, failed];
    }
    this.isWhole = true;
    if (frame.type !== 'response.incomplete') {
      return [...items, frame.type === 'response.completed' ? fitted : { ...fitted, type: 'response.completed' }];
    }
    const isUsual = reason === 'max_output_tokens' || reason === 'content_filter';
    return isUsual ? [...items, fitted] : [...items, toEnd(frame, reason), fitted];
  }
}

/** Whether a frame is an answer as a whole: one of this API, or of the older one. */
const isAnswer = ({ type, object, choices }: JsonObject) =>
  typeof type !== 'string' && (object === 'response' || Array.isArray(choices));

/** The items of an answer as a whole; some servers say no more than its text. */
const outputOf = ({ output, output_text: content }: JsonObject): unknown =>
  objectsIn(output).length || word(content) === undefined ? output : [{ type: 'message', content }];

const toEnd = ({ type }: JsonObject, reason: unknown) =>
  new Fault(`it ended its answer with '${typeof reason === 'string' ? reason : type}'`);

const orNothing = (fitted: unknown): Mended => (isObject(fitted) ? fitted : []);
