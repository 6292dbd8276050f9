import type { TraceHeaders } from './call-watch.ts';
import type { SubagentRunEvent } from './run-events.ts';
import type { StepBudget } from './step-budget.ts';

/** The call of a tool, as a run that is started for it knows it. */
export interface ParentCall {
  /** The id of the run that makes the call, among those of its owner. */
  readonly runId: string;
  readonly callId: string;
  /** The ids of the agents at work: the one that was asked first, and on to the one that makes the call. */
  readonly lineage: readonly string[];
  readonly budget: StepBudget;
  /** Whether the run that makes the call goes on without readers. */
  readonly isDetached: boolean;
  /** The span of the call. */
  readonly trace: TraceHeaders | undefined;
  /** Tells the readers of the run that makes the call; nothing once that has ended. */
  emit(event: SubagentRunEvent): void;
  /** A promise to wait for before more is told, when those are far behind. */
  pressure(): Promise<void> | undefined;
  /** Says that what the call waits for has deadlines of its own, so that the call needs none. */
  waitWithoutDeadline(): void;
}
