/** Real MCP servers whose tools bring pages with them. */
import { fileURLToPath } from 'node:url';
import { startWholeServer, type WholeServer } from './whole-server.ts';

/** How a server of this package is started. */
export const packageServer = (name: string) => ({
  command: process.execPath,
  args: [
    fileURLToPath(new URL(`../../node_modules/@modelcontextprotocol/${name}/dist/index.js`, import.meta.url)),
    '--stdio',
  ],
});

/** The page of the tool `get-budget-data`. */
export const BUDGET_PAGE = 'ui://budget-allocator/mcp-app.html';

/** A server with the agent `helper`, who has the tools of two such servers, and the agent `plain`, who has none. */
export async function startPageServers(args: readonly string[] = []): Promise<WholeServer> {
  const server = await startWholeServer({
    args,
    mcpServers: { budget: packageServer('server-budget-allocator'), clock: packageServer('server-basic-vanillajs') },
  });
  await server.call('POST', '/agents', {
    id: 'helper',
    name: 'Helper',
    selected_mcp_servers: ['budget', 'clock', 'toolbox'],
  });
  await server.call('POST', '/agents', { id: 'plain', name: 'Plain' });
  await server.call('POST', '/agents/helper/mcp-servers/start');
  return server;
}
