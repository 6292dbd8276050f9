import { ApiError } from '../errors.ts';
import type { Message } from '../store/messages.ts';
import type { RunRecord, Store } from '../store/store.ts';
import { ActiveRun, type Run } from './active-run.ts';
import { type ModelSource, type RunAgent, runAgent } from './agent-loop.ts';
import { newId } from './ids.ts';
import { KeptRuns } from './kept-runs.ts';
import { defaultRunLimits, type RunLimits } from './limits.ts';
import { type RunOutcome, SHUTTING_DOWN } from './run-events.ts';
import { joinHistory } from './run-history.ts';
import { ToolArguments } from './tool-arguments.ts';
import type { FaultLog } from './tool-calls.ts';
import type { ToolDefinition, Toolset } from './toolset.ts';
import { Turns } from './turns.ts';

interface RunsOptions {
  readonly store: Pick<Store, 'runs'> & { readonly conversations: Pick<Store['conversations'], 'messages'> };
  readonly models: ModelSource;
  readonly log: FaultLog;
  readonly limits?: Partial<RunLimits> | undefined;
}

/** A run to start. */
export interface RunRequest {
  /** Read before each model call. */
  readonly agent: () => RunAgent;
  readonly toolset: Toolset;
  /** Absent: a new conversation. */
  readonly conversationId?: string | undefined;
  readonly runId?: string | undefined;
  readonly messages: readonly Message[];
  /** Whether `messages` are what is new, or the whole conversation as the caller knows it. */
  readonly history: 'stored' | 'given';
  readonly callerTools?: readonly ToolDefinition[] | undefined;
  /** Added to the agent's own, for this run. */
  readonly instructions?: string | undefined;
  /** `reject` when absent. */
  readonly whenBusy?: 'reject' | 'queue' | undefined;
  /** Whether the run goes on when nobody reads it. */
  readonly detached?: boolean | undefined;
  /** Ends the wait for a busy conversation; once started, the run has readers of its own. */
  readonly signal?: AbortSignal | undefined;
}

const DRAINING_RETRY_SECONDS = '10';

/** Every run of this server: those that go on, and for a short while those that ended. */
export class Runs {
  readonly #store: RunsOptions['store'];
  readonly #models: ModelSource;
  readonly #log: FaultLog;
  readonly #limits: RunLimits;
  readonly #toolArguments = new ToolArguments();
  readonly #turns: Turns;
  /** By conversation: there is one at most. */
  readonly #active = new Map<string, ActiveRun>();
  readonly #kept: KeptRuns;
  #starting = 0;
  #isDraining = false;

  constructor({ store, models, log, limits }: RunsOptions) {
    this.#store = store;
    this.#models = models;
    this.#log = log;
    this.#limits = { ...defaultRunLimits, ...limits };
    this.#turns = new Turns({ maxWaiting: this.#limits.queuedRuns });
    this.#kept = new KeptRuns(this.#limits);
  }

  /** Starts a run once what the caller said is stored. Throws `conversation-busy`, `draining`, or what `agent` throws. */
  async start(request: RunRequest): Promise<Run> {
    this.#refuseWhenDraining();
    const conversationId = request.conversationId ?? newId('conv');
    const { whenBusy = 'reject', signal } = request;
    const giveBack = await this.#turns.take(conversationId, { whenBusy, signal });
    this.#starting++;
    try {
      this.#refuseWhenDraining();
      return await this.#open(request, conversationId, giveBack);
    } catch (error) {
      giveBack();
      throw error;
    } finally {
      this.#starting--;
    }
  }

  /** The run, while it goes on and for a while after. */
  find(conversationId: string, runId: string): Run | undefined {
    const active = this.#active.get(conversationId);
    return active?.id === runId ? active : this.#kept.get(conversationId, runId);
  }

  /** Whether the run was there to be cancelled. It ends soon after; `find` it to wait for that. */
  cancel(conversationId: string, runId: string, reason = CANCELLED): boolean {
    const run = this.#active.get(conversationId);
    if (run?.id !== runId || run.signal.aborted) return false;
    run.cancel(reason);
    return true;
  }

  /** Ends the runs of an agent. Resolves once their turns are stored. */
  async cancelAgent(agentId: string, reason = CANCELLED): Promise<void> {
    await cancelAll(this.activeRuns(agentId), reason);
  }

