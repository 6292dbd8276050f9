/** The tasks of every agent: those whose runs go on, here or elsewhere, those that wait for a person, and those of the store. */

import { randomUUID } from 'node:crypto';
import { settlesWithin } from '../../../async/settles-within.ts';
import { ApiError } from '../../../call/errors.ts';
import { maySee, type Principal } from '../../../call/principal.ts';
import { newId } from '../../../runs/ids.ts';
import type { UserPart } from '../../../store/messages.ts';
import type { TaskQuery, TaskRecord, TasksStore } from '../../../store/stored-tasks.ts';
import { extendForViewer, type SurfaceViewer } from '../../../surfaces/render-ui.ts';
import type { A2aMessage, A2aTask } from '../json.ts';
import type { Push, RequestedPush } from '../push/push.ts';
import type { ContinuingRun, TaskRun, TaskRunRequest } from '../task-ports.ts';
import type { LiveTask } from './live-task.ts';
import { LiveTasks } from './live-tasks.ts';
import { MirroredTasks } from './mirrored-tasks.ts';
import { readTaskBody, toTask } from './stored-task.ts';
import { isOver } from './task-status.ts';
import { type ChangeWake, TaskWakes } from './task-wakes.ts';
import { type TaskSharing, UnattendedTasks } from './unattended-tasks.ts';
import { WaitingTasks, type WaitingTasksOptions } from './waiting-tasks.ts';

/** Ports that tasks are built on. */
export interface TasksOptions extends Omit<WaitingTasksOptions, 'store' | 'wakes' | 'push'> {
  readonly push: Pick<Push, 'isStored' | 'notify' | 'prepare'>;
  readonly store: TasksStore;
  /** Tells other processes to look, and is told by them. */
  readonly wake: ChangeWake;
  /** undefined: this process has the store alone. */
  readonly sharing: TaskSharing | undefined;
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
  /** What the request asks to be told of; absent: nothing. */
  readonly push: RequestedPush | undefined;
}

/** How often it is looked for tasks that nobody works on, and for those that wait in vain. */
const LOOK_MS = 1000;
const LOOK_FOR_LATE_MS = 30_000;
/** How long is waited for tasks whose runs are to have ended. */
const SETTLE_MS = 5000;

/** Every task; each is one run, or several that continue one another. */
export class A2aTasks {
  readonly #options: TasksOptions;
  readonly #live: LiveTasks;
  readonly #waiting: WaitingTasks;
  readonly #mirrored: MirroredTasks;
  readonly #unattended: UnattendedTasks;
  readonly #wakes: TaskWakes;
  readonly #timers: NodeJS.Timeout[] = [];
  #isSettling = false;
  /** The ids of stored tasks that were told to be odd. */
  readonly #odd = new Set<string>();

  constructor(options: TasksOptions) {
    this.#options = options;
    const { wake, ...rest } = options;
    this.#wakes = new TaskWakes(wake, (id) => {
      if (this.#live.get(id)?.state === 'submitted' && !this.#isSettling) void this.#unattended.tryLook();
    });
    const ports = { ...rest, wakes: this.#wakes };
    this.#live = new LiveTasks({ ...ports, onWaiting: ({ conversationKey }) => void this.#goOnLate(conversationKey) });
    this.#waiting = new WaitingTasks(this.#live, ports);
    this.#mirrored = new MirroredTasks(ports);
    this.#unattended = new UnattendedTasks(this.#live, ports);
  }

