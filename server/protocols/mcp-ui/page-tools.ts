/** Tools that bring a page with them, as MCP-UI sees them. */
import { BASE_PATH } from '../../../contract/index.ts';
import { ApiError } from '../../call/errors.ts';
import type { Page } from './policy.ts';

/** Where MCP-UI is served. */
export const ENDPOINT = `${BASE_PATH}/mcp-ui`;

/** A tool with a page, and the server it comes from. */
export interface PageTool {
  readonly server: string;
  readonly tool: string;
  /** What a model calls it. */
  readonly name: string;
  readonly resourceUri: string;
  /** Reads a page of the server. */
  readPage(uri: string, signal: AbortSignal): Promise<Page>;
  /** The tools of the server that pages may call, as MCP lists them. */
  listTools(): Record<string, unknown>[];
  callTool(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<Record<string, unknown>>;
}

/** Where a page is served. */
export const pageEndpoint = (agentId: string, uri: string): string =>
  `${ENDPOINT}/${agentId}/resource?uri=${encodeURIComponent(uri)}`;

/** The tool whose page this is. Throws a 404 when no tool of the agent names it: other resources of a server are nobody's business. */
export function findPage(tools: readonly PageTool[], uri: string): PageTool {
  const found = tools.find((tool) => tool.resourceUri === uri);
  if (found) return found;
  throw new ApiError(
    'ui-resource-not-found',
    `No tool of this agent has the page ${uri}; its server may not be running`,
  );
}
