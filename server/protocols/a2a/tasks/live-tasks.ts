import type { TaskStand } from '../../../store/stored-tasks.ts';
import { LiveTask, type LiveTaskOptions, type StartTaskRun } from './live-task.ts';
import { TaskKeeper, type TaskKeeperOptions } from './task-keeper.ts';

interface LiveTasksOptions extends TaskKeeperOptions {
  /** Told that a task that this process works on waits for a person, once that is stored. */
  onWaiting(task: LiveTask): void;
  readonly log: LiveTaskOptions['log'];
}

const MAX_LIVE = 1000;

/** The tasks that this process works on, by id. */
export class LiveTasks {
  readonly #options: LiveTasksOptions;
  readonly #tasks = new Map<string, LiveTask>();
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
    void task.drive(start).finally(() => {
      this.remove(task);
      if (task.state === 'input-required') this.#options.onWaiting(task);
    });
  }

  /** Resolves when those that go on now have ended and are stored. */
  async settled(): Promise<void> {
    await Promise.all([...this.#tasks.values()].map(({ ended }) => ended));
  }

  /** Follows none of them any more. Returns their ids. */
  leave(): string[] {
    for (const task of this.#tasks.values()) task.leave();
    return [...this.#tasks.keys()];
  }
}
