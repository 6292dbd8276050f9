import type { ReadyEvents } from '../call/ready-events.ts';
import type { RunEvent } from './run-events.ts';

/** An event with its place in its run, from 1. */
export interface LoggedEvent {
  readonly id: number;
  /** When it happened, in milliseconds since 1970; undefined of one that was stored before that was noted. Never less than the one before. */
  readonly at: number | undefined;
  readonly event: RunEvent;
}

/** What a reader needs of the log it reads. */
export interface ReadLog {
  readonly isEnded: boolean;
  /** Throws when the event is no longer held. */
  entry(id: number): LoggedEvent | undefined;
  /** Called whenever a reader has read on. */
  noteProgress(): void;
  /** Called once when a reader reads no more. */
  leave(reader: LogReader): void;
}

type Read = IteratorResult<LoggedEvent, undefined>;

/** One reader's place in a log. Not an async generator: those cost several promises an event. */
export class LogReader implements ReadyEvents<LoggedEvent> {
  readonly #log: ReadLog;
  readonly #signal: AbortSignal | undefined;
  #next: number;
  #waiting: PromiseWithResolvers<Read> | undefined;
  #onReady: (() => void) | undefined;
  #hasLeft = false;

  constructor(log: ReadLog, from: number, signal: AbortSignal | undefined) {
    this.#log = log;
    this.#next = Math.max(1, from);
    this.#signal = signal;
  }

  /** The number of the last event it has read. */
  get readUntil(): number {
    return this.#next - 1;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
  }

  /** Leaves when its signal aborts. */
  watchSignal(): void {
    if (this.#signal?.aborted) this.#leave();
    else this.#signal?.addEventListener('abort', this.#leave, { once: true });
  }

  next(): Promise<Read> {
    try {
      const read = this.poll();
      if (read) return Promise.resolve(read);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#waiting ??= Promise.withResolvers<Read>();
    return this.#waiting.promise;
  }

  poll(): Read | undefined {
    try {
      return this.#take();
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  whenReady(wake: () => void): void {
    if (this.#isReady()) wake();
    else this.#onReady = wake;
  }

  return(): Promise<Read> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Gives a waiting reader what has come. */
  wake(): void {
    this.#tellReady();
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

  #isReady(): boolean {
    try {
      return this.#hasLeft || this.#log.isEnded || this.#log.entry(this.#next) !== undefined;
    } catch {
      // What it has missed is told by `poll`.
      return true;
    }
  }

  #tellReady(): void {
    const onReady = this.#onReady;
    this.#onReady = undefined;
    onReady?.();
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
    this.#tellReady();
  };
}
