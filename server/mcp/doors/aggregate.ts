import type { Principal } from '../../call/principal.ts';
import type { OnProgress } from '../servers/requests.ts';
import type { McpServerSdk, Transport } from '../wire/mcp-sdk.ts';
import { NO_SCHEMA_CHECKS } from '../wire/no-schema-checks.ts';
import { AnswerError } from './answer-error.ts';
import type { DoorTools } from './door-tools.ts';
import type { Backend, Caller } from './session.ts';

interface AggregateOptions {
  readonly tools: DoorTools;
  readonly version: string;
  /** Whose session it is. */
  readonly principal: Principal;
}

/** Tools from several places as one server: lists them, says when they change, and has each called where it is. */
export function createAggregate(sdk: McpServerSdk, { tools, version, principal }: AggregateOptions): Backend {
  const { Server, ErrorCode, ListToolsRequestSchema, CallToolRequestSchema } = sdk;
  const server = new Server(
    { name: 'agent-runtimes', version },
    { capabilities: { tools: { listChanged: true } }, jsonSchemaValidator: NO_SCHEMA_CHECKS },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...tools.list()] }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, sendNotification }) => {
    const call = tools.find(params.name);
    if (!call) throw new AnswerError(ErrorCode.InvalidParams, `There is no tool '${params.name}'`);
    const progressToken = params._meta?.progressToken;
    const tell: OnProgress = (progress) => {
      const notification = {
        method: 'notifications/progress' as const,
        params: { ...progress, progressToken: progressToken ?? '' },
      };
      sendNotification(notification).catch(() => undefined); // the caller has left
    };
    const onProgress = progressToken === undefined ? undefined : tell;
    return call(params.arguments ?? {}, { principal, signal, onProgress });
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

/** The caller as a transport: what the server sends without being asked waits, within bounds, until the caller listens. */
function toTransport(caller: Caller): Transport {
  const transport: Transport = {
    start: async () => undefined,
    send: async (message, options) => caller.send(message, options?.relatedRequestId),
    // Ends the calls that go on: nobody waits for them any more.
    close: async () => transport.onclose?.(),
  };
  caller.transport.onmessage = (message, extra) => transport.onmessage?.(message, extra);
  return transport;
}
