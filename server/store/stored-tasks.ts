import type { Principal } from '../call/principal.ts';
import type { PageQuery } from './pages.ts';
import type { PushConfigRecord } from './stored-push.ts';

/** Where a task of another agent may stand: `input-required` waits for a person, the last four are ends. */
export const TASK_STATES = [
  'submitted',
  'working',
  'input-required',
  'completed',
  'failed',
  'canceled',
  'rejected',
] as const;

/** Where a task of another agent stands. */
export type TaskState = (typeof TASK_STATES)[number];

/** A task of another agent: what A2A calls one run. */
export interface TaskRecord {
  readonly id: string;
  readonly agentId: string;
  readonly contextId: string;
  /** What this server knows the conversation by that it runs on; empty until it does. */
  readonly conversationKey: string;
  readonly state: TaskState;
  /** Why it stands there, in words for people. */
  readonly detail: string | null;
  /** The id of the run that it is, or of the last of several; null of tasks from before that was stored. */
  readonly runId: string | null;
  /** How many updates of it there have been: each has a number. */
  readonly updates: number;
  /** What was said and made, in the words of the protocol. */
  readonly body: Readonly<Record<string, unknown>>;
  /** When it came to this state. */
  readonly changedAt: string;
  /** The name of the key that asked for it; null without keys. */
  readonly owner: string | null;
}

/** Which tasks to list. */
export interface TaskQuery extends PageQuery {
  readonly agentId: string;
  readonly contextId?: string | undefined;
  readonly state?: TaskState | undefined;
  /** An RFC 3339 time in UTC. */
  readonly changedAfter?: string | undefined;
}

/** Where a task stands, and how many updates of it there have been. */
export interface TaskStand {
  /** `ours`: this process works on it; `waiting`: it waits for a person; `submitted`: its run has not begun, whichever process works on it. */
  readonly is: 'ours' | 'waiting' | 'submitted';
  readonly updates: number;
}

/** What is told of a change to whoever asked for notifications; it is stored with the change. */
export interface TaskNews {
  /** The updates in JSON; their numbers are the last ones that the task has had. */
  readonly updates: readonly object[];
}

/**
 * The stored tasks of other agents. Where processes share a database, one of them works on each task that goes on: the one that executes
 * its run, as a rule. No other changes it, and nobody changes one that has ended.
 */
export interface TasksStore {
  /**
   * Adds a task, for this process to work on while it is `submitted` or `working`, with who asks for notifications. Of more than 10,000
   * ended tasks those go that ended first.
   */
  add(task: TaskRecord, news?: TaskNews & { readonly configs: readonly PushConfigRecord[] }): Promise<void>;
  /** Replaces a task that stands so, for this process to work on from then on. Returns whether it did. */
  change(task: TaskRecord, was: TaskStand, news?: TaskNews): Promise<boolean>;
  get(agentId: string, id: string, principal?: Principal): Promise<TaskRecord | undefined>;
  /** One page, those that changed last first; `total` counts all that match. */
  list(query: TaskQuery): Promise<{ tasks: TaskRecord[]; nextCursor: string | null; total: number }>;
  /** The task that waits for a person on a conversation. */
  waitingOn(conversationKey: string): Promise<TaskRecord | undefined>;
  /** The tasks that wait for a person on conversations which have gone on; on request on one of them. */
  leftBehind(conversationKey?: string): Promise<TaskRecord[]>;
  /**
   * Takes over a few of the tasks that nobody works on: of none, and of processes that have said nothing for `silenceMs`; undefined: of
   * none alone. Their runs are over, or belong to this process. `live` are the ids of those that this one works on.
   */
  claim(live: readonly string[], silenceMs: number | undefined): Promise<TaskRecord[]>;
  /** Of the tasks that this process works on, the ids of those that another one has ended, or works on. */
  lost(live: readonly string[]): Promise<string[]>;
  /** Gives up a task that this process works on, for another one to take over. */
  release(id: string): Promise<void>;
  /** What time it is where the tasks are kept, as RFC 3339. */
  now(): string;
}
