import { drainingError } from '../call/errors.ts';
import { noteRequest } from '../call/request-notes.ts';
import type { ConversationName, RunRecord } from '../store/store.ts';
import { ActiveRun, type ActiveRunOptions, type Run } from './active-run.ts';
import { ActiveRuns, cancelAll } from './active-runs.ts';
import { ConversationQueues } from './conversation-queues.ts';
import { drainRuns } from './drain-runs.ts';
import { type DriveOptions, driveRun, type RunBeginning } from './drive-run.ts';
import { KeptRuns } from './kept-runs.ts';
import { defaultRunLimits, type RunLimits } from './limits.ts';
import { nameConversation } from './name-conversation.ts';
import { type HowItOpened, prepareOpening, toCaller } from './opening.ts';
import { recoverRuns } from './recover-runs.ts';
import { readResumed } from './resume-run.ts';
import type { RunEndListener } from './run-end.ts';
import { RunFinder } from './run-finder.ts';
import { RunRecords } from './run-records.ts';
import type { RunRequest } from './run-request.ts';
import type { RunTracing } from './run-tracing.ts';
import type { RunsOptions } from './runs-options.ts';
import { type GoneOn, SharedRuns } from './shared-runs.ts';
import type { FindRunnable } from './start-run.ts';
import { toStoredRequest } from './stored-request.ts';
import { ToolArguments } from './tool-arguments.ts';

/** Called for each run that starts, before anything happens in it. */
type RunListener = (run: Run, how: HowItOpened) => void;

/** Called for each run of another process that this one has taken over. */
type TakenListener = (run: RunRecord) => void;

const DRAINING_RETRY_SECONDS = '10';

/** Every run of this server: those that go on, and for a short while those that ended. */
export class Runs {
  readonly #store: RunsOptions['store'];
  readonly #limits: RunLimits;
  readonly #queues: ConversationQueues;
  /** The runs that go on, by the key of their conversation: there is one at most. */
  readonly #active = new ActiveRuns();
  readonly #kept: KeptRuns;
  readonly #finder: RunFinder;
  readonly #records: RunRecords;
  readonly #driveOptions: DriveOptions;
  readonly #listeners = new Set<RunListener>();
  readonly #takenListeners = new Set<TakenListener>();
  readonly #onEnded: RunEndListener;
  readonly #tracing: RunTracing | undefined;
  /** undefined: no other process has the same store. */
  readonly #shared: SharedRuns | undefined;
  /** Finds the agents of runs that go on here; undefined until those are open. */
  #findRunnable: FindRunnable | undefined;
  #starting = 0;
  #isDraining = false;

  constructor({ store, models, log, limits, priceOf = () => null, onEnded = () => {}, ...rest }: RunsOptions) {
    const { tracing, onInnerEnded, files, sharing } = rest;
    this.#store = store;
    this.#limits = { ...defaultRunLimits, ...limits };
    this.#queues = new ConversationQueues({ maxWaiting: this.#limits.queuedRuns });
    this.#kept = new KeptRuns(this.#limits);
    this.#records = new RunRecords({
      store,
      limits: this.#limits,
      priceOf,
      onEnded,
      onInnerEnded,
      log,
      ...(sharing && { keepsAll: true, onStored: (stored, learned) => this.#shared?.noteStored(stored, learned) }),
    });
    this.#onEnded = onEnded;
    this.#tracing = tracing;
    this.#driveOptions = {
      models,
      limits: this.#limits,
      records: this.#records,
      toolArguments: new ToolArguments(),
      files,
      log,
    };
    this.#shared =
      sharing &&
      new SharedRuns({
        sharing,
        active: this.#active,
        runs: store.runs,
        limits: this.#limits,
        goOn: (record) => this.#goOn(record),
        onEnded,
        onTaken: (run) => {
          for (const listener of this.#takenListeners) listener(run);
        },
        log,
      });
    this.#finder = new RunFinder({ store, active: this.#active, kept: this.#kept, shared: this.#shared });
  }

  /** Lets runs of durable agents go on here whose process is gone; until then such runs wait. */
  goOnWith(find: FindRunnable): void {
    this.#findRunnable = find;
  }

