import { ApiError } from '../../call/errors.ts';
import type { OnProgress } from '../servers/requests.ts';
import type { McpServerSdk, Transport } from '../wire/mcp-sdk.ts';
import type { AllTools } from './all-tools.ts';
import type { Backend, Caller } from './session.ts';

/** All running servers as one: lists their tools, says when they change, and calls each on its server. */
export function createAggregate(sdk: McpServerSdk, tools: AllTools, version: string): Backend {
  const { Server, ErrorCode, ListToolsRequestSchema, CallToolRequestSchema } = sdk;
  const server = new Server({ name: 'agent-runtimes', version }, { capabilities: { tools: { listChanged: true } } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...tools.list()] }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, sendNotification }) => {
    const route = tools.find(params.name);
    if (!route) throw new AnswerError(ErrorCode.InvalidParams, `There is no tool '${params.name}'`);
    const progressToken = params._meta?.progressToken;
    const onProgress: OnProgress = (progress) => {
      if (progressToken === undefined) return;
      const notification = { method: 'notifications/progress' as const, params: { ...progress, progressToken } };
      sendNotification(notification).catch(() => undefined); // the caller has left
    };
    try {
      return await route.server.call(route.tool, params.arguments ?? {}, { signal, onProgress });
    } catch (cause) {
      signal.throwIfAborted();
      if (!(cause instanceof ApiError)) throw cause;
      const code = cause.code === 'mcp-server-timeout' ? ErrorCode.RequestTimeout : ErrorCode.ConnectionClosed;
      throw new AnswerError(code, cause.message, { code: cause.code });
    }
  });
  const forget = tools.onChange(() => {
    server.sendToolListChanged().catch(() => undefined); // nobody listens yet
  });
  return {
    attach: (caller) => server.connect(toTransport(caller)),
    async close() {
      forget();
      await server.close();
    },
  };
}

/** An error for the caller. The class of the SDK writes its code into its message, and the caller's SDK does so again. */
class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The caller as a transport: what the server sends without being asked waits, within bounds, until the caller listens. */
function toTransport(caller: Caller): Transport {
  const transport: Transport = {
    start: async () => undefined,
    send: async (message, options) => caller.send(message, options?.relatedRequestId),
    close: async () => undefined,
  };
  caller.transport.onmessage = (message, extra) => transport.onmessage?.(message, extra);
  return transport;
}
