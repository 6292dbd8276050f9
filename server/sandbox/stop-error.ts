import type { PythonError } from './sandbox.ts';

/** Why code was stopped: it took too long, or somebody asked for it. */
export type StopReason = 'timeout' | 'cancelled';

/** The error of an execution that was stopped; `traceback` says where. */
export function stopError(reason: StopReason, timeoutMs: number, traceback = ''): PythonError {
  return reason === 'timeout'
    ? { name: 'TimeoutError', message: `The code ran longer than ${timeoutMs / 1000} s and was stopped`, traceback }
    : { name: 'KeyboardInterrupt', message: 'The execution was interrupted', traceback };
}
