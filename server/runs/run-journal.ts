import { setTimeout as sleep } from 'node:timers/promises';
import { Mutex } from '../async/mutex.ts';
import type { EventBatch, RunStep, StepBatch, Store } from '../store/store.ts';
import type { AppendedRuns } from '../store/stored-runs.ts';
import type { CallWatch, EndedCall } from './call-watch.ts';
import type { RunLimits } from './limits.ts';
import type { LoggedEvent } from './log-reader.ts';
import type { RunEvent } from './run-events.ts';
import type { RunTrace } from './run-tracing.ts';
import { type PriceOf, StepRecorder } from './step-recorder.ts';
import type { FaultLog } from './tool-calls.ts';

interface JournalOptions {
  readonly store: Pick<Store['runs'], 'append'>;
  readonly limits: Pick<RunLimits, 'flushMs' | 'journalEvents' | 'journalPending' | 'stepCalls'>;
  readonly priceOf: PriceOf;
  /** Is told of each tool call that was made within another one, once it has ended. */
  readonly onInnerEnded?: ((call: EndedCall) => void) | undefined;
  readonly log: FaultLog;
  /** Is told of what was stored, and of what that has told. */
  readonly onStored?: ((stored: readonly EventBatch[], learned: AppendedRuns) => void) | undefined;
}

interface Entry {
  readonly recorder: StepRecorder;
  /** Whether its events are stored, or only its steps. */
  readonly keepsEvents: boolean;
  /** The number of the first event that waits. */
  first: number;
  waiting: LoggedEvent[];
  /** Whether an event was not kept: what comes after it would be of no use to a reader. */
  hasGap: boolean;
}

interface OpenOptions {
  readonly keepsEvents: boolean;
  readonly trace: RunTrace | undefined;
  /** Tells the time in the run, which never goes back. */
  readonly now: () => number;
  /** Where another process has left off: the number of its last event, and its steps. */
  readonly resumed?: { readonly lastId: number; readonly steps: readonly RunStep[] } | undefined;
}

/** Takes what happens in one run. */
interface RunRecorder {
  /** Takes its events as they happen. */
  add(event: LoggedEvent): void;
  /** What is told of the tool calls that are made within one of its model. */
  watchWithin(callId: string): CallWatch;
}

/** What of a run is not stored yet when it ends, to be stored with its end. */
export interface JournalEnd {
  /** undefined when the events are not stored, or have a gap. */
  readonly events: EventBatch | undefined;
  readonly changedSteps: readonly RunStep[];
  readonly steps: readonly RunStep[];
}

/** Stores what happens in runs, that of all runs together, many times a second: their steps, and the events of those that go on without readers. */
export class RunJournal {
  readonly #options: JournalOptions;
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  readonly #flushing = new Mutex();
  #hasFailed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** How much waits: tool calls for others of their step, and events to be stored. */
  waiting(): { readonly tools: number; readonly journal: number } {
    let tools = 0;
    let journal = 0;
    for (const { recorder, waiting } of this.#entries.values()) {
      tools += recorder.queuedCalls;
      journal += waiting.length;
    }
    return { tools, journal };
  }

  /** Begins to take what happens in a run. */
  open(runKey: string, { keepsEvents, resumed, ...options }: OpenOptions): RunRecorder {
    const { priceOf, onInnerEnded, limits } = this.#options;
    const onChange = this.#schedule;
    const recorder = new StepRecorder({
      priceOf,
      onChange,
      maxCalls: limits.stepCalls,
      onInnerEnded,
      steps: resumed?.steps,
      ...options,
    });
    const entry: Entry = { recorder, keepsEvents, first: (resumed?.lastId ?? 0) + 1, waiting: [], hasGap: false };
    this.#entries.set(runKey, entry);
    return {
      add: keepsEvents ? (event) => this.#add(entry, event) : (event) => recorder.add(event),
      watchWithin: (callId) => recorder.watchWithin(callId),
    };
  }

  /** Stores what waits, and resolves once it is stored, or could not be. */
  async flush(): Promise<void> {
    await this.#flushing.run(() => this.#flush());
  }

