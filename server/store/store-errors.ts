import { ApiError } from '../call/errors.ts';

interface Failure {
  /** What SQLite calls it. */
  readonly name: string;
  readonly reason: string;
}

/** The failures that callers are told about, by their primary result code: https://sqlite.org/rescode.html */
const FAILURES: Readonly<Record<number, Failure>> = {
  5: { name: 'BUSY', reason: 'another process holds it locked' },
  8: { name: 'READONLY', reason: 'it is read-only' },
  10: { name: 'IOERR', reason: 'the disk refused to read or write' },
  11: { name: 'CORRUPT', reason: 'its file is damaged' },
  13: { name: 'FULL', reason: 'the disk is full' },
  14: { name: 'CANTOPEN', reason: 'its file cannot be opened' },
  26: { name: 'NOTADB', reason: 'its file is damaged' },
};

/** The failure of SQLite behind an error; undefined when it is none of those, or not SQLite's. */
function failureOf(cause: unknown): Failure | undefined {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') return undefined;
  // The low byte is the primary code; the rest says which kind of it.
  return FAILURES[cause.errcode & 0xff];
}

/** Whether another connection holds the lock that was asked for. */
export const isLockedError = (cause: unknown): boolean => failureOf(cause)?.name === 'BUSY';

const codeOf = (failure: Failure | undefined) => (failure?.name === 'FULL' ? 'store-full' : 'store-failed');

/** The error that tells a caller of a disk that failed under the store, without the path of a file; any other error as it is. */
export function toStoreError(cause: unknown): unknown {
  const failure = failureOf(cause);
  return failure ? new ApiError(codeOf(failure), `The store failed: ${failure.reason}`, { cause }) : cause;
}

/** The error that tells whoever starts the server why `file` cannot be opened, and what to do. */
export function toOpenError(file: string, cause: unknown): ApiError {
  if (cause instanceof ApiError && !(cause.cause instanceof Error)) return cause;
  const original = cause instanceof ApiError ? cause.cause : cause;
  const failure = failureOf(original);
  if (failure?.name === 'CORRUPT' || failure?.name === 'NOTADB') {
    return new ApiError(
      'store-failed',
      `The store ${file} is damaged and was left as it is: restore it from a backup, or move it away to start empty`,
      { cause: original },
    );
  }
  const reason = failure?.reason ?? messageOf(original);
  return new ApiError(
    codeOf(failure),
    `The store ${file} cannot be opened: ${reason}; check the folder, or choose another with --data-dir`,
    { cause: original },
  );
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
