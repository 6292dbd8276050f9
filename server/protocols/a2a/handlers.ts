import type { AppHandlers } from '../../../contract/index.ts';
import { BASE_PATH } from '../../../contract/index.ts';
import type { RequestContext } from '../../call/implement.ts';
import { a2aEndpoint } from './card.ts';
import { A2A_VERSIONS } from './sdk.ts';

interface A2aParts {
  readonly agents: { list(): Iterable<{ readonly id: string; readonly name: string }> };
  /** The version of this server. */
  readonly version: string;
}

/** The handlers of the group `a2a`. */
export function createA2aHandlers({ agents, version }: A2aParts): AppHandlers<RequestContext>['a2a'] {
  return {
    agents() {
      const list = [...agents.list()].map(({ id, name }) => ({
        agent_id: id,
        name,
        endpoint: a2aEndpoint(id),
        card_endpoint: `${a2aEndpoint(id)}.well-known/agent-card.json`,
      }));
      return {
        protocol: 'a2a' as const,
        version,
        protocol_versions: [...A2A_VERSIONS],
        agents: list,
        agents_endpoint: `${BASE_PATH}/a2a/agents`,
        count: list.length,
      };
    },
  };
}
