import type { CallerTrace } from '../store/stored-runs.ts';
import type { EventSink } from './event-sink.ts';
import type { RunLimits } from './limits.ts';
import type { LoggedEvent } from './log-reader.ts';
import type { RunOutcome, Usage } from './run-events.ts';
import { type ReadOptions, RunLog } from './run-log.ts';
import type { RunTrace } from './run-tracing.ts';

/** A run as its readers see it, while it goes on and for a short while after. */
export interface Run {
  readonly id: string;
  /** The id it is stored under; another than `id` when its caller used that one before. */
  readonly storedId: string;
  readonly conversationId: string;
  /** What this server knows the conversation by. */
  readonly conversationKey: string;
  readonly agentId: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** The number of the oldest event that can still be read. */
  readonly firstHeld: number;
  /** The events that are in memory now; whoever looks at them is no reader. */
  readonly held: readonly LoggedEvent[];
  readonly hasEnded: boolean;
  /** The events from number `from` (1 when absent) to `run-ended`; leaving an attached run as its last reader cancels it. */
  events(options?: ReadOptions): AsyncIterable<LoggedEvent>;
  /** Ends the run with this reason, unless it has ended. */
  cancel(reason: string): void;
  /** Resolves once the turn is stored and `run-ended` can be read. Never rejects. */
  readonly ended: Promise<RunOutcome>;
}

interface ActiveRunOptions {
  readonly id: string;
  readonly storedId: string;
  /** What this server knows it by. */
  readonly key: string;
  readonly conversationId: string;
  readonly conversationKey: string;
  readonly agentId: string;
  readonly startedAt: string;
  /** A detached run goes on without readers, and waits for none but those that ask for it. */
  readonly isDetached: boolean;
  readonly caller: CallerTrace;
  readonly trace: RunTrace | undefined;
  readonly limits: RunLimits;
}

/** The reason of a run that is cancelled because its last reader left. */
const CALLER_LEFT = 'the caller left';

/** A run as it is driven: with its sink, its signal and its end. */
export class ActiveRun implements Run {
  readonly id: string;
  readonly storedId: string;
  readonly key: string;
  readonly isDetached: boolean;
  readonly conversationId: string;
  readonly conversationKey: string;
  readonly agentId: string;
  readonly startedAt: string;
  readonly caller: CallerTrace;
  readonly trace: RunTrace | undefined;
  readonly log: RunLog;
  readonly #controller = new AbortController();
  readonly #ended = Promise.withResolvers<RunOutcome>();
  #attachTimer: NodeJS.Timeout | undefined;

  constructor({ limits, ...options }: ActiveRunOptions) {
    const { isDetached } = options;
    this.id = options.id;
    this.storedId = options.storedId;
    this.key = options.key;
    this.isDetached = isDetached;
    this.conversationId = options.conversationId;
    this.conversationKey = options.conversationKey;
    this.agentId = options.agentId;
    this.startedAt = options.startedAt;
    this.caller = options.caller;
    this.trace = options.trace;
    const leave = () => this.cancel(CALLER_LEFT);
    if (!isDetached) this.#attachTimer = setTimeout(leave, limits.attachMs).unref();
    this.log = new RunLog({
      limits,
      startedAt: Date.parse(options.startedAt),
      isPaced: !isDetached,
      onAttached: () => clearTimeout(this.#attachTimer),
      ...(!isDetached && { onAbandoned: leave }),
    });
  }

  get firstHeld(): number {
    return this.log.firstHeld;
  }

  get held(): readonly LoggedEvent[] {
    return this.log.held;
  }

  get hasEnded(): boolean {
    return this.log.isEnded;
  }

  /** The sink of the events of this run, which also gives each of them to `listener`. */
  sinkWith(listener: (event: LoggedEvent) => void): EventSink {
    const { log } = this;
    return {
      emit(event) {
        listener(log.emit(event));
      },
      pressure: () => log.pressure(),
    };
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get ended(): Promise<RunOutcome> {
    return this.#ended.promise;
  }

  events(options?: ReadOptions): AsyncIterable<LoggedEvent> {
    return this.log.read(options);
  }

  cancel(reason: string): void {
    if (this.log.isEnded || this.signal.aborted) return;
    this.#controller.abort(new DOMException(reason, 'AbortError'));
    this.log.release();
  }

  /** Emits the last event of the run: how it ended, and when. */
  end(outcome: RunOutcome, usage: Usage, at: number): void {
    clearTimeout(this.#attachTimer);
    this.log.emit({ type: 'run-ended', outcome, usage }, at);
    this.#ended.resolve(outcome);
  }
}
