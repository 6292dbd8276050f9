import { setTimeout as sleep } from 'node:timers/promises';
import type { Replica } from '../replicas/replica.ts';
import type { Wake } from '../replicas/wake.ts';
import type { SharedStore } from '../store/shared-store.ts';
import type { EventBatch, RunRecord, Store } from '../store/store.ts';
import type { RunLimits } from './limits.ts';
import { MirroredRun } from './mirrored-run.ts';
import type { FaultLog } from './tool-calls.ts';

/** What the processes that share a store have of each other. */
export interface RunSharing {
  readonly store: SharedStore;
  readonly replica: Replica;
  readonly wake: Wake;
}

interface ForeignOptions {
  readonly sharing: RunSharing;
  readonly runs: Pick<Store['runs'], 'events' | 'find'>;
  /** Whether this process executes the run, and shows what it has stored of it. */
  isOwn(runKey: string): boolean;
  /** Ends a run that this process executes; false when it is none. */
  cancelOwn(runKey: string, reason: string): boolean;
  readonly limits: RunLimits;
  readonly log: FaultLog;
}

/** How often is looked, whatever anybody is told. */
const LOOK_MS = 1000;
/** How long a run that is to go is waited for that its process may not have heard of. */
const FREED_MS = 250;
/** How long the end of runs is waited for elsewhere, where nothing depends on it. */
const ENDED_MS = 5000;

/** The runs that other processes execute on the same store: what happens in them, and how they are told to end. */
export class ForeignRuns {
  readonly #options: ForeignOptions;
  readonly #mirrors = new Map<string, MirroredRun>();
  /** Who waits for a conversation to be free, by its key. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** The agents that have runs anywhere. */
  #activeAgents: ReadonlySet<string> = new Set();
  readonly #ends: (() => void)[];
  readonly #timer: NodeJS.Timeout;
  #hasFailed = false;

  constructor(options: ForeignOptions) {
    this.#options = options;
    const { wake } = options.sharing;
    this.#ends = [
      wake.on('events', (key) => void this.#mirrors.get(key)?.pull()),
      wake.on('ended', (conversationKey) => this.#free(conversationKey)),
      wake.onLost(() => void this.#look()),
    ];
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  /** A run that another process executes. */
  find(record: RunRecord): MirroredRun {
    const known = this.#mirrors.get(record.key);
    if (known) return known;
    const mirror = new MirroredRun({
      record,
      store: this.#options.runs,
      limits: this.#options.limits,
      cancel: (reason) => {
        if (!this.#options.cancelOwn(record.key, reason)) void this.#tryCancel(record, reason);
      },
      onFailure: (err) => this.#noteFailure(err),
    });
    this.#mirrors.set(record.key, mirror);
    return mirror;
  }

  /** Asks for the end of the run that goes on on a conversation. Returns it, unless there is none. */
  async cancel(
    conversationKey: string,
    ask: { readonly givenId?: string | undefined; readonly reason: string },
  ): Promise<MirroredRun | undefined> {
    const { store, wake } = this.#options.sharing;
    const key = await store.cancel(conversationKey, ask);
    if (key === undefined) return undefined;
    wake.tell('cancel', key);
    const record = await this.#options.runs.find(key);
    return record && this.find(record);
  }

  /** Asks for the end of all runs of an agent. Resolves once they have ended, or a while after. */
  async cancelAgent(agentId: string, reason: string): Promise<void> {
    const { store, wake } = this.#options.sharing;
    const records = await store.cancelAgent(agentId, reason);
    for (const { key } of records) wake.tell('cancel', key);
    await this.untilEnded(records.map((record) => this.find(record)));
  }

  /** Resolves once runs have ended, or a while after: what follows does not depend on it. */
  async untilEnded(runs: readonly MirroredRun[]): Promise<void> {
    if (!runs.length) return;
    await Promise.race([Promise.all(runs.map(({ ended }) => ended)), sleep(ENDED_MS, undefined, { ref: false })]);
  }

  /** Whether an agent had a run anywhere a moment ago. */
  isActive(agentId: string): boolean {
    return this.#activeAgents.has(agentId);
  }

  /** Resolves when a conversation may be free. */
  async untilFreed(conversationKey: string): Promise<void> {
    const freed = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(conversationKey) ?? new Set();
    this.#waiting.set(conversationKey, waiting.add(freed.resolve));
    await Promise.race([freed.promise, sleep(FREED_MS, undefined, { ref: false })]);
    waiting.delete(freed.resolve);
    if (!waiting.size) this.#waiting.delete(conversationKey);
  }

  /** Tells the others, and readers here, what was stored of runs of this process. */
  tellStored(batches: readonly EventBatch[]): void {
    for (const batch of batches) {
      this.#options.sharing.wake.tell('events', batch.runKey);
      this.#mirrors.get(batch.runKey)?.feed(batch);
    }
  }

  /** Tells the others, and this process, that a run has ended. */
  tellEnded({ key, conversationKey }: Pick<RunRecord, 'key' | 'conversationKey'>): void {
    const { wake } = this.#options.sharing;
    wake.tell('events', key);
    wake.tell('ended', conversationKey);
    void this.#mirrors.get(key)?.pull();
    this.#free(conversationKey);
  }

  /** Sees nothing any more; who reads a run that goes on is told `reason`. */
  close(reason: Error): void {
    clearInterval(this.#timer);
    for (const end of this.#ends) end();
    for (const mirror of this.#mirrors.values()) mirror.leave(reason);
    this.#mirrors.clear();
  }

  #free(conversationKey: string): void {
    for (const wake of this.#waiting.get(conversationKey) ?? []) wake();
  }

  async #look(): Promise<void> {
    for (const [key, mirror] of this.#mirrors) {
      if (mirror.hasEnded || (mirror.lookIdle() && !this.#options.isOwn(key))) this.#mirrors.delete(key);
      else if (!this.#options.isOwn(key)) void mirror.pull();
    }
    try {
      this.#activeAgents = new Set(await this.#options.sharing.store.activeAgents());
      this.#hasFailed = false;
    } catch (err) {
      this.#noteFailure(err);
    }
  }

  async #tryCancel({ conversationKey, givenId }: RunRecord, reason: string): Promise<void> {
    try {
      await this.cancel(conversationKey, { givenId, reason });
    } catch (err) {
      this.#noteFailure(err);
    }
  }

  #noteFailure(err: unknown): void {
    if (!this.#hasFailed) this.#options.log.warn?.({ err }, 'runs of other processes cannot be seen');
    this.#hasFailed = true;
  }
}
