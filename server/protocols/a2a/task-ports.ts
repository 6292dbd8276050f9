/** Ports that tasks are built on: their runs, and the answers of people. */
import type { Principal } from '../../call/principal.ts';
import type { ApprovalDecision, RunEvent } from '../../runs/run-events.ts';
import type { Toolset } from '../../runs/toolset.ts';
import type { UserPart } from '../../store/messages.ts';

/** Something that has happened in the run of a task: its number, and when, in milliseconds since 1970. */
export interface TaskEvent {
  readonly id: number;
  readonly event: RunEvent;
  readonly at: number | undefined;
}

/** The run of a task, whichever process executes it. */
export interface TaskRun {
  /** The id it is stored under. */
  readonly id: string;
  /** What this server knows its conversation by: another caller may use the same context id for another. */
  readonly conversationKey: string;
  /** Whether this process executes it. */
  readonly isHere: boolean;
  /** What had happened when it was found; nothing of one that has just started. */
  readonly past: readonly TaskEvent[];
  /** What happens from then on, to `run-ended`. */
  events(signal: AbortSignal): AsyncIterable<TaskEvent>;
  cancel(reason: string): void;
  /** Aborts where this process follows it no more, and another one goes on with it; then its events end. */
  readonly left?: AbortSignal | undefined;
  /** The same run from an event on that says it was cut off: as it goes on or has ended elsewhere. Absent: there is no elsewhere. */
  later?(event: TaskEvent): Promise<TaskRun | undefined>;
}

/** Which run a task is; the key is empty where the run may not have begun. */
export type RunOfTask = Pick<TaskRun, 'id' | 'conversationKey'>;

/** Finds or starts the run of a task; undefined: it has none, and will have none. */
export type StartTaskRun = (ends: {
  /** Aborts when somebody cancels the task. */
  readonly canceled: AbortSignal;
  /** Aborts when it is followed no more, or has ended elsewhere. */
  readonly stopped: AbortSignal;
}) => Promise<TaskRun | undefined>;

/** A run to start for a task. */
export interface TaskRunRequest {
  readonly agentId: string;
  /** The id it is to have. */
  readonly runId: string;
  readonly principal: Principal;
  /** The conversation. */
  readonly contextId: string;
  readonly parts: readonly UserPart[];
  /** Adds to the agent's tools for this run. */
  readonly extend?: ((toolset: Toolset) => Toolset) | undefined;
  /** Ends the wait for a conversation that is busy. */
  readonly signal: AbortSignal;
}

/** A run that has just started on the conversation of a task that waits. */
export interface ContinuingRun extends RunOfTask {
  /** Whether it acts on the answers that the task waits for; if not, the task has waited in vain. */
  readonly isResumed: boolean;
  /** Whether a task waited on the conversation as the run began; undefined: nobody looked. */
  readonly hasWaitingTask?: boolean | undefined;
  follow(): TaskRun;
}

/** What a person says to one call that waits. */
export interface TaskAnswer extends ApprovalDecision {
  readonly principal: Principal;
  /** Adds to the agent's tools for the run that acts on it. */
  readonly extend?: ((toolset: Toolset) => Toolset) | undefined;
}
