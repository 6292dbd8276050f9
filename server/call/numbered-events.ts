/** Event streams that do not start at number 1, or skip numbers. */
import { translateEvents } from './ready-events.ts';
import { invalidField } from './validation-error.ts';

/** Events that know the number of the last one they yielded. In any other stream the first event is number 1, and none is skipped. */
export interface NumberedEvents<T> extends AsyncIterable<T> {
  lastNumber(): number;
}

/** An event and its number. */
export interface Numbered<T> {
  readonly number: number;
  readonly event: T;
}

/** The events, with the number of the last one to be asked for. To be read once. */
export function withNumbers<T>(events: AsyncIterable<Numbered<T>>): NumberedEvents<T> {
  let last = 0;
  const next = ({ number, event }: Numbered<T>) => {
    last = number;
    return [event];
  };
  return { lastNumber: () => last, [Symbol.asyncIterator]: () => translateEvents(events, { next }) };
}

/**
 * What is told of the events of a run, behind number `after`: each with its number, which is the same for every reader. `id` is the place
 * of an event in its run; a gap in them means that events were lost.
 */
export function numberEvents<From extends { readonly id: number }, To>(
  events: AsyncIterable<From>,
  tell: (event: From) => readonly To[],
  after = 0,
): NumberedEvents<To> {
  let number = 0;
  let lastId = 0;
  const next = (event: From) => {
    // Of what was lost with a server that died, readers may have seen any number.
    if (event.id !== lastId + 1) number = numberAfterGap(number) - 1;
    lastId = event.id;
    const told = tell(event).map((each): Numbered<To> => ({ number: ++number, event: each }));
    return number > after ? told.filter((each) => each.number > after) : [];
  };
  return withNumbers(translateEvents(events, { next }));
}

/** A function that tells the number of the event that came last; undefined when the events have no numbers of their own. */
export const lastNumberOf = (events: AsyncIterable<unknown>): (() => number) | undefined =>
  isNumbered(events) ? () => events.lastNumber() : undefined;

const isNumbered = (events: AsyncIterable<unknown>): events is NumberedEvents<unknown> =>
  'lastNumber' in events && typeof events.lastNumber === 'function';

// More than the number of events that a run loses at once.
const GAP = 1_000_000;

/** The number of the first event after some were lost: one that no event before can have had. */
export const numberAfterGap = (lastKnown: number): number => (Math.floor(lastKnown / GAP) + 1) * GAP;

/** The number in a `Last-Event-ID` header; undefined without one. */
export function readLastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  const number = Number(header);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw invalidField('last-event-id', 'is not the id of an event');
}
