/** Which MCP servers an agent may select, and how it names them. */
import type { Outputs } from '../../index.ts';
import type { ServerSelection } from './agent-fields.ts';

/** An MCP server as the server shows it. */
export type McpServer = Outputs['mcpServers']['listAvailable'][number];

// Where an id stands in several places, an id alone means the first of these.
const ORIGINS = ['config', 'custom', 'catalog'];

/** The server that a selection means; undefined when there is none. */
export function findServer(servers: readonly McpServer[], selection: ServerSelection): McpServer | undefined {
  if (typeof selection !== 'string') {
    return servers.find(({ id, origin }) => id === selection.id && origin === selection.origin);
  }
  return servers
    .filter(({ id }) => id === selection)
    .toSorted((one, other) => ORIGINS.indexOf(one.origin) - ORIGINS.indexOf(other.origin))[0];
}

/** The servers to choose from: those of `first`, then the person's own, then those of the catalog. */
export function inOrder(servers: readonly McpServer[], first: readonly ServerSelection[]): McpServer[] {
  const chosen = new Set(first.map((selection) => findServer(servers, selection)));
  const placeOf = (server: McpServer) => (chosen.has(server) ? -1 : ORIGINS.indexOf(server.origin));
  return servers.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/** The shortest selection that means this server. */
export const selectionOf = (servers: readonly McpServer[], { id, origin }: McpServer): ServerSelection =>
  servers.filter((one) => one.id === id).length > 1 ? { id, origin } : id;

/** The class that colours the dot of a server, whose state also stands beside it. */
export const dotOf = ({ status }: McpServer): string => (status === 'running' ? 'ready' : status);
