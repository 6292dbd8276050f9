/** The MCP client with which this server speaks to other servers. */
import type { Client, McpClientSdk } from './mcp-sdk.ts';
import { NO_SCHEMA_CHECKS } from './no-schema-checks.ts';

/** The media type of the pages that tools bring with them. */
export const PAGE_TYPE = 'text/html;profile=mcp-app';

/** A client that is not connected yet. `version` is that of this server, as the other side is told. */
export function createMcpClient(sdk: McpClientSdk, version: string): Client {
  return new sdk.Client(
    { name: 'agent-runtimes', version },
    { capabilities: CAPABILITIES, jsonSchemaValidator: NO_SCHEMA_CHECKS },
  );
}

// Servers offer their tools with pages only to clients that say they can show them.
const CAPABILITIES = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: [PAGE_TYPE] } } };
