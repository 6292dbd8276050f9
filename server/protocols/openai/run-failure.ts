import { type ApiError, runError } from '../../call/errors.ts';
import type { RunOutcome } from '../../runs/run-events.ts';

/** The error that answers a run which did not finish. */
export function toRunFailure(outcome: Exclude<RunOutcome, { readonly status: 'finished' }>): ApiError {
  if (outcome.status === 'failed') return runError(outcome.code, outcome.detail);
  return runError('run-cancelled', `The run was cancelled: ${outcome.reason}`);
}
