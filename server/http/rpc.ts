import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import type { RequestHandler } from 'express';
import type { ErrorCode } from '../../contract/errors.ts';
import { ApiError, toApiError } from '../call/errors.ts';
import { isIterable, type Operation } from '../call/implement.ts';
import { invalidField } from '../call/validation-error.ts';
import { type Exchange, exchangeOf, RPC_PATH, toContext } from './exchange.ts';
import { type RateLimits, toRateLimitHeaders } from './rate-limit.ts';
import { checkJsonText, hasBody, MAX_FILES_BODY_BYTES, readJsonText } from './read-json.ts';
import { NO_UTF_8, wasMended } from './read-query.ts';
import { toFault } from './send.ts';

/** The most calls one HTTP request may hold. */
const MAX_BATCH = 100;

interface RpcContext {
  readonly exchange: Exchange;
}

/** Serves operations as tRPC procedures; a stream is a mutation that returns an AsyncIterable. Mount it at `RPC_PATH`. */
export function createRpc(operations: readonly Operation[], rateLimits: RateLimits | undefined): RequestHandler {
  const open = new Set(operations.filter(({ endpoint }) => endpoint.open).map(({ name }) => name));
  const withFiles = operations.filter(({ endpoint }) => endpoint.takesFiles).map(({ name }) => `${RPC_PATH}/${name}`);
  // Such a call is alone in its request: others share theirs with reads only.
  const takesFiles = (path: string) => withFiles.includes(path);
  const failures = new WeakMap<Exchange, ApiError>();
  const serve = createExpressMiddleware({
    router: createRouter(operations, rateLimits),
    maxBatchSize: MAX_BATCH,
    async createContext({ req, res, info }): Promise<RpcContext> {
      const exchange = exchangeOf(req);
      const failure = failures.get(exchange);
      if (failure) throw toTrpcError(failure);
      exchange.operation = info.calls
        .map(({ path }) => path)
        .join()
        .slice(0, 200);
      const closed = info.calls.filter(({ path }) => !open.has(path));
      for (const _ of closed) {
        const state = await rateLimits?.take(exchange.caller, undefined).catch((cause) => {
          throw toTrpcError(cause);
        });
        if (state) for (const [name, value] of toRateLimitHeaders(state)) res.setHeader(name, value);
      }
      if (closed.length && exchange.denied) throw toTrpcError(exchange.denied);
      return { exchange };
    },
    responseMeta: ({ errors }) => ({
      headers: Object.assign({}, ...errors.map(({ cause }) => (cause instanceof ApiError ? cause.headers : {}))),
    }),
    onError({ error, req }) {
      const known = fromTrpcError(error);
      if (known.status >= 500 && known.status !== 503) exchangeOf(req).fault = toFault(known);
    },
  });
  return async (request, response, next) => {
    const exchange = exchangeOf(request);
    if (!['GET', 'HEAD', 'POST'].includes(request.method)) {
      const headers = { allow: 'GET, HEAD, POST' };
      throw new ApiError('method-not-allowed', `${request.method} is not allowed here`, { headers });
    }
    try {
      checkInput(exchange.query);
      const maxBytes = takesFiles(exchange.route) ? MAX_FILES_BODY_BYTES : undefined;
      if (hasBody(request)) request.body = await readJsonText(request, () => response.writeContinue(), maxBytes);
    } catch (cause) {
      // The router answers with it, in the envelope that its clients read.
      failures.set(exchange, toApiError(cause));
      request.body = '{}';
      response.setHeader('connection', 'close');
    }
    return serve(request, response, next);
  };
}

/** Throws when the input that stands in a query cannot be what its caller wrote. */
function checkInput(query: string): void {
  const input = new URLSearchParams(query).get('input') ?? '';
  if (wasMended(input, query)) throw invalidField('input', NO_UTF_8);
  checkJsonText(input);
}

type ProcedureTree = { [key: string]: ProcedureTree };

function createRouter(operations: readonly Operation[], rateLimits: RateLimits | undefined) {
  const t = initTRPC.context<RpcContext>().create({
    jsonl: { pingMs: 15_000 },
    errorFormatter({ shape, error }) {
      const body = fromTrpcError(error).toBody();
      // Where the adapter fails before it has a call, it reads the status from here; callers see status_code.
      Object.defineProperty(body, 'httpStatus', { value: body.status_code });
      return { code: shape.code, message: body.detail, data: body };
    },
  });
  const record: ProcedureTree = {};
  for (const operation of operations) {
    const { name, endpoint } = operation;
    // The operation checks its input by itself, as it does for REST.
    const procedure = t.procedure.input((value: unknown) => value);
    const call = async ({
      input,
      ctx,
      signal,
    }: {
      input: unknown;
      ctx: RpcContext;
      signal?: AbortSignal | undefined;
    }) => {
      const { exchange } = ctx;
      try {
        if (!endpoint.open) await rateLimits?.take(exchange.caller, name);
        const result = await operation.run(input, toContext(exchange), signal ?? exchange.gone.signal);
        if (!isIterable(result)) return result ?? null;
        exchange.isStream = true;
        return convertErrors(result);
      } catch (cause) {
        throw toTrpcError(cause);
      }
    };
    put(record, name.split('.'), endpoint.kind === 'query' ? procedure.query(call) : procedure.mutation(call));
  }
  return t.router(record as Parameters<typeof t.router>[0]);
}

function put(tree: ProcedureTree, [key = '', ...rest]: readonly string[], procedure: unknown): void {
  if (!rest.length) {
    tree[key] = procedure as ProcedureTree;
    return;
  }
  tree[key] ??= {};
  put(tree[key], rest, procedure);
}

async function* convertErrors(events: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* events;
  } catch (cause) {
    throw toTrpcError(cause);
  }
}

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

function toTrpcError(cause: unknown): TRPCError {
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

function fromTrpcError(error: TRPCError): ApiError {
  if (error.cause instanceof ApiError) return error.cause;
  if (error.cause instanceof SyntaxError)
    return new ApiError('malformed-json', 'The input is not JSON', { cause: error });
  const code = OWN_ERRORS[error.code];
  return code ? new ApiError(code, error.message, { cause: error }) : toApiError(error);
}
