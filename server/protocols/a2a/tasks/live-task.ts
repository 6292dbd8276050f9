import { toApiError } from '../../../call/errors.ts';
import type { ReadyEvents } from '../../../call/ready-events.ts';
import type { RunEvent } from '../../../runs/run-events.ts';
import type { PushConfigRecord } from '../../../store/stored-push.ts';
import type { TaskRecord } from '../../../store/stored-tasks.ts';
import type { A2aArtifact, A2aMessage, A2aTask, A2aUpdate } from '../json.ts';
import type { RunOfTask, StartTaskRun, TaskEvent, TaskRun } from '../task-ports.ts';
import { TaskArtifacts } from './artifacts.ts';
import { readTaskBody, type TaskBody } from './stored-task.ts';
import type { TaskKeeper } from './task-keeper.ts';
import {
  CANCELED_BY_CLIENT,
  CUT_OFF,
  isCutOff,
  isOver,
  type TaskStatus,
  toA2aStatus,
  toEndStatus,
  toStatusAfter,
} from './task-status.ts';
import { UpdateQueue } from './update-queue.ts';

/** Describes a task to bring to life, and who keeps it. */
export interface LiveTaskOptions {
  readonly id: string;
  readonly agentId: string;
  readonly owner: string | null;
  readonly contextId: string;
  /** Its run, with an empty key until it runs on the conversation; null: it has none, and will have none. */
  readonly run: RunOfTask | null;
  /** Where it stands; absent: it is new, or goes on after it has waited. */
  readonly status?: TaskStatus;
  readonly history: readonly A2aMessage[];
  /** The artifacts made before its run. */
  readonly before?: readonly A2aArtifact[];
  readonly keeper: TaskKeeper;
  /** Told once it runs on its conversation. */
  onFollowing?(task: LiveTask): void;
  readonly log: { error(details: object, message: string): void };
}

/**
 * A task whose run goes on, in this process or in another one. One that stops to wait for a person goes on as a new object of this class.
 * Each state is stored before followers are told of it, if this process is the one that works on the task.
 */
export class LiveTask {
  readonly id: string;
  readonly agentId: string;
  readonly owner: string | null;
  readonly contextId: string;
  readonly keeper: TaskKeeper;
  readonly #options: LiveTaskOptions;
  readonly #artifacts: TaskArtifacts;
  readonly #followers = new Set<UpdateQueue>();
  readonly #canceled = new AbortController();
  /** Aborts when the run is not to start any more. */
  readonly #stopped = new AbortController();
  /** Aborts when this process follows the task no more. */
  readonly #left = new AbortController();
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;
  readonly #ended = Promise.withResolvers<A2aTask>();
  #run: RunOfTask | null;
  #isHere = true;
  #status: TaskStatus;

