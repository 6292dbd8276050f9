import type { TaskRecord, TasksStore } from '../../../store/stored-tasks.ts';
import type { RunOfTask, TaskRun } from '../task-ports.ts';
import type { LiveTask } from './live-task.ts';
import type { LiveTasks } from './live-tasks.ts';
import { readTaskBody } from './stored-task.ts';

/** What processes that share a store may take from each other. */
export interface TaskSharing {
  /** How long a process may be silent before this one takes over what it works on; undefined: it cannot judge the others now. */
  silenceMs(): number | undefined;
  /** Whether this one may count what it works on as its own: it was heard of a moment ago. */
  isFresh(): boolean;
  /** Whether it shuts down, and begins nothing any more. */
  isLeaving(): boolean;
}

interface UnattendedTasksOptions {
  readonly store: Pick<TasksStore, 'claim' | 'lost'>;
  findRun(run: RunOfTask): Promise<TaskRun | undefined>;
  readonly sharing: TaskSharing | undefined;
  readonly log: { error(details: object, message: string): void };
}

/**
 * Takes over tasks that nobody works on: those of a process that has died, and those whose run has come to this process. Each follows its
 * run to its end, from the beginning on: what it had made is told by that.
 */
export class UnattendedTasks {
  readonly #options: UnattendedTasksOptions;
  readonly #live: LiveTasks;
  #looking: Promise<LiveTask[]> | undefined;
  /** Whether something may have come up since the look that goes on began. */
  #isStale = false;
  #hasFailed = false;

  constructor(live: LiveTasks, options: UnattendedTasksOptions) {
    this.#live = live;
    this.#options = options;
  }

  /** Looks for such tasks now, and gives up those that others have ended before they began. Returns those that it took over. */
  async look(): Promise<LiveTask[]> {
    if (this.#looking) {
      this.#isStale = true;
      return this.#looking;
    }
    this.#looking = this.#lookAgain().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** The same as {@link look}; a failure is logged, once until one succeeds, and the next look is another try. */
  async tryLook(): Promise<void> {
    try {
      await this.look();
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed) this.#options.log.error({ err }, 'tasks that nobody works on could not be looked for');
      this.#hasFailed = true;
    }
  }

  /** Resolves when no look goes on. */
  async settled(): Promise<void> {
    await this.#looking?.catch(() => undefined);
  }

  async #lookAgain(): Promise<LiveTask[]> {
    const taken: LiveTask[] = [];
    do {
      this.#isStale = false;
      const { store, sharing } = this.#options;
      for (const id of await store.lost(this.#live.idsOfOurs('submitted'))) this.#live.get(id)?.stop();
      // Whoever may have been forgotten takes nothing, and whoever leaves has no time for it.
      if (sharing && (!sharing.isFresh() || sharing.isLeaving())) continue;
      const claimed = await store.claim(this.#live.idsOfOurs(), sharing?.silenceMs());
      taken.push(...claimed.map((record) => this.#take(record)));
    } while (this.#isStale);
    return taken;
  }

  #take(record: TaskRecord): LiveTask {
    const { id, agentId, owner, contextId, conversationKey, runId, updates } = record;
    const known = this.#live.get(id);
    known?.keeper.own(updates);
    if (known) return known;
    const { history, artifacts, approvals, before } = readTaskBody(record);
    const run = runId === null ? null : { id: runId, conversationKey };
    const status = { ...record, approvals };
    const task = this.#live.add(
      // Of a task without a run nobody else tells what it has made.
      { id, agentId, owner, contextId, run, status, history, before: run ? before : artifacts },
      { is: 'ours', updates },
    );
    this.#live.drive(task, async () => (run ? this.#options.findRun(run) : undefined));
    return task;
  }
}
