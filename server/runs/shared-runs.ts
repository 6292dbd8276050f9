import { ApiError } from '../call/errors.ts';
import type { EventBatch, RunRecord, Store } from '../store/store.ts';
import type { AppendedRuns, CancelledRun } from '../store/stored-runs.ts';
import type { ActiveRun, Lease, Run } from './active-run.ts';
import type { ActiveRuns } from './active-runs.ts';
import { ForeignRuns, type RunSharing } from './foreign-runs.ts';
import type { RunLimits } from './limits.ts';
import type { MirroredRun } from './mirrored-run.ts';
import { recoverRun } from './recover-runs.ts';
import type { RunEndListener } from './run-end.ts';
import { NO_USAGE, SHUTTING_DOWN } from './run-events.ts';
import type { RunRequest } from './run-request.ts';
import { TakeOver } from './take-over.ts';
import type { FaultLog } from './tool-calls.ts';

interface SharedRunsOptions {
  readonly sharing: RunSharing;
  readonly active: ActiveRuns;
  readonly runs: Store['runs'];
  readonly limits: RunLimits;
  /** Goes on with a run whose process is gone. */
  goOn(run: RunRecord): Promise<GoneOn>;
  readonly onEnded: RunEndListener;
  /** Told of each run of another process that this one has taken over, once it goes on with it or has ended it. */
  onTaken(run: RunRecord): void;
  readonly log: FaultLog;
}

/** Whether a run goes on here whose process is gone: it does, it cannot, or that is to be asked again. */
export type GoneOn = 'now' | 'never' | 'later';

interface WaitOptions extends Pick<RunRequest, 'whenBusy' | 'signal'> {
  /** The reason of a run that is to end for this one. */
  readonly reason: string;
  /** Throws when no run is to begin any more. */
  check(): void;
}

/** The runs of all processes that share a store, as this one sees them, and what it owes the others for its own. */
export class SharedRuns {
  readonly #options: SharedRunsOptions;
  readonly #foreign: ForeignRuns;
  readonly #takeOver: TakeOver;

