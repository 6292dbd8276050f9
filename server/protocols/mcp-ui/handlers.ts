/** Offers every agent over MCP-UI: its answers, and the pages of its tools. */
import type { AppHandlers } from '../../../contract/index.ts';
import { ApiError } from '../../call/errors.ts';
import type { RequestContext } from '../../call/implement.ts';
import { withNumbers } from '../../call/numbered-events.ts';
import { invalidField } from '../../call/validation-error.ts';
import { newId } from '../../runs/ids.ts';
import { listAgents, type OfferedAgents } from '../offered-agents.ts';
import { openTextRun, type TextRuns } from '../text-runs.ts';
import { type McpUiView, toMcpUiEvents } from './events.ts';
import type { PageTickets } from './page-tickets.ts';
import { ENDPOINT, openPage, type PageTool, type PageTools } from './page-tools.ts';

/** Ports that the handlers are built on: agents, their tools with pages, and runs of them. */
export interface McpUiParts {
  readonly agents: OfferedAgents;
  readonly pageTools: PageTools;
  readonly runs: TextRuns;
  readonly tickets: PageTickets;
}

/** The handlers of the group `mcpUi`. */
export function createMcpUiHandlers(parts: McpUiParts): AppHandlers<RequestContext>['mcpUi'] {
  const { agents, pageTools, runs, tickets } = parts;
  const info = () => ({
    protocol: 'mcp-ui' as const,
    version: '2026-01-26',
    extension: 'io.modelcontextprotocol/ui',
    mime_types: ['text/html;profile=mcp-app'],
    ...listAgents(agents, ENDPOINT, ({ id, name }) => ({
      agent_id: id,
      name,
      endpoint: `${ENDPOINT}/${id}/`,
      ui_tools: pageTools
        .list(id)
        .map(({ server, tool, resourceUri }) => ({ server, tool, resource_uri: resourceUri })),
    })),
  });
  const findTool =
    (agentId: string, signal: AbortSignal): McpUiView['findTool'] =>
    async (name, shown) => {
      const find = () => pageTools.list(agentId).find((each) => each.name === name);
      const found = find();
      if (found || !shown) return found;
      // The run may be another process's, and the server may run there alone.
      await pageTools.prepare(agentId, shown.server, signal);
      return find();
    };
  return {
    info,
    agents: info,
    async run({ input: { agent_id: agentId, message: text, ...input }, context, signal }) {
      agents.get(agentId);
      const { conversation_id: conversationId = newId('conv'), run_id: runId, background: detached } = input;
      const asked = { agentId, principal: context.principal, conversationId, text, runId, detached, signal };
      const run = await openTextRun(runs, asked, context);
      return withNumbers(
        toMcpUiEvents(run, { agentId, findTool: findTool(agentId, signal), after: run.after, signal }),
      );
    },
    async call({ input: { agent_id: agentId, uri, method, params = {} }, signal }) {
      agents.get(agentId);
      const page = await openPage(pageTools, { agentId, uri }, signal);
      return { result: await answerPage(page, method, params, signal) };
    },
    async ticket({ input: { agent_id: agentId, uri, server }, context, signal }) {
      agents.get(agentId);
      await openPage(pageTools, { agentId, uri, server }, signal);
      return tickets.issue({ agentId, server, uri }, context.principal.name);
    },
  };
}

/** Answers a request that the page of a tool makes of its MCP server. */
async function answerPage(
  page: PageTool,
  method: 'tools/call' | 'tools/list' | 'resources/read' | 'ping',
  params: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  switch (method) {
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: page.listTools() };
    case 'resources/read': {
      const uri = textOf(params, 'uri');
      if (!uri.startsWith('ui://'))
        throw new ApiError('ui-resource-not-found', `A page may read pages alone, not ${uri}`);
      return { contents: [await page.readPage(uri, signal)] };
    }
    case 'tools/call': {
      const name = textOf(params, 'name');
      const isOffered = page.listTools().some((tool) => tool.name === name);
      if (!isOffered)
        throw new ApiError('mcp-tool-not-found', `MCP server '${page.server}' has no tool '${name}' for pages`);
      const args = params.arguments;
      const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
      return page.callTool(name, isObject ? (args as Record<string, unknown>) : {}, signal);
    }
  }
}

function textOf(params: Record<string, unknown>, name: string): string {
  const value = params[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidField(`params.${name}`, 'is required');
}