  constructor(options: LiveTaskOptions) {
    this.#options = options;
    this.#artifacts = new TaskArtifacts(options.before);
    this.id = options.id;
    this.agentId = options.agentId;
    this.owner = options.owner;
    this.contextId = options.contextId;
    this.keeper = options.keeper;
    this.#run = options.run;
    this.#status = options.status ?? { state: 'submitted', detail: null, changedAt: this.keeper.now() };
    if (this.#status.state === 'submitted') this.#noteReady();
  }

  /** What this server knows the conversation by; empty until the task runs on it. */
  get conversationKey(): string {
    return this.#run?.conversationKey ?? '';
  }

  /** Whether this process works on the task, and executes its run if that has begun, as far as it knows. */
  get isOurs(): boolean {
    return this.keeper.isOurs && this.#isHere;
  }

  get state(): TaskStatus['state'] {
    return this.#status.state;
  }

  get hasFollowers(): boolean {
    return this.#followers.size > 0;
  }

  /** Whether {@link snapshot} has all that its run had done when it was found. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves once it is ready. Never rejects. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves with the task as it ended, or as it waits for a person. Never rejects. */
  get ended(): Promise<A2aTask> {
    return this.#ended.promise;
  }

  /** The task as it is now. */
  snapshot(): A2aTask {
    const { id, contextId } = this;
    const { history } = this.#options;
    return { id, contextId, status: toA2aStatus(this, this.#status), artifacts: this.#artifacts.list(), history };
  }

  /** The task as it is now, then each change of it, until it has ended or waits for a person. */
  follow(): ReadyEvents<A2aUpdate> {
    const queue: UpdateQueue = new UpdateQueue(() => this.#followers.delete(queue));
    queue.push({ task: this.snapshot() });
    if (isOver(this.#status) || this.#left.signal.aborted) queue.end();
    else this.#followers.add(queue);
    return queue;
  }

  /** Ends the run, or the wait for its start. */
  cancel(): void {
    this.#canceled.abort(new DOMException(CANCELED_BY_CLIENT, 'AbortError'));
  }

  /** Ends the wait for its start: it has ended elsewhere. */
  stop(): void {
    this.#stopped.abort(new DOMException('the task has ended', 'AbortError'));
  }

  /** Follows the run no more, and tells followers no more; the task goes on. */
  leave(): void {
    this.#left.abort(new DOMException('the task is followed no more', 'AbortError'));
  }

  /** Stores the task, with who asks for notifications; to be called before {@link drive}. */
  async submit(configs: readonly PushConfigRecord[]): Promise<void> {
    await this.keeper.add(this.#toRecord(), { task: this.snapshot() }, configs);
  }

  /** Starts or finds the run and follows it to its end. Never rejects. */
  async drive(start: StartTaskRun): Promise<void> {
    const { signal: canceled } = this.#canceled;
    const { signal: left } = this.#left;
    try {
      const run = await start({ canceled, stopped: AbortSignal.any([this.#stopped.signal, left]) });
      if (run) await this.#followRun(run);
      // Another process goes on with the run, and with the task.
      if (run?.left?.aborted) return;
      if (!isOver(this.#status) && !left.aborted) await this.#change(CUT_OFF);
    } catch (cause) {
      await this.#fail(cause);
    } finally {
      for (const follower of this.#followers) follower.end();
      this.#followers.clear();
      this.#noteReady();
      this.#ended.resolve(this.snapshot());
    }
  }

  async #followRun(run: TaskRun): Promise<void> {
    this.#run = { id: run.id, conversationKey: run.conversationKey };
    this.#isHere = run.isHere;
    this.#options.onFollowing?.(this);
    this.#cancelWithTask(run);
    this.#catchUp(run.past);
    if (this.#status.state !== 'working') await this.#change({ state: 'working', detail: null });
    this.#noteReady();
    if (!isOver(this.#status)) await this.#followEvents(run);
    // It was canceled elsewhere, before it was known there what was to be ended.
    if (this.#status.state === 'canceled') run.cancel(CANCELED_BY_CLIENT);
  }

  #cancelWithTask(run: TaskRun): void {
    const { signal } = this.#canceled;
    const cancel = () => run.cancel(CANCELED_BY_CLIENT);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
  }

  async #followEvents(run: TaskRun): Promise<void> {
    for await (const logged of run.events(this.#left.signal)) {
      const { event } = logged;
      const later = isCutOff(event) ? await run.later?.(logged) : undefined;
      if (later) {
        this.#isHere = later.isHere;
        this.#cancelWithTask(later);
        return this.#followEvents(later);
      }
      if (this.#isPiece(event)) this.#tellPiece(event);
      else await this.#take(event);
      if (isOver(this.#status)) return;
    }
  }

  #noteReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
  }

  /** Takes what is told no more: it happened before this process followed the run. */
  #catchUp(past: readonly TaskEvent[]): void {
    for (const one of past) {
      this.#artifacts.take(one.event);
      this.#status = toStatusAfter(this.#status, one);
    }
  }

  /** Whether an event can be told at once: it changes nothing of where the task stands. */
  #isPiece(event: RunEvent): boolean {
    return event.type !== 'status' && event.type !== 'run-ended' && this.#status.detail === null;
  }

  #tellPiece(event: RunEvent): void {
    const { id: taskId, contextId } = this;
    for (const piece of this.#artifacts.take(event))
      this.#tellFollowers({ artifactUpdate: { taskId, contextId, ...piece, lastChunk: false } });
  }

  async #take(event: RunEvent): Promise<void> {
    const { id: taskId, contextId } = this;
    if (event.type === 'status') return this.#change({ state: 'working', detail: event.text });
    // What was said of a wait is over with whatever comes after it.
    if (this.#status.detail !== null && event.type !== 'run-ended')
      await this.#change({ state: 'working', detail: null });
    this.#tellPiece(event);
    if (event.type !== 'run-ended') return;
    const end = toEndStatus(event.outcome);
    const made = end.state === 'input-required' ? [] : this.#artifacts.list();
    const told = made.map((artifact) => ({
      artifactUpdate: { taskId, contextId, artifact, append: false, lastChunk: true },
    }));
    await this.#change(end, told);
  }

  /** Stores where the task stands, with what is told before that, and tells followers. It may have ended otherwise, elsewhere. */
  async #change(status: Omit<TaskStatus, 'changedAt'>, before: readonly A2aUpdate[] = []): Promise<void> {
    this.#status = { ...status, changedAt: this.keeper.now() };
    const stored = await this.keeper.save(this.#toRecord(), [...before, this.#toStatusUpdate()]);
    if (stored) this.#status = { ...stored, approvals: readTaskBody(stored).approvals };
    this.#tellFollowers(this.#toStatusUpdate());
  }

  /** Ends the task after a refusal to start, or a fault of this server; then the store may be what fails. */
  async #fail(cause: unknown): Promise<void> {
    if (this.#left.signal.aborted) return;
    const { log } = this.#options;
    const error = toApiError(cause);
    if (error.code === 'internal') log.error({ err: cause, taskId: this.id }, 'a task failed inside the server');
    const hasFailed = error.code === 'internal' || this.#status.state === 'working';
    const end = { state: hasFailed ? ('failed' as const) : ('rejected' as const), detail: error.message };
    try {
      await this.#change(this.#canceled.signal.aborted ? { state: 'canceled', detail: CANCELED_BY_CLIENT } : end);
    } catch (err) {
      log.error({ err, taskId: this.id }, 'the end of a task could not be stored');
      this.#status = { state: 'failed', detail: 'The task could not be stored', changedAt: this.keeper.now() };
      this.#tellFollowers(this.#toStatusUpdate());
    }
  }

  #toStatusUpdate(): A2aUpdate {
    const { id: taskId, contextId } = this;
    return { statusUpdate: { taskId, contextId, status: toA2aStatus(this, this.#status) } };
  }

  #tellFollowers(update: A2aUpdate): void {
    for (const follower of this.#followers) follower.push(update);
  }

  #toRecord(): Omit<TaskRecord, 'updates'> {
    const { id, agentId, owner, contextId, conversationKey } = this;
    const { history, before = [] } = this.#options;
    const { approvals = [], ...status } = this.#status;
    const artifacts = this.#artifacts.list();
    // For whoever follows the run from its beginning.
    const isContinued = before.length > 0 && !isOver(status);
    const body = { history, artifacts, approvals, ...(isContinued && { before }) } satisfies TaskBody;
    const { state, detail, changedAt } = status;
    return {
      id,
      agentId,
      owner,
      contextId,
      conversationKey,
      runId: this.#run?.id ?? null,
      state,
      detail,
      changedAt,
      body,
    };
  }
}
