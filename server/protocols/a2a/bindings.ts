import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { toAgentCard } from './card.ts';
import { createA2aJsonRpc, type JsonRpc } from './json-rpc.ts';
import { originOf } from './request-headers.ts';
import { createA2aRequests } from './requests/requests.ts';
import { toSdkStreams } from './requests/task-streams.ts';
import { type A2aSdk, loadA2aExpress, loadA2aSdk } from './sdk.ts';
import type { A2aServerOptions } from './server.ts';
import { A2aUser } from './user.ts';

/** The bindings of one agent. */
export interface Bindings {
  readonly sdk: A2aSdk;
  readonly jsonRpc: JsonRpc;
  /** Loads Express. */
  loadRest(): Promise<RequestHandler>;
}

/** Finds the bindings of an agent, as it is now and as `request` reaches it. Throws a 404 when there is no such agent. */
export type FindBindings = (agentId: string, request: IncomingMessage) => Promise<Bindings>;

/** Makes the bindings of each agent, and makes them anew when its card has changed. The SDK is loaded by the first request. */
export function createBindings(options: A2aServerOptions): FindBindings {
  const { agents, push, principalOf } = options;
  const userBuilder = async (request: IncomingMessage) => new A2aUser(principalOf(request));
  /** With the card they were made for, as JSON. */
  const byAgent = new Map<string, Bindings & { readonly key: string }>();
  return async (agentId, request) => {
    const agent = agents.get(agentId);
    const sdk = await loadA2aSdk();
    push.use(sdk);
    const card = toAgentCard(agent, options, originOf(request), sdk);
    const key = JSON.stringify(card);
    const known = byAgent.get(agentId);
    if (known?.key === key) return known;
    for (const id of byAgent.keys()) if (!agents.has(id)) byAgent.delete(id);
    const operations = createA2aRequests({ ...options, sdk, agentId, card });
    const requestHandler = { ...operations, ...toSdkStreams(operations, sdk) };
    let rest: Promise<RequestHandler> | undefined;
    const bindings = {
      key,
      sdk,
      jsonRpc: createA2aJsonRpc({ sdk, operations, card, principalOf }),
      loadRest() {
        rest ??= loadA2aExpress().then(({ restHandler }) =>
          restHandler({ requestHandler, userBuilder, legacyCompat: { enabled: true } }),
        );
        return rest;
      },
    };
    byAgent.set(agentId, bindings);
    return bindings;
  };
}
