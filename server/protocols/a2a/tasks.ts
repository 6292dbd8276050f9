/** The tasks of every agent: those that go on, and those of the store. */
import { randomUUID } from 'node:crypto';
import { ApiError } from '../../call/errors.ts';
import { maySee, type Principal } from '../../call/principal.ts';
import { newId } from '../../runs/ids.ts';
import type { AwaitedCall } from '../../runs/run-events.ts';
import type { UserPart } from '../../store/messages.ts';
import type { TaskRecord } from '../../store/task-record.ts';
import { extendForViewer, type SurfaceViewer } from '../../surfaces/render-ui.ts';
import type { MessageDecision } from './decisions.ts';
import { type A2aArtifact, type A2aMessage, type A2aTask, type A2aUpdate, toStatus } from './json.ts';
import { LiveTask, type LiveTaskOptions } from './live-task.ts';
import type { ContinuingRun, TaskAnswer, TaskQuery, TaskRun, TaskRunRequest, TaskStore } from './task.ts';

interface TasksOptions {
  readonly store: TaskStore;
  /** Starts a run that goes on without readers, once the conversation is free. */
  startRun(request: TaskRunRequest): Promise<TaskRun>;
  /** Answers a call that waits; with the last of them a run starts that {@link A2aTasks.runStarted} is told of. */
  answer(answer: TaskAnswer): Promise<unknown>;
  /** The ids of the calls of a conversation that still wait for an answer. */
  pending(contextId: string): Promise<readonly string[]>;
  /** Gives up on the calls of a conversation that wait. */
  cancelApprovals(contextId: string): Promise<void>;
  /** Told of each change of a task but the pieces of its answer, in order. */
  onUpdate(taskId: string, update: A2aUpdate): void;
  readonly log: { error(details: object, message: string): void };
}

/** What somebody says to a task that waits. */
interface TaskReply {
  readonly id: string;
  readonly contextId: string;
  readonly message: A2aMessage;
  readonly principal: Principal;
  /** Absent for a caller that shows no surfaces of A2UI. */
  readonly viewer: SurfaceViewer | undefined;
}

const MAX_LIVE = 1000;

