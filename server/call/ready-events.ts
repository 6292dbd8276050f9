/** Streams whose readers take all that is there at once: to wait for each event costs more than to make it. */

/** Events that can be asked for without waiting. For one reader, who asks for one at a time. */
export interface ReadyEvents<T> extends AsyncIterableIterator<T, undefined> {
  /** The next event, or the end; undefined when it is not there yet, and `next` waits for it. Throws what `next` would reject with. */
  poll(): IteratorResult<T, undefined> | undefined;
  /** Calls `wake` once, as soon as it is worth to `poll` again. In place of `next`: a promise at each layer costs more than the event. */
  whenReady(wake: () => void): void;
}

/** A function that gives the next event, or the end, where it is there; one that never does for events that have to be waited for. */
export const pollOf = <T>(events: AsyncIterator<T>): (() => IteratorResult<T> | undefined) =>
  isReady(events) ? () => events.poll() : () => undefined;

/** Whether events can be polled. */
export const isReady = <T>(events: AsyncIterator<T>): events is ReadyEvents<T> =>
  'poll' in events && typeof events.poll === 'function';

/** What becomes of the events of a stream. */
export interface Translation<From, To> {
  /** What comes before all of them. */
  readonly first?: readonly To[];
  /** What comes for one of them. */
  next(event: From): readonly To[];
  /** Whether the last of them was one that ends the stream: no other is asked for. */
  isOver?(): boolean;
  /** What comes when they have ended, and it was not over before. */
  atEnd?(): readonly To[];
  /** What comes before a failure, of theirs or of `next`, is thrown on. */
  atFailure?(cause: unknown): readonly To[];
}

/** The events that come for those of `events`, which are asked for when these are. */
export const translateEvents = <From, To>(
  events: AsyncIterable<From>,
  translation: Translation<From, To>,
): ReadyEvents<To> => new TranslatedEvents(events, translation);

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
const NONE: readonly never[] = [];

/** Not an async generator: those cost several promises an event. */
class TranslatedEvents<From, To> implements ReadyEvents<To> {
  readonly #events: AsyncIterable<From>;
  readonly #translation: Translation<From, To>;
  #source: AsyncIterator<From> | undefined;
  #pollSource: () => IteratorResult<From> | undefined = () => undefined;
  #told: readonly To[];
  /** The place in them of what comes next. */
  #place = 0;
  #hasEnded = false;
  /** What is thrown behind the last event. */
  #failure: { readonly cause: unknown } | undefined;

  constructor(events: AsyncIterable<From>, translation: Translation<From, To>) {
    this.#events = events;
    this.#translation = translation;
    this.#told = translation.first ?? NONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  poll(): IteratorResult<To, undefined> | undefined {
    for (;;) {
      const told = this.#told;
      // Not by its value: an event may be undefined.
      if (this.#place < told.length) return { done: false, value: told[this.#place++] as To };
      if (this.#hasEnded) return this.#finish();
      try {
        const read = this.#pollSource();
        if (!read) return undefined;
        this.#take(read);
      } catch (cause) {
        this.#fail(cause);
      }
    }
  }

  whenReady(wake: () => void): void {
    if (this.#place < this.#told.length || this.#hasEnded) wake();
    else this.#listen(wake);
  }

  async next(): Promise<IteratorResult<To, undefined>> {
    for (;;) {
      const ready = this.poll();
      if (ready) return ready;
      try {
        this.#take(await this.#open().next());
      } catch (cause) {
        this.#fail(cause);
      }
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#told = NONE;
    this.#hasEnded = true;
    this.#failure = undefined;
    await this.#leave();
    return DONE;
  }

  #listen(wake: () => void): void {
    try {
      const source = this.#open();
      if (isReady(source)) source.whenReady(wake);
      else {
        const take = (read: IteratorResult<From>) => this.#wakeWith(() => this.#take(read), wake);
        source.next().then(take, (cause) => this.#wakeWith(() => this.#fail(cause), wake));
      }
    } catch (cause) {
      this.#wakeWith(() => this.#fail(cause), wake);
    }
  }

  #wakeWith(take: () => void, wake: () => void): void {
    try {
      take();
    } catch (cause) {
      this.#fail(cause);
    }
    wake();
  }

  // Not before something is asked for: who opens a stream and never reads it holds nobody up.
  #open(): AsyncIterator<From> {
    if (this.#source) return this.#source;
    const source = this.#events[Symbol.asyncIterator]();
    this.#source = source;
    this.#pollSource = pollOf(source);
    return source;
  }

  #take({ done, value }: IteratorResult<From>): void {
    // Whoever read has left meanwhile.
    if (this.#hasEnded) return;
    if (done) this.#source = undefined;
    this.#told = done ? (this.#translation.atEnd?.() ?? NONE) : this.#translation.next(value);
    this.#place = 0;
    this.#hasEnded = done || (this.#translation.isOver?.() ?? false);
  }

  #fail(cause: unknown): void {
    if (this.#hasEnded && !this.#failure) return;
    this.#hasEnded = true;
    this.#failure = { cause };
    this.#place = 0;
    this.#told = this.#translation.atFailure?.(cause) ?? NONE;
  }

  #finish(): IteratorReturnResult<undefined> {
    // Not awaited: what it has still to do is its own matter.
    this.#leave()?.catch(() => undefined);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.cause;
    return DONE;
  }

  #leave(): Promise<unknown> | undefined {
    const source = this.#source;
    this.#source = undefined;
    return source?.return?.();
  }
}
