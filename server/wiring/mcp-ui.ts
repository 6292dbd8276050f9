import type { Agents } from '../agents/agents.ts';
import { awaitServers } from '../mcp/await-servers.ts';
import type { RunningServers, ServerReference } from '../mcp/servers/running-servers.ts';
import { toToolName } from '../mcp/tool-names.ts';
import { isForPages, listUiTools, readPage, type UiTool } from '../mcp/ui-tools.ts';
import { createMcpUiHandlers } from '../protocols/mcp-ui/handlers.ts';
import { createTicketMemory, PageTickets, TICKET_ENDPOINT } from '../protocols/mcp-ui/page-tickets.ts';
import { ENDPOINT, type PageTool, type PageTools } from '../protocols/mcp-ui/page-tools.ts';
import { type CallWatch, makeWatched } from '../runs/call-watch.ts';
import { needsApproval } from '../runs/tool-approvals.ts';
import { MOUNTED } from './mounted.ts';
import type { ProtocolParts } from './protocols.ts';
import { createTextRuns } from './text-run.ts';

/** Opens MCP-UI: the answers of agents, and the pages of their tools. */
export function openMcpUi({ options, store, agents, mcp, agentRuns, runs, watchRequest }: ProtocolParts) {
  const pageTools = createPageTools(agents, mcp.servers, watchRequest);
  const tickets = new PageTickets(store.service?.pageTickets ?? createTicketMemory());
  const parts = { agents, pageTools, tickets, frameAncestors: options['cors-origin'] };
  const loadPages = async () => (await import('../protocols/mcp-ui/pages.ts')).createMcpUiPages(parts);
  const loadTicketPages = async () => (await import('../protocols/mcp-ui/pages.ts')).createTicketPages(parts);
  return {
    handlers: {
      mcpUi: createMcpUiHandlers({ agents, pageTools, tickets, runs: createTextRuns({ agentRuns, runs }) }),
    },
    mounts: [
      { path: ENDPOINT, operation: MOUNTED.pages, load: loadPages },
      { path: TICKET_ENDPOINT, operation: MOUNTED.pages, load: loadTicketPages },
    ],
    openPaths: [TICKET_ENDPOINT],
  };
}

/** The tools with a page of the servers an agent selects. */
function createPageTools(agents: Agents, servers: RunningServers, watchRequest: () => CallWatch): PageTools {
  return {
    list(agentId) {
      const { selectedMcpServers, approvals } = agents.get(agentId);
      return listUiTools(servers, selectedMcpServers).map((uiTool) =>
        toPageTool(uiTool, approvals.tools, watchRequest),
      );
    },
    async prepare(agentId, server, signal) {
      const { selectedMcpServers } = agents.get(agentId);
      const isWanted = (selected: ServerReference) =>
        server === undefined || (typeof selected === 'string' ? selected : selected.id) === server;
      await awaitServers(servers, selectedMcpServers.filter(isWanted), { signal });
    },
  };
}

/** A page is no way around the person whose approval a tool needs: such tools are not there for it. */
const toPageTool = (
  { server, tool, name, resourceUri }: UiTool,
  held: readonly string[],
  watchRequest: () => CallWatch,
): PageTool => ({
  server: server.definition.id,
  tool: tool.name,
  name,
  resourceUri,
  readPage: (uri, signal) => readPage(server, uri, signal),
  listTools: () =>
    server.tools
      .filter(isForPages)
      .filter((each) => !needsApproval(toToolName(server.definition.id, each.name, new Map()), held))
      .map((each) => ({ ...each })),
  callTool: (called, args, signal) =>
    makeWatched(
      watchRequest(),
      { server: server.definition.id, tool: called, args },
      {
        make: async (onStart) => ({ ...(await server.call(called, args, { signal, meta: onStart?.() })) }),
        toEnd: (result) => ({ isError: result.isError === true, result }),
      },
    ),
});
