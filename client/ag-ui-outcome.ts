import type { AGUIInterrupt, AGUIRunResult } from './ag-ui-options.ts';

/** What a run ended with, beside its ids. */
export type RunOutcome = Omit<AGUIRunResult, 'threadId' | 'runId'>;

/** The part of an outcome that waits for nothing. */
export const NOTHING_PENDING: Omit<RunOutcome, 'outcome'> = { pendingToolCallIds: [], interrupts: [] };

/** Reads the `outcome` of a `RUN_FINISHED`; a run without one has succeeded. */
export function toOutcome(outcome: Record<string, unknown> | undefined): RunOutcome {
  const { type, pendingToolCallIds, interrupts } = outcome ?? {};
  return {
    outcome: type === 'cancelled' || type === 'interrupt' ? type : 'success',
    pendingToolCallIds: Array.isArray(pendingToolCallIds)
      ? pendingToolCallIds.filter((id) => typeof id === 'string')
      : [],
    interrupts: Array.isArray(interrupts) ? interrupts.filter(isInterrupt) : [],
  };
}

const isInterrupt = (value: unknown): value is AGUIInterrupt =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
