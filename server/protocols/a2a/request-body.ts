import type { Request, RequestHandler, Response } from 'express';
import { ApiError } from '../../call/errors.ts';

/** The JSON in the body of a request, within the limits of every body, or of those that may hold files; undefined when it has none. */
export type ReadJson = (request: Request, response: Response, may: { readonly holdFiles: boolean }) => Promise<unknown>;

/** Where messages are sent to: JSON-RPC tells only in the body what it asks for. */
const TAKES_FILES = /^(?:\/|(?:\/v1)?\/message:(?:send|stream))$/;
const TYPES = ['application/json', 'application/a2a+json'];

/**
 * Reads the JSON of A2A requests into `request.body`. When the body as a whole is none, `response.locals.problem` says why, and each binding
 * says so in its own form; what is wrong with a part of it, or with the request, is refused as everywhere.
 */
export function createBodyReader(readJson: ReadJson): RequestHandler {
  return async (request, response, next) => {
    try {
      if (request.is(TYPES)) {
        request.body = await readJson(request, response, { holdFiles: TAKES_FILES.test(request.path) });
      }
    } catch (cause) {
      if (!isAboutTheWhole(cause)) throw cause;
      response.locals.problem = cause.message;
    }
    next();
  };
}

function isAboutTheWhole(cause: unknown): cause is ApiError {
  if (!(cause instanceof ApiError)) return false;
  return cause.code === 'malformed-json' || (cause.fields ?? []).some(({ path }) => path === 'body');
}
