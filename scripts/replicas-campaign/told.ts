/** What readers are to be told of events as they are stored: written down here once more, from the contract, so that the two can be compared. */
import type { EventsRow } from './rows.ts';

/** An event as it is stored, and when it happened. */
export interface StoredEvent {
  readonly event: Readonly<Record<string, unknown>>;
  readonly at: number | null;
}

/** What a reader is told of an event. */
export type Told = Readonly<Record<string, unknown>>;

/** The events of a run in order, and what is wrong with their numbers. */
export function eventsIn(rows: readonly EventsRow[]): { readonly events: StoredEvent[]; readonly problems: string[] } {
  const events: StoredEvent[] = [];
  const problems: string[] = [];
  for (const row of rows) {
    if (row.first !== events.length + 1)
      problems.push(`a batch begins with ${row.first} where ${events.length + 1} comes next`);
    const batch: Record<string, unknown>[] = JSON.parse(row.events);
    const times: (number | null)[] = JSON.parse(row.times);
    if (times.length !== batch.length)
      problems.push(`batch ${row.first} has ${batch.length} events and ${times.length} times`);
    events.push(...batch.map((event, index) => ({ event, at: times[index] ?? null })));
  }
  return { events, problems };
}

/** The events that count: without what was said and called of an answer that was withdrawn later. */
export function countingIn(events: readonly StoredEvent[]): StoredEvent['event'][] {
  let counting: StoredEvent['event'][] = [];
  for (const { event } of events) {
    if (event.type === 'answer-withdrawn') {
      const messageIds = idsIn(event.messageIds);
      const callIds = idsIn(event.callIds);
      counting = counting.filter(
        (before) => !messageIds.has(String(before.messageId)) && !callIds.has(String(before.callId)),
      );
    } else counting.push(event);
  }
  return counting;
}

interface Piece {
  readonly messageId: unknown;
  readonly text: string;
}

/** What is told of stored events, but for the end of the run. The place of each is its number less 1. */
export function toTold(events: readonly StoredEvent[]): Told[] {
  const told: Told[] = [];
  const pieces: Piece[] = [];
  for (const { event, at } of events) {
    const timestamp = at === null ? {} : { timestamp: at };
    const one = tell(event, pieces);
    if (one) told.push({ ...one, ...timestamp });
  }
  return told;
}

/** `pieces` is the text that was told and counts. */
function tell(event: StoredEvent['event'], pieces: Piece[]): Told | undefined {
  const { callId: id, name } = event;
  switch (event.type) {
    case 'text-delta': {
      const last = pieces.at(-1);
      const isNext = last !== undefined && last.messageId !== event.messageId;
      const text = `${isNext ? '\n\n' : ''}${event.delta}`;
      pieces.push({ messageId: event.messageId, text });
      return { type: 'text', content: text };
    }
    case 'tool-call-ended':
      return { type: 'tool_call', id, name, args: event.args };
    case 'tool-result':
      return { type: 'tool_result', id, name, result: event.result, is_error: event.isError };
    case 'answer-withdrawn': {
      const messageIds = idsIn(event.messageIds);
      const firstKept = pieces.findLastIndex(({ messageId }) => !messageIds.has(String(messageId))) + 1;
      const content = pieces.splice(firstKept).map(({ text }) => text);
      const calls = [...idsIn(event.callIds)];
      return content.length || calls.length
        ? { type: 'withdrawn', content: content.join(''), tool_calls: calls }
        : undefined;
    }
    default:
      return undefined;
  }
}

const idsIn = (ids: unknown): Set<string> => new Set(Array.isArray(ids) ? ids.map(String) : []);

/** The text that counts of what was told; what is taken back must be its end. */
export function textIn(told: readonly Told[]): { readonly text: string; readonly problems: string[] } {
  const problems: string[] = [];
  let text = '';
  for (const { type, content = '' } of told) {
    if (type === 'text') text += content;
    if (type !== 'withdrawn') continue;
    if (!text.endsWith(String(content))) problems.push(`a text is taken back that is not the end: ${content}`);
    text = text.slice(0, text.length - String(content).length);
  }
  return { text, problems };
}
