import { hash } from 'node:crypto';
import type { Request, Response } from 'express';
import { ApiError } from '../../call/errors.ts';
import { methodNotAllowed } from '../../call/method-not-allowed.ts';
import { findCardTime, toAgentCard } from './card.ts';
import { originOf, versionOf } from './request-headers.ts';
import { loadA2aExpress, loadA2aSdk } from './sdk.ts';
import type { A2aServerOptions, AgentRoute } from './server.ts';

/** How long a caller may go without asking whether a card has changed. */
const CARD_SECONDS = 60;

/** Serves the card of an agent, in the JSON of the version that is asked for. */
export function createCardRoute(
  options: Pick<A2aServerOptions, 'agents' | 'cardTimes' | 'version' | 'hasKeys'>,
): AgentRoute {
  const { agents, cardTimes, hasKeys } = options;
  return async (agentId, request, response, next) => {
    if (request.path !== '/') throw new ApiError('not-found', 'Not Found');
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(request.method, 'GET, HEAD');
    const sdk = await loadA2aSdk();
    const agent = agents.get(agentId);
    const card = toAgentCard(agent, options, originOf(request), sdk);
    response.set('last-modified', (await findCardTime(agent, cardTimes)).toUTCString());
    // With keys, a card is for the caller that asked for it: other callers must not be given a cached copy.
    if (versionOf(request, sdk) !== '0.3') {
      response.set('cache-control', `${hasKeys ? 'private' : 'public'}, max-age=${CARD_SECONDS}`);
      return sendCard(sdk.types.AgentCard.toJSON(card), request, response);
    }
    // The SDK marks every copy as public, so with keys none may be kept.
    const cache = { maxAge: hasKeys ? 0 : CARD_SECONDS };
    const cards = { agentCardProvider: async () => card, legacyCompat: { enabled: true }, cache };
    const { agentCardHandler } = await loadA2aExpress();
    agentCardHandler(cards)(request, response, next);
  };
}

/** Sends the card as JSON of version 1.0. The SDK would send its own object, whose security schemes differ from that JSON. */
function sendCard(card: unknown, request: Request, response: Response): void {
  const etag = `W/"${hash('sha256', JSON.stringify(card), 'base64url').slice(0, 22)}"`;
  response.set({ etag, vary: 'A2A-Version' });
  if (request.fresh) response.status(304).end();
  else response.json(card);
}
