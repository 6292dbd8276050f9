/** Ports that tasks are built on: their runs, and the answers of people. */
import type { Principal } from '../../call/principal.ts';
import type { ApprovalDecision, RunEvent } from '../../runs/run-events.ts';
import type { Toolset } from '../../runs/toolset.ts';
import type { UserPart } from '../../store/messages.ts';

/** The run of a task. */
export interface TaskRun {
  /** What this server knows its conversation by: another caller may use the same context id for another. */
  readonly conversationKey: string;
  readonly events: AsyncIterable<{ readonly event: RunEvent }>;
  cancel(reason: string): void;
  /** Aborts where this process follows it no more, and another one goes on with it. */
  readonly left?: AbortSignal | undefined;
}

/** A run to start for a task. */
export interface TaskRunRequest {
  readonly agentId: string;
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
export interface ContinuingRun {
  readonly conversationKey: string;
  /** Whether it acts on the answers that the task waits for; if not, the task has waited in vain. */
  readonly isResumed: boolean;
  follow(): TaskRun;
}

/** What a person says to one call that waits. */
export interface TaskAnswer extends ApprovalDecision {
  readonly principal: Principal;
  /** Adds to the agent's tools for the run that acts on it. */
  readonly extend?: ((toolset: Toolset) => Toolset) | undefined;
}
