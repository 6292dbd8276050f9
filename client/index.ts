/** Every endpoint of a server as a typed call, over tRPC. The types come from the contract alone; no schema and no server code is loaded. */
import { createTRPCClient, httpBatchStreamLink, isTRPCClientError, splitLink, type TRPCClient } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter, ErrorBody } from '../contract/index.ts';
import { type ConnectionOptions, headersOf, rootOf } from './connection.ts';

export type { AppRouter, ErrorBody, ErrorCode } from '../contract/index.ts';
export { AGUIAdapter } from './ag-ui-adapter.ts';
export { AGUIError } from './ag-ui-error.ts';
export type {
  AGUIAssistantMessage,
  AGUIContent,
  AGUIContentPart,
  AGUIMessage,
  AGUIToolCall,
  AGUIToolMessage,
} from './ag-ui-history.ts';
export type {
  AGUIAdapterOptions,
  AGUIInterrupt,
  AGUIInterruptAnswer,
  AGUIReconnectOptions,
  AGUIRunResult,
  AGUITool,
  SendMessageOptions,
} from './ag-ui-options.ts';
export {
  ChatError,
  type ChatRequest,
  type ChatTransport,
  type ChatTransportOptions,
  chatTransport,
} from './chat-transport.ts';
export type { ConnectionOptions } from './connection.ts';

/** Every endpoint of a server: `client.<resource>.<name>`, then `.query(input)` of what reads and `.mutate(input)` of what changes. */
export type Client = TRPCClient<AppRouter>;
/** What each call takes: `Inputs['agents']['create']`. */
export type Inputs = inferRouterInputs<AppRouter>;
/** What each call resolves with: `Outputs['agents']['get']`; of a stream, an AsyncIterable of its events. */
export type Outputs = inferRouterOutputs<AppRouter>;

// Node refuses heads over 16 KiB, and other headers need their room.
const MAX_URL_CHARS = 8_000;

/**
 * A typed client of the server at `url`, the root of it: `http://localhost:8765`.
 *
 *     const client = createClient('http://localhost:8765', { apiKey });
 *     const { agents } = await client.agents.list.query();
 *     for await (const event of await client.prompts.stream.mutate({ agent_id: 'demo', message: 'Hello!' })) console.log(event);
 *
 * Inputs are path parameters, query and body in one object. Queries that start together share a request. Leaving the loop over a stream, or
 * aborting the `signal` given as second argument, cancels the run behind it. A refused call rejects; {@link errorBodyOf} reads why.
 */
export function createClient(url: string | URL, options: ConnectionOptions = {}): Client {
  const link = {
    url: `${rootOf(url)}/trpc`,
    headers: headersOf(options),
    maxURLLength: MAX_URL_CHARS,
    ...(options.fetch && { fetch: options.fetch }),
  };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'query',
        true: httpBatchStreamLink(link),
        // Alone in its request: a request that is shared ends only when all its calls are aborted, and a stream must end at once.
        false: httpBatchStreamLink({ ...link, maxItems: 1 }),
      }),
    ],
  });
}

/** What the server said when it refused a call: `{detail, status_code, code, errors?}`. Undefined when the call never came to an answer. */
export function errorBodyOf(cause: unknown): ErrorBody | undefined {
  if (!isTRPCClientError<AppRouter>(cause)) return undefined;
  return cause.data ?? undefined;
}
