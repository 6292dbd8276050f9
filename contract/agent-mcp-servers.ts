import { z } from 'zod';
import { ServerSelection } from './agents.ts';
import { group, patch } from './kit.ts';

/** The MCP servers that agents use. */
export const agentMcpServers = group('Agent MCP servers', {
  update: patch('/agents/{agent_id}/mcp-servers', {
    summary: 'Update agent MCP servers (runtime)',
    description:
      'Replaces the selection. Running runs have the new tools at their next model call. An unknown id is 422.',
    body: z.object({ selected_mcp_servers: z.array(ServerSelection).max(100) }).meta({ id: 'UpdateAgentMcpServers' }),
    output: z
      .object({ agent_id: z.string(), selected_mcp_servers: z.array(ServerSelection), message: z.string() })
      .meta({ id: 'AgentMcpServersUpdated' }),
    example: {
      agent_id: 'my-agent',
      selected_mcp_servers: ['tavily', 'filesystem'],
      message: 'MCP servers updated successfully',
    },
    errors: ['agent-not-found'],
  }),
});
