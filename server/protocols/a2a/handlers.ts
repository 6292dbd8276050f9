import { type AppHandlers, BASE_PATH } from '../../../contract/index.ts';
import type { RequestContext } from '../../call/implement.ts';
import { listAgents, type OfferedAgents } from '../offered-agents.ts';
import { a2aEndpoint } from './card.ts';
import { A2A_VERSIONS } from './sdk.ts';

/** Ports that the handlers are built on: agents and the version that the answer names. */
interface A2aParts {
  readonly agents: Pick<OfferedAgents, 'list'>;
  /** The version of this server. */
  readonly version: string;
}

/** The handlers of the group `a2a`. */
export function createA2aHandlers({ agents, version }: A2aParts): AppHandlers<RequestContext>['a2a'] {
  return {
    agents() {
      return {
        protocol: 'a2a' as const,
        version,
        protocol_versions: [...A2A_VERSIONS],
        ...listAgents(agents, `${BASE_PATH}/a2a`, ({ id, name }) => ({
          agent_id: id,
          name,
          endpoint: a2aEndpoint(id),
          card_endpoint: `${a2aEndpoint(id)}.well-known/agent-card.json`,
        })),
      };
    },
  };
}