/** Every task; each is one run. */
export class A2aTasks {
  readonly #options: TasksOptions;
  readonly #live = new Map<string, LiveTask>();
  /** The tasks that wait for a person, by context: no other run starts there meanwhile. */
  readonly #waiting = new Map<string, { readonly id: string; readonly agentId: string }>();
  /** What was said to tasks that are being answered, for their history. */
  readonly #said = new Map<string, A2aMessage>();
  /** The tasks that are about to go on, by id. */
  readonly #continuing = new Map<string, Promise<void>>();

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  /** Finds the tasks that wait for a person; to be called once, first. */
  async open(): Promise<void> {
    for (const { contextId, ...task } of await this.#options.store.waiting()) this.#waiting.set(contextId, task);
  }

  /** Stores a new task and starts it. It ends by itself, whoever listens. */
  async start(request: {
    readonly agentId: string;
    readonly principal: Principal;
    readonly contextId: string | undefined;
    readonly parts: readonly UserPart[];
    /** Absent for a caller that shows no surfaces of A2UI. */
    readonly viewer: SurfaceViewer | undefined;
    /** The message as it came, for the history of the task. */
    readonly message: A2aMessage;
    /** Told the id before anything happens to the task. */
    onId?(id: string): void;
  }): Promise<LiveTask> {
    const { agentId, principal, parts, viewer } = request;
    const id = randomUUID();
    request.onId?.(id);
    const contextId = request.contextId ?? newId('conv');
    const task = this.#createLive({
      id,
      agentId,
      owner: principal.name ?? null,
      contextId,
      history: [{ ...request.message, taskId: id, contextId }],
    });
    const extend = extendForViewer(contextId, viewer);
    const isFull = this.#live.size >= MAX_LIVE;
    this.#live.set(id, task);
    await task.submit().catch((cause) => {
      this.#live.delete(id);
      throw cause;
    });
    this.#drive(task, async (signal) => {
      if (isFull) throw new ApiError('rate-limited', 'Too many tasks are running; ask again later');
      return this.#options.startRun({ agentId, principal, contextId, parts, extend, signal });
    });
    return task;
  }

  /** Answers what a task waits for. Returns it once it goes on, or undefined while other calls of it wait. Throws when the approvals are gone. */
  async answer(
    { id, contextId, message, principal, viewer }: TaskReply,
    decisions: readonly MessageDecision[],
  ): Promise<LiveTask | undefined> {
    const extend = extendForViewer(contextId, viewer);
    const pending = await this.#options.pending(contextId);
    if (!pending.length) throw new ApiError('approval-resolved', `What the task ${id} waited for was answered before`);
    const unknown = decisions.find(({ approvalId }) => approvalId !== undefined && !pending.includes(approvalId));
    if (unknown) throw new ApiError('approval-not-found', `The task ${id} waits for no approval ${unknown.approvalId}`);
    const answers = new Map(
      decisions.flatMap(({ approvalId, ...said }) =>
        approvalId === undefined ? pending.map((one) => [one, said] as const) : [[approvalId, said] as const],
      ),
    );
    this.#said.set(id, { ...message, taskId: id, contextId });
    try {
      for (const [one, said] of answers) await this.#options.answer({ id: one, ...said, principal, extend });
      await this.#continuing.get(id);
    } finally {
      this.#said.delete(id);
    }
    return this.#live.get(id);
  }

  /** Told of each run that starts: a task that waits on its conversation goes on with it, or waits no longer. */
  runStarted(run: ContinuingRun): void {
    const waiting = this.#waiting.get(run.contextId);
    if (!waiting) return;
    this.#waiting.delete(run.contextId);
    const { id, agentId } = waiting;
    const continuing = this.#goOn(agentId, id, run).catch((err) =>
      this.#options.log.error({ err, taskId: id }, 'a task could not go on'),
    );
    this.#continuing.set(id, continuing);
    void continuing.then(() => this.#continuing.delete(id));
  }

  /** Ends a task that waits for a person. False when it waits no longer. */
  async cancelWaiting(agentId: string, id: string): Promise<boolean> {
    const stored = await this.#options.store.get(agentId, id);
    if (stored?.state !== 'input-required' || !this.#waiting.delete(stored.contextId)) return false;
    await this.#options.cancelApprovals(stored.contextId);
    await this.#endWaiting(stored, 'canceled by the client');
    return true;
  }

  async #goOn(agentId: string, id: string, run: ContinuingRun): Promise<void> {
    // The answer may come before it is stored that the task waits.
    await this.#live.get(id)?.ended;
    const stored = await this.#options.store.get(agentId, id);
    if (!stored) return;
    if (!run.isResumed) return this.#endWaiting(stored, 'The conversation went on without an answer');
    const { history, artifacts } = readBody(stored);
    const said = this.#said.get(id);
    const { contextId, owner } = stored;
    const task = this.#createLive({
      id,
      agentId,
      owner,
      contextId,
      history: said ? [...history, said] : history,
      artifacts,
    });
    this.#live.set(id, task);
    this.#drive(task, async () => run.follow());
  }

  async #endWaiting(stored: TaskRecord, detail: string): Promise<void> {
    const body = { ...stored.body, approvals: [] };
    const ended = { ...stored, body, state: 'canceled' as const, detail, changedAt: new Date().toISOString() };
    await this.#options.store.save(ended);
    const { id: taskId, contextId } = ended;
    this.#options.onUpdate(taskId, { statusUpdate: { taskId, contextId, status: toStatus(ended, ended) } });
  }

  #createLive(of: Pick<LiveTaskOptions, 'id' | 'agentId' | 'owner' | 'contextId' | 'history' | 'artifacts'>): LiveTask {
    const { store, onUpdate, log } = this.#options;
    return new LiveTask({
      ...of,
      log,
      save: (record) => store.save(record),
      onWaiting: () => this.#waiting.set(of.contextId, { id: of.id, agentId: of.agentId }),
      onUpdate: (update) => onUpdate(of.id, update),
    });
  }

  #drive(task: LiveTask, start: (signal: AbortSignal) => Promise<TaskRun>): void {
    void task.drive(start).finally(() => {
      if (this.#live.get(task.id) === task) this.#live.delete(task.id);
    });
  }

  /** The task while it goes on. */
  live(agentId: string, id: string, principal: Principal): LiveTask | undefined {
    const task = this.#live.get(id);
    return task?.agentId === agentId && maySee(principal, task.owner) ? task : undefined;
  }

  /** The task as it is now. */
  async get(agentId: string, id: string, principal: Principal): Promise<A2aTask | undefined> {
    await this.#continuing.get(id);
    const live = this.live(agentId, id, principal);
    if (live) return live.snapshot();
    const stored = await this.#options.store.get(agentId, id, principal);
    return stored && toTask(stored);
  }

  /** A page of tasks, those that changed last first. */
  async list(query: TaskQuery): Promise<{ tasks: A2aTask[]; nextCursor: string | null; total: number }> {
    const page = await this.#options.store.list(query);
    return { ...page, tasks: page.tasks.map((task) => this.#live.get(task.id)?.snapshot() ?? toTask(task)) };
  }

  /** Resolves when the tasks that go on have ended and are stored; ending their runs is up to others. */
  async settled(): Promise<void> {
    await Promise.all(this.#continuing.values());
    await Promise.all([...this.#live.values()].map(({ ended }) => ended));
  }
}

function toTask(stored: TaskRecord): A2aTask {
  const { id, contextId } = stored;
  const { history, artifacts, approvals } = readBody(stored);
  return { id, contextId, status: toStatus(stored, { ...stored, approvals }), artifacts, history };
}

// Written by a live task, and read by nobody else.
const readBody = ({ body }: TaskRecord) =>
  body as {
    readonly history: readonly A2aMessage[];
    readonly artifacts: readonly A2aArtifact[];
    readonly approvals?: readonly AwaitedCall[];
  };
