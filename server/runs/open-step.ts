import type { RunStep, StepToolCall } from '../store/stored-steps.ts';
import { sumCosts, sumUsage } from '../store/usage.ts';

type Written<T> = { -readonly [Key in keyof T]: T[Key] };

/** A tool call of a step that goes on. */
export type OpenCall = Written<StepToolCall>;

/** A step that goes on, as it is written. */
export interface OpenStep extends Omit<Written<RunStep>, 'toolCalls' | 'retries'> {
  readonly retries: RunStep['retries'][number][];
  readonly toolCalls: OpenCall[];
}

/** A step as it was stored, to be written on. */
export const reopenStep = (step: RunStep): OpenStep => ({
  ...step,
  retries: [...step.retries],
  toolCalls: step.toolCalls.map((call) => ({ ...call })),
});

/** Adds a call to a step: it waits from then on. */
export function queueCall(
  { toolCalls }: OpenStep,
  call: Pick<StepToolCall, 'callId' | 'parentCallId' | 'tool' | 'queuedAt'>,
): OpenCall {
  const { callId, parentCallId, tool, queuedAt } = call;
  const queued: OpenCall = {
    callId,
    parentCallId,
    tool,
    server: null,
    queuedAt,
    startedAt: null,
    endedAt: null,
    bytes: null,
    isError: null,
    isPending: false,
    approvalId: null,
    childRunId: null,
  };
  toolCalls.push(queued);
  return queued;
}

/**
 * Adds what an answer has used to a step, and what that costs. The step may have been taken before, by a process that is gone: what its
 * answer used then counts too. Where the cost of one of the two is not known, that of the step is not.
 */
export function addSpent(step: OpenStep, { usage, cost }: Pick<RunStep, 'usage' | 'cost'>): void {
  if (!usage) return;
  if (!step.usage) {
    step.usage = usage;
    step.cost = cost;
    return;
  }
  step.usage = sumUsage(step.usage, usage);
  step.cost = step.cost === null || cost === null ? null : sumCosts([step.cost, cost]);
}
