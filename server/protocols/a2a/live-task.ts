import { toApiError } from '../../call/errors.ts';
import type { AwaitedCall, RunEvent, RunOutcome } from '../../runs/run-events.ts';
import type { TaskRecord, TaskState } from '../../store/task-record.ts';
import { TaskArtifacts } from './artifacts.ts';
import { HOW_TO_ANSWER } from './decisions.ts';
import { type A2aArtifact, type A2aMessage, type A2aTask, type A2aUpdate, toStatus } from './json.ts';
import type { TaskRun } from './task.ts';
import { UpdateQueue } from './update-queue.ts';

/** What a task is made of. */
export interface LiveTaskOptions {
  readonly id: string;
  readonly agentId: string;
  readonly owner: string | null;
  readonly contextId: string;
  readonly history: readonly A2aMessage[];
  /** What it had made when it last stopped to wait. */
  readonly artifacts?: readonly A2aArtifact[];
  save(task: TaskRecord): Promise<void>;
  /** Told that it waits for a person, before anybody else is. */
  onWaiting(): void;
  /** Told of each change but the pieces of an answer. */
  onUpdate(update: A2aUpdate): void;
  readonly log: { error(details: object, message: string): void };
}

interface Status {
  readonly state: TaskState;
  readonly detail: string | null;
  readonly approvals: readonly AwaitedCall[];
  readonly changedAt: string;
}

/** Why a run ends when its task is canceled. */
const CANCELED = 'canceled by the client';

/** A task whose run goes on; one that stops to wait for a person becomes another when it goes on. What its followers are told of its state is stored before. */
export class LiveTask {
  readonly id: string;
  readonly agentId: string;
  readonly owner: string | null;
  readonly contextId: string;
  readonly #options: LiveTaskOptions;
  readonly #artifacts: TaskArtifacts;
  readonly #followers = new Set<UpdateQueue>();
  readonly #canceled = new AbortController();
  readonly #ended = Promise.withResolvers<A2aTask>();
  #status: Status;

  constructor(options: LiveTaskOptions) {
    this.#options = options;
    this.#artifacts = new TaskArtifacts(options.artifacts);
    this.id = options.id;
    this.agentId = options.agentId;
    this.owner = options.owner;
    this.contextId = options.contextId;
    this.#status = { state: 'submitted', detail: null, approvals: [], changedAt: new Date().toISOString() };
  }

  /** Resolves with the task as it ended, or as it waits for a person. Never rejects. */
  get ended(): Promise<A2aTask> {
    return this.#ended.promise;
  }

  /** The task as it is now. */
  snapshot(): A2aTask {
    const { id, contextId } = this;
    const { history } = this.#options;
    return { id, contextId, status: toStatus(this, this.#status), artifacts: this.#artifacts.list(), history };
  }

  /** The task as it is now, then each change of it, until it has ended or waits for a person. */
  follow(): AsyncGenerator<A2aUpdate, void> {
    const queue = new UpdateQueue();
    queue.push({ task: this.snapshot() });
    if (isOver(this.#status.state)) queue.end();
    else this.#followers.add(queue);
    return queue.read(() => this.#followers.delete(queue));
  }

  /** Ends the run, or the wait for it. */
  cancel(): void {
    this.#canceled.abort(new DOMException(CANCELED, 'AbortError'));
  }

  /** Stores the task before anything else happens to it. */
  async submit(): Promise<void> {
    await this.#options.save(this.#toStored());
    this.#options.onUpdate({ task: this.snapshot() });
  }

  /** Starts the run and follows it to its end. Never rejects. */
  async drive(start: (signal: AbortSignal) => Promise<TaskRun>): Promise<void> {
    const { signal } = this.#canceled;
    try {
      const run = await start(signal);
      signal.addEventListener('abort', () => run.cancel(CANCELED), { once: true });
      if (signal.aborted) run.cancel(CANCELED);
      await this.#change('working', null);
      for await (const { event } of run.events) await this.#take(event);
      if (!isOver(this.#status.state)) await this.#change('failed', 'The server lost the run');
    } catch (cause) {
      await this.#fail(cause);
    } finally {
      for (const follower of this.#followers) follower.end();
      this.#followers.clear();
      this.#ended.resolve(this.snapshot());
    }
  }

  async #take(event: RunEvent): Promise<void> {
    const { id: taskId, contextId } = this;
    const chunk = this.#artifacts.take(event);
    if (chunk) this.#tellFollowers({ artifactUpdate: { taskId, contextId, ...chunk, lastChunk: false } });
    if (event.type !== 'run-ended') return;
    const end = toEnd(event.outcome);
    if (end.state === 'input-required') this.#options.onWaiting();
    const made = end.state === 'input-required' ? [] : this.#artifacts.list();
    for (const artifact of made) {
      this.#options.onUpdate({ artifactUpdate: { taskId, contextId, artifact, append: false, lastChunk: true } });
    }
    await this.#change(end.state, end.detail, end.approvals);
  }

  async #change(state: TaskState, detail: string | null, approvals: readonly AwaitedCall[] = []): Promise<void> {
    this.#status = { state, detail, approvals, changedAt: new Date().toISOString() };
    await this.#options.save(this.#toStored());
    this.#tellStatus();
  }

  /** What was thrown is a refusal to start, or a fault of this server; then the store may be what fails. */
  async #fail(cause: unknown): Promise<void> {
    const error = toApiError(cause);
    if (error.code === 'internal')
      this.#options.log.error({ err: cause, taskId: this.id }, 'a task failed inside the server');
    const end: TaskState = error.code === 'internal' || this.#status.state === 'working' ? 'failed' : 'rejected';
    try {
      await (this.#canceled.signal.aborted ? this.#change('canceled', CANCELED) : this.#change(end, error.message));
    } catch (err) {
      this.#options.log.error({ err, taskId: this.id }, 'the end of a task could not be stored');
      const detail = 'The task could not be stored';
      this.#status = { state: 'failed', detail, approvals: [], changedAt: new Date().toISOString() };
      this.#tellStatus();
    }
  }

  #tellStatus(): void {
    const update = {
      statusUpdate: { taskId: this.id, contextId: this.contextId, status: toStatus(this, this.#status) },
    };
    this.#tellFollowers(update);
    this.#options.onUpdate(update);
  }

  #tellFollowers(update: A2aUpdate): void {
    for (const follower of this.#followers) follower.push(update);
  }

  #toStored(): TaskRecord {
    const { id, agentId, owner, contextId } = this;
    const { approvals, ...status } = this.#status;
    const body = { history: this.#options.history, artifacts: this.#artifacts.list(), approvals };
    return { id, agentId, owner, contextId, ...status, body };
  }
}

const isOver = (state: TaskState) => state !== 'submitted' && state !== 'working';

function toEnd(outcome: RunOutcome): Omit<Status, 'changedAt'> {
  switch (outcome.status) {
    case 'finished': {
      const { approvals = [], stoppedBy } = outcome;
      if (approvals.length) return { state: 'input-required', detail: toQuestion(approvals), approvals };
      return { state: 'completed', detail: stoppedBy ? `The answer was ended by: ${stoppedBy}` : null, approvals };
    }
    case 'cancelled':
      return { state: 'canceled', detail: `The run was cancelled: ${outcome.reason}`, approvals: [] };
    case 'failed':
      return { state: 'failed', detail: outcome.detail, approvals: [] };
  }
}

function toQuestion(approvals: readonly AwaitedCall[]): string {
  const tools = approvals.map(({ tool }) => tool).join(', ');
  return `The agent waits for a person to allow it to call ${tools}. ${HOW_TO_ANSWER}`;
}
