/** Serves A2A below `/api/v1/a2a/{agent_id}/`: the card, JSON-RPC and REST, each in both versions. */
import { hash } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { ApiError } from '../../call/errors.ts';
import type { Principal } from '../../call/principal.ts';
import { a2aEndpoint, type CardAgent, CardTimes, toAgentCard } from './card.ts';
import { createA2aJsonRpc, versionOf } from './json-rpc.ts';
import type { PushConfigs } from './push.ts';
import { createA2aRequests } from './requests.ts';
import { type A2aSdk, loadA2aSdk } from './sdk.ts';
import { guardStream, STREAM_LIMITS, type StreamLimits } from './stream-guard.ts';
import type { A2aTasks } from './tasks.ts';
import { A2aUser } from './user.ts';

/** What A2A is served with. */
export interface A2aServerOptions {
  readonly agents: {
    /** Throws a 404 when there is none. */
    get(id: string): CardAgent;
    has(id: string): boolean;
    /** The agent whose card is that of this server; undefined without agents. */
    defaultId(): string | undefined;
  };
  readonly tasks: A2aTasks;
  readonly push: PushConfigs;
  readonly version: string;
  readonly hasKeys: boolean;
  readonly streamLimits?: StreamLimits | undefined;
  /** Whom a request comes from. */
  principalOf(request: Request): Principal;
  readonly log: { error(details: object, message: string): void };
}

/** What Express serves. */
export interface A2aServer {
  /** Below `/api/v1/a2a`. */
  readonly agents: RequestHandler;
  /** At each of the well-known paths of a host. */
  readonly defaultCard: RequestHandler;
}

interface Bindings {
  readonly key: string;
  readonly jsonRpc: RequestHandler;
  readonly rest: RequestHandler;
}

/** The names of a card, today's and that of version 0.2. */
const CARD_NAMES = ['agent-card.json', 'agent.json'] as const;
/** How long a caller may go without asking whether a card has changed. */
const CARD_SECONDS = 60;
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_DEPTH = 200;
/** The paths of the REST binding; others, such as those with a tenant, are not served. */
const REST_PATH = /^(?:\/v1)?(?:\/message:(?:send|stream)|\/tasks(?:\/.*)?|\/extendedAgentCard|\/card)$/;

