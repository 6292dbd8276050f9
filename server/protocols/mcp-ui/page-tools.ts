/** Tools that bring a page with them. */
import { BASE_PATH } from '../../../contract/index.ts';
import { ApiError } from '../../call/errors.ts';
import type { Page } from './policy.ts';

/** The path where MCP-UI is served. */
export const ENDPOINT = `${BASE_PATH}/mcp-ui`;

/** A tool with a page, and the server it comes from. */
export interface PageTool {
  readonly server: string;
  readonly tool: string;
  /** The name that models know it by. */
  readonly name: string;
  /** Where its page is on the MCP server. */
  readonly resourceUri: string;
  /** Reads a page of the server. */
  readPage(uri: string, signal: AbortSignal): Promise<Page>;
  /** The tools of the server that pages may call, as MCP lists them. */
  listTools(): Record<string, unknown>[];
  callTool(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<Record<string, unknown>>;
}

/** The path where a page is served. */
export const pageEndpoint = (agentId: string, uri: string): string =>
  `${ENDPOINT}/${agentId}/resource?uri=${encodeURIComponent(uri)}`;

/** The tool with the page `uri`, of this server if one is named. Throws a 404 when no tool of the agent has it: the other resources of a server are not served. */
export function findPage(
  tools: readonly PageTool[],
  { uri, server }: { readonly uri: string; readonly server?: string | undefined },
): PageTool {
  const found = tools.find((tool) => tool.resourceUri === uri && (server === undefined || tool.server === server));
  if (found) return found;
  throw new ApiError(
    'ui-resource-not-found',
    `No tool of this agent has the page ${uri}; its server may not be running`,
  );
}
