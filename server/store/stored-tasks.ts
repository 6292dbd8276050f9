import type { Principal } from '../call/principal.ts';
import type { PageQuery } from './pages.ts';

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

/** The stored tasks of other agents. */
export interface TasksStore {
  /** What time it is where they are stored, as RFC 3339: those that changed last come first, whichever process they are of. */
  now(): string;
  /** Inserts or replaces. Of more than 10,000 ended tasks those go that ended first. */
  save(task: TaskRecord): Promise<void>;
  get(agentId: string, id: string, principal?: Principal): Promise<TaskRecord | undefined>;
  /** One page, those that changed last first; `total` counts all that match. */
  list(query: TaskQuery): Promise<{ tasks: TaskRecord[]; nextCursor: string | null; total: number }>;
  /** The tasks that wait for a person. */
  waiting(): Promise<TaskRecord[]>;
  /** Ends the tasks that a server which died left open, and returns how many there were; those that wait for a person stay. */
  failOpen(detail: string): Promise<number>;
}
