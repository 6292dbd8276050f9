import type { EventBatch, RunRecord, Store } from '../store/store.ts';
import type { Run } from './active-run.ts';
import { outcomeOf } from './found-run.ts';
import type { RunLimits } from './limits.ts';
import type { LoggedEvent } from './log-reader.ts';
import { INTERRUPTED, type RunEvent, type RunOutcome } from './run-events.ts';
import { type ReadOptions, RunLog } from './run-log.ts';
import { toEvents } from './stored-events.ts';

interface MirrorOptions {
  readonly record: RunRecord;
  readonly store: Pick<Store['runs'], 'events' | 'find'>;
  readonly limits: RunLimits;
  /** Asks whoever executes the run to end it. */
  readonly cancel: (reason: string) => void;
  /** Is told of a database that could not be read; it is read again. */
  readonly onFailure: (cause: unknown) => void;
}

/** How many batches of events are read at once. */
const PAGE = 50;
/** How often it may be found without a reader before it is given up: whoever has just found it comes to read it. */
const IDLE_LOOKS = 30;

/** A run that another process executes, as its readers here see it: what that process stores, as it comes. */
export class MirroredRun implements Run {
  readonly isMirror = true;
  readonly record: RunRecord;
  readonly #options: MirrorOptions;
  readonly #log: RunLog;
  readonly #left = new AbortController();
  readonly #ended = Promise.withResolvers<RunOutcome>();
  /** How many readers there are, and others who wait for the end. */
  #users = 0;
  /** How often nobody was found to read it, one time after the other. */
  #idleLooks = 0;
  #pulling: Promise<void> | undefined;
  #isStale = false;
  /** Whether what comes next can never be read. */
  #isCut = false;
  /** The end of a run that stored none. */
  #end: LoggedEvent | undefined;

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.record = options.record;
    this.#log = new RunLog({
      limits: options.limits,
      startedAt: Date.parse(options.record.startedAt),
      isPaced: false,
      onAttached: () => undefined,
    });
  }

  get id(): string {
    return this.record.givenId;
  }

  get storedId(): string {
    return this.record.id;
  }

  get conversationId(): string {
    return this.record.conversationId;
  }

  get conversationKey(): string {
    return this.record.conversationKey;
  }

  get agentId(): string {
    return this.record.agentId;
  }

  get startedAt(): string {
    return this.record.startedAt;
  }

  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** Follows it no more; its readers are told why. */
  leave(reason: Error): void {
    if (!this.hasEnded) this.#left.abort(reason);
  }

  get firstHeld(): number {
    return this.#log.firstHeld;
  }

  get held(): readonly LoggedEvent[] {
    return this.#log.held;
  }

  get hasEnded(): boolean {
    return this.#log.isClosed;
  }

  /** Whether nobody reads it or waits for its end, and nobody has for a while; to be asked again and again. */
  lookIdle(): boolean {
    this.#idleLooks = this.#users ? 0 : this.#idleLooks + 1;
    return this.#idleLooks > IDLE_LOOKS;
  }

  get ended(): Promise<RunOutcome> {
    this.#users++;
    return this.#ended.promise.finally(() => this.#users--);
  }

  async *events({ from = 1, signal, ...options }: ReadOptions = {}): AsyncGenerator<LoggedEvent, void> {
    this.#users++;
    try {
      void this.pull();
      const untilLeft = signal ? AbortSignal.any([signal, this.left]) : this.left;
      for await (const event of this.#log.read({ from, signal: untilLeft, ...options })) {
        yield event;
        if (event.event.type === 'run-ended') return;
      }
      if (signal?.aborted) return;
      this.left.throwIfAborted();
      if (this.#end) yield this.#end;
    } finally {
      this.#users--;
    }
  }

  cancel(reason: string): void {
    if (!this.hasEnded) this.#options.cancel(reason);
  }

  /** Takes what this process has stored of the run, as far as that is what comes next; else it is read. */
  feed({ first, events, times }: Omit<EventBatch, 'runKey'>): void {
    const isNext = first === this.#log.lastId + 1 && !this.#isCut && !this.hasEnded;
    if (this.#pulling || !isNext || this.#log.pressure()) void this.pull();
    else for (const [index, event] of events.entries()) this.#emit(event as RunEvent, times[index] ?? undefined);
  }

  /** Reads what was stored since it last did. What is stored meanwhile is read too; never throws. */
  pull(): Promise<void> {
    this.#isStale = true;
    this.#pulling ??= this.#pullAll().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  async #pullAll(): Promise<void> {
    try {
      while (this.#isStale && !this.hasEnded) {
        this.#isStale = false;
        // Looked at first: what was stored until a run ended is all there is.
        const record = await this.#options.store.find(this.record.key);
        await this.#readOn();
        if (record?.status !== 'running' && !this.hasEnded) this.#endWithoutEvent(record);
      }
    } catch (cause) {
      this.#options.onFailure(cause);
    }
  }

  async #readOn(): Promise<void> {
    while (!this.#isCut && !this.hasEnded) {
      await this.#log.pressure();
      const from = this.#log.lastId + 1;
      const { events, isCut } = toEvents(await this.#options.store.events(this.record.key, { from, limit: PAGE }));
      this.#isCut = isCut;
      for (const { event, at } of events) this.#emit(event, at);
      if (!events.length) return;
    }
  }

  #emit(event: RunEvent, at: number | undefined): void {
    this.#log.emit(event, at);
    if (event.type === 'run-ended') this.#ended.resolve(event.outcome);
  }

  /** Some of its events are lost for good, and its end is one of them. */
  #endWithoutEvent(record: RunRecord = { ...this.record, status: 'interrupted' }): void {
    const outcome = outcomeOf(record) ?? INTERRUPTED;
    const at = record.endedAt === null ? undefined : Date.parse(record.endedAt);
    // Not the number behind the last one: what lies between, nobody knows.
    this.#end = { id: this.#log.lastId + 2, at, event: { type: 'run-ended', outcome, usage: record.usage } };
    this.#log.close();
    this.#ended.resolve(outcome);
  }
}
