import type { EventRing, ReadRing } from './event-ring.ts';
import { type Numbered, type NumberedEvents, withNumbers } from './numbered-events.ts';

/** The events that tell a reader where it stands. */
interface Mark {
  readonly type: 'ready' | 'missed';
  readonly number: number;
  readonly at: string;
}

/** A ring whose events get their numbers elsewhere, and a number that is behind all of them so far. */
export interface NumberedRing<T> {
  readonly ring: EventRing<T>;
  readonly now: number;
}

type RingSource<T> = EventRing<T> | (() => Promise<NumberedRing<T>>);

/** The events of a ring as its readers are told of them: first `ready`, or `missed` when some are lost; `missed` again where more are. */
export function streamRing<T, Told>(
  ring: RingSource<T>,
  options: ReadRing<T>,
  tell: (entry: Numbered<T>) => Told,
): NumberedEvents<Mark | Told> {
  return withNumbers(tellAll(ring, options, tell));
}

async function* tellAll<T, Told>(
  source: RingSource<T>,
  options: ReadRing<T>,
  tell: (entry: Numbered<T>) => Told,
): AsyncGenerator<Numbered<Mark | Told>, void> {
  const { ring, ...numbers } = typeof source === 'function' ? await source() : { ring: source };
  await using reader = ring.read({ ...options, ...numbers });
  const { number, hasMissed } = reader;
  yield toMark(hasMissed ? 'missed' : 'ready', number);
  for await (const { number, event } of reader) {
    yield event === undefined ? toMark('missed', number) : { number, event: tell({ number, event }) };
  }
}

const toMark = (type: Mark['type'], number: number): Numbered<Mark> => ({
  number,
  event: { type, number, at: new Date().toISOString() },
});
