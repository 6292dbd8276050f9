import { toApiError } from '../../../call/errors.ts';
import type { ReadyEvents } from '../../../call/ready-events.ts';
import type { RunEvent } from '../../../runs/run-events.ts';
import type { TaskRecord } from '../../../store/stored-tasks.ts';
import type { A2aArtifact, A2aMessage, A2aTask, A2aUpdate } from '../json.ts';
import type { TaskRun } from '../task-ports.ts';
import { TaskArtifacts } from './artifacts.ts';
import type { TaskBody } from './stored-task.ts';
import { CANCELED_BY_CLIENT, isOver, type TaskStatus, toA2aStatus, toEndStatus } from './task-status.ts';
import { UpdateQueue } from './update-queue.ts';

/** Describes a task to bring to life, and who keeps it. */
export interface LiveTaskOptions {
  readonly id: string;
  readonly agentId: string;
  readonly owner: string | null;
  readonly contextId: string;
  /** What this server knows the conversation by; absent until the task runs on it. */
  readonly conversationKey?: string;
  readonly history: readonly A2aMessage[];
  /** The artifacts made before it last stopped to wait. */
  readonly artifacts?: readonly A2aArtifact[];
  save(task: TaskRecord): Promise<void>;
  /** What time it is where it is kept. */
  now(): string;
  /** Told that it waits for a person, before anybody else is. */
  onWaiting(): void;
  /** Told of each change but the pieces of an answer. */
  onUpdate(update: A2aUpdate): void;
  readonly log: { error(details: object, message: string): void };
}

/**
 * A task whose run goes on. One that stops to wait for a person goes on as a new object of this class. Each state is stored before
 * followers are told of it.
 */
export class LiveTask {
  readonly id: string;
  readonly agentId: string;
  readonly owner: string | null;
  readonly contextId: string;
  #conversationKey: string;
  readonly #options: LiveTaskOptions;
  readonly #artifacts: TaskArtifacts;
  readonly #followers = new Set<UpdateQueue>();
  readonly #canceled = new AbortController();
  readonly #ended = Promise.withResolvers<A2aTask>();
  #status: TaskStatus;

  constructor(options: LiveTaskOptions) {
    this.#options = options;
    this.#artifacts = new TaskArtifacts(options.artifacts);
    this.id = options.id;
    this.agentId = options.agentId;
    this.owner = options.owner;
    this.contextId = options.contextId;
    this.#conversationKey = options.conversationKey ?? '';
    this.#status = { state: 'submitted', detail: null, changedAt: options.now() };
  }

  /** What this server knows the conversation by; empty until the task runs on it. */
  get conversationKey(): string {
    return this.#conversationKey;
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
    if (isOver(this.#status)) queue.end();
    else this.#followers.add(queue);
    return queue;
  }

  /** Ends the run, or the wait for its start. */
  cancel(): void {
    this.#canceled.abort(new DOMException(CANCELED_BY_CLIENT, 'AbortError'));
  }

  /** Stores the task; to be called before {@link drive}. */
  async submit(): Promise<void> {
    await this.#options.save(this.#toRecord());
    this.#options.onUpdate({ task: this.snapshot() });
  }

  /** Starts the run and follows it to its end. Never rejects. */
  async drive(start: (signal: AbortSignal) => Promise<TaskRun>): Promise<void> {
    const { signal } = this.#canceled;
    try {
      const run = await start(signal);
      this.#conversationKey = run.conversationKey;
      signal.addEventListener('abort', () => run.cancel(CANCELED_BY_CLIENT), { once: true });
      if (signal.aborted) run.cancel(CANCELED_BY_CLIENT);
      await this.#change({ state: 'working', detail: null });
      for await (const { event } of run.events) {
        if (this.#isPiece(event)) this.#tellPiece(event);
        else await this.#take(event);
      }
      // It goes on in another process, and so does the task.
      if (run.left?.aborted) return;
      if (!isOver(this.#status)) await this.#change({ state: 'failed', detail: 'The server lost the run' });
    } catch (cause) {
      await this.#fail(cause);
    } finally {
      for (const follower of this.#followers) follower.end();
      this.#followers.clear();
      this.#ended.resolve(this.snapshot());
    }
  }

  /** Whether an event can be told at once: it changes nothing of where the task stands. */
  #isPiece(event: RunEvent): boolean {
    return event.type !== 'status' && event.type !== 'run-ended' && this.#status.detail === null;
  }

  #tellPiece(event: RunEvent): void {
    const { id: taskId, contextId } = this;
    const chunk = this.#artifacts.take(event);
    if (chunk) this.#tellFollowers({ artifactUpdate: { taskId, contextId, ...chunk, lastChunk: false } });
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
    if (end.state === 'input-required') this.#options.onWaiting();
    const made = end.state === 'input-required' ? [] : this.#artifacts.list();
    for (const artifact of made) {
      this.#options.onUpdate({ artifactUpdate: { taskId, contextId, artifact, append: false, lastChunk: true } });
    }
    await this.#change(end);
  }

  async #change(status: Omit<TaskStatus, 'changedAt'>): Promise<void> {
    this.#status = { ...status, changedAt: this.#options.now() };
    await this.#options.save(this.#toRecord());
    this.#tellStatus();
  }

  /** Ends the task after a refusal to start, or a fault of this server; then the store may be what fails. */
  async #fail(cause: unknown): Promise<void> {
    const { log } = this.#options;
    const error = toApiError(cause);
    if (error.code === 'internal') log.error({ err: cause, taskId: this.id }, 'a task failed inside the server');
    const hasFailed = error.code === 'internal' || this.#status.state === 'working';
    const end = { state: hasFailed ? ('failed' as const) : ('rejected' as const), detail: error.message };
    try {
      await this.#change(this.#canceled.signal.aborted ? { state: 'canceled', detail: CANCELED_BY_CLIENT } : end);
    } catch (err) {
      log.error({ err, taskId: this.id }, 'the end of a task could not be stored');
      this.#status = { state: 'failed', detail: 'The task could not be stored', changedAt: this.#options.now() };
      this.#tellStatus();
    }
  }

  #tellStatus(): void {
    const update = {
      statusUpdate: { taskId: this.id, contextId: this.contextId, status: toA2aStatus(this, this.#status) },
    };
    this.#tellFollowers(update);
    this.#options.onUpdate(update);
  }

  #tellFollowers(update: A2aUpdate): void {
    for (const follower of this.#followers) follower.push(update);
  }

  #toRecord(): TaskRecord {
    const { id, agentId, owner, contextId, conversationKey } = this;
    const { approvals = [], ...status } = this.#status;
    const body = { history: this.#options.history, artifacts: this.#artifacts.list(), approvals } satisfies TaskBody;
    return { id, agentId, owner, contextId, conversationKey, ...status, body };
  }
}
