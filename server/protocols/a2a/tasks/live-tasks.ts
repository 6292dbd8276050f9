import type { TasksStore } from '../../../store/stored-tasks.ts';
import type { A2aUpdate } from '../json.ts';
import type { TaskRun } from '../task-ports.ts';
import { LiveTask, type LiveTaskOptions } from './live-task.ts';

interface LiveTasksOptions {
  readonly store: Pick<TasksStore, 'save' | 'now'>;
  /** Told that a task waits for a person, before anybody else is. */
  onWaiting(task: LiveTask): void;
  onUpdate(taskId: string, update: A2aUpdate): void;
  readonly log: LiveTaskOptions['log'];
}

const MAX_LIVE = 1000;

/** The tasks whose runs go on, by id. */
export class LiveTasks {
  readonly #options: LiveTasksOptions;
  readonly #tasks = new Map<string, LiveTask>();

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

  /** Adds a task whose run is yet to start, in place of one with its id. */
  add(
    task: Pick<LiveTaskOptions, 'id' | 'agentId' | 'owner' | 'contextId' | 'conversationKey' | 'history' | 'artifacts'>,
  ): LiveTask {
    const { store, onUpdate, onWaiting, log } = this.#options;
    const live: LiveTask = new LiveTask({
      ...task,
      log,
      save: (record) => store.save(record),
      now: () => store.now(),
      onWaiting: () => onWaiting(live),
      onUpdate: (update) => onUpdate(task.id, update),
    });
    this.#tasks.set(task.id, live);
    return live;
  }

  remove(task: LiveTask): void {
    if (this.#tasks.get(task.id) === task) this.#tasks.delete(task.id);
  }

  /** Starts the run of a task in the background, and removes the task at its end. */
  drive(task: LiveTask, start: (signal: AbortSignal) => Promise<TaskRun>): void {
    void task.drive(start).finally(() => this.remove(task));
  }

  /** Resolves when those that go on now have ended and are stored. */
  async settled(): Promise<void> {
    await Promise.all([...this.#tasks.values()].map(({ ended }) => ended));
  }
}