  /** Starts a run once what the caller said is stored. Throws `conversation-busy`, `conversation-not-found`, `draining`, or what `agent` throws. */
  async start(request: RunRequest): Promise<Run> {
    const { whenBusy = 'reject', signal } = request;
    const conversation = await nameConversation(request, this.#store.conversations);
    if (!request.parent) noteRequest({ conversation_id: conversation.id });
    this.#refuseWhenDraining(request);
    const entry = this.#queues.enter(conversation, { whenBusy, signal });
    if (whenBusy === 'interrupt') this.#active.of(conversation.key)?.cancel(INTERRUPTED_BY_NEXT);
    const leave = await entry;
    this.#starting++;
    try {
      this.#refuseWhenDraining(request);
      const open = () => this.#open(request, conversation, leave);
      if (!this.#shared) return await open();
      const wait = { whenBusy, signal, reason: INTERRUPTED_BY_NEXT, check: () => this.#refuseWhenDraining(request) };
      return await this.#shared.openWhenFree(conversation.key, wait, open);
    } catch (error) {
      leave();
      throw error;
    } finally {
      this.#starting--;
    }
  }

  /** Calls `listener` for every run from now on. */
  onStart(listener: RunListener): void {
    this.#listeners.add(listener);
  }

  /** Calls `listener` for every run of another process that this one takes over from now on, once it goes on with it or has ended it. */
  onTaken(listener: TakenListener): void {
    this.#takenListeners.add(listener);
  }

  /** The run, while it goes on and for a while after. */
  readonly find: RunFinder['find'] = (conversationKey, runId) => this.#finder.find(conversationKey, runId);

  /** The run with this id of the server, however long ago it ended. */
  readonly findById: RunFinder['findById'] = (id, principal) => this.#finder.findById(id, principal);

  /** The newest run of the conversation that a principal means by an id, or the newest there that its caller called `givenId`. */
  readonly findLatest: RunFinder['findLatest'] = (id, query) => this.#finder.findLatest(id, query);

  /** Whether the run was there to be cancelled. It ends soon after; `find` it to wait for that. */
  async cancel(conversationKey: string, runId: string, reason = CANCELLED): Promise<boolean> {
    const run = this.#active.of(conversationKey);
    if (run?.id !== runId) return (await this.#shared?.cancel(conversationKey, { givenId: runId, reason })) ?? false;
    if (run.signal.aborted) return false;
    noteRequest({ run_id: run.storedId, conversation_id: run.conversationId });
    run.cancel(reason);
    return true;
  }

  /** Ends the runs of an agent. Resolves once their turns are stored. */
  async cancelAgent(agentId: string, reason = CANCELLED): Promise<void> {
    await Promise.all([cancelAll(this.activeRuns(agentId), reason), this.#shared?.cancelAgent(agentId, reason)]);
  }

  /** Ends the run of a conversation. Resolves once its turn is stored. */
  async cancelConversation(conversationKey: string, reason = CANCELLED): Promise<void> {
    const run = this.#active.of(conversationKey);
    if (run) return cancelAll([run], reason);
    await this.#shared?.cancelConversation(conversationKey, reason);
  }

  /** Whether the server is shutting down: no run starts any more. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Whether a run of this process is on the conversation, or about to be. */
  isBusy(conversationKey: string): boolean {
    return this.#queues.isBusy(conversationKey);
  }

  /** Does `work` while no run of this process is on a conversation. Throws `conversation-busy`. */
  readonly whileIdle: ConversationQueues['whileFree'] = (name, work) => this.#queues.whileFree(name, work);

  /** How much waits: runs for their conversation, tool calls for others, events to be stored. */
  waiting(): { readonly conversations: number; readonly tools: number; readonly journal: number } {
    return { conversations: this.#queues.waiting, ...this.#records.waiting() };
  }

  /** The runs that go on, of one agent or of all. */
  readonly activeRuns = (agentId?: string): ActiveRun[] => this.#active.list(agentId);

  /** Whether a run of this agent goes on; elsewhere: whether one did a moment ago. */
  readonly isActive = (agentId: string): boolean =>
    this.#active.has(agentId) || (this.#shared?.isActive(agentId) ?? false);

  /**
   * Ends the runs that a server which died left open, with what they had said. To be called once, before the first run. Where others have
   * the same store it does nothing: they may be theirs, and are taken over when they are not.
   */
  async interruptOpen(): Promise<RunRecord[]> {
    if (this.#shared) return [];
    return recoverRuns(this.#store.runs, { log: this.#driveOptions.log, onEnded: this.#onEnded });
  }

  /** Refuses new runs, lets others end by themselves for `graceMs`, then hands them over or cancels them. Resolves when all are stored and told. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    this.#queues.refuseWaiting(drainingError(DRAINING_RETRY_SECONDS));
    await drainRuns(
      {
        active: this.activeRuns,
        isAny: () => this.#active.size > 0 || this.#starting > 0,
        stopTaking: async () => this.#shared?.stopTaking(),
        handOver: (runs) => this.#handOver(runs),
      },
      graceMs,
    );
    await this.#records.settled();
    this.#kept.clear();
    this.#shared?.close();
  }

  async #handOver(runs: readonly ActiveRun[]): Promise<void> {
    // What is not stored by then has never happened, for nobody was told of it.
    await this.#records.flush();
    await this.#shared?.handOver(runs);
  }

  /** What goes on may still ask other agents. */
  #refuseWhenDraining({ parent }: RunRequest): void {
    if (this.#isDraining && !parent) throw drainingError(DRAINING_RETRY_SECONDS);
  }

  async #open(request: RunRequest, conversation: ConversationName, leave: () => void): Promise<Run> {
    const { id: agentId } = request.agent();
    const { key: conversationKey, id: conversationId } = conversation;
    const { parent } = request;
    const sources = { conversations: this.#store.conversations, records: this.#records };
    const { asked, stored, messages, opening } = await prepareOpening(request, { conversation, agentId, ...sources });
    const isDetached = request.detached ?? false;
    const isDurable = this.#shared !== undefined && (request.durable ?? false);
    const caller = toCaller(parent ? parent.trace : this.#tracing?.callerNow());
    const opened = await this.#records.open({
      ...opening,
      isDetached,
      ...(isDurable && { request: toStoredRequest(asked, messages) }),
      ...caller,
    });
    const { id: storedId, key, startedAt, resumed, hasWaitingTask } = opened;
    if (!parent) noteRequest({ run_id: storedId });
    const names = { id: request.runId ?? storedId, storedId, key, conversationId, conversationKey, agentId, startedAt };
    const run = this.#enter({ ...names, isDetached, isDurable, caller }, asked);
    if (this.#queues.isInterrupted(conversationKey)) run.cancel(INTERRUPTED_BY_NEXT);
    for (const listener of this.#listeners) listener(run.shown, { isResumed: resumed.length > 0, hasWaitingTask });
    void this.#drive(run, { request: asked, history: messages, stored, answered: resumed }, leave);
    return run.shown;
  }

  /** Enters a run that is stored among those that go on here. */
  #enter(options: Omit<ActiveRunOptions, 'limits' | 'lease' | 'trace'>, { parent }: RunRequest): ActiveRun {
    const { key, caller } = options;
    const trace = this.#tracing?.open({ key, ...caller, isChild: parent !== undefined });
    const run = new ActiveRun({ ...options, trace, limits: this.#limits, lease: this.#shared?.lease });
    this.#active.add(run);
    if (run.isDurable && this.#shared) run.shown = this.#shared.show(run);
    return run;
  }

  /** Goes on with a run whose process is gone, if it can be gone on with. */
  async #goOn(record: RunRecord): Promise<GoneOn> {
    const resumed = await readResumed(record, { store: this.#store, find: this.#findRunnable });
    if (typeof resumed === 'string') return resumed;
    const { id: storedId, givenId: id, traceparent, tracestate, ...names } = record;
    const caller = { traceparent, tracestate };
    const { beginning, ...place } = resumed;
    const run = this.#enter(
      { ...names, ...place, id, storedId, caller, isDetached: true, isDurable: true },
      beginning.request,
    );
    void this.#drive(run, beginning, () => undefined);
    return 'now';
  }

  async #drive(run: ActiveRun, beginning: RunBeginning, leave: () => void): Promise<void> {
    const { outcome, usage, at } = await driveRun(run, beginning, this.#driveOptions);
    // Free before the caller hears of the end: its next prompt may come at once.
    this.#active.delete(run);
    leave();
    this.#shared?.noteEnded(run);
    run.end(outcome, usage, at);
    // What another process goes on with, or has ended, is found there.
    if (!run.isLost) this.#kept.add(run);
    this.#records.prune();
  }
}

const CANCELLED = 'cancelled by the user';
const INTERRUPTED_BY_NEXT = 'interrupted by the next prompt';
