import type { EventRing, ReadRing } from './event-ring.ts';
import type { Numbered } from './numbered-events.ts';

/** An event with its number; without the event: those that were wanted up to this number are lost. */
export type RingEntry<T> = Numbered<T | undefined>;

type Read<T> = IteratorResult<RingEntry<T>, undefined>;

/** One reader's place in a ring. It holds no event of its own: one that is not read in time is lost, and the reader is told. */
export class RingReader<T> implements AsyncIterableIterator<RingEntry<T>, undefined> {
  readonly #ring: EventRing<T>;
  readonly #options: ReadRing<T>;
  readonly #onLeft: () => void;
  /** The place of the next event to look at. */
  #place: number;
  /** Where an end was asked for: the place behind what was held. */
  readonly #until: number;
  #number: number;
  #waiting: PromiseWithResolvers<Read<T>> | undefined;
  #hasLeft = false;
  /** Whether it missed events before it began. */
  readonly hasMissed: boolean;

  constructor(ring: EventRing<T>, options: ReadRing<T>, onLeft: () => void) {
    this.#ring = ring;
    this.#options = options;
    this.#onLeft = onLeft;
    this.#until = options.untilNow ? ring.end : Number.POSITIVE_INFINITY;
    const { now = ring.takeNumber(), after = now } = options;
    // A number from the future is none of this ring: the clock was set back over a restart.
    const isKnown = ring.isOwn(after, now);
    const lost = Math.max(this.#lostUntil(), ring.origin);
    this.hasMissed = !isKnown || after < lost;
    this.#number = this.hasMissed ? lost : after;
    this.#place = ring.placeBehind(this.#number);
  }

  /** The number of the last event that it has read, or has lost: to go on behind it is to go on here. */
  get number(): number {
    return this.#number;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
  }

  /** Leaves when its signal aborts. */
  watchSignal(): void {
    const { signal } = this.#options;
    if (signal.aborted) this.#leave();
    else signal.addEventListener('abort', this.#leave, { once: true });
  }

  next(): Promise<Read<T>> {
    const read = this.#take();
    if (read) return Promise.resolve(read);
    this.#waiting ??= Promise.withResolvers<Read<T>>();
    return this.#waiting.promise;
  }

  return(): Promise<Read<T>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Gives a waiting reader what has come. */
  wake(): void {
    const read = this.#waiting && this.#take();
    if (!read) return;
    this.#waiting?.resolve(read);
    this.#waiting = undefined;
  }

  #take(): Read<T> | undefined {
    if (this.#hasLeft) return { done: true, value: undefined };
    const value = this.#findNext();
    if (value) return { done: false, value };
    if (!this.#ring.isClosed && this.#place < this.#until) return undefined;
    this.#leave();
    return { done: true, value: undefined };
  }

  #findNext(): RingEntry<T> | undefined {
    const { isWanted = () => true } = this.#options;
    while (this.#place < this.#until) {
      if (this.#place < this.#ring.firstHeld) {
        this.#place = this.#ring.firstHeld;
        const lost = this.#lostUntil();
        if (lost > this.#number) {
          this.#number = lost;
          return { number: lost, event: undefined };
        }
      }
      const entry = this.#ring.at(this.#place);
      if (!entry) return undefined;
      this.#place++;
      if (!isWanted(entry.event)) continue;
      this.#number = entry.number;
      return entry;
    }
    return undefined;
  }

  #lostUntil(): number {
    return this.#options.lostUntil?.() ?? this.#ring.droppedUntil;
  }

  readonly #leave = (): void => {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#options.signal.removeEventListener('abort', this.#leave);
    this.#onLeft();
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  };
}
