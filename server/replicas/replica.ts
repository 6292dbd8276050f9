import { performance } from 'node:perf_hooks';
import { ApiError } from '../call/errors.ts';
import type { SharedStore } from '../store/shared-store.ts';
import type { CancelledRun } from '../store/stored-runs.ts';

/** How long a process that shares a database may be silent before the others take its runs, and how often it speaks and looks. */
export interface ReplicaTimes {
  readonly leaseMs: number;
  readonly beatMs: number;
  /** How often it looks for runs of processes that are silent. */
  readonly lookMs: number;
}

/** A run has its end at every reader within 12 seconds after its process died: the lease, a look, and 3 seconds to read and store it. */
export const REPLICA_TIMES: ReplicaTimes = { leaseMs: 8000, beatMs: 2000, lookMs: 1000 };

interface ReplicaOptions {
  readonly store: Pick<SharedStore, 'replica' | 'beat' | 'leave'>;
  readonly times?: ReplicaTimes;
  readonly log: { warn(details: object, message: string): void; info(details: object, message: string): void };
}

/** Whether this process may count its runs as its own: for half a lease after it was last heard of. */
export interface Lease {
  readonly isFresh: boolean;
  /** Resolves once it is fresh; throws a 503 when that takes longer than the silence that the others allow. */
  untilFresh(): Promise<void>;
  /** Calls `listener` each time it is fresh again after it was not. Returns what ends that. */
  onFresh(listener: () => void): () => void;
}

/** This process among those that share a database: says that it is there, and knows when it may have been forgotten. */
export class Replica implements Lease {
  readonly #store: ReplicaOptions['store'];
  readonly #times: ReplicaTimes;
  readonly #log: ReplicaOptions['log'];
  readonly #onFresh = new Set<() => void>();
  readonly #onCancelled = new Set<(runs: readonly CancelledRun[]) => void>();
  readonly #onHeard = new Set<(owned: ReadonlySet<string>, sentAt: number) => void>();
  /** When the last beat was sent that was answered, on the clock of this process that nobody sets. */
  #heardAt = Number.NEGATIVE_INFINITY;
  /** Since when it was heard without a break, on the same clock. */
  #heardSince = Number.NEGATIVE_INFINITY;
  #wasFresh = false;
  #hasFailed = false;
  #isDraining = false;
  #isClosed = false;
  #beating: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ store, times = REPLICA_TIMES, log }: ReplicaOptions) {
    this.#store = store;
    this.#times = times;
    this.#log = log;
  }

  get id(): string {
    return this.#store.replica;
  }

  get times(): ReplicaTimes {
    return this.#times;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get isFresh(): boolean {
    const isFresh = performance.now() - this.#heardAt < this.#times.leaseMs / 2;
    if (!isFresh) this.#wasFresh = false;
    return isFresh;
  }

  /**
   * For how long another process may be silent before this one takes its runs. undefined while it has not been heard itself for as long: the
   * database may have been away for all of them, and whoever is heard first must not take what the others go on with a moment later.
   */
  get silenceMs(): number | undefined {
    const { leaseMs } = this.#times;
    return performance.now() - this.#heardSince < leaseMs ? undefined : leaseMs;
  }

  /** Says for the first time that it is there. Throws when the database cannot be reached. */
  async start(): Promise<void> {
    await this.#beat();
    this.#schedule();
  }

  async untilFresh(): Promise<void> {
    if (this.isFresh) return;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, this.#times.leaseMs, false);
    const end = this.onFresh(() => resolve(true));
    const isFresh = await promise;
    clearTimeout(timer);
    end();
    if (isFresh || this.isFresh) return;
    throw new ApiError('store-failed', 'The database cannot be reached', { headers: { 'retry-after': '2' } });
  }

  onFresh(listener: () => void): () => void {
    this.#onFresh.add(listener);
    return () => this.#onFresh.delete(listener);
  }

  /** Calls `listener` with the runs of this process that somebody asked to end elsewhere, as each beat tells them. */
  onCancelled(listener: (runs: readonly CancelledRun[]) => void): void {
    this.#onCancelled.add(listener);
  }

  /**
   * Calls `listener` when this process is heard again after it may have been forgotten, before anybody is told that it is fresh: with the
   * keys of the runs that still belong to it, as they were after `sentAt` on the clock of `performance`.
   */
  onHeard(listener: (owned: ReadonlySet<string>, sentAt: number) => void): void {
    this.#onHeard.add(listener);
  }

  /** Beats now, beside the beats that come anyway; never throws. */
  async beat(): Promise<void> {
    this.#beating ??= this.#tryBeat().finally(() => {
      this.#beating = undefined;
    });
    await this.#beating;
  }

  /** Tells the others that it shuts down. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.beat();
  }

  /** Ends the beats, and says that it is gone. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#beating;
    try {
      await this.#store.leave();
    } catch (err) {
      this.#log.warn({ err }, 'the other processes are not told that this one is gone; they find it out');
    }
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(async () => {
      await this.beat();
      this.#schedule();
    }, this.#times.beatMs).unref();
  }

  async #tryBeat(): Promise<void> {
    try {
      await this.#beat();
      if (this.#hasFailed) this.#log.info({ replica: this.id }, 'the database answers again');
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed) this.#log.warn({ err, replica: this.id }, 'the database does not hear this process');
      this.#hasFailed = true;
    }
  }

  async #beat(): Promise<void> {
    const sentAt = performance.now();
    const { owned, cancelled, silentMs } = await this.#store.beat({ draining: this.#isDraining });
    const wasFresh = this.#wasFresh && this.isFresh;
    // The clock of a machine that slept stood still, and that of the database went on.
    const wasHeard = wasFresh && silentMs < this.#times.leaseMs / 2;
    if (!wasHeard) for (const listener of this.#onHeard) listener(new Set(owned), sentAt);
    const isFirst = this.#heardAt === Number.NEGATIVE_INFINITY;
    if (!wasHeard && !isFirst) this.#heardSince = performance.now();
    // What was answered late says nothing of now.
    this.#heardAt = sentAt;
    if (cancelled.length) for (const listener of this.#onCancelled) listener(cancelled);
    this.#wasFresh = this.isFresh;
    if (!wasFresh && this.#wasFresh) for (const listener of this.#onFresh) listener();
  }
}
