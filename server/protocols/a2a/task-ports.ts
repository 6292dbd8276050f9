/** What tasks need of the rest of the server: where they are kept, their runs, and the answers of people. */
import type { Principal } from '../../call/principal.ts';
import type { ApprovalDecision, RunEvent } from '../../runs/run-events.ts';
import type { Toolset } from '../../runs/toolset.ts';
import type { UserPart } from '../../store/messages.ts';
import type { TaskRecord, TaskState } from '../../store/task-record.ts';

/** The tasks to list. */
export interface TaskQuery {
  readonly agentId: string;
  readonly principal: Principal;
  readonly contextId?: string | undefined;
  readonly state?: TaskState | undefined;
  readonly changedAfter?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Where tasks are kept. */
export interface TaskStore {
  save(task: TaskRecord): Promise<void>;
  /** Without a principal, the task is found whoever it belongs to. */
  get(agentId: string, id: string, principal?: Principal): Promise<TaskRecord | undefined>;
  list(query: TaskQuery): Promise<{ tasks: TaskRecord[]; nextCursor: string | null; total: number }>;
  /** The tasks that wait for a person. */
  waiting(): Promise<{ readonly id: string; readonly agentId: string; readonly contextId: string }[]>;
}

/** The run of a task. */
export interface TaskRun {
  readonly events: AsyncIterable<{ readonly event: RunEvent }>;
  cancel(reason: string): void;
}

/** A run to start for a task. */
export interface TaskRunRequest {
  readonly agentId: string;
  readonly principal: Principal;
  /** The conversation. */
  readonly contextId: string;
  readonly parts: readonly UserPart[];
  /** Adds to the agent's tools for this run. */
  extend(toolset: Toolset): Toolset;
  /** Ends the wait for a conversation that is busy. */
  readonly signal: AbortSignal;
}

/** A run that has just started on the conversation of a task that waits. */
export interface ContinuingRun {
  readonly contextId: string;
  /** Whether it acts on the answers that the task waits for; if not, the task has waited in vain. */
  readonly isResumed: boolean;
  follow(): TaskRun;
}

/** What a person says to one call that waits. */
export interface TaskAnswer extends ApprovalDecision {
  readonly principal: Principal;
  /** Adds to the agent's tools for the run that acts on it. */
  extend(toolset: Toolset): Toolset;
}
