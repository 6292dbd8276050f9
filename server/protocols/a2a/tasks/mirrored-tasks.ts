import { settlesWithin } from '../../../async/settles-within.ts';
import type { TaskRecord } from '../../../store/stored-tasks.ts';
import type { RunOfTask, StartTaskRun, TaskRun } from '../task-ports.ts';
import { LiveTask, type LiveTaskOptions } from './live-task.ts';
import { readTaskBody } from './stored-task.ts';
import { changeTask, TaskKeeper, type TaskKeeperOptions, toCanceled } from './task-keeper.ts';
import { CANCELED_BY_CLIENT, isOver } from './task-status.ts';

interface MirroredTasksOptions extends TaskKeeperOptions {
  findRun(run: RunOfTask): Promise<TaskRun | undefined>;
  readonly log: LiveTaskOptions['log'];
}

interface Mirrored {
  readonly task: LiveTask;
  /** When somebody last asked for it. */
  askedAt: number;
}

const LOOK_MS = 500;
/** How long whoever asks for one waits for what it has done. */
const READY_MS = 2000;
/** How long one is followed that nobody asks for. */
const IDLE_MS = 30_000;

/** The tasks that other processes work on, and that somebody here asks for: each follows its run, as it goes on there. */
export class MirroredTasks {
  readonly #options: MirroredTasksOptions;
  readonly #mirrored = new Map<string, Mirrored>();

  constructor(options: MirroredTasksOptions) {
    this.#options = options;
  }

  /** The task of a record that goes on elsewhere, with all that it has done, unless that cannot be read now. */
  async open(record: TaskRecord): Promise<LiveTask> {
    const mirrored = this.#mirrored.get(record.id) ?? this.#add(record);
    mirrored.askedAt = performance.now();
    const { task } = mirrored;
    await settlesWithin(task.ready, READY_MS);
    return task;
  }

  /** Leaves those that nobody asks for. */
  leaveIdle(): void {
    const since = performance.now() - IDLE_MS;
    for (const { task, askedAt } of this.#mirrored.values()) if (!task.hasFollowers && askedAt < since) task.leave();
  }

  /** Leaves all of them. */
  close(): void {
    for (const { task } of this.#mirrored.values()) task.leave();
  }

  #add(record: TaskRecord): Mirrored {
    const { id, agentId, owner, contextId, conversationKey, runId } = record;
    const { history, before, approvals } = readTaskBody(record);
    const task = new LiveTask({
      id,
      agentId,
      owner,
      contextId,
      run: runId === null ? null : { id: runId, conversationKey },
      status: { ...record, approvals },
      history,
      before,
      keeper: new TaskKeeper(this.#options, undefined),
      log: this.#options.log,
    });
    const mirrored = { task, askedAt: performance.now() };
    this.#mirrored.set(id, mirrored);
    void task.drive((ends) => this.#untilRun(record, ends)).finally(() => this.#mirrored.delete(id));
    return mirrored;
  }

  /** The run of a task, once it has begun; undefined when it will not. A task that is canceled before that has ended. */
  async #untilRun({ id, agentId }: TaskRecord, ends: Parameters<StartTaskRun>[0]): Promise<TaskRun | undefined> {
    const { store, wakes, findRun } = this.#options;
    const { canceled, stopped } = ends;
    for (;;) {
      const stored = await store.get(agentId, id);
      if (!stored || isOver(stored) || stopped.aborted) return undefined;
      const run = stored.runId === null ? undefined : await findRun({ ...stored, id: stored.runId });
      if (run) return run;
      if (canceled.aborted && stored.state === 'submitted' && (await this.#cancel(stored))) return undefined;
      // Who canceled it is told what has become of it, and looks on until then.
      await wakes.wait(id, LOOK_MS, canceled.aborted ? [stopped] : [stopped, canceled]);
    }
  }

  /** Ends a task whose run has not begun. Whoever is to start it finds it so. */
  async #cancel(stored: TaskRecord): Promise<boolean> {
    const changedAt = this.#options.store.now();
    return changeTask(this.#options, toCanceled(stored, { is: 'submitted', changedAt, detail: CANCELED_BY_CLIENT }));
  }
}
