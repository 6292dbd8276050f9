/** What several parts of the page ask the server. */
import { useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';

/** Every agent there is. */
export const useAgents = () =>
  useQuery({ queryKey: ['agents', 'list'], queryFn: () => client.agents.list.query(), select: ({ agents }) => agents });

/** One agent. */
export const useAgent = (id: string) =>
  useQuery({ queryKey: ['agents', 'one', id], queryFn: () => client.agents.get.query({ agent_id: id }) });

/** Every MCP server there is. */
export const useServers = () =>
  useQuery({ queryKey: ['servers', 'available'], queryFn: () => client.mcpServers.listAvailable.query() });
