import { Mutex } from '../async/mutex.ts';
import { ApiError } from '../call/errors.ts';
import type { ApprovalDecision, RunStep, Store } from '../store/store.ts';
import type { RunOpened } from '../store/stored-runs.ts';
import type { ActiveRun } from './active-run.ts';
import type { LoopEnd, LoopOptions } from './agent-loop.ts';
import type { EndedCall } from './call-watch.ts';
import { outcomeOf } from './found-run.ts';
import { newId } from './ids.ts';
import type { RunLimits } from './limits.ts';
import type { RunEndListener } from './run-end.ts';
import { INTERRUPTED, type JsonSchema, type RunOutcome, statusOf } from './run-events.ts';
import { RunJournal } from './run-journal.ts';
import type { RunRequest } from './run-request.ts';
import type { PriceOf } from './step-recorder.ts';
import type { FaultLog } from './tool-calls.ts';

interface RunRecordsOptions {
  readonly store: Pick<Store, 'runs'> & { readonly approvals: Pick<Store['approvals'], 'get' | 'giveUp' | 'open'> };
  readonly limits: RunLimits;
  readonly priceOf: PriceOf;
  readonly onEnded: RunEndListener;
  /** Is told of each tool call that was made within another one, once it has ended. */
  readonly onInnerEnded?: ((call: EndedCall) => void) | undefined;
  readonly log: FaultLog;
  /** Whether others read the events of every run in the store. */
  readonly keepsAll?: boolean;
  readonly onStored?: ConstructorParameters<typeof RunJournal>[0]['onStored'];
}

type Opening = Omit<Parameters<Store['runs']['open']>[0], 'id'>;

const PRUNE_EVERY_MS = 60_000;

/** Stores of runs: their beginning, their end, and the events of those that go on without readers. */
export class RunRecords {
  readonly #options: RunRecordsOptions;
  readonly #journal: RunJournal;
  #lastPruned = 0;
  readonly #pruning = new Mutex();

  constructor(options: RunRecordsOptions) {
    this.#options = options;
    this.#journal = new RunJournal({ ...options, store: options.store.runs });
  }

  /** Stores that a run begins. A caller may use an id of its own again, such as one from an example; `id` is its owner's once for good. */
  async open(run: Opening): Promise<RunOpened & { readonly id: string }> {
    const { runs } = this.#options.store;
    const { givenId: id = newId('run') } = run;
    try {
      return { id, ...(await runs.open({ ...run, id })) };
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'run-exists') throw error;
      const ownId = newId('run');
      return { id: ownId, ...(await runs.open({ ...run, id: ownId })) };
    }
  }

  /** The calls that the open approvals of a conversation are about. Throws when a decision is about none of them. */
  async awaitedCalls(conversationKey: string, decisions: readonly ApprovalDecision[]): Promise<Set<string>> {
    const { approvals } = this.#options.store;
    const open = await approvals.open(conversationKey);
    for (const { id } of decisions) {
      if (open.some((approval) => approval.id === id)) continue;
      const known = await approvals.get(id);
      if (known?.conversationKey === conversationKey) {
        throw new ApiError('approval-resolved', `The approval '${id}' was answered before`);
      }
      throw new ApiError('approval-not-found', `Approval not found: ${id}`);
    }
    return new Set(open.map(({ callId }) => callId));
  }

  /** What the caller of the newest run of a conversation asked it for, when a request brings what that run waits for. */
  async awaitedOutput(
    conversationKey: string,
    { decisions = [], messages }: Pick<RunRequest, 'decisions' | 'messages'>,
  ): Promise<JsonSchema | null | undefined> {
    const last = messages.at(-1);
    if (!decisions.length && last?.role !== 'tool') return undefined;
    const outcome = (await this.#options.store.runs.latest(conversationKey))?.outcome;
    if (outcome?.status !== 'finished') return undefined;
    const isAwaited = last?.role === 'tool' && outcome.pending.includes(last.callId);
    return decisions.length || isAwaited ? outcome.outputSchema : undefined;
  }

  /** Who is told what happens in a run; its steps are stored from that, and of a detached run the events too. `steps` were noted elsewhere. */
  follow(run: ActiveRun, steps: readonly RunStep[] = []): Pick<LoopOptions, 'sink' | 'watchWithin'> {
    const { key, trace, log, isDetached } = run;
    const resumed = { lastId: log.lastId, steps };
    const keepsEvents = isDetached || (this.#options.keepsAll ?? false);
    const { add, watchWithin } = this.#journal.open(key, { keepsEvents, trace, now: () => log.now(), resumed });
    const onEvent = trace?.onEvent;
    const sink = run.sinkWith((logged) => {
      add(logged);
      onEvent?.(logged.event);
    });
    if (!run.isDurable) return { sink, watchWithin };
    return { sink: { ...sink, untilStored: () => this.#journal.untilStored(key, run.signal) }, watchWithin };
  }

  /** Stores how a run ended, and when, with the last of its events. */
  async close(run: ActiveRun, { usage, outcome, forsaken, ...end }: LoopEnd, at: number): Promise<void> {
    const { key } = run;
    const status = statusOf(outcome);
    const happened = await this.#journal.end(key, { at, event: { type: 'run-ended', outcome, usage } });
    const endedAt = new Date(at).toISOString();
    const { runs, approvals } = this.#options.store;
    await runs.close({ key, status, outcome, usage, endedAt, ...happened, ...end });
    if (forsaken.length) await approvals.giveUp(forsaken);
    const { storedId: id, agentId, conversationId, startedAt } = run;
    const { steps } = happened;
    const names = { key, id, agentId, conversationId, ...run.caller };
    this.#options.onEnded({ ...names, status, startedAt, endedAt, outcome, usage, steps });
  }

  /** How a run ended that another process has: as one that was cut off, where that is not known, or it goes on there. */
  async endElsewhere({ key }: ActiveRun): Promise<RunOutcome> {
    // Whoever waits here is not kept waiting for a database that is away again.
    const record = await this.#options.store.runs.find(key).catch(() => undefined);
    return (record && outcomeOf(record)) ?? INTERRUPTED;
  }

  /** Stores now what waits of running runs. */
  flush(): Promise<void> {
    return this.#journal.flush();
  }

  /** How much of running runs waits. */
  waiting(): ReturnType<RunJournal['waiting']> {
    return this.#journal.waiting();
  }

  /** Deletes old events, at most once a minute. */
  prune(): void {
    const now = Date.now();
    if (now - this.#lastPruned < PRUNE_EVERY_MS) return;
    this.#lastPruned = now;
    void this.#pruning.run(() => this.#prune(now));
  }

  /** Resolves when no deletion is under way. */
  async settled(): Promise<void> {
    await this.#pruning.settled();
  }

  async #prune(now: number): Promise<void> {
    const { store, limits, log } = this.#options;
    const endedBefore = new Date(now - limits.keptJournalMs).toISOString();
    try {
      await store.runs.pruneEvents({ endedBefore, keep: limits.keptJournals });
    } catch (error) {
      log.error({ err: error }, 'old events of runs could not be deleted');
    }
  }
}
