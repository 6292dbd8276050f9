import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FindBindings } from './bindings.ts';
import { readBody } from './request-body.ts';
import { toRpcExchange } from './rpc-exchange.ts';
import type { A2aServerOptions } from './server.ts';
import { guardStream, STREAM_LIMITS } from './stream-guard.ts';

/** Answers JSON-RPC requests to an agent in which `findAskedAgent` has found it, without Express. */
export function createJsonRpcListener(
  { readJson, streamLimits = STREAM_LIMITS }: Pick<A2aServerOptions, 'readJson' | 'streamLimits'>,
  findBindings: FindBindings,
) {
  return async (agentId: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [asked, answer] = toRpcExchange(request, response);
    await readBody(asked, answer, () => readJson(request, response, { holdFiles: true }));
    const { jsonRpc } = await findBindings(agentId, request);
    guardStream(response, streamLimits);
    await jsonRpc(asked, answer);
  };
}
