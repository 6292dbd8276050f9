import { ApiError } from '../../call/errors.ts';
import { type RunOutcome, SHUTTING_DOWN } from '../../runs/run-events.ts';

/** The error that answers a run which did not finish. */
export function toRunFailure(outcome: Exclude<RunOutcome, { readonly status: 'finished' }>): ApiError {
  if (outcome.status === 'failed') return new ApiError(outcome.code, outcome.detail);
  const code = outcome.reason === SHUTTING_DOWN ? 'run-interrupted' : 'run-cancelled';
  return new ApiError(code, `The run was cancelled: ${outcome.reason}`);
}
