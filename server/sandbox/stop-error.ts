import type { PythonError } from './sandbox.ts';

/** The error of an execution that was stopped; `traceback` says where. */
export function stopError(status: 'timeout' | 'cancelled', timeoutMs: number, traceback = ''): PythonError {
  return status === 'timeout'
    ? { name: 'TimeoutError', message: `The code ran longer than ${timeoutMs / 1000} s and was stopped`, traceback }
    : { name: 'KeyboardInterrupt', message: 'The execution was interrupted', traceback };
}
