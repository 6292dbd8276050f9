import { ApiError } from '../../call/errors.ts';

/** The failures that callers are told about, by the first characters of their SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const FAILURES: readonly (readonly [prefix: string, reason: string])[] = [
  ['08', 'its connection broke'],
  ['53100', 'its disk is full'],
  ['53', 'it has no room for more'],
  ['55P03', 'somebody else holds what it was asked for'],
  ['57014', 'it took too long'],
  ['57', 'it is stopping or starting'],
  ['58', 'its disk refused to read or write'],
  ['25006', 'it is read-only'],
  ['25P03', 'a transaction stood still for too long'],
  ['28', 'it refuses the user or the password'],
  ['3D', 'there is no such database'],
  ['XX', 'it is damaged'],
];

/** How soon a caller may try again: most that fails here is mended by itself. */
const RETRY_AFTER_S = '2';

/** What Node and the client say of a connection that is not there or no more. */
const BROKEN = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_|ENOTFOUND|EACCES|ENOENT)/;
const BROKEN_MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|write after end)/;

const codeOf = (cause: unknown): string => {
  const code: unknown = Object(cause).code;
  return typeof code === 'string' ? code : '';
};

const isConnectionFailure = (cause: unknown): boolean =>
  cause instanceof AggregateError
    ? cause.errors.some(isConnectionFailure)
    : cause instanceof Error && (BROKEN.test(codeOf(cause)) || BROKEN_MESSAGES.test(cause.message));

/** What went wrong behind an error of the store. */
const causeOf = (error: unknown): unknown => (error instanceof ApiError ? error.cause : error);

/** Whether a failure says nothing of the statement: the database is away, or the way to it. Whether the statement was done is not known then. */
export function isUnreachable(error: unknown): boolean {
  const cause = causeOf(error);
  const code = codeOf(cause);
  return isConnectionFailure(cause) || code.startsWith('08') || code.startsWith('57P') || code === '25P03';
}

/** What a database refuses that has too much to do: the statement took too long, a lock was not to be had, there is no connection left. */
const BUSY = new Set(['57014', '55P03', '53300']);

/** Whether what failed may well be done a moment later: the database is away, or has too much to do. */
export const isPassing = (error: unknown): boolean => isUnreachable(error) || BUSY.has(codeOf(causeOf(error)));

/** Whether a prepared statement gives other columns than it did when it was prepared, as another release has changed the table since. */
export function isStalePlan(error: unknown): boolean {
  const cause = causeOf(error);
  // The code stands for all that PostgreSQL cannot do, and the message is in its language.
  return codeOf(cause) === '0A000' && Object(cause).routine === 'RevalidateCachedQuery';
}

/** Whether a statement or its transaction was given up, for another one or as it was prepared too long ago, and may be done again. */
export const isConflict = (error: unknown): boolean =>
  ['40P01', '40001'].includes(codeOf(causeOf(error))) || isStalePlan(error);

/** Whether a lock was not to be had in the time there was. */
export const isLocked = (error: unknown): boolean => codeOf(causeOf(error)) === '55P03';

/** The error that tells a caller of a database that failed, without an address or a password; any other error as it is. */
export function toPostgresError(cause: unknown): unknown {
  if (cause instanceof ApiError) return cause;
  const code = codeOf(cause);
  const known = FAILURES.find(([prefix]) => code.startsWith(prefix));
  const reason = isConnectionFailure(cause) ? 'it cannot be reached' : known?.[1];
  if (reason === undefined) return cause;
  return new ApiError(code === '53100' ? 'store-full' : 'store-failed', `The database failed: ${reason}`, {
    headers: { 'retry-after': RETRY_AFTER_S },
    cause,
  });
}
