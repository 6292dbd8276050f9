/** Errors of this product as those of tRPC, and back. */
import { TRPCError } from '@trpc/server';
import type { ErrorCode } from '../../contract/errors.ts';
import { ApiError, toApiError } from '../call/errors.ts';
import type { Exchange } from './exchange.ts';
import { toFault } from './send.ts';

const CODES: Readonly<Record<number, TRPCError['code']>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_SUPPORTED',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  412: 'PRECONDITION_FAILED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
};

/** The error that tRPC is to answer with for whatever a call failed with. */
export function toTrpcError(cause: unknown): TRPCError {
  const error = toApiError(cause);
  return new TRPCError({ code: CODES[error.status] ?? 'INTERNAL_SERVER_ERROR', message: error.message, cause: error });
}

/** The error codes of the contract for what tRPC itself refuses. */
const OWN_ERRORS: Partial<Record<TRPCError['code'], ErrorCode>> = {
  PARSE_ERROR: 'malformed-json',
  BAD_REQUEST: 'malformed-request',
  NOT_FOUND: 'not-found',
  METHOD_NOT_SUPPORTED: 'method-not-allowed',
  UNSUPPORTED_MEDIA_TYPE: 'not-json',
  PAYLOAD_TOO_LARGE: 'body-too-large',
};

/** The error that callers are told of for one of tRPC. */
export function fromTrpcError(error: TRPCError): ApiError {
  if (error.cause instanceof ApiError) return error.cause;
  if (error.cause instanceof SyntaxError)
    return new ApiError('malformed-json', 'The input is not JSON', { cause: error });
  const code = OWN_ERRORS[error.code];
  return code ? new ApiError(code, error.message, { cause: error }) : toApiError(error);
}

/** The headers that belong to an error. */
export const headersOf = ({ cause }: TRPCError): [string, string][] =>
  cause instanceof ApiError ? Object.entries(cause.headers) : [];

/** Keeps for the log what failed here or upstream. */
export function noteFault(exchange: Exchange, error: TRPCError): void {
  const known = fromTrpcError(error);
  // 503 is an answer given on purpose, while starting or shutting down.
  if (known.status >= 500 && known.status !== 503) exchange.fault = toFault(known);
}
