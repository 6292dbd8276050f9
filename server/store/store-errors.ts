import { ApiError } from '../call/errors.ts';

// The primary result codes of https://sqlite.org/rescode.html that callers are told about.
const BUSY = 5;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

const reasons = new Map([
  [BUSY, 'another process holds it locked'],
  [READ_ONLY, 'it is read-only'],
  [IO_ERROR, 'the disk refused to read or write'],
  [CORRUPT, 'its file is damaged'],
  [FULL, 'the disk is full'],
  [CANNOT_OPEN, 'its file cannot be opened'],
  [NOT_A_DATABASE, 'its file is damaged'],
]);

/** SQLite's primary result code behind an error, undefined when it is not SQLite's. */
function sqliteCodeOf(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') return undefined;
  // The low byte is the primary code; the rest says which kind of it.
  return cause.errcode & 0xff;
}

/** Whether another connection holds the lock that was asked for. */
export const isLockedError = (cause: unknown): boolean => sqliteCodeOf(cause) === BUSY;

/** The error that tells a caller of a disk that failed under the store, without the path of a file; any other error as it is. */
export function toStoreError(cause: unknown): unknown {
  const code = sqliteCodeOf(cause);
  const reason = code === undefined ? undefined : reasons.get(code);
  if (!reason) return cause;
  return new ApiError(code === FULL ? 'store-full' : 'store-failed', `The store failed: ${reason}`, { cause });
}

/** The error that tells whoever starts the server why `file` cannot be opened, and what to do. */
export function toOpenError(file: string, cause: unknown): ApiError {
  if (cause instanceof ApiError && !(cause.cause instanceof Error)) return cause;
  const original = cause instanceof ApiError ? cause.cause : cause;
  const code = sqliteCodeOf(original);
  if (code === CORRUPT || code === NOT_A_DATABASE) {
    return new ApiError(
      'store-failed',
      `The store ${file} is damaged and was left as it is: restore it from a backup, or move it away to start empty`,
      { cause: original },
    );
  }
  const reason = (code === undefined ? undefined : reasons.get(code)) ?? messageOf(original);
  return new ApiError(
    code === FULL ? 'store-full' : 'store-failed',
    `The store ${file} cannot be opened: ${reason}; check the folder, or choose another with --data-dir`,
    { cause: original },
  );
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
