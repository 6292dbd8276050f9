/** Serves A2A below `/api/v1/a2a/{agent_id}/`: the card, JSON-RPC and REST, each in both versions. */
import type { IncomingMessage } from 'node:http';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { ApiError } from '../../call/errors.ts';
import { methodNotAllowed } from '../../call/method-not-allowed.ts';
import type { Principal } from '../../call/principal.ts';
import type { FindBindings } from './bindings.ts';
import { a2aEndpoint, type CardAgent, type CardTimes } from './card.ts';
import type { Push } from './push/push.ts';
import { createBodyReader, type ReadJson } from './request-body.ts';
import { createBindingsRoute } from './serve-bindings.ts';
import { createCardRoute } from './serve-card.ts';
import type { StreamLimits } from './stream-guard.ts';
import type { A2aTasks } from './tasks/tasks.ts';

/** Ports that the A2A server is built on. */
export interface A2aServerOptions {
  readonly agents: {
    /** Throws a 404 when there is none. */
    get(id: string): CardAgent;
    has(id: string): boolean;
    /** The agent whose card is that of this server; undefined without agents. */
    defaultId(): string | undefined;
  };
  readonly cardTimes: CardTimes;
  readonly tasks: A2aTasks;
  readonly push: Push;
  /** Hosts inside the network of this server that push notifications may go to. */
  readonly webhookHosts: readonly string[];
  readonly version: string;
  /** Whether callers need an API key. */
  readonly hasKeys: boolean;
  readonly streamLimits?: StreamLimits | undefined;
  /** The caller of a request. */
  principalOf(request: IncomingMessage): Principal;
  readonly readJson: ReadJson;
  readonly log: { error(details: object, message: string): void };
}

/** The handlers that Express mounts. */
export interface A2aServer {
  /** To be mounted at `/api/v1/a2a`. */
  readonly agents: RequestHandler;
  /** The card of the default agent; to be mounted at each of the well-known paths of a host. */
  readonly defaultCard: RequestHandler;
}

/** A handler of the requests to one agent. */
export type AgentRoute = (
  agentId: string,
  request: Request,
  response: Response,
  next: NextFunction,
) => void | Promise<void>;

/** The names of a card: today's, and that of version 0.2. */
const CARD_NAMES = ['agent-card.json', 'agent.json'] as const;

/** Makes the handlers. */
export function createA2aServer(options: A2aServerOptions, findBindings: FindBindings): A2aServer {
  const { agents, readJson } = options;
  const serveCard = createCardRoute(options);
  const serveBindings = createBindingsRoute(options, findBindings);
  return {
    agents: createAgentsRouter(agents, createAgentRouter(serveCard, serveBindings, readJson)),
    defaultCard(request, response, next) {
      const id = agents.defaultId();
      if (id === undefined) throw new ApiError('not-found', 'There is no agent');
      return serveCard(id, request, response, next);
    },
  };
}

/** Everything below the path of one agent: its card, and else its bindings. */
function createAgentRouter(serveCard: AgentRoute, serveBindings: AgentRoute, readJson: ReadJson): RequestHandler {
  const router = express.Router({ strict: true, caseSensitive: true, mergeParams: true });
  for (const name of CARD_NAMES) {
    router.use(`/.well-known/${name}`, (request, response, next) =>
      serveCard(agentIdOf(request), request, response, next),
    );
  }
  router.use(createBodyReader(readJson));
  router.use((request, response, next) => serveBindings(agentIdOf(request), request, response, next));
  return router;
}

/** The paths of all agents. A path without its last slash is redirected to the one with it. */
function createAgentsRouter(agents: A2aServerOptions['agents'], agentRouter: RequestHandler): RequestHandler {
  const router = express.Router({ strict: true, caseSensitive: true });
  router.all('/:agentId', (request, response) => {
    const { agentId } = request.params;
    agents.get(agentId);
    const query = request.originalUrl.split('?').slice(1).join('?');
    const location = a2aEndpoint(encodeURIComponent(agentId)) + (query && `?${query}`);
    response.status(307).set('location', location).end();
  });
  router.use('/:agentId', (request, response, next) => {
    if (request.method !== 'POST' && request.path === '/') throw methodNotAllowed(request.method, 'POST');
    return agentRouter(request, response, next);
  });
  return router;
}

const agentIdOf = ({ params }: Request): string => String(params.agentId);
