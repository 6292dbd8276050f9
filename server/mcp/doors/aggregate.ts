/** All running servers as one MCP server. */
import { ApiError } from '../../errors.ts';
import type { McpServerSdk } from '../mcp-sdk.ts';
import type { AllTools } from './all-tools.ts';
import type { Caller, FarSide } from './session.ts';

/** Answers one session: lists the tools of all running servers, says when they change, and calls them where they live. */
export function createAggregate(sdk: McpServerSdk, tools: AllTools, version: string): FarSide {
  const { Server, McpError, ErrorCode, ListToolsRequestSchema, CallToolRequestSchema } = sdk;
  const server = new Server({ name: 'agent-runtimes', version }, { capabilities: { tools: { listChanged: true } } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...tools.list()] }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, sendNotification }) => {
    const route = tools.find(params.name);
    if (!route) throw new McpError(ErrorCode.InvalidParams, `There is no tool '${params.name}'`);
    const progressToken = params._meta?.progressToken;
    const onProgress = (progress: { progress: number; total?: number | undefined; message?: string | undefined }) => {
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
      throw new McpError(code, cause.message, { code: cause.code });
    }
  });
  const forget = tools.onChange(() => {
    server.sendToolListChanged().catch(() => undefined); // nobody listens yet
  });
  return {
    attach: ({ transport }: Caller) => server.connect(transport),
    async close() {
      forget();
      await server.close();
    },
  };
}