  /** Whether other processes work on tasks, too. */
  get #isShared(): boolean {
    return this.#options.sharing !== undefined;
  }

  /**
   * Takes over the tasks that nobody works on, and looks for more of them from then on where processes share the store. Returns how many
   * there were; those of a process that had the store alone have ended by then. To be called once, first.
   */
  async open(): Promise<number> {
    const taken = await this.#unattended.look();
    await this.#waiting.goOnLate();
    if (this.#isShared) {
      this.#timers.push(setInterval(() => this.#look(), LOOK_MS).unref());
      this.#timers.push(setInterval(() => this.#goOnLate(), LOOK_FOR_LATE_MS).unref());
    } else await Promise.all(taken.map(({ ended }) => ended));
    return taken.length;
  }

  /** Stores a new task and starts it. It ends by itself, whoever listens. */
  async start({ agentId, principal, parts, viewer, message, push, ...request }: NewTask): Promise<LiveTask> {
    const id = randomUUID();
    const configs = push ? this.#options.push.prepare(id, push) : [];
    const contextId = request.contextId ?? newId('conv');
    const runId = newId('run');
    const { isFull } = this.#live;
    const task = this.#live.add({
      id,
      agentId,
      owner: principal.name ?? null,
      contextId,
      // Known before it begins: whoever takes the task over finds the run by it.
      run: { id: runId, conversationKey: '' },
      history: [{ ...message, taskId: id, contextId }],
    });
    await task.submit(configs).catch((cause) => {
      this.#live.remove(task);
      throw cause;
    });
    this.#live.drive(task, async ({ canceled, stopped }) => {
      if (isFull) throw new ApiError('rate-limited', 'Too many tasks are running; ask again later');
      const extend = extendForViewer(contextId, viewer);
      const signal = AbortSignal.any([canceled, stopped]);
      return this.#options.startRun({ agentId, runId, principal, contextId, parts, extend, signal });
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

  /** To be told of each run of another process that this one has taken over, and goes on with or has ended: its task goes the same way. */
  async runTaken(conversationKey: string): Promise<void> {
    await this.#unattended.tryLook();
    await this.#goOnLate(conversationKey);
  }

  /** Ends a task that waits for a person. False when it waits no longer. */
  cancelWaiting(agentId: string, id: string): Promise<boolean> {
    return this.#waiting.cancel(agentId, id);
  }

  /** The task while its run goes on, in this process or in another one. */
  async running(agentId: string, id: string, principal: Principal): Promise<LiveTask | undefined> {
    const live = this.#live.get(id);
    if (live && this.#isOurs(live)) return live.agentId === agentId && maySee(principal, live.owner) ? live : undefined;
    const stored = await this.#options.store.get(agentId, id, principal);
    if (!stored) return undefined;
    if (stored.state === 'input-required' && this.#waiting.isAboutToGoOn(stored.conversationKey)) {
      await this.#waiting.continued(stored.conversationKey);
      return this.running(agentId, id, principal);
    }
    if (isOver(stored)) return undefined;
    return live ?? (this.#isShared ? this.#mirrored.open(stored) : undefined);
  }

  /** The task as it is now. */
  async get(agentId: string, id: string, principal: Principal): Promise<A2aTask | undefined> {
    const running = await this.running(agentId, id, principal);
    if (running?.isReady) return running.snapshot();
    const stored = await this.#options.store.get(agentId, id, principal);
    return stored && this.#read(stored);
  }

  /** A page of tasks, those that changed last first. */
  async list(
    query: TaskQuery & { readonly principal: Principal },
  ): Promise<{ tasks: A2aTask[]; nextCursor: string | null; total: number }> {
    const page = await this.#options.store.list(query);
    const show = (stored: TaskRecord) => {
      const live = this.#live.get(stored.id);
      return live && this.#isOurs(live) ? live.snapshot() : this.#read(stored);
    };
    return { ...page, tasks: page.tasks.map(show) };
  }

  /** Resolves when the tasks that go on have ended and are stored; ending their runs is up to others. Those that go on elsewhere are left to others. */
  async settled(): Promise<void> {
    this.#isSettling = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#mirrored.close();
    await this.#unattended.settled();
    await this.#waiting.settled();
    if (!this.#isShared) return this.#live.settled();
    if (await settlesWithin(this.#live.settled(), SETTLE_MS)) return;
    this.#live.leave();
    await settlesWithin(this.#live.settled(), SETTLE_MS);
  }

  /** Looks for nothing any more, and follows nothing. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#mirrored.close();
    this.#wakes.close();
  }

  /** Whether this process works on a task, and what it knows of that is how it stands. */
  #isOurs(task: LiveTask): boolean {
    return task.isOurs && (this.#options.sharing?.isFresh() ?? true);
  }

  #look(): void {
    this.#mirrored.leaveIdle();
    void this.#unattended.tryLook();
  }

  async #goOnLate(conversationKey?: string): Promise<void> {
    const { log } = this.#options;
    await this.#waiting
      .goOnLate(conversationKey)
      .catch((err) => log.error({ err }, 'tasks that wait in vain could not be looked for'));
  }

  #read(record: TaskRecord): A2aTask {
    const { id } = record;
    if (readTaskBody(record).isOdd && !this.#odd.has(id)) {
      this.#odd.add(id);
      this.#options.log.error({ taskId: id }, 'a stored task is odd, and is read without what is odd');
    }
    return toTask(record);
  }
}
