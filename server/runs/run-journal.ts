import { Mutex } from '../async/mutex.ts';
import type { EventBatch, Store } from '../store/store.ts';
import type { RunLimits } from './limits.ts';
import type { RunEvent } from './run-events.ts';
import type { FaultLog } from './tool-calls.ts';

interface JournalOptions {
  readonly store: Pick<Store['runs'], 'appendEvents'>;
  readonly limits: Pick<RunLimits, 'flushMs' | 'journalEvents' | 'journalPending'>;
  readonly log: FaultLog;
}

interface Entry {
  /** The number of the first event that waits. */
  first: number;
  waiting: RunEvent[];
  /** Whether an event was not kept: what comes after it would be of no use to a reader. */
  hasGap: boolean;
}

/** Stores the events of runs that go on without readers, those of all runs together, many times a second. */
export class RunJournal {
  readonly #options: JournalOptions;
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  readonly #flushing = new Mutex();
  #hasFailed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Adds the next event of a run. */
  add(runKey: string, event: RunEvent): void {
    const entry = this.#entryOf(runKey);
    if (entry.hasGap) return;
    const { flushMs, journalEvents, journalPending } = this.#options.limits;
    if (entry.first + entry.waiting.length > journalEvents || entry.waiting.length >= journalPending) {
      entry.hasGap = true;
      return;
    }
    entry.waiting.push(event);
    this.#timer ??= setTimeout(this.#flushSoon, flushMs).unref();
  }

  /** The events of a run that are not stored yet, `last` among them, to be stored with its end; undefined when its log has a gap. */
  async end(runKey: string, last: RunEvent): Promise<EventBatch | undefined> {
    this.add(runKey, last);
    // What is being stored now may come back.
    await this.#flushing.settled();
    const entry = this.#entryOf(runKey);
    this.#entries.delete(runKey);
    return entry.hasGap || !entry.waiting.length ? undefined : { runKey, first: entry.first, events: entry.waiting };
  }

  readonly #flushSoon = (): void => {
    this.#timer = undefined;
    void this.#flushing.run(() => this.#flush());
  };

  async #flush(): Promise<void> {
    const batches: EventBatch[] = [];
    for (const [runKey, entry] of this.#entries) {
      const { first, waiting } = entry;
      if (!waiting.length) continue;
      batches.push({ runKey, first, events: waiting });
      entry.first += waiting.length;
      entry.waiting = [];
    }
    if (!batches.length) return;
    try {
      await this.#options.store.appendEvents(batches);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#options.log.error({ err: error }, 'events of runs could not be stored');
      this.#hasFailed = true;
      this.#takeBack(batches);
    }
  }

  #takeBack(batches: readonly EventBatch[]): void {
    for (const { runKey, first, events } of batches) {
      const entry = this.#entries.get(runKey);
      if (!entry) continue;
      entry.first = first;
      entry.waiting = [...(events as readonly RunEvent[]), ...entry.waiting];
    }
    this.#timer ??= setTimeout(this.#flushSoon, this.#options.limits.flushMs).unref();
  }

  #entryOf(runKey: string): Entry {
    const known = this.#entries.get(runKey);
    if (known) return known;
    const entry: Entry = { first: 1, waiting: [], hasGap: false };
    this.#entries.set(runKey, entry);
    return entry;
  }
}