  /** Ends the run of a conversation. Resolves once its turn is stored. */
  async cancelConversation(conversationId: string, reason = CANCELLED): Promise<void> {
    const run = this.#active.get(conversationId);
    if (run) await cancelAll([run], reason);
  }

  isBusy(conversationId: string): boolean {
    return this.#turns.isBusy(conversationId);
  }

  /** The runs that go on, of one agent or of all. */
  activeRuns(agentId?: string): Run[] {
    const runs = [...this.#active.values()];
    return agentId === undefined ? runs : runs.filter((run) => run.agentId === agentId);
  }

  /** Marks the runs that a server which died left open. To be called once, before the first run. */
  interruptOpen(): Promise<RunRecord[]> {
    return this.#store.runs.interruptOpen();
  }

  /** Refuses new runs, lets those that go on end by themselves for `graceMs`, then cancels them. Resolves when all are stored. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    this.#turns.refuseWaiting(drainingError());
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(grace.resolve, graceMs);
    await Promise.race([this.#allEnded(), grace.promise]);
    clearTimeout(timer);
    // A run that was being opened when draining began is among them by now or in the next round.
    while (this.#active.size || this.#starting) {
      await cancelAll(this.activeRuns(), SHUTTING_DOWN);
      await new Promise(setImmediate);
    }
    this.#kept.clear();
  }

  async #allEnded(): Promise<void> {
    while (this.#active.size || this.#starting) {
      await Promise.all(this.activeRuns().map(({ ended }) => ended));
      await new Promise(setImmediate);
    }
  }

  #refuseWhenDraining(): void {
    if (this.#isDraining) throw drainingError();
  }

  async #open(request: RunRequest, conversationId: string, giveBack: () => void): Promise<Run> {
    const { id: agentId } = request.agent();
    const isNew = request.conversationId === undefined;
    const stored = isNew ? [] : await this.#store.conversations.messages(conversationId);
    const { messages, unstored } = joinHistory({ stored, given: request.messages, history: request.history });
    const storedId = await this.#openStored({ id: request.runId, conversationId, agentId, messages: unstored });
    const id = request.runId ?? storedId;
    const isDetached = request.detached ?? false;
    const run = new ActiveRun({ id, conversationId, agentId, isDetached, limits: this.#limits });
    this.#active.set(conversationId, run);
    void this.#drive(run, { request, history: messages, storedId, giveBack });
    return run;
  }

  // A caller may use an id of its own again, such as one from an example; the store's ids are unique for good.
  async #openStored(run: {
    id: string | undefined;
    conversationId: string;
    agentId: string;
    messages: readonly Message[];
  }): Promise<string> {
    const { id = newId('run') } = run;
    try {
      await this.#store.runs.open({ ...run, id });
      return id;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'run-exists') throw error;
      const ownId = newId('run');
      await this.#store.runs.open({ ...run, id: ownId });
      return ownId;
    }
  }

  async #drive(
    run: ActiveRun,
    {
      request,
      history,
      storedId,
      giveBack,
    }: { request: RunRequest; history: readonly Message[]; storedId: string; giveBack: () => void },
  ): Promise<void> {
    const { usage, messages, outcome } = await runAgent({
      agent: request.agent,
      models: this.#models,
      toolset: request.toolset,
      callerTools: request.callerTools ?? [],
      instructions: request.instructions,
      history,
      sink: run.log,
      limits: this.#limits,
      toolArguments: this.#toolArguments,
      log: this.#log,
      signal: run.signal,
    });
    let told: RunOutcome = outcome;
    try {
      const { inputTokens, outputTokens } = usage;
      await this.#store.runs.close({ id: storedId, status: outcome.status, messages, inputTokens, outputTokens });
    } catch (error) {
      this.#log.error({ err: error, runId: storedId }, 'a turn could not be stored');
      told = { status: 'failed', code: 'internal', detail: 'The turn could not be stored' };
    }
    // Free before the caller hears of the end: its next prompt may come at once.
    this.#active.delete(run.conversationId);
    giveBack();
    run.end(told, usage);
    this.#kept.add(run);
  }
}

const CANCELLED = 'cancelled by the user';

async function cancelAll(runs: readonly Run[], reason: string): Promise<void> {
  for (const run of runs) run.cancel(reason);
  await Promise.all(runs.map(({ ended }) => ended));
}

const drainingError = () =>
  new ApiError('draining', 'The server is shutting down', { headers: { 'retry-after': DRAINING_RETRY_SECONDS } });
