/** The tasks of every agent: those whose runs go on, those that wait for a person, and those of the store. */

import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../call/errors.ts';
import { maySee, type Principal } from '../../../call/principal.ts';
import { newId } from '../../../runs/ids.ts';
import type { UserPart } from '../../../store/messages.ts';
import type { TaskQuery, TaskRecord, TasksStore } from '../../../store/stored-tasks.ts';
import { extendForViewer, type SurfaceViewer } from '../../../surfaces/render-ui.ts';
import type { A2aMessage, A2aTask } from '../json.ts';
import type { ContinuingRun, TaskRun, TaskRunRequest } from '../task-ports.ts';
import type { LiveTask } from './live-task.ts';
import { LiveTasks } from './live-tasks.ts';
import { readTaskBody, toTask } from './stored-task.ts';
import { WaitingTasks, type WaitingTasksOptions } from './waiting-tasks.ts';

/** Ports that tasks are built on. */
export interface TasksOptions extends WaitingTasksOptions {
  readonly store: Pick<TasksStore, 'save' | 'get' | 'list' | 'waiting' | 'now'>;
  /** Starts a run that goes on without readers, once the conversation is free. */
  startRun(request: TaskRunRequest): Promise<TaskRun>;
}

interface NewTask {
  readonly agentId: string;
  readonly principal: Principal;
  /** Absent: a new conversation. */
  readonly contextId: string | undefined;
  readonly parts: readonly UserPart[];
  /** Absent for a caller that shows no surfaces of A2UI. */
  readonly viewer: SurfaceViewer | undefined;
  /** The message as it came, for the history of the task. */
  readonly message: A2aMessage;
  /** Told the id before anything happens to the task. */
  onId(id: string): void;
}

/** Every task; each is one run, or several that continue one another. */
export class A2aTasks {
  readonly #options: TasksOptions;
  readonly #live: LiveTasks;
  readonly #waiting: WaitingTasks;
  /** The ids of stored tasks that were told to be odd. */
  readonly #odd = new Set<string>();

  constructor(options: TasksOptions) {
    this.#options = options;
    const { store, onUpdate, log } = options;
    this.#live = new LiveTasks({ store, onUpdate, onWaiting: (task) => this.#waiting.add(task), log });
    this.#waiting = new WaitingTasks(this.#live, options);
  }

  /** Finds the tasks that wait for a person; to be called once, first. */
  open(): Promise<void> {
    return this.#waiting.open();
  }

  /** Stores a new task and starts it. It ends by itself, whoever listens. */
  async start({ agentId, principal, parts, viewer, message, onId, ...request }: NewTask): Promise<LiveTask> {
    const id = randomUUID();
    onId(id);
    const contextId = request.contextId ?? newId('conv');
    const { isFull } = this.#live;
    const task = this.#live.add({
      id,
      agentId,
      owner: principal.name ?? null,
      contextId,
      history: [{ ...message, taskId: id, contextId }],
    });
    await task.submit().catch((cause) => {
      this.#live.remove(task);
      throw cause;
    });
    this.#live.drive(task, async (signal) => {
      if (isFull) throw new ApiError('rate-limited', 'Too many tasks are running; ask again later');
      const extend = extendForViewer(contextId, viewer);
      return this.#options.startRun({ agentId, principal, contextId, parts, extend, signal });
    });
    return task;
  }

  /** Answers what a task waits for, as {@link WaitingTasks.answer} does. */
  answer(...reply: Parameters<WaitingTasks['answer']>): Promise<LiveTask | undefined> {
    return this.#waiting.answer(...reply);
  }

  /** To be told of each run that starts: a task that waits on its conversation goes on with it, or waits no longer. */
  runStarted(run: ContinuingRun): void {
    this.#waiting.runStarted(run);
  }

  /** Ends a task that waits for a person. False when it waits no longer. */
  cancelWaiting(agentId: string, id: string): Promise<boolean> {
    return this.#waiting.cancel(agentId, id);
  }

  /** The task while its run goes on. */
  live(agentId: string, id: string, principal: Principal): LiveTask | undefined {
    const task = this.#live.get(id);
    return task?.agentId === agentId && maySee(principal, task.owner) ? task : undefined;
  }

  /** The task as it is now. */
  async get(agentId: string, id: string, principal: Principal): Promise<A2aTask | undefined> {
    await this.#waiting.continued(id);
    const live = this.live(agentId, id, principal);
    if (live) return live.snapshot();
    const stored = await this.#options.store.get(agentId, id, principal);
    return stored && this.#read(stored);
  }

  /** A page of tasks, those that changed last first. */
  async list(
    query: TaskQuery & { readonly principal: Principal },
  ): Promise<{ tasks: A2aTask[]; nextCursor: string | null; total: number }> {
    const page = await this.#options.store.list(query);
    return { ...page, tasks: page.tasks.map((task) => this.#live.get(task.id)?.snapshot() ?? this.#read(task)) };
  }

  #read(record: TaskRecord): A2aTask {
    const { id } = record;
    if (readTaskBody(record).isOdd && !this.#odd.has(id)) {
      this.#odd.add(id);
      this.#options.log.error({ taskId: id }, 'a stored task is odd, and is read without what is odd');
    }
    return toTask(record);
  }

  /** Resolves when the tasks that go on have ended and are stored; ending their runs is up to others. */
  async settled(): Promise<void> {
    await this.#waiting.settled();
    await this.#live.settled();
  }
}
