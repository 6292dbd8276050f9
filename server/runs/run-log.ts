import { ApiError } from '../call/errors.ts';
import type { EventSink } from './event-sink.ts';
import type { RunLimits } from './limits.ts';
import { type LoggedEvent, LogReader, type ReadLog } from './log-reader.ts';
import type { RunEvent } from './run-events.ts';

interface LogOptions {
  readonly limits: Pick<RunLimits, 'readerLag' | 'logEvents' | 'logChars'>;
  /** When the run began, in milliseconds since 1970: nothing in it happened before. */
  readonly startedAt: number;
  /** Called when the last reader leaves before the end. */
  readonly onAbandoned?: () => void;
  /** Called when the first reader comes. */
  readonly onAttached: () => void;
  /** Whether the run waits for every reader; else only for those that ask for it. */
  readonly isPaced: boolean;
  /** The number of the last event before those that it holds; absent: 0. */
  readonly after?: number | undefined;
  /** Whether readers may be shown what happens now; absent: always. When that changes, {@link RunLog.show} is to be called. */
  readonly mayShow?: (() => boolean) | undefined;
}

/** What a reader of a log asks for. */
export interface ReadOptions {
  /** The number of the first event wanted; 1 when absent. */
  readonly from?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether a run that waits for no reader waits for this one all the same: for readers that never stall, and must miss nothing. */
  readonly isAwaited?: boolean;
}

/** An event that was emitted after the last one of its run. */
class RunEndedError extends Error {
  override readonly name = 'RunEndedError';
}

/** How many characters an event counts beside its text. */
const EVENT_CHARS = 100;

/**
 * The numbered events of one run, written once and read by any number of readers from any place. The oldest are dropped beyond the
 * bound; a reader who still wanted them is told.
 */
