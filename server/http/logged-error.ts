import { stdSerializers } from 'pino';
import { ApiError } from '../call/errors.ts';
import { CommandError } from '../command-error.ts';

/**
 * Whether an error is one that a working server meets: a key that is not set, a program that is not there, a provider that refuses. Its
 * sentence says all of it; where in the code it came up says nothing.
 */
export const isExpected = (error: unknown): boolean =>
  error instanceof CommandError || (error instanceof ApiError && error.code !== 'internal');

/** An error as the log holds it: with its stack and its causes, unless it {@link isExpected}. */
export function toLoggedError(error: Error): object {
  if (!isExpected(error)) return stdSerializers.err(error);
  return { type: error.name, message: error.message, ...('code' in error && { code: error.code }) };
}
