/** Reads the JSON of A2A requests. */
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 200;

const readJson = express.json({
  type: ['application/json', 'application/a2a+json'],
  limit: MAX_BYTES,
  strict: false,
});

/** Parses the body into `request.body`. */
export const readBody: RequestHandler = (request, response, next) => {
  // A caller that sent `Expect: 100-continue` sends its body only once it is asked to.
  if (request.headers.expect !== undefined) response.writeContinue();
  readJson(request, response, next);
};

/** Refuses a body that is nested too deep, as one that is not JSON. */
export const checkDepth: RequestHandler = (request, _response, next) => {
  let level: unknown[] = [request.body];
  for (let depth = 0; level.length; depth++) {
    if (depth > MAX_DEPTH) return next(new SyntaxError('too deep'));
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  next();
};

/** Puts into `response.locals.problem` why a body could not be read: each binding says so in its own form. */
export const noteBodyProblem: ErrorRequestHandler = (cause, _request, response, next) => {
  if (!(cause instanceof SyntaxError)) return next(cause);
  response.locals.problem = `The body is not JSON, or nested more than ${MAX_DEPTH} levels deep`;
  next();
};
