/** The MCP client with which this server speaks to other servers. */
import type { Client, McpClientSdk } from './mcp-sdk.ts';

/** The media type of the pages that tools bring with them. */
export const PAGE_TYPE = 'text/html;profile=mcp-app';

/** A client that is not connected yet. `version` is that of this server, as the other side is told. */
export function createMcpClient(sdk: McpClientSdk, version: string): Client {
  return new sdk.Client(
    { name: 'agent-runtimes', version },
    { capabilities: CAPABILITIES, jsonSchemaValidator: NO_VALIDATOR },
  );
}

// Servers offer their tools with pages only to clients that say they can show them.
const CAPABILITIES = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: [PAGE_TYPE] } } };

// Results go to the model as they are, so nothing is ever checked against an output schema; the SDK's own validator costs each client
// more than a millisecond and much memory.
const NO_VALIDATOR = {
  getValidator: () => () => ({ valid: false as const, data: undefined, errorMessage: 'Schemas are not checked here' }),
};
