/** The one place that loads the MCP SDK: its modules take a tenth of a second to load, so only the first connection does. */

/** The parts of the SDK that speak to any server. */
export async function loadMcpClient() {
  const [{ Client }, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  return { Client, ...types };
}

/** The transports to servers behind a URL. */
export async function loadRemoteTransports() {
  const [streamable, sse] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    import('@modelcontextprotocol/sdk/client/sse.js'),
  ]);
  return { ...streamable, ...sse };
}

/** What serves MCP to others over HTTP. */
export const loadServerTransport = () => import('@modelcontextprotocol/sdk/server/streamableHttp.js');

/** What answers MCP requests itself. */
export async function loadMcpServer() {
  const [{ Server }, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/index.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  return { Server, ...types };
}

export type { Client } from '@modelcontextprotocol/sdk/client/index.js';
export type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
export type { CallToolResult, JSONRPCMessage, ReadResourceResult, Tool } from '@modelcontextprotocol/sdk/types.js';
