import type { Request, RequestHandler, Response } from 'express';
import { ApiError } from '../../call/errors.ts';
import { type CardAgent, toAgentCard } from './card.ts';
import { createA2aJsonRpc } from './json-rpc.ts';
import { originOf } from './request-headers.ts';
import { createA2aRequests } from './requests/requests.ts';
import { toSdkStreams } from './requests/task-streams.ts';
import type { A2aSdk } from './sdk.ts';
import type { A2aServerOptions, AgentRoute } from './server.ts';
import { guardStream, STREAM_LIMITS } from './stream-guard.ts';
import { A2aUser } from './user.ts';

/** The bindings of one agent. */
interface Bindings {
  /** The card they were made for, as JSON. */
  readonly key: string;
  readonly jsonRpc: RequestHandler;
  readonly rest: RequestHandler;
}

/** The paths of the REST binding; others, such as those with a tenant, are not served. */
const REST_PATH = /^(?:\/v1)?(?:\/message:(?:send|stream)|\/tasks(?:\/.*)?|\/extendedAgentCard|\/card)$/;

const A2A_TYPE = 'application/a2a+json';
const JSON_TYPE = 'application/json';

/** Serves the two bindings of an agent, JSON-RPC at its own address and REST below it. */
export function createBindingsRoute(options: A2aServerOptions, loadSdk: () => Promise<A2aSdk>): AgentRoute {
  const { agents, push, streamLimits = STREAM_LIMITS } = options;
  const bindingsOf = createBindingsCache(options);
  return async (agentId, request, response, next) => {
    const agent = agents.get(agentId);
    const sdk = await loadSdk();
    push.use(sdk);
    const { jsonRpc, rest } = bindingsOf(agent, originOf(request), sdk);
    guardStream(response, streamLimits);
    if (request.path === '/') {
      await jsonRpc(request, response, next);
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

/** Makes the bindings of each agent, and makes them anew when its card has changed. */
function createBindingsCache(options: A2aServerOptions) {
  const { agents, principalOf } = options;
  const userBuilder = async (request: Request) => new A2aUser(principalOf(request));
  const byAgent = new Map<string, Bindings>();
  return (agent: CardAgent, origin: string, sdk: A2aSdk): Bindings => {
    const card = toAgentCard(agent, options, origin, sdk);
    const key = JSON.stringify(card);
    const known = byAgent.get(agent.id);
    if (known?.key === key) return known;
    for (const id of byAgent.keys()) if (!agents.has(id)) byAgent.delete(id);
    const operations = createA2aRequests({ ...options, sdk, agentId: agent.id, card });
    const requestHandler = { ...operations, ...toSdkStreams(operations, sdk) };
    const bindings = {
      key,
      jsonRpc: createA2aJsonRpc({ sdk, operations, card, principalOf }),
      rest: sdk.rest.restHandler({ requestHandler, userBuilder, legacyCompat: { enabled: true } }),
    };
    byAgent.set(agent.id, bindings);
    return bindings;
  };
}
