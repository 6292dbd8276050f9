import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import type { Agents } from './agents.ts';

/** The MCP servers of agents over the wire. */
export function createAgentMcpServerHandlers({
  agents,
}: {
  readonly agents: Agents;
}): Pick<AppHandlers<RequestContext>['agentMcpServers'], 'update'> {
  return {
    async update({ input: { agent_id, selected_mcp_servers } }) {
      await agents.update(agent_id, { selectedMcpServers: selected_mcp_servers });
      return { agent_id, selected_mcp_servers, message: 'MCP servers updated successfully' };
    },
  };
}