/** Builds what is served. */
export function createA2aServer(options: A2aServerOptions): A2aServer {
  const { agents } = options;
  const times = new CardTimes();
  const loading = { sdk: undefined as Promise<A2aSdk> | undefined };
  const load = () => {
    loading.sdk ??= loadA2aSdk();
    return loading.sdk;
  };

  async function serveCard(agentId: string, request: Request, response: Response, next: NextFunction): Promise<void> {
    if (request.path !== '/') throw new ApiError('not-found', 'Not Found');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(request, 'GET, HEAD');
    const sdk = await load();
    const agent = agents.get(agentId);
    times.forget((id) => agents.has(id));
    const card = toAgentCard(agent, options, originOf(request), sdk);
    response.set('last-modified', times.changedAt(agent).toUTCString());
    // A copy that was given to one caller with a key is nobody else's, and the SDK knows public ones alone.
    if (versionOf(request, sdk) !== '0.3') {
      response.set('cache-control', `${options.hasKeys ? 'private' : 'public'}, max-age=${CARD_SECONDS}`);
      return sendCard(sdk.types.AgentCard.toJSON(card), request, response);
    }
    const cache = { maxAge: options.hasKeys ? 0 : CARD_SECONDS };
    const cards = { agentCardProvider: async () => card, legacyCompat: { enabled: true }, cache };
    sdk.rest.agentCardHandler(cards)(request, response, next);
  }

  /** The bindings of each agent, for the card it had last. */
  const bindings = new Map<string, Bindings>();
  function bind(agent: CardAgent, origin: string, sdk: A2aSdk): Bindings {
    const card = toAgentCard(agent, options, origin, sdk);
    const key = JSON.stringify(card);
    const known = bindings.get(agent.id);
    if (known?.key === key) return known;
    for (const id of bindings.keys()) if (!agents.has(id)) bindings.delete(id);
    const requests = createA2aRequests({ ...options, sdk, agentId: agent.id, card });
    const { principalOf } = options;
    const userBuilder = async (request: Request) => new A2aUser(principalOf(request));
    const bound = {
      key,
      jsonRpc: createA2aJsonRpc({ sdk, requests, card, principalOf }),
      rest: sdk.rest.restHandler({ requestHandler: requests, userBuilder, legacyCompat: { enabled: true } }),
    };
    bindings.set(agent.id, bound);
    return bound;
  }

  async function serveAgent(agentId: string, request: Request, response: Response, next: NextFunction): Promise<void> {
    const agent = agents.get(agentId);
    const sdk = await load();
    options.push.use(sdk);
    const { jsonRpc, rest } = bind(agent, originOf(request), sdk);
    guardStream(response, options.streamLimits ?? STREAM_LIMITS);
    if (request.path === '/') {
      await jsonRpc(request, response, next);
      return;
    }
    if (!REST_PATH.test(request.path)) throw new ApiError('not-found', 'Not Found');
    if (response.locals.problem) {
      response
        .status(400)
        .json(sdk.errors.toRestErrorBody(new sdk.errors.RequestMalformedError(response.locals.problem), 400));
      return;
    }
    rest(request, response, next);
  }

  const ofAgent = express.Router({ strict: true, caseSensitive: true, mergeParams: true });
  for (const name of CARD_NAMES) {
    ofAgent.use(`/.well-known/${name}`, (request, response, next) =>
      serveCard(agentIdOf(request), request, response, next),
    );
  }
  ofAgent.use(readBody, checkDepth);
  ofAgent.use(explainBody);
  ofAgent.use((request, response, next) => serveAgent(agentIdOf(request), request, response, next));

  const below = express.Router({ strict: true, caseSensitive: true });
  below.all('/:agentId', (request, response) => {
    const { agentId } = request.params;
    agents.get(agentId);
    const query = request.originalUrl.split('?').slice(1).join('?');
    const location = a2aEndpoint(encodeURIComponent(agentId)) + (query && `?${query}`);
    response.status(307).set('location', location).end();
  });
  below.use('/:agentId', (request, response, next) => {
    if (request.method === 'POST' || request.path !== '/') return ofAgent(request, response, next);
    return refuseMethod(request, 'POST');
  });

  return {
    agents: below,
    defaultCard(request, response, next) {
      const id = agents.defaultId();
      if (id === undefined) throw new ApiError('not-found', 'There is no agent');
      return serveCard(id, request, response, next);
    },
  };
}

const agentIdOf = ({ params }: Request): string => String(params.agentId);
const originOf = (request: Request): string => `${request.protocol}://${request.get('host')}`;

// The SDK would write the card as it holds it in memory, which differs from the protocol's JSON in the security schemes.
function sendCard(card: unknown, request: Request, response: Response): void {
  const etag = `W/"${hash('sha256', JSON.stringify(card), 'base64url').slice(0, 22)}"`;
  response.set({ etag, vary: 'A2A-Version' });
  if (request.fresh) response.status(304).end();
  else response.json(card);
}

function refuseMethod(request: Request, allow: string): never {
  throw new ApiError('method-not-allowed', `${request.method} is not allowed here; allowed: ${allow}`, {
    headers: { allow },
  });
}

const readJson = express.json({
  type: ['application/json', 'application/a2a+json'],
  limit: MAX_BODY_BYTES,
  strict: false,
});
const readBody: RequestHandler = (request, response, next) => {
  // The server asks for a body only when somebody wants it.
  if (request.headers.expect !== undefined) response.writeContinue();
  readJson(request, response, next);
};

const checkDepth: RequestHandler = (request, _response, next) => {
  let level: unknown[] = [request.body];
  for (let depth = 0; level.length; depth++) {
    if (depth > MAX_DEPTH) return next(new SyntaxError('too deep'));
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  next();
};

// Each binding words a body that cannot be read in its own way.
const explainBody: ErrorRequestHandler = (cause, _request, response, next) => {
  if (!(cause instanceof SyntaxError)) return next(cause);
  response.locals.problem = `The body is not JSON, or nested more than ${MAX_DEPTH} levels deep`;
  next();
};
