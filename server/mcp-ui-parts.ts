/** What MCP-UI is given of the other features. */
import type { Agents } from './agents/agent-registry.ts';
import type { RunningServers } from './mcp/running-servers.ts';
import { isForPages, listUiTools, readPage, type UiTool } from './mcp/ui-tools.ts';
import type { McpUiParts } from './protocols/mcp-ui-handlers.ts';
import type { PageTool } from './protocols/mcp-ui-page-tools.ts';

/** The tools with a page of the servers an agent selects. */
export function createPageTools(agents: Agents, servers: RunningServers): McpUiParts['pageTools'] {
  return (agentId) => listUiTools(servers, agents.get(agentId).selectedMcpServers).map(toPageTool);
}

const toPageTool = ({ server, tool, name, resourceUri }: UiTool): PageTool => ({
  server: server.definition.id,
  tool: tool.name,
  name,
  resourceUri,
  readPage: (uri, signal) => readPage(server, uri, signal),
  listTools: () => server.tools.filter(isForPages).map((each) => ({ ...each })),
  callTool: async (called, args, signal) => ({ ...(await server.call(called, args, { signal })) }),
});