export class RunLog implements EventSink, ReadLog {
  readonly #options: LogOptions;
  readonly #readers = new Set<LogReader>();
  /** The readers that the run waits for. */
  readonly #pacing = new Set<LogReader>();
  #entries: LoggedEvent[] = [];
  #lastId: number;
  #lastAt: number;
  #chars = 0;
  #isEnded = false;
  #isFlushing = false;
  #waitsForReaders = true;
  /** Up to this id no reader can be too far behind. */
  #unpacedUntil: number;
  #gate: PromiseWithResolvers<void> | undefined;
  /** The number of the last event that readers may be shown. */
  #shownUntil = Number.POSITIVE_INFINITY;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#lastId = options.after ?? 0;
    if (options.mayShow) this.#shownUntil = this.#lastId;
    this.#unpacedUntil = this.#lastId + options.limits.readerLag;
    this.#lastAt = options.startedAt;
  }

  /** The number of the newest event. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The newest time that was noted; without one, when the run began. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** The number of the oldest event that is held. */
  get firstHeld(): number {
    return this.#lastId - this.#entries.length + 1;
  }

  /** The events that are held now. */
  get held(): readonly LoggedEvent[] {
    return [...this.#entries];
  }

  /** About how many characters are held. */
  get chars(): number {
    return this.#chars;
  }

  /** Whether nothing comes any more. */
  get isClosed(): boolean {
    return this.#isEnded;
  }

  /** Whether nothing comes any more that readers may be shown. */
  get isEnded(): boolean {
    return this.#isEnded && this.#lastId <= this.#shownUntil;
  }

  /** What time it is in the run: a clock that is set back must not make anything take less than no time. */
  now(at = Date.now()): number {
    if (at > this.#lastAt) this.#lastAt = at;
    return this.#lastAt;
  }

  /** Adds an event that happens now, or at a time that was noted. Returns it with its place. */
  emit(event: RunEvent, at = this.#isFlushing ? this.#lastAt : Date.now()): LoggedEvent {
    if (this.#isEnded) throw new RunEndedError(`${event.type} after the end of the run`);
    const logged: LoggedEvent = { id: ++this.#lastId, at: this.now(at), event };
    this.#entries.push(logged);
    this.#chars += charsOf(event);
    if (event.type === 'run-ended') this.#isEnded = true;
    if (this.#options.mayShow?.()) this.#shownUntil = this.#lastId;
    // In slices: moving the whole array for each event would make a long run quadratic.
    if (this.#entries.length > this.#options.limits.logEvents * 1.1 || this.#isFull()) this.#dropOldest();
    if (this.#isFlushing || !this.#readers.size) return logged;
    this.#isFlushing = true;
    // One wake-up for all that is emitted until the event loop turns.
    setImmediate(this.#flush);
    return logged;
  }

  /** Shows readers all that has happened, as far as they may be shown anything. */
  show(): void {
    if (!this.#options.mayShow?.() || this.#shownUntil >= this.#lastId) return;
    this.#shownUntil = this.#lastId;
    this.#flush();
  }

  /** Shows all that has happened and will, whether readers may be shown anything or not. */
  showAll(): void {
    this.#shownUntil = Number.POSITIVE_INFINITY;
    this.#flush();
  }

  /** Forgets what no reader was shown; from then on everything is. */
  forgetUnshown(): void {
    const unshown = Math.max(0, this.#lastId - this.#shownUntil);
    for (const { event } of unshown ? this.#entries.splice(-unshown) : []) this.#chars -= charsOf(event);
    this.#lastId -= unshown;
    this.showAll();
  }

  /** Ends the log without an event of its own, for readers that are told otherwise how the run ended. */
  close(): void {
    this.#isEnded = true;
    this.#flush();
  }

  pressure(): Promise<void> | undefined {
    if (!this.#waitsForReaders) return undefined;
    if (this.#lastId < this.#unpacedUntil && !this.#isFull()) return undefined;
    const slowest = this.#slowestReader();
    const { readerLag } = this.#options.limits;
    this.#unpacedUntil = slowest + readerLag;
    if (this.#lastId < this.#unpacedUntil && (!this.#isFull() || slowest === this.#lastId)) return undefined;
    this.#gate ??= Promise.withResolvers<void>();
    return this.#gate.promise;
  }

  /** Ends a wait for slow readers, for good: the run is to end. */
  release(): void {
    this.#waitsForReaders = false;
    this.#openGate();
  }

  /**
   * The events from number `from` on, until `run-ended`. Throws `events-gone` when the oldest wanted are no longer held, which never
   * happens to a reader that the run waits for.
   */
  read({ from = 1, signal, isAwaited = this.#options.isPaced }: ReadOptions = {}): AsyncIterable<LoggedEvent> {
    return {
      [Symbol.asyncIterator]: () => {
        const reader = new LogReader(this, from, signal);
        if (this.isEnded) return reader;
        this.#readers.add(reader);
        if (isAwaited) this.#pacing.add(reader);
        this.#options.onAttached();
        reader.watchSignal();
        return reader;
      },
    };
  }

  /** The event number `id`; undefined when it has not come yet. */
  entry(id: number): LoggedEvent | undefined {
    const first = this.#lastId - this.#entries.length + 1;
    if (id < first) {
      const detail = `The events before number ${first} are no longer held; read the conversation instead`;
      throw new ApiError('events-gone', detail);
    }
    return id <= this.#shownUntil ? this.#entries[id - first] : undefined;
  }

  noteProgress(): void {
    if (!this.#gate) return;
    const behind = this.#lastId - this.#slowestReader();
    if (this.#isFull()) this.#dropOldest();
    if (behind === 0 || (behind <= this.#options.limits.readerLag / 2 && !this.#isFull())) this.#openGate();
  }

  leave(reader: LogReader): void {
    if (!this.#readers.delete(reader)) return;
    this.#pacing.delete(reader);
    this.noteProgress();
    if (!this.#readers.size && !this.#isEnded) this.#options.onAbandoned?.();
  }

  readonly #flush = (): void => {
    this.#isFlushing = false;
    for (const reader of this.#readers) reader.wake();
  };

  // Where nobody is waited for, nobody is behind.
  #slowestReader(): number {
    let slowest = this.#lastId;
    for (const reader of this.#pacing) slowest = Math.min(slowest, reader.readUntil);
    return slowest;
  }

  #openGate(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  #isFull(): boolean {
    return this.#chars > this.#options.limits.logChars;
  }

  #dropOldest(): void {
    const { limits } = this.#options;
    const held = this.#entries.length;
    // A reader the run waits for misses nothing; the newest event stays, whatever its size.
    const unread = this.#lastId - this.#slowestReader();
    const droppable = held - Math.max(1, unread);
    let count = 0;
    let chars = 0;
    for (const { event } of this.#entries) {
      const isOver = held - count > limits.logEvents || this.#chars - chars > limits.logChars * 0.9;
      if (count >= droppable || !isOver) break;
      chars += charsOf(event);
      count++;
    }
    if (count) this.#entries = this.#entries.slice(count);
    this.#chars -= chars;
  }
}

function charsOf(event: RunEvent): number {
  if (event.type === 'subagent-event') return EVENT_CHARS + charsOf(event.event);
  if ('delta' in event) return EVENT_CHARS + event.delta.length;
  if (event.type === 'file') return EVENT_CHARS + event.data.length;
  if (event.type === 'noted') return EVENT_CHARS + lengthOf(event.note);
  if (event.type === 'tool-result') {
    const files = (event.files ?? []).reduce((chars, { data }) => chars + data.length, 0);
    return EVENT_CHARS + lengthOf(event.result) + (event.page ? lengthOf(event.page) : 0) + files;
  }
  if (event.type === 'model-answered' && event.message) return EVENT_CHARS + lengthOf(event.message);
  if (event.type === 'tool-call-ended') return EVENT_CHARS + lengthOf(event.args);
  return EVENT_CHARS;
}

const lengthOf = (value: unknown) => (typeof value === 'string' ? value.length : (JSON.stringify(value)?.length ?? 0));
