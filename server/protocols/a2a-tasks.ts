/** The tasks of every agent: those that go on, and those of the store. */
import { randomUUID } from 'node:crypto';
import { ApiError } from '../errors.ts';
import type { RunEvent } from '../runs/run-events.ts';
import type { Toolset } from '../runs/toolset.ts';
import type { UserPart } from '../store/messages.ts';
import { type A2aArtifact, type A2aMessage, type A2aTask, type A2aUpdate, toStatus } from './a2a-json.ts';
import { LiveTask } from './a2a-live-task.ts';
import { withRenderUi } from './a2ui-tool.ts';
import { newConversationId } from './conversation-id.ts';

/** Where a task stands; the last four are ends. */
export type TaskState = 'submitted' | 'working' | 'completed' | 'failed' | 'canceled' | 'rejected';

/** A task as it is stored. */
export interface StoredTask {
  readonly id: string;
  readonly agentId: string;
  readonly contextId: string;
  readonly state: TaskState;
  readonly detail: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  readonly changedAt: string;
}

/** Which tasks are asked for. */
export interface TaskQuery {
  readonly agentId: string;
  readonly contextId?: string | undefined;
  readonly state?: TaskState | undefined;
  readonly changedAfter?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface TaskStore {
  save(task: StoredTask): Promise<void>;
  get(agentId: string, id: string): Promise<StoredTask | undefined>;
  list(query: TaskQuery): Promise<{ tasks: StoredTask[]; nextCursor: string | null; total: number }>;
}

/** A run for a task. */
export interface TaskRun {
  readonly events: AsyncIterable<{ readonly event: RunEvent }>;
  cancel(reason: string): void;
}

/** What a task asks of an agent. */
export interface TaskRunRequest {
  readonly agentId: string;
  /** The conversation. */
  readonly contextId: string;
  readonly parts: readonly UserPart[];
  /** Adds to the agent's tools for this run. */
  extend(toolset: Toolset): Toolset;
  /** Ends the wait for a conversation that is busy. */
  readonly signal: AbortSignal;
}

interface TasksOptions {
  readonly store: TaskStore;
  /** Starts a run that goes on without readers, once the conversation is free. */
  startRun(request: TaskRunRequest): Promise<TaskRun>;
  /** Told of each change of a task but the pieces of its answer, in order. */
  onUpdate(taskId: string, update: A2aUpdate): void;
  readonly log: { error(details: object, message: string): void };
}

const MAX_LIVE = 1000;

/** Every task; each is one run. */
export class A2aTasks {
  readonly #options: TasksOptions;
  readonly #live = new Map<string, LiveTask>();

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  /** Stores a new task and starts it. It ends by itself, whoever listens. */
  async start(request: {
    readonly agentId: string;
    readonly contextId: string | undefined;
    readonly parts: readonly UserPart[];
    /** Whether the caller shows surfaces of A2UI, and which one its user has just used. */
    readonly surfaces: { readonly surfaceId: string | undefined } | undefined;
    /** The message as it came, for the history of the task. */
    readonly message: A2aMessage;
    /** Told the id before anything happens to the task. */
    onId?(id: string): void;
  }): Promise<LiveTask> {
    const { agentId, parts, surfaces } = request;
    const id = randomUUID();
    request.onId?.(id);
    const contextId = request.contextId ?? newConversationId();
    const task = new LiveTask({
      id,
      agentId,
      contextId,
      history: [{ ...request.message, taskId: id, contextId }],
      save: (record) => this.#options.store.save(record),
      onUpdate: (update) => this.#options.onUpdate(id, update),
      log: this.#options.log,
    });
    const extend = (toolset: Toolset) =>
      surfaces ? withRenderUi(toolset, { conversationId: contextId, ...surfaces }) : toolset;
    const isFull = this.#live.size >= MAX_LIVE;
    this.#live.set(id, task);
    await task.submit().catch((cause) => {
      this.#live.delete(id);
      throw cause;
    });
    void task
      .drive(async (signal) => {
        if (isFull) throw new ApiError('rate-limited', 'Too many tasks are running; ask again later');
        return this.#options.startRun({ agentId, contextId, parts, extend, signal });
      })
      .finally(() => this.#live.delete(id));
    return task;
  }

  /** The task while it goes on. */
  live(agentId: string, id: string): LiveTask | undefined {
    const task = this.#live.get(id);
    return task?.agentId === agentId ? task : undefined;
  }

  /** The task as it is now. */
  async get(agentId: string, id: string): Promise<A2aTask | undefined> {
    const live = this.live(agentId, id);
    if (live) return live.snapshot();
    const stored = await this.#options.store.get(agentId, id);
    return stored && toTask(stored);
  }

  /** A page of tasks, those that changed last first. */
  async list(query: TaskQuery): Promise<{ tasks: A2aTask[]; nextCursor: string | null; total: number }> {
    const page = await this.#options.store.list(query);
    return { ...page, tasks: page.tasks.map((task) => this.live(task.agentId, task.id)?.snapshot() ?? toTask(task)) };
  }

  /** Resolves when the tasks that go on have ended and are stored; ending their runs is up to others. */
  async settled(): Promise<void> {
    await Promise.all([...this.#live.values()].map(({ ended }) => ended));
  }
}

function toTask(stored: StoredTask): A2aTask {
  const { id, contextId, body } = stored;
  // Written by a live task, and read by nobody else.
  const { history, artifacts } = body as { history: readonly A2aMessage[]; artifacts: readonly A2aArtifact[] };
  return { id, contextId, status: toStatus(stored, stored), artifacts, history };
}