  /**
   * Resolves once all is stored that has happened in a run until now: true; false of one of which something will never be, and when
   * `signal` aborts. While the store fails it waits.
   */
  async untilStored(runKey: string, signal: AbortSignal): Promise<boolean> {
    const entry = this.#entries.get(runKey);
    if (!entry) return false;
    const next = entry.first + entry.waiting.length;
    while (!entry.hasGap && !signal.aborted) {
      await this.flush();
      if (entry.first >= next) return !signal.aborted;
      await sleep(this.#options.limits.flushMs, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }

  /** Takes the last event of a run: it is stored with the end of the run, and never before, or readers elsewhere would hear of an end that may not come. */
  async end(runKey: string, last: Pick<LoggedEvent, 'at' | 'event'>): Promise<JournalEnd> {
    // Behind what is being stored now, which may come back, and before what would be stored next.
    return this.#flushing.run(() => this.#end(runKey, last));
  }

  #end(runKey: string, last: Pick<LoggedEvent, 'at' | 'event'>): JournalEnd {
    const entry = this.#entries.get(runKey);
    if (!entry) return { events: undefined, changedSteps: [], steps: [] };
    this.#entries.delete(runKey);
    this.#add(entry, { id: entry.first + entry.waiting.length, ...last });
    const hasEvents = entry.keepsEvents && !entry.hasGap && entry.waiting.length > 0;
    return {
      events: hasEvents ? toBatch(runKey, entry) : undefined,
      changedSteps: entry.recorder.takeChanged(),
      steps: entry.recorder.steps,
    };
  }

  #add(entry: Entry, event: LoggedEvent): void {
    entry.recorder.add(event);
    if (!entry.keepsEvents || entry.hasGap) return;
    const { journalEvents, journalPending } = this.#options.limits;
    if (entry.first + entry.waiting.length > journalEvents || entry.waiting.length >= journalPending) {
      entry.hasGap = true;
      return;
    }
    entry.waiting.push(event);
    this.#schedule();
  }

  readonly #schedule = (): void => {
    this.#timer ??= setTimeout(this.#flushSoon, this.#options.limits.flushMs).unref();
  };

  readonly #flushSoon = (): void => {
    this.#timer = undefined;
    void this.#flushing.run(() => this.#flush());
  };

  async #flush(): Promise<void> {
    const events: EventBatch[] = [];
    const steps: StepBatch[] = [];
    for (const [runKey, entry] of this.#entries) {
      const changed = entry.recorder.takeChanged();
      if (changed.length) steps.push({ runKey, steps: changed });
      if (!entry.waiting.length) continue;
      events.push(toBatch(runKey, entry));
      entry.first += entry.waiting.length;
      entry.waiting = [];
    }
    if (!events.length && !steps.length) return;
    try {
      const learned = await this.#options.store.append({ events, steps });
      this.#hasFailed = false;
      this.#options.onStored?.(events, learned);
    } catch (error) {
      if (!this.#hasFailed) this.#options.log.error({ err: error }, 'what happens in runs could not be stored');
      this.#hasFailed = true;
      this.#takeBack(events, steps);
    }
  }

  #takeBack(batches: readonly EventBatch[], steps: readonly StepBatch[]): void {
    for (const { runKey, first, times, events } of batches) {
      const entry = this.#entries.get(runKey);
      if (!entry) continue;
      entry.first = first;
      entry.waiting = [...fromBatch({ first, times, events }), ...entry.waiting];
    }
    for (const { runKey, steps: changed } of steps) this.#entries.get(runKey)?.recorder.putBack(changed);
    this.#schedule();
  }
}

const toBatch = (runKey: string, { first, waiting }: Entry): EventBatch => ({
  runKey,
  first,
  events: waiting.map(({ event }) => event),
  times: waiting.map(({ at = null }) => at),
});

const fromBatch = ({ first, times, events }: Omit<EventBatch, 'runKey'>): LoggedEvent[] =>
  (events as readonly RunEvent[]).map((event, index) => ({ id: first + index, at: times[index] ?? undefined, event }));
