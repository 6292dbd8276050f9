import { z } from 'zod';
import { get, group } from './kit.ts';

const AgentList = z
  .object({
    protocol: z.literal('acp'),
    version: z.int().meta({ description: 'The version of the protocol that is spoken' }),
    agents: z.array(
      z.object({
        agent_id: z.string(),
        name: z.string(),
        endpoint: z.string().meta({ description: 'Its path for WebSockets' }),
      }),
    ),
    agents_endpoint: z.string(),
    count: z.int(),
  })
  .meta({ id: 'AcpAgentList' });

/** The Agent Client Protocol (https://agentclientprotocol.com): every agent, for editors. */
export const acp = group(
  'ACP',
  'The Agent Client Protocol: every agent, for editors such as Zed and those of JetBrains.',
  {
    agents: get('/acp/agents', {
      summary: 'List agents for editors',
      description: [
        'Every agent, with the path at which a WebSocket speaks version 1 of the Agent Client Protocol with it: JSON-RPC, one message in a text frame.',
        'Its key comes in `Authorization`, or, from pages, as the subprotocol `base64url.bearer.` with the key in base64url behind it, beside the subprotocol `acp`.',
        'A session is a conversation: its id is good for every other endpoint. Editors that start programs are given `agent-runtimes acp`.',
      ].join(' '),
      output: AgentList,
      example: {
        protocol: 'acp',
        version: 1,
        agents: [{ agent_id: 'my-agent', name: 'My Custom Agent', endpoint: '/api/v1/acp/ws/my-agent' }],
        agents_endpoint: '/api/v1/acp/agents',
        count: 1,
      },
    }),
  },
);
