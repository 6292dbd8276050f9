import type { IncomingMessage, RequestListener } from 'node:http';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { ApiError, toApiError } from '../call/errors.ts';
import { exchangeOf } from './exchange.ts';
import type { Listener } from './front-door.ts';
import { sendError } from './send.ts';

/** Something served below a path by its own means: docs, a protocol's own server. */
export type Mount = {
  readonly path: string;
  /** What its requests are called in the log and the metrics; absent: nothing. */
  readonly operation?: string;
  /** Finds what answers a request by its path, without Express; undefined where Express is needed. */
  plain?(request: IncomingMessage, path: string): Listener | undefined;
} & (
  | { readonly handler: RequestHandler }
  /** Loaded after the server listens, so that what is heavy to import does not delay that. */
  | { load(): Promise<RequestHandler> }
);

/** Everything that is neither REST nor tRPC: the mounts in order, then a 404 in the shape of every error. */
export async function createExpressApp(mounts: readonly Mount[]): Promise<RequestListener> {
  const app = express()
    .disable('x-powered-by')
    .disable('etag')
    .enable('strict routing')
    .enable('case sensitive routing');
  for (const mount of mounts) app.use(mount.path, 'load' in mount ? await mount.load() : mount.handler);
  app.use((request, _response) => sendError(exchangeOf(request), new ApiError('not-found', 'Not Found')));
  const failed: ErrorRequestHandler = (cause, request, response, _next) => {
    const exchange = exchangeOf(request);
    if (response.headersSent) {
      exchange.fault = cause;
      response.destroy();
    } else sendError(exchange, toExpressError(cause));
  };
  app.use(failed);
  return app;
}

/** Express and its middleware say by a `status` what the caller did wrong. */
function toExpressError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const status = cause instanceof Error && 'status' in cause ? cause.status : undefined;
  if (status === 400) return new ApiError('malformed-url', 'The URL is not well formed', { cause });
  if (status === 404) return new ApiError('not-found', 'Not Found', { cause });
  if (status === 413) return new ApiError('body-too-large', 'The body is too large', { cause });
  return toApiError(cause);
}
