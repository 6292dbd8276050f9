import { untilAborted } from '../async/until-aborted.ts';
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
  /** Whether it shows what is stored, as it comes: another process executes it, or may go on with it. */
  readonly isMirror?: boolean;
  /** Aborts where this process follows the run no more, which goes on elsewhere; absent: it goes on here. */
  readonly left?: AbortSignal | undefined;
  /** The events from number `from` (1 when absent) to `run-ended`; leaving an attached run as its last reader cancels it. */
  events(options?: ReadOptions): AsyncIterable<LoggedEvent>;
  /** Ends the run with this reason, unless it has ended. */
  cancel(reason: string): void;
  /** Resolves once the turn is stored and `run-ended` can be read. Never rejects. */
  readonly ended: Promise<RunOutcome>;
}

/** What a run is driven by. */
export interface ActiveRunOptions {
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
  /** Whether another process goes on with it when this one is gone. */
  readonly isDurable?: boolean | undefined;
  /** The number of the last event that another process has left; absent: the run begins. */
  readonly after?: number | undefined;
  /** When that happened, in milliseconds since 1970. */
  readonly lastAt?: number | undefined;
  /** Whether the run is this process's own at this moment; absent: no other has the same store. */
  readonly lease?: Lease | undefined;
}

/** Whether this process may show and do what it does for its runs: else another one may have them. */
export interface Lease {
  readonly isFresh: boolean;
  /** Resolves once it is fresh again; throws when that takes too long. */
  untilFresh(): Promise<void>;
  /** Calls `listener` whenever it is fresh again. Returns what ends that. */
  onFresh(listener: () => void): () => void;
}

/** The reason of a run that another process has taken over. */
const TAKEN_OVER = 'another process has taken it over';
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
  readonly isDurable: boolean;
  /** The run as readers are given it: of a durable one they see what is stored, whichever process it is that stores it. */
  shown: Run = this;
  /** When this process began it, on the clock of `performance`. */
  readonly openedAt = performance.now();
  /** Whether another process has it. */
  isLost = false;
  /** Whether its end is being stored: what becomes of that tells whose it is. */
  isClosing = false;
  readonly #controller = new AbortController();
  readonly #ended = Promise.withResolvers<RunOutcome>();
  readonly #lease: Lease | undefined;
  readonly #unwatch: (() => void) | undefined;
  #attachTimer: NodeJS.Timeout | undefined;

  constructor({ limits, lease, isDurable = false, after, lastAt = 0, ...options }: ActiveRunOptions) {
    const { isDetached } = options;
    this.#lease = lease;
    this.isDurable = isDurable;
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
      startedAt: Math.max(Date.parse(options.startedAt), lastAt),
      after,
      isPaced: !isDetached,
      onAttached: () => clearTimeout(this.#attachTimer),
      ...(!isDetached && { onAbandoned: leave }),
      ...(lease && { mayShow: () => lease.isFresh }),
    });
    this.#unwatch = lease?.onFresh(() => this.log.show());
  }

  get firstHeld(): number {
    return this.log.firstHeld;
  }

  get held(): readonly LoggedEvent[] {
    return this.log.held;
  }

  get hasEnded(): boolean {
    return this.log.isClosed;
  }

  /** The sink of the events of this run, which also gives each of them to `listener`. */
  sinkWith(listener: (event: LoggedEvent) => void): EventSink {
    const { log } = this;
    return {
      emit: (event) => {
        if (!this.isLost) listener(log.emit(event));
      },
      pressure: () => log.pressure() ?? this.#untilOwned(),
    };
  }

  /** A promise to wait for while another process may have the run. It settles also when the run is to end. */
  #untilOwned(): Promise<void> | undefined {
    const lease = this.#lease;
    if (!lease || lease.isFresh || this.signal.aborted) return undefined;
    // Whether it is still this process's own is said by what is stored next, however long that takes.
    return untilAborted(lease.untilFresh(), this.signal).catch(() => undefined);
  }

  /**
   * Ends the run as one that another process has: nothing is shown any more but that, and nothing of it is stored. `reason` is for what was
   * begun for it here, such as the runs of agents that it has asked.
   */
  lose(reason = TAKEN_OVER): void {
    if (this.log.isClosed || this.isLost || this.isClosing) return;
    this.isLost = true;
    this.log.forgetUnshown();
    this.#controller.abort(new DOMException(reason, 'AbortError'));
    this.log.release();
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
    if (this.log.isClosed || this.signal.aborted) return;
    this.#controller.abort(new DOMException(reason, 'AbortError'));
    this.log.release();
  }

  /** Emits the last event of the run: how it ended, and when. */
  end(outcome: RunOutcome, usage: Usage, at: number): void {
    clearTimeout(this.#attachTimer);
    this.#unwatch?.();
    // How it ended is stored, or it is another's: either is told without waiting.
    this.log.showAll();
    this.log.emit({ type: 'run-ended', outcome, usage }, at);
    this.#ended.resolve(outcome);
  }
}
