import { type ErrorBody, type ErrorCode, errors } from '../../contract/errors.ts';

interface ApiErrorOptions extends ErrorOptions {
  /** Response headers that belong to the error, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The offending fields of a 422. */
  readonly fields?: NonNullable<ErrorBody['errors']>;
}

/** An error a caller is told about: its code decides the status, its message is the `detail` and must hold no secret. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: ErrorBody['errors'];

  constructor(code: ErrorCode, detail: string, { headers = {}, fields, ...options }: ApiErrorOptions = {}) {
    super(detail, options);
    this.name = 'ApiError';
    this.code = code;
    this.headers = headers;
    this.fields = fields;
  }

  get status(): number {
    return errors[this.code].status;
  }

  /** The body every surface answers with. */
  toBody(): ErrorBody {
    const body: ErrorBody = { detail: this.message, status_code: this.status, code: this.code };
    return this.fields ? { ...body, errors: this.fields } : body;
  }
}

/** The error for callers that want something new of a server that shuts down; `retryAfter` in seconds. */
export const drainingError = (retryAfter?: string): ApiError =>
  new ApiError(
    'draining',
    'The server is shutting down',
    retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } },
  );

/** How soon a run whose server has stopped may be asked for again, in seconds: by then a balancer knows of that. */
const RETRY_AFTER_S = '5';

/** The error of a run that did not finish, with when to ask again where its server has stopped. */
export const runError = (code: ErrorCode, detail: string): ApiError =>
  new ApiError(
    code,
    detail,
    code === 'draining' || code === 'run-interrupted' ? { headers: { 'retry-after': RETRY_AFTER_S } } : {},
  );

/** An ApiError from anything thrown: what is not one already becomes a 500 that says nothing of its cause. */
export function toApiError(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : new ApiError('internal', 'Internal Server Error', { cause });
}
