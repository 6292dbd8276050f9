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

/** The tools with a page that agents have. */
export interface PageTools {
  /** Those that an agent has now. */
  list(agentId: string): readonly PageTool[];
  /** Starts the servers of an agent that do not run, or the one of this id, as a run of it does. Resolves when no start is under way; never throws. */
  prepare(agentId: string, server: string | undefined, signal: AbortSignal): Promise<void>;
}

interface WantedPage {
  readonly uri: string;
  /** Absent: whichever has it. */
  readonly server?: string | undefined;
}

/** As {@link findPage}, of a server that may have to be started: the run that called its tool may have been another process's. */
export async function openPage(
  tools: PageTools,
  { agentId, ...wanted }: WantedPage & { readonly agentId: string },
  signal: AbortSignal,
): Promise<PageTool> {
  const found = tools.list(agentId).find(isPage(wanted));
  if (found) return found;
  await tools.prepare(agentId, wanted.server, signal);
  signal.throwIfAborted();
  return findPage(tools.list(agentId), wanted);
}

/** The tool with the page `uri`, of this server if one is named. Throws a 404 when no tool of the agent has it: the other resources of a server are not served. */
function findPage(tools: readonly PageTool[], wanted: WantedPage): PageTool {
  const found = tools.find(isPage(wanted));
  if (found) return found;
  throw new ApiError(
    'ui-resource-not-found',
    `No tool of this agent has the page ${wanted.uri}; its server may not be running`,
  );
}

const isPage =
  ({ uri, server }: WantedPage) =>
  (tool: PageTool) =>
    tool.resourceUri === uri && (server === undefined || tool.server === server);