  constructor(options: SharedRunsOptions) {
    const { sharing, active, runs, limits, log } = options;
    this.#options = options;
    this.#foreign = new ForeignRuns({
      sharing,
      runs,
      limits,
      isOwn: (key) => active.findByKey(key) !== undefined,
      cancelOwn(key, reason) {
        const own = active.findByKey(key);
        own?.cancel(reason);
        return own !== undefined;
      },
      log,
    });
    this.#takeOver = new TakeOver({
      sharing,
      driven: () => active.list().map(({ key }) => key),
      take: (run) => this.#take(run),
      log,
    });
    sharing.replica.onHeard((owned, sentAt) => {
      for (const run of active.list()) if (run.openedAt < sentAt && !owned.has(run.key)) run.lose();
    });
    sharing.replica.onCancelled((cancelled) => this.#cancelOwn(cancelled));
    sharing.wake.on('cancel', (key) => {
      if (active.findByKey(key)) void sharing.replica.beat();
    });
  }

  /** Whether this process may count its runs as its own. */
  get lease(): Lease {
    return this.#options.sharing.replica;
  }

  /** A run that another process executes. */
  find(record: RunRecord): MirroredRun {
    return this.#foreign.find(record);
  }

  /** What readers are given of a durable run of this process: what is stored of it, also once another process has it. */
  show({
    storedId: id,
    id: givenId,
    key,
    conversationId,
    conversationKey,
    agentId,
    startedAt,
    caller,
  }: ActiveRun): Run {
    const names = { id, givenId, key, conversationId, conversationKey, agentId, startedAt, ...caller };
    return this.#foreign.find({ ...names, ...JUST_BEGUN });
  }

  /** Leaves runs of this process to whoever takes them over. */
  async handOver(runs: readonly ActiveRun[]): Promise<void> {
    try {
      await this.#options.sharing.store.handOver(runs.map(({ key }) => key));
    } catch (err) {
      // They are taken over then once this process is silent.
      this.#options.log.warn?.({ err }, 'runs could not be handed over');
    }
    for (const run of runs) run.lose(SHUTTING_DOWN);
  }

  /** Whether an agent had a run anywhere a moment ago. */
  isActive(agentId: string): boolean {
    return this.#foreign.isActive(agentId);
  }

  /** Asks for the end of a run that goes on on a conversation, if its caller called it so. Returns whether there was one. */
  async cancel(conversationKey: string, ask: { readonly givenId: string; readonly reason: string }): Promise<boolean> {
    return (await this.#foreign.cancel(conversationKey, ask)) !== undefined;
  }

  /** Asks for the end of all runs of an agent. Resolves once they have ended, or a while after. */
  cancelAgent(agentId: string, reason: string): Promise<void> {
    return this.#foreign.cancelAgent(agentId, reason);
  }

  /** Asks for the end of the run on a conversation. Resolves once it has ended, or a while after. */
  async cancelConversation(conversationKey: string, reason: string): Promise<void> {
    const run = await this.#foreign.cancel(conversationKey, { reason });
    if (run) await this.#foreign.untilEnded([run]);
  }

  /** Opens a run by `open`; where another process has one on the conversation, as soon as that has ended, if the caller waits for that. */
  async openWhenFree(
    conversationKey: string,
    { whenBusy = 'reject', signal, reason, check }: WaitOptions,
    open: () => Promise<Run>,
  ): Promise<Run> {
    for (;;) {
      await this.lease.untilFresh();
      try {
        return await open();
      } catch (error) {
        const isBusy = error instanceof ApiError && error.code === 'conversation-busy';
        if (!isBusy || whenBusy === 'reject' || signal?.aborted) throw error;
      }
      if (whenBusy === 'interrupt') await this.#foreign.cancel(conversationKey, { reason });
      await this.#foreign.untilFreed(conversationKey);
      check();
    }
  }

  /** Takes what was stored of the runs of this process, and what that has told. */
  noteStored(stored: readonly EventBatch[], { lost, cancelled }: AppendedRuns): void {
    for (const key of lost) this.#options.active.findByKey(key)?.lose();
    this.#cancelOwn(cancelled);
    this.#foreign.tellStored(stored.filter(({ runKey }) => !lost.includes(runKey)));
  }

  /** Tells the others that a run of this process has ended. */
  noteEnded(run: Pick<RunRecord, 'key' | 'conversationKey'>): void {
    this.#foreign.tellEnded(run);
  }

  /** Takes nothing over any more. */
  async stopTaking(): Promise<void> {
    await this.#takeOver.close();
  }

  /** Sees no other process any more; who reads here what goes on elsewhere is told to read it there. */
  close(): void {
    this.#foreign.close(new ApiError('draining', GOES_ON, { headers: { 'retry-after': '1' } }));
  }

  #cancelOwn(cancelled: readonly CancelledRun[]): void {
    for (const { key, reason } of cancelled) this.#options.active.findByKey(key)?.cancel(reason);
  }

  /** Goes on with a run whose process is gone; one that cannot be gone on with ends, with what it had said. */
  async #take(run: RunRecord): Promise<void> {
    const { active, runs, goOn, onEnded, log } = this.#options;
    const own = active.findByKey(run.key);
    // It was this process's before and was lost: what is left of that ends first.
    if (own) return own.lose();
    const goneOn = run.cancelReason === null ? await goOn(run) : 'never';
    if (goneOn === 'later') return;
    if (goneOn === 'now') {
      log.warn?.({ run_id: run.id, conversation_id: run.conversationId }, 'a run goes on here, as its process is gone');
      this.#options.onTaken(run);
      return;
    }
    log.warn?.({ run_id: run.id, conversation_id: run.conversationId }, 'a run was cut off with its process');
    await recoverRun(runs, run, onEnded);
    this.#foreign.tellEnded(run);
    this.#options.onTaken(run);
  }
}

const GOES_ON = 'The server is shutting down; the run goes on, and is read on from another server';

/** What is known of a run that goes on here, beside its names. */
const JUST_BEGUN = {
  status: 'running',
  parentRunId: null,
  isDetached: true,
  historyCount: 0,
  outcome: null,
  usage: NO_USAGE,
  cost: null,
  unpricedSteps: 0,
  endedAt: null,
  cancelReason: null,
} as const;
