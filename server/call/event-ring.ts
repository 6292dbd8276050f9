import type { Numbered } from './numbered-events.ts';
import { RingReader } from './ring-reader.ts';

/** How much a ring holds. */
interface RingBounds<T> {
  readonly maxEvents: number;
  /** The most that all held events may come to in the measure of `sizeOf`; the newest stays, whatever its size. */
  readonly maxSize?: number;
  readonly sizeOf?: (event: T) => number;
  /** Called with each event that is no longer held. */
  readonly onDropped?: (event: Numbered<T>) => void;
  /** The number before its first event, where events get their numbers elsewhere: each is then added with its own. */
  readonly origin?: number;
  /** From 0 to 999: what tells its numbers from those of rings of the same time; absent: there is no other one. */
  readonly tag?: number | undefined;
}

/** What a reader of a ring asks for. */
export interface ReadRing<T> {
  /** The number of the last event it has read; undefined: only what comes from now on is wanted. */
  readonly after: number | undefined;
  /** A number behind all events so far, where events get their numbers elsewhere. */
  readonly now?: number;
  /** Whether it ends when it has read what is held. */
  readonly untilNow: boolean;
  readonly signal: AbortSignal;
  /** Absent: every event is wanted. */
  readonly isWanted?: (event: T) => boolean;
  /** The number of the newest event that was dropped and would have been wanted; 0 when there is none. Absent: every one would have been. */
  readonly lostUntil?: () => number;
}

/**
 * The last events of something that never ends, each written once and read by any number of readers, none of whom it waits for: a
 * reader who is too slow, or comes too late, is told that it has missed some. Their numbers are the time in microseconds, or one
 * more than the number before. So they rise over a restart too, and the gaps between them say nothing about the events that somebody
 * may not see. Those with a tag are the time in milliseconds, with the tag behind it.
 */
export class EventRing<T> {
  readonly #bounds: RingBounds<T>;
  readonly #slots: (Numbered<T> | undefined)[] = [];
  readonly #readers = new Set<RingReader<T>>();
  #lastNumber = 0;
  #droppedUntil = 0;
  /** Places in the order of all events there ever were: of the oldest that is held, and of the next to come. */
  #first = 0;
  #next = 0;
  #size = 0;
  #isClosed = false;
  #isFlushing = false;
  /** Every event of this ring has a higher number. A reader who names a lower one has read another, before a restart. */
  readonly origin: number;

  constructor(bounds: RingBounds<T>) {
    this.#bounds = bounds;
    this.#lastNumber = bounds.origin ?? 0;
    this.origin = bounds.origin ?? this.takeNumber();
  }

  /** The place of the oldest event that is held. */
  get firstHeld(): number {
    return this.#first;
  }

  /** The place of the event that comes next. */
  get end(): number {
    return this.#next;
  }

  /** The number of the newest event that was dropped; 0 when none was. */
  get droppedUntil(): number {
    return this.#droppedUntil;
  }

  /** Whether nothing comes any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many read it now. */
  get readers(): number {
    return this.#readers.size;
  }

  /** The number of the event that came last, or of the origin. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** A number that no event before has had, and none after will have. */
  takeNumber(): number {
    const { tag } = this.#bounds;
    const ms = performance.timeOrigin + performance.now();
    this.#lastNumber =
      tag === undefined
        ? Math.max(this.#lastNumber + 1, Math.floor(ms * 1000))
        : Math.max(this.#lastNumber + 1000, Math.floor(ms) * 1000 + tag);
    return this.#lastNumber;
  }

  /** Whether a number may be of an event of this ring, none of which is behind `now`. */
  isOwn(number: number, now: number): boolean {
    const { tag = number % 1000 } = this.#bounds;
    return number >= this.origin && number <= now && number % 1000 === tag;
  }

  /** Adds an event; after {@link close} none. */
  add(event: T, number = this.takeNumber()): void {
    if (this.#isClosed) return;
    this.#lastNumber = number;
    if (this.#next - this.#first === this.#bounds.maxEvents) this.#dropOldest();
    this.#slots[this.#next % this.#bounds.maxEvents] = { number, event };
    this.#next++;
    this.#size += this.#sizeOf(event);
    while (this.#size > (this.#bounds.maxSize ?? Number.POSITIVE_INFINITY) && this.#next - this.#first > 1) {
      this.#dropOldest();
    }
    this.#wakeReaders();
  }

  /** Ends it with a last event: readers end when they have read that. */
  close(last: T, number?: number): void {
    this.add(last, number);
    this.#isClosed = true;
  }

  /** The event at a place; undefined when it has not come yet. */
  at(place: number): Numbered<T> | undefined {
    return place < this.#next ? this.#slots[place % this.#bounds.maxEvents] : undefined;
  }

  /** The place of the first held event behind a number. */
  placeBehind(number: number): number {
    let [low, high] = [this.#first, this.#next];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.at(middle)?.number ?? 0) > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Begins to read; ends with the signal, or when the loop over it is left. */
  read(options: ReadRing<T>): RingReader<T> {
    const reader = new RingReader(this, options, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    reader.watchSignal();
    return reader;
  }

  // One wake-up for all that is added until the event loop turns, and none when nobody reads.
  #wakeReaders(): void {
    if (this.#isFlushing || !this.#readers.size) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      for (const reader of this.#readers) reader.wake();
    });
  }

  #dropOldest(): void {
    const oldest = this.at(this.#first);
    if (!oldest) return;
    this.#slots[this.#first % this.#bounds.maxEvents] = undefined;
    this.#first++;
    this.#size -= this.#sizeOf(oldest.event);
    this.#droppedUntil = oldest.number;
    this.#bounds.onDropped?.(oldest);
  }

  #sizeOf(event: T): number {
    return this.#bounds.sizeOf?.(event) ?? 0;
  }
}
