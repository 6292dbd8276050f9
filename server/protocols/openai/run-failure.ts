import type { ApiError } from '../../call/errors.ts';
import { failWith } from '../../runs/prompt-events.ts';
import { type RunOutcome, SHUTTING_DOWN } from '../../runs/run-events.ts';

/** The error that answers a run which did not finish. */
export function toRunFailure(outcome: Exclude<RunOutcome, { readonly status: 'finished' }>): ApiError {
  if (outcome.status === 'failed') return failWith(outcome.code, outcome.detail);
  const code = outcome.reason === SHUTTING_DOWN ? 'run-interrupted' : 'run-cancelled';
  return failWith(code, `The run was cancelled: ${outcome.reason}`);
}
