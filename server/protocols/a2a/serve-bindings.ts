import type { Request, Response } from 'express';
import { ApiError } from '../../call/errors.ts';
import type { FindBindings } from './bindings.ts';
import type { A2aServerOptions, AgentRoute } from './server.ts';
import { guardStream, STREAM_LIMITS } from './stream-guard.ts';

/** The paths of the REST binding; others, such as those with a tenant, are not served. */
const REST_PATH = /^(?:\/v1)?(?:\/message:(?:send|stream)|\/tasks(?:\/.*)?|\/extendedAgentCard|\/card)$/;

const A2A_TYPE = 'application/a2a+json';
const JSON_TYPE = 'application/json';

/** Serves the two bindings of an agent, JSON-RPC at its own address and REST below it. */
export function createBindingsRoute(
  { streamLimits = STREAM_LIMITS }: Pick<A2aServerOptions, 'streamLimits'>,
  findBindings: FindBindings,
): AgentRoute {
  return async (agentId, request, response, next) => {
    const { sdk, jsonRpc, loadRest } = await findBindings(agentId, request);
    guardStream(response, streamLimits);
    if (request.path === '/') {
      await jsonRpc(request, response);
      return;
    }
    if (!REST_PATH.test(request.path)) throw new ApiError('not-found', 'Not Found');
    const { problem } = response.locals;
    if (problem) {
      const { toRestErrorBody, RequestMalformedError } = sdk.errors;
      response.status(400).json(toRestErrorBody(new RequestMalformedError(problem), 400));
      return;
    }
    answerInTypeOf(request, response);
    const rest = await loadRest();
    rest(request, response, next);
  };
}

/**
 * Answers a caller that speaks `application/json` in the same. The SDK answers all in `application/a2a+json`, as version 1.0.1 of the
 * specification says they should be; clients of 1.0.0 know no other than `application/json`.
 */
function answerInTypeOf(request: Request, response: Response): void {
  const spoken = `${request.get('accept') ?? ''},${request.get('content-type') ?? ''}`.toLowerCase();
  if (spoken.includes(A2A_TYPE) || !spoken.includes(JSON_TYPE)) return;
  const sendJson = response.json.bind(response);
  response.json = (body) => {
    response.set('content-type', JSON_TYPE);
    return sendJson(body);
  };
}
