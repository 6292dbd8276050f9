/** Asks a server for its tools, page by page, and never for more than anyone could use. */
import type { Client, loadMcpClient, Tool } from './mcp-sdk.ts';

export interface ToolLimits {
  readonly maxTools: number;
  readonly maxToolsBytes: number;
  readonly callTimeoutMs: number;
}

/** The tools of a server, in its order; what is over the limits is left out. */
export async function listTools(
  client: Client,
  { ListToolsResultSchema }: Awaited<ReturnType<typeof loadMcpClient>>,
  { maxTools, maxToolsBytes, callTimeoutMs }: ToolLimits,
  signal?: AbortSignal,
): Promise<readonly Tool[]> {
  if (!client.getServerCapabilities()?.tools) return [];
  const tools: Tool[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  let cursor: string | undefined;
  do {
    const page = await client.request(
      { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
      ListToolsResultSchema,
      { ...(signal && { signal }), timeout: callTimeoutMs },
    );
    for (const tool of page.tools) {
      bytes += JSON.stringify(tool).length;
      if (tools.length >= maxTools || bytes > maxToolsBytes) return tools;
      tools.push(tool);
    }
    cursor = page.nextCursor;
    // A server that hands out the same cursor again would be asked for ever.
    if (cursor !== undefined && seen.has(cursor)) return tools;
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined && seen.size < maxTools);
  return tools;
}
