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

/** A 422 that names one wrong field in a sentence of its own. */
export const invalidFieldInWords = (path: string, sentence: string): ApiError =>
  new ApiError('validation-failed', sentence, { fields: [{ path, message: sentence }] });

/** A 422 that names one wrong field. */
export const invalidField = (path: string, message: string, options?: ErrorOptions): ApiError =>
  invalidFields([{ path, message }], options);

/** A 422 from what a schema found wrong. `root` names the value when the whole of it is wrong. */
export const toValidationError = (error: z.core.$ZodError, root = 'body'): ApiError =>
  invalidFields(toWrongFields(error.issues, root));

/** The wrong fields that a schema found, in words that say what each must be. */
export const toWrongFields = (issues: readonly z.core.$ZodIssue[], root = 'body'): WrongField[] =>
  issues.map(toNearest).map((issue) => ({ path: issue.path.join('.') || root, message: toMessage(issue) }));

/** What Zod says of a value that is no member of a union, unless the union has words of its own. */
const NO_MEMBER = 'Invalid input';

/** The issue of the member of a union that a value comes nearest to, which is where it is wrong deepest inside; any other issue as it is. */
function toNearest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const candidates = issue.errors.flatMap(([first]) => (first ? [toNearest(first)] : []));
  const depth = Math.max(...candidates.map(({ path }) => path.length));
  // A union with words of its own says better what is wrong with a value that is none of its members at all.
  if (depth === 0 && issue.message !== NO_MEMBER) return issue;
  const [nearest, ...others] = candidates.filter(({ path }) => path.length === depth);
  if (!nearest) return issue;
  const messages = new Set([nearest, ...others].map(({ message }) => message));
  return { ...nearest, path: [...issue.path, ...nearest.path], message: joinExpected([...messages]) };
}

/** `expected a, received x` and `expected b, received x` as one sentence. */
function joinExpected(messages: readonly string[]): string {
  const parts = messages.map((message) => /^(.*expected )(.*?)(, received .*)?$/.exec(message));
  const [first] = parts;
  if (messages.length === 1 || !first || parts.includes(null)) return messages.join(', or: ');
  return `${first[1]}${parts.map((part) => part?.[2]).join(' or ')}${first[3] ?? ''}`;
}

function toMessage({ code, message }: z.core.$ZodIssue): string {
  if (code !== 'invalid_type') return message;
  if (message.endsWith('received undefined')) return 'is required';
  // JSON has no NaN: it is what text in a query became.
  return message.endsWith('received NaN') ? 'must be a number' : message;
}
