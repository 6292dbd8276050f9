/** What a response holds, item by item, and the events that tell how each comes about. */
import type { OpenAiItem } from '../../../contract/openai-items.ts';
import type { OpenAiResponseEvent } from '../../../contract/openai-responses.ts';

/** An event that has no number yet. */
export type NewEvent = WithoutNumber<OpenAiResponseEvent>;
type WithoutNumber<Event> = Event extends unknown ? Omit<Event, 'sequence_number'> : never;

type Item<Type extends OpenAiItem['type']> = Extract<OpenAiItem, { readonly type: Type }>;
type TextItem = Item<'message'> | Item<'reasoning'>;
/** An item that is a call with arguments. */
type CallItem = Item<'function_call'> | Item<'mcp_call'>;

const EMPTY_TEXT = { type: 'output_text' as const, annotations: [], logprobs: [] };

/** A text, or what the model thinks, while it is written. */
export interface OpenText {
  /** Its place among the items. */
  readonly index: number;
  text: string;
}

/** The items of one response, in their order. */
export class ResponseItems {
  readonly #runId: string;
  readonly #items: OpenAiItem[] = [];

  constructor(runId: string) {
    this.#runId = runId;
  }

  get all(): readonly OpenAiItem[] {
    return this.#items;
  }

  /** The id of the next item, by which it can be found again; see {@link placeOfItem}. */
  newId(kind: 'msg' | 'rs' | 'ig' | 'fc' | 'mcp'): string {
    return `${kind}-${this.#items.length}-${this.#runId}`;
  }

  /** Adds an item as it begins. Returns its place, and what tells of it. */
  add(item: OpenAiItem): { readonly index: number; readonly events: NewEvent[] } {
    const index = this.#items.push(item) - 1;
    return { index, events: [{ type: 'response.output_item.added', output_index: index, item }] };
  }

  /** Begins a text, or what the model thinks. */
  beginText(type: TextItem['type']): { readonly index: number; readonly events: NewEvent[] } {
    const status = 'in_progress' as const;
    if (type === 'message') {
      const { index, events } = this.add({ type, id: this.newId('msg'), status, role: 'assistant', content: [] });
      const part = { ...EMPTY_TEXT, text: '' };
      return { index, events: [...events, { type: 'response.content_part.added', ...this.#partOf(index), part }] };
    }
    const { index, events } = this.add({ type, id: this.newId('rs'), status, summary: [] });
    const part = { type: 'summary_text' as const, text: '' };
    const added = { type: 'response.reasoning_summary_part.added' as const, ...this.#summaryOf(index), part };
    return { index, events: [...events, added] };
  }

  /** A piece of a text. */
  extendText(index: number, delta: string): NewEvent[] {
    return this.#items[index]?.type === 'message'
      ? [{ type: 'response.output_text.delta', ...this.#partOf(index), delta, logprobs: [] }]
      : [{ type: 'response.reasoning_summary_text.delta', ...this.#summaryOf(index), delta }];
  }

  /** Ends a text. */
  endText(index: number, text: string, status: 'completed' | 'incomplete'): NewEvent[] {
    const item = this.#items[index];
    if (item?.type === 'message') {
      const part = { ...EMPTY_TEXT, text };
      return [
        { type: 'response.output_text.done', ...this.#partOf(index), text, logprobs: [] },
        { type: 'response.content_part.done', ...this.#partOf(index), part },
        ...this.replace(index, { ...item, status, content: [part] }),
      ];
    }
    if (item?.type !== 'reasoning') return [];
    const part = { type: 'summary_text' as const, text };
    return [
      { type: 'response.reasoning_summary_text.done', ...this.#summaryOf(index), text },
      { type: 'response.reasoning_summary_part.done', ...this.#summaryOf(index), part },
      ...this.replace(index, { ...item, status, summary: [part] }),
    ];
  }

  /** Leaves nothing of a text or an image but its place. */
  empty(index: number): void {
    const item = this.#items[index];
    if (item?.type === 'message') this.#items[index] = { ...item, status: 'incomplete', content: [] };
    if (item?.type === 'reasoning') this.#items[index] = { ...item, status: 'incomplete', summary: [] };
    if (item?.type === 'image_generation_call') this.#items[index] = { ...item, status: 'failed', result: null };
  }

  /** The items as they stand while some texts are still written. */
  withTexts(open: readonly OpenText[]): OpenAiItem[] {
    const texts = new Map(open.map(({ index, text }) => [index, text]));
    return this.#items.map((item, index) => {
      const text = texts.get(index);
      return text ? withText(item, text) : item;
    });
  }

  /** Adds an image, which is whole at once, in base64. */
  addImage(result: string): { readonly index: number; readonly events: NewEvent[] } {
    const item: Item<'image_generation_call'> = {
      type: 'image_generation_call',
      id: this.newId('ig'),
      status: 'in_progress',
      result: null,
    };
    const { index, events } = this.add(item);
    const place = { item_id: item.id, output_index: index };
    const told: NewEvent[] = [
      ...events,
      { type: 'response.image_generation_call.in_progress', ...place },
      { type: 'response.image_generation_call.generating', ...place },
      { type: 'response.image_generation_call.completed', ...place },
      ...this.replace(index, { ...item, status: 'completed', result }),
    ];
    return { index, events: told };
  }

  /** Adds a call with all its arguments, and what tells of them. */
  addCall(call: CallItem): { readonly index: number; readonly events: NewEvent[] } {
    const { index, events } = this.add({ ...call, arguments: '' });
    this.#items[index] = call;
    const place = { item_id: call.id, output_index: index };
    const kind = call.type === 'mcp_call' ? 'mcp_call' : 'function_call';
    return {
      index,
      events: [
        ...events,
        ...(kind === 'mcp_call' ? [{ type: 'response.mcp_call.in_progress' as const, ...place }] : []),
        { type: `response.${kind}_arguments.delta`, ...place, delta: call.arguments },
        { type: `response.${kind}_arguments.done`, ...place, arguments: call.arguments },
      ],
    };
  }

  /** Puts an item in its last state. */
  replace(index: number, item: OpenAiItem): NewEvent[] {
    this.#items[index] = item;
    return [{ type: 'response.output_item.done', output_index: index, item }];
  }

  #partOf(index: number) {
    return { item_id: this.#items[index]?.id ?? '', output_index: index, content_index: 0 };
  }

  #summaryOf(index: number) {
    return { item_id: this.#items[index]?.id ?? '', output_index: index, summary_index: 0 };
  }
}

function withText(item: OpenAiItem, text: string): OpenAiItem {
  if (item.type === 'message') return { ...item, content: [{ ...EMPTY_TEXT, text }] };
  return item.type === 'reasoning' ? { ...item, summary: [{ type: 'summary_text', text }] } : item;
}

/** Where the item with this id stands: its run, and its place there; undefined where no response has made the id. */
export function placeOfItem(id: string): { readonly runId: string; readonly index: number } | undefined {
  const [, index, runId] = /^(?:msg|rs|ig|fc|mcp)-(\d+)-(.+)$/s.exec(id) ?? [];
  return index === undefined || runId === undefined ? undefined : { runId, index: Number(index) };
}
