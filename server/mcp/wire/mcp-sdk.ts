/** The one place that loads the MCP SDK: its modules take a tenth of a second to load, so only the first connection does. */

/** The parts of the SDK that speak to any server. */
export async function loadMcpClient() {
  const [{ Client }, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  return { Client, ...types };
}

/** What {@link loadMcpClient} loads. */
export type McpClientSdk = Awaited<ReturnType<typeof loadMcpClient>>;

/** The transports to servers behind a URL. */
export async function loadRemoteTransports() {
  const [streamable, sse] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    import('@modelcontextprotocol/sdk/client/sse.js'),
  ]);
  return { ...streamable, ...sse };
}

/** The parts of the SDK that serve MCP to others. */
export async function loadMcpServer() {
  const [{ Server }, { WebStandardStreamableHTTPServerTransport }, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/index.js'),
    import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  return { Server, WebStandardStreamableHTTPServerTransport, ...types };
}

/** What {@link loadMcpServer} loads. */
export type McpServerSdk = Awaited<ReturnType<typeof loadMcpServer>>;

export type { Client } from '@modelcontextprotocol/sdk/client/index.js';
export type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
export type {
  CallToolResult,
  JSONRPCMessage,
  ReadResourceResult,
  RequestId,
  Tool,
} from '@modelcontextprotocol/sdk/types.js';
