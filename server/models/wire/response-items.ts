import {
  isObject,
  type JsonObject,
  jsonText,
  number,
  object,
  objectsIn,
  oneOf,
  type Shape,
  text,
  word,
} from './shapes.ts';

/** How far one item of an answer has come. */
interface OpenItem {
  readonly item: JsonObject;
  /** Whether any of its text was passed on. */
  hasSaid: boolean;
  /** The arguments of a call, as far as they have come. */
  input: string;
}

const ITEMS: ReadonlyMap<unknown, Shape> = new Map([
  ['message', object({ id: text, phase: oneOf('commentary', 'final_answer') })],
  ['reasoning', object({ id: text, encrypted_content: text })],
  ['function_call', object({ id: text, call_id: word, name: word, arguments: jsonText })],
]);
const PREFIX: ReadonlyMap<unknown, string> = new Map([
  ['message', 'msg'],
  ['reasoning', 'rs'],
  ['function_call', 'fc'],
]);

/** The items of an answer of the Responses API: each is begun, said and ended once, whatever of that came. */
export class ResponseItems {
  readonly #open = new Map<number, OpenItem>();
  readonly #ended = new Set<unknown>();
  #last = 0;
  #hasSaid = false;

  /** Whether anything of the answer has come. */
  get hasSaid(): boolean {
    return this.#hasSaid;
  }

  /** Whether an item has begun there and not ended. */
  isOpen(index: number): boolean {
    return this.#open.has(index);
  }

  /** Where the frame that begins an item belongs: behind the last one when it does not say. */
  newPlaceOf({ output_index }: JsonObject): number {
    const index = number(output_index);
    return typeof index === 'number' ? index : this.#last + (this.#open.size + this.#ended.size ? 1 : 0);
  }

  /** Where any other frame belongs: some leave that out, or say only which item it is about. */
  placeOf({ output_index, item_id }: JsonObject): number {
    const index = number(output_index);
    if (typeof index === 'number') return index;
    const [found = this.#last] = [...this.#open].find(([, { item }]) => item_id && item.id === item_id) ?? [];
    return found;
  }

  /** The frames that begin an item. */
  begin(index: number, value: unknown): JsonObject[] {
    const item = toItem(value, index);
    if (!item) return [];
    const ended = this.#open.has(index) ? this.#endOpen(index) : [];
    this.#last = index;
    this.#open.set(index, { item, hasSaid: false, input: '' });
    this.#hasSaid ||= item.type === 'function_call';
    return [...ended, { type: 'response.output_item.added', output_index: index, item }];
  }

  /** Notes that a piece of text was passed on. */
  say(index: number): void {
    this.#hasSaid = true;
    const open = this.#open.get(index);
    if (open) open.hasSaid = true;
  }

  /** Whether text of the item at this place was passed on. */
  wasSaid(index: number): boolean {
    return this.#open.get(index)?.hasSaid ?? this.#ended.has(index);
  }

  /** Notes arguments of a call: the next piece, or all of them. */
  addInput(index: number, { piece, whole }: { piece?: string; whole?: string }): void {
    const open = this.#open.get(index);
    if (open) open.input = whole ?? open.input + piece;
  }

  /** The frames that end an item, with all of it that has not been said. */
  end(index: number, value: unknown): JsonObject[] {
    const whole = toItem(value, index);
    if (!whole || !isObject(value)) return [];
    const begun = this.#open.has(index) ? [] : this.begin(index, { ...value, arguments: '' });
    const open = this.#open.get(index);
    if (!open) return [];
    const said = open.hasSaid ? undefined : wordsIn(value);
    if (said) this.say(index);
    this.#forget(index, [value.id, value.call_id]);
    const item = whole.type === 'function_call' ? { ...whole, arguments: whole.arguments || open.input } : whole;
    const delta = { type: deltaOf(whole), item_id: open.item.id, output_index: index, summary_index: 0, delta: said };
    return [
      ...begun,
      ...(said ? [delta] : []),
      { type: 'response.output_item.done', output_index: index, item: { ...item, status: 'completed' } },
    ];
  }

  /** The frames of all that has not been ended; `output` is the answer as a whole, where it was sent. */
  endAll(output: unknown): JsonObject[] {
    const missed = objectsIn(output).flatMap((item, index) => {
      const isKnown = this.#ended.has(index) || this.#ended.has(item.id) || this.#ended.has(item.call_id);
      return isKnown ? [] : this.end(index, item);
    });
    return [...missed, ...[...this.#open.keys()].flatMap((index) => this.#endOpen(index))];
  }

  #endOpen(index: number): JsonObject[] {
    const open = this.#open.get(index);
    return open?.item.type === 'function_call' ? this.end(index, { ...open.item, arguments: open.input }) : [];
  }

  #forget(index: number, names: readonly unknown[]): void {
    this.#open.delete(index);
    for (const name of [index, ...names]) if (name !== undefined && name !== null) this.#ended.add(name);
  }
}

/** An item as it can be read; undefined for one of a kind that is of no use here. */
function toItem(value: unknown, index: number): JsonObject | undefined {
  const known = isObject(value) && value.type === 'custom_tool_call' ? toFunctionCall(value) : value;
  const item = isObject(known) ? ITEMS.get(known.type)?.(known) : undefined;
  if (!isObject(item)) return undefined;
  const { type, id = `${PREFIX.get(type)}_${index}`, phase, encrypted_content } = item;
  if (type === 'message') return { type, id, phase };
  if (type === 'reasoning') return { type, id, encrypted_content };
  return { type, id, call_id: item.call_id ?? id, name: item.name ?? 'unnamed', arguments: item.arguments ?? '' };
}

/** A call whose arguments are a text of any form; none is asked for, and what is meant is a tool all the same. */
const toFunctionCall = ({ input, ...call }: JsonObject): JsonObject => ({
  ...call,
  type: 'function_call',
  arguments: call.arguments ?? input,
});

const deltaOf = ({ type }: JsonObject) =>
  type === 'reasoning' ? 'response.reasoning_summary_text.delta' : 'response.output_text.delta';

/** The text of a whole message, or of whole reasoning. */
function wordsIn({ type, content, summary }: JsonObject): string {
  if (typeof content === 'string') return content;
  const parts = [...objectsIn(type === 'reasoning' ? summary : []), ...objectsIn(content)];
  return parts.map((part) => String(text(part.text) ?? text(part.refusal) ?? '')).join('');
}
