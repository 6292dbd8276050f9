import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { ErrorShape } from './kit.ts';

/** The body of every error of OpenAI's API. */
export const OpenAiError = z
  .object({
    error: z.object({
      message: z.string().meta({ description: 'What went wrong, in one sentence' }),
      type: z.string().meta({ description: 'The kind of error, such as `invalid_request_error`' }),
      param: z.string().nullable().meta({ description: 'The field that is wrong, where it is one' }),
      code: z.string().meta({ description: 'The stable name of the error: one of those of this server' }),
    }),
  })
  .meta({ id: 'OpenAiError', description: "An error, as OpenAI's API has them" });

/** Such a body. */
export type OpenAiError = z.output<typeof OpenAiError>;

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

/**
 * What is not to be asked again, though its status says so to OpenAI's clients: a conflict that waiting does not solve, and a run that
 * has failed or was ended, whose tools may have worked.
 */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'approval-pending',
  'approval-resolved',
  'conversation-busy',
  'internal',
  'model-failed',
  'model-not-configured',
  'model-timeout',
  'run-cancelled',
  'run-exists',
  'run-interrupted',
]);

/** The form of errors that clients of OpenAI's API read, with the codes of this server. */
export const openAiErrors: ErrorShape & { readonly toBody: (error: ErrorOf) => OpenAiError } = {
  schema: OpenAiError,
  toBody: ({ detail: message, status_code: status, code, errors }) => ({
    error: {
      message,
      type: TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error'),
      param: errors?.[0]?.path ?? (code === 'agent-not-found' ? 'model' : null),
      code,
    },
  }),
  headers: ({ code }): Readonly<Record<string, string>> => (FINAL.has(code) ? { 'x-should-retry': 'false' } : {}),
};

type ErrorOf = Parameters<ErrorShape['toBody']>[0];
