import type { z } from 'zod';
import { ApiError } from './errors.ts';

/** One wrong field of a request: `path` is its name, dotted where it is nested. */
interface WrongField {
  readonly path: string;
  readonly message: string;
}

/** A 422 that names each wrong field. */
export function invalidFields(fields: readonly WrongField[], options: ErrorOptions = {}): ApiError {
  const detail = fields.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new ApiError('validation-failed', detail, { ...options, fields: [...fields] });
}

/** A 422 that names one wrong field. */
export const invalidField = (path: string, message: string, options?: ErrorOptions): ApiError =>
  invalidFields([{ path, message }], options);

/** A 422 from what a schema found wrong. `root` names the value when the whole of it is wrong. */
export function toValidationError(error: z.core.$ZodError, root = 'body'): ApiError {
  return invalidFields(
    error.issues.map((issue) => ({ path: issue.path.join('.') || root, message: toMessage(issue) })),
  );
}

function toMessage({ code, message }: z.core.$ZodIssue): string {
  if (code !== 'invalid_type') return message;
  if (message.endsWith('received undefined')) return 'is required';
  // JSON has no NaN: it is what text in a query became.
  return message.endsWith('received NaN') ? 'must be a number' : message;
}
