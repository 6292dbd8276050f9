import { z } from 'zod';
import { get, group } from './kit.ts';

const A2aAgent = z
  .object({
    agent_id: z.string(),
    name: z.string(),
    endpoint: z.string().meta({ description: 'Where to POST JSON-RPC; the REST operations are below it' }),
    card_endpoint: z.string().meta({ description: "The agent's card, in the version of the A2A-Version header" }),
  })
  .meta({ id: 'A2aAgent' });

const A2aAgentList = z
  .object({
    protocol: z.literal('a2a'),
    version: z.string().meta({ description: 'The version of this server' }),
    protocol_versions: z.array(z.string()).meta({ description: 'The versions of A2A that are spoken, newest first' }),
    agents: z.array(A2aAgent),
    agents_endpoint: z.string(),
    count: z.int(),
  })
  .meta({ id: 'A2aAgentList' });

/** The Agent2Agent protocol: every agent, for every other agent. Its own operations are served below the endpoints listed here. */
export const a2a = group(
  'A2A',
  'The Agent2Agent protocol: every agent, for every other agent. Its own operations are served below the endpoints listed here.',
  {
    agents: get('/a2a/agents', {
      summary: 'List A2A agents',
      description:
        'Each agent speaks A2A 1.0 and 0.3 at its endpoint: JSON-RPC as `POST` to it, the REST binding below it (`message:send`, `message:stream`, `tasks`), its card at `.well-known/agent-card.json`. The card of the first agent is also at `/.well-known/agent-card.json`.',
      output: A2aAgentList,
      example: {
        protocol: 'a2a',
        version: '0.1.0',
        protocol_versions: ['1.0', '0.3'],
        agents: [
          {
            agent_id: 'my-agent',
            name: 'My Custom Agent',
            endpoint: '/api/v1/a2a/my-agent/',
            card_endpoint: '/api/v1/a2a/my-agent/.well-known/agent-card.json',
          },
        ],
        agents_endpoint: '/api/v1/a2a/agents',
        count: 1,
      },
    }),
  },
);
