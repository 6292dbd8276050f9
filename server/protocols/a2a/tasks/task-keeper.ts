import type { PushConfigRecord } from '../../../store/stored-push.ts';
import type { TaskRecord, TaskStand, TasksStore } from '../../../store/stored-tasks.ts';
import type { A2aUpdate } from '../json.ts';
import type { Push } from '../push/push.ts';
import { isOver, toA2aStatus } from './task-status.ts';
import type { TaskWakes } from './task-wakes.ts';

/** What tasks are kept with. */
export interface TaskKeeperOptions {
  readonly store: Pick<TasksStore, 'add' | 'change' | 'get' | 'now'>;
  readonly wakes: TaskWakes;
  /** Told of each change that this process has stored but the pieces of an answer, in order. */
  readonly push: Pick<Push, 'isStored' | 'notify'>;
}

/** A task as it is to become. */
export interface TaskChange {
  readonly task: Omit<TaskRecord, 'updates'>;
  /** What is told of it, in order; at least one. */
  readonly told: readonly A2aUpdate[];
  /** How it must stand for that. */
  readonly was: TaskStand;
}

/** Stores a change of a task, and tells of it. Returns whether it stood so. */
export async function changeTask(
  { store, wakes, push }: TaskKeeperOptions,
  { task, told, was }: TaskChange,
): Promise<boolean> {
  const last = was.updates + told.length;
  const news = push.isStored ? { updates: told } : undefined;
  const isChanged = await store.change({ ...task, updates: last }, was, news);
  if (!isChanged) return false;
  wakes.tell(task.id);
  push.notify({ taskId: task.id, updates: told, last });
  return true;
}

interface Cancel {
  readonly is: TaskStand['is'];
  readonly detail: string;
  readonly changedAt: string;
}

/** A stored task that is canceled where it stands. */
export function toCanceled({ updates, ...stored }: TaskRecord, { is, detail, changedAt }: Cancel): TaskChange {
  const body = { ...stored.body, approvals: [] };
  const task = { ...stored, body, state: 'canceled' as const, detail, changedAt };
  const { id: taskId, contextId } = task;
  return {
    task,
    told: [{ statusUpdate: { taskId, contextId, status: toA2aStatus(task, task) } }],
    was: { is, updates },
  };
}

/** How long is waited for who works on a task to store its end, once its run has ended; its process may be dead. */
const END_MS = 15_000;
const LOOK_MS = 250;

/**
 * Stores what becomes of one task, as long as this process is the one that works on it. Any other reads what that one stores: a task may
 * have been canceled elsewhere, or another process may work on it now.
 */
export class TaskKeeper {
  readonly #options: TaskKeeperOptions;
  /** How the task stands in the store; undefined: another process works on it. */
  #stand: TaskStand | undefined;

  constructor(options: TaskKeeperOptions, stand: TaskStand | undefined) {
    this.#options = options;
    this.#stand = stand;
  }

  /** Whether this process works on the task, as far as it knows. */
  get isOurs(): boolean {
    return this.#stand !== undefined;
  }

  /** What time it is where tasks are stored, as RFC 3339. */
  now(): string {
    return this.#options.store.now();
  }

  /** Notes that this process works on the task from now on, of which there have been so many updates. */
  own(updates: number): void {
    this.#stand = { is: 'ours', updates };
  }

  /** Stores a new task, with who asks for notifications. */
  async add(task: Omit<TaskRecord, 'updates'>, update: A2aUpdate, configs: readonly PushConfigRecord[]): Promise<void> {
    const { store, push } = this.#options;
    const updates = [update];
    await store.add({ ...task, updates: 1 }, push.isStored ? { updates, configs } : undefined);
    this.#stand = { is: 'ours', updates: 1 };
    push.notify({ taskId: task.id, updates, last: 1 });
  }

  /**
   * Stores a change, and what is told of it. Returns the task as it is stored where it ended otherwise; where another process works on it,
   * an end is waited for.
   */
  async save(task: Omit<TaskRecord, 'updates'>, told: readonly A2aUpdate[]): Promise<TaskRecord | undefined> {
    const { wakes } = this.#options;
    if (!this.isOurs && !isOver(task)) return undefined;
    for (const deadline = performance.now() + END_MS; ; ) {
      if (this.#stand && (await this.#change({ task, told, was: this.#stand }))) return undefined;
      const stored = await this.#options.store.get(task.agentId, task.id);
      if (stored && isOver(stored)) return stored;
      const isGone = stored === undefined || stored.runId !== task.runId;
      if (isGone || !isOver(task) || performance.now() > deadline) return undefined;
      await wakes.wait(task.id, LOOK_MS);
    }
  }

  async #change(change: TaskChange): Promise<boolean> {
    const updates = change.was.updates + change.told.length;
    const isChanged = await changeTask(this.#options, change);
    this.#stand = isChanged && !isOver(change.task) ? { is: 'ours', updates } : undefined;
    return isChanged;
  }
}
