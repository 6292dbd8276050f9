import { type ApiError, runError } from '../../call/errors.ts';
import { type RunOutcome, SHUTTING_DOWN } from '../../runs/run-events.ts';

/** The error that answers a run which did not finish. */
export function toRunFailure(outcome: Exclude<RunOutcome, { readonly status: 'finished' }>): ApiError {
  if (outcome.status === 'failed') return runError(outcome.code, outcome.detail);
  const code = outcome.reason === SHUTTING_DOWN ? 'run-interrupted' : 'run-cancelled';
  return runError(code, `The run was cancelled: ${outcome.reason}`);
}
