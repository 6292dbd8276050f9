import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { ApiError } from '../../call/errors.ts';
import type { RpcResponse } from './rpc-exchange.ts';

/** The JSON in the body of a request, within the limits of every body, or of those that may hold files; undefined when it has none. */
export type ReadJson = (
  request: IncomingMessage,
  response: ServerResponse,
  may: { readonly holdFiles: boolean },
) => Promise<unknown>;

/** Where messages are sent to: JSON-RPC tells only in the body what it asks for. */
const TAKES_FILES = /^(?:\/|(?:\/v1)?\/message:(?:send|stream))$/;
const TYPES = ['application/json', 'application/a2a+json'];

/** Reads the JSON of A2A requests into `request.body`, as {@link readBody} does. */
export function createBodyReader(readJson: ReadJson): RequestHandler {
  return async (request, response, next) => {
    const isJson = request.is(TYPES);
    await readBody(request, response, async () =>
      isJson ? readJson(request, response, { holdFiles: TAKES_FILES.test(request.path) }) : undefined,
    );
    next();
  };
}

/**
 * Sets the body of a request. When that as a whole is no JSON, `response.locals.problem` says why, and each binding says so in its own form;
 * what is wrong with a part of it, or with the request, is refused as everywhere.
 */
export async function readBody(
  request: { body?: unknown },
  { locals }: Pick<RpcResponse, 'locals'>,
  read: () => Promise<unknown>,
): Promise<void> {
  try {
    request.body = await read();
  } catch (cause) {
    if (!isAboutTheWhole(cause)) throw cause;
    locals.problem = cause.message;
  }
}

function isAboutTheWhole(cause: unknown): cause is ApiError {
  if (!(cause instanceof ApiError)) return false;
  return cause.code === 'malformed-json' || (cause.fields ?? []).some(({ path }) => path === 'body');
}
