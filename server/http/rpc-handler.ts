/** Whatever is asked by tRPC and is not plain: streams, and what is refused. */
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { type Exchange, RPC_PATH } from './exchange.ts';
import { headersOf, noteFault, toTrpcError } from './rpc-errors.ts';
import type { RpcInput } from './rpc-input.ts';
import type { RpcContext, RpcRouter } from './rpc-router.ts';
import { handOver } from './send.ts';

/** How a request is answered by tRPC's own handler. */
interface HandleOptions {
  readonly router: RpcRouter;
  readonly maxBatchSize: number;
  readonly input: RpcInput;
  /** Throws when calls may not be made. */
  admit(names: readonly string[]): void;
}

/** Answers by tRPC's own handler. */
export async function handleByTrpc(exchange: Exchange, options: HandleOptions): Promise<void> {
  const { request, response } = exchange;
  const { router, maxBatchSize, input, admit } = options;
  const { body, failure } = input;
  handOver(exchange);
  if (failure) response.setHeader('connection', 'close');
  const url = request.url?.slice(RPC_PATH.length) ?? '';
  const path = exchange.path.slice(RPC_PATH.length);
  Object.assign(
    request,
    { url: url.startsWith('/') ? url : `/${url}` },
    body !== undefined && { body },
    failure && { body: '{}' },
  );
  await nodeHTTPRequestHandler({
    router,
    maxBatchSize,
    req: request,
    res: response,
    path: path.slice(path.lastIndexOf('/') + 1),
    async createContext({ info }): Promise<RpcContext> {
      if (failure) throw toTrpcError(failure);
      admit(info.calls.map((call) => call.path));
      return { exchange };
    },
    responseMeta: ({ errors }) => ({ headers: Object.fromEntries(errors.flatMap(headersOf)) }),
    onError: ({ error }) => noteFault(exchange, error),
  });
}
