import { ApiError } from '../errors.ts';
import type { EventSink } from './event-sink.ts';
import type { RunLimits } from './limits.ts';
import type { RunEvent } from './run-events.ts';

/** An event with its place in its run, from 1. */
export interface LoggedEvent {
  readonly id: number;
  readonly event: RunEvent;
}

interface LogOptions {
  readonly limits: Pick<RunLimits, 'readerLag' | 'logEvents' | 'logChars'>;
  /** Called when the last reader leaves before the end. */
  readonly onAbandoned?: () => void;
  /** Called when the first reader comes. */
  readonly onAttached?: () => void;
  /** Whether the run waits for its slowest reader. */
  readonly isPaced: boolean;
}

/** What an event weighs beside its text. */
const EVENT_CHARS = 100;

/**
 * The numbered events of one run, written once and read by any number of readers from any place. The oldest are dropped beyond the
 * bound; a reader who still wanted them is told.
 */
export class RunLog implements EventSink {
  readonly #options: LogOptions;
  readonly #readers = new Set<LogReader>();
  #entries: LoggedEvent[] = [];
  #lastId = 0;
  #chars = 0;
  #isEnded = false;
  #isFlushing = false;
  /** Up to this id nothing needs to be asked of the readers. */
  #unpacedUntil: number;
  #gate: PromiseWithResolvers<void> | undefined;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#unpacedUntil = options.isPaced ? options.limits.readerLag : Number.POSITIVE_INFINITY;
  }

  /** The number of the newest event. */
  get lastId(): number {
    return this.#lastId;
  }

  /** About how many characters are held. */
  get chars(): number {
    return this.#chars;
  }

  /** Whether `run-ended` was emitted. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  emit(event: RunEvent): void {
    if (this.#isEnded) throw new Error(`${event.type} after the end of the run`);
    this.#entries.push({ id: ++this.#lastId, event });
    this.#chars += charsOf(event);
    if (event.type === 'run-ended') this.#isEnded = true;
    const { logEvents, logChars } = this.#options.limits;
    // In slices: moving the whole array for each event would make a long run quadratic.
    if (this.#entries.length > logEvents * 1.1 || this.#chars > logChars) this.#dropOldest();
    if (this.#isFlushing || !this.#readers.size) return;
    this.#isFlushing = true;
    // One wake-up for all that is emitted until the event loop turns.
    setImmediate(this.#flush);
  }

  pressure(): Promise<void> | undefined {
    if (this.#lastId < this.#unpacedUntil) return undefined;
    const slowest = this.#slowestReader();
    this.#unpacedUntil = slowest + this.#options.limits.readerLag;
    if (this.#lastId < this.#unpacedUntil) return undefined;
    this.#gate ??= Promise.withResolvers<void>();
    return this.#gate.promise;
  }

  /** Ends a wait for slow readers, for good: the run is to end. */
  release(): void {
    this.#unpacedUntil = Number.POSITIVE_INFINITY;
    this.#openGate();
  }

  /** The events from number `from` on, until `run-ended`. Throws `events-gone` when the oldest wanted are no longer held. */
  read({
    from = 1,
    signal,
  }: {
    from?: number | undefined;
    signal?: AbortSignal | undefined;
  } = {}): AsyncIterable<LoggedEvent> {
    return {
      [Symbol.asyncIterator]: () => {
        const reader = new LogReader(this, from, signal);
        if (this.#isEnded) return reader;
        this.#readers.add(reader);
        this.#options.onAttached?.();
        reader.watchSignal();
        return reader;
      },
    };
  }

  /** For readers: the event number `id`; undefined when it has not come yet. */
  entry(id: number): LoggedEvent | undefined {
    const first = this.#lastId - this.#entries.length + 1;
    if (id < first)
      throw new ApiError(
        'events-gone',
        `The events before number ${first} are no longer held; read the conversation instead`,
      );
    return this.#entries[id - first];
  }

  /** For readers: they have read on. */
  noteProgress(): void {
    if (this.#gate && this.#lastId - this.#slowestReader() <= this.#options.limits.readerLag / 2) this.#openGate();
  }

  /** For readers: they have left. */
  leave(reader: LogReader): void {
    if (!this.#readers.delete(reader)) return;
    this.noteProgress();
    if (!this.#readers.size && !this.#isEnded) this.#options.onAbandoned?.();
  }

  readonly #flush = (): void => {
    this.#isFlushing = false;
    for (const reader of this.#readers) reader.wake();
  };

  // Without readers nobody is waited for.
  #slowestReader(): number {
    let slowest = this.#lastId;
    for (const reader of this.#readers) slowest = Math.min(slowest, reader.readUntil);
    return slowest;
  }

  #openGate(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  #dropOldest(): void {
    const { logEvents, logChars } = this.#options.limits;
    let count = Math.max(0, this.#entries.length - logEvents);
    let chars = 0;
    for (const [index, { event }] of this.#entries.entries()) {
      // The newest stays, whatever its size.
      if (index === this.#entries.length - 1 || (index >= count && this.#chars - chars <= logChars * 0.9)) break;
      chars += charsOf(event);
      count = index + 1;
    }
    this.#entries = this.#entries.slice(count);
    this.#chars -= chars;
  }
}

type Read = IteratorResult<LoggedEvent, undefined>;

/** One reader's place in a log. Not an async generator: those cost several promises an event. */
class LogReader implements AsyncIterableIterator<LoggedEvent, undefined> {
  readonly #log: RunLog;
  readonly #signal: AbortSignal | undefined;
  #next: number;
  #waiting: PromiseWithResolvers<Read> | undefined;
  #hasLeft = false;

  constructor(log: RunLog, from: number, signal: AbortSignal | undefined) {
    this.#log = log;
    this.#next = Math.max(1, from);
    this.#signal = signal;
  }

  get readUntil(): number {
    return this.#next - 1;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
  }

  watchSignal(): void {
    if (this.#signal?.aborted) this.#leave();
    else this.#signal?.addEventListener('abort', this.#leave, { once: true });
  }

  next(): Promise<Read> {
    try {
      const read = this.#take();
      if (read) return Promise.resolve(read);
    } catch (error) {
      this.#leave();
      return Promise.reject(error);
    }
    this.#waiting ??= Promise.withResolvers<Read>();
    return this.#waiting.promise;
  }

  return(): Promise<Read> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Gives a waiting reader what has come. */
  wake(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    try {
      const read = this.#take();
      if (!read) return;
      this.#waiting = undefined;
      waiting.resolve(read);
    } catch (error) {
      this.#waiting = undefined;
      this.#leave();
      waiting.reject(error);
    }
  }

  #take(): Read | undefined {
    if (this.#hasLeft) return { done: true, value: undefined };
    const value = this.#log.entry(this.#next);
    if (value) {
      this.#next++;
      this.#log.noteProgress();
      return { done: false, value };
    }
    if (!this.#log.isEnded) return undefined;
    this.#leave();
    return { done: true, value: undefined };
  }

  readonly #leave = (): void => {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#signal?.removeEventListener('abort', this.#leave);
    this.#log.leave(this);
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  };
}

function charsOf(event: RunEvent): number {
  if ('delta' in event) return EVENT_CHARS + event.delta.length;
  if (event.type === 'tool-result') return EVENT_CHARS + lengthOf(event.result);
  if (event.type === 'tool-call-ended') return EVENT_CHARS + lengthOf(event.args);
  return EVENT_CHARS;
}

const lengthOf = (value: unknown) => (typeof value === 'string' ? value.length : (JSON.stringify(value)?.length ?? 0));
