import type { TaskStand, TasksStore } from '../../../store/stored-tasks.ts';
import type { StartTaskRun } from '../task-ports.ts';
import { LiveTask, type LiveTaskOptions } from './live-task.ts';
import { TaskKeeper, type TaskKeeperOptions } from './task-keeper.ts';
import { isOver } from './task-status.ts';

interface LiveTasksOptions extends TaskKeeperOptions {
  readonly store: TaskKeeperOptions['store'] & Pick<TasksStore, 'release'>;
  /** Told that a task that this process works on waits for a person, once that is stored. */
  onWaiting(task: LiveTask): void;
  readonly log: LiveTaskOptions['log'];
}

const MAX_LIVE = 1000;

/** The tasks that this process works on, by id. */
export class LiveTasks {
  readonly #options: LiveTasksOptions;
  readonly #tasks = new Map<string, LiveTask>();
  readonly #driving = new Set<Promise<void>>();
  /** Those that run, by the key of their conversation. */
  readonly #running = new Map<string, LiveTask>();

  constructor(options: LiveTasksOptions) {
    this.#options = options;
  }

  /** Whether so many go on that no new one should. */
  get isFull(): boolean {
    return this.#tasks.size >= MAX_LIVE;
  }

  get(id: string): LiveTask | undefined {
    return this.#tasks.get(id);
  }

  /** The task that runs on a conversation, or has just done so. */
  on(conversationKey: string): LiveTask | undefined {
    return this.#running.get(conversationKey);
  }

  /** The ids of those that no other process works on, as far as is known; of those in `state`, or of all. */
  idsOfOurs(state?: LiveTask['state']): string[] {
    const ours = [...this.#tasks.values()].filter(({ keeper }) => keeper.isOurs);
    return ours.filter((task) => state === undefined || task.state === state).map(({ id }) => id);
  }

  /** Adds a task whose run is yet to start, in place of one with its id; `stand` is how it stands in the store, if it is there. */
  add(task: Omit<LiveTaskOptions, 'keeper' | 'log' | 'onFollowing'>, stand?: TaskStand): LiveTask {
    const live = new LiveTask({
      ...task,
      keeper: new TaskKeeper(this.#options, stand),
      log: this.#options.log,
      onFollowing: (following) => this.#running.set(following.conversationKey, following),
    });
    this.#tasks.set(task.id, live);
    return live;
  }

  remove(task: LiveTask): void {
    if (this.#tasks.get(task.id) === task) this.#tasks.delete(task.id);
    if (this.#running.get(task.conversationKey) === task) this.#running.delete(task.conversationKey);
  }

  /** Starts or finds the run of a task in the background, and removes the task at its end. */
  drive(task: LiveTask, start: StartTaskRun): void {
    const driving = this.#drive(task, start).then(() => void this.#driving.delete(driving));
    this.#driving.add(driving);
  }

  /** Resolves when those that go on now have ended and are stored, or are left to others. */
  async settled(): Promise<void> {
    await Promise.all(this.#driving);
  }

  /** Leaves all of them to other processes. */
  leave(): void {
    for (const task of this.#tasks.values()) task.leave();
  }

  async #drive(task: LiveTask, start: StartTaskRun): Promise<void> {
    await task.drive(start);
    this.remove(task);
    if (task.state === 'input-required') this.#options.onWaiting(task);
    if (!isOver(task) && task.keeper.isOurs) await this.#release(task);
  }

  async #release({ id }: LiveTask): Promise<void> {
    const { store, log } = this.#options;
    // Else it is taken over once this process is gone.
    await store.release(id).catch((err) => log.error({ err, taskId: id }, 'a task could not be left to others'));
  }
}
