import { type AppHandlers, BASE_PATH } from '../../../contract/index.ts';
import type { RequestContext } from '../../call/implement.ts';
import { listAgents } from '../offered-agents.ts';
import type { AcpPorts } from './ports.ts';
import { ACP_VERSION } from './sdk.ts';

/** Below this every agent is spoken to, each by its id. */
export const ACP_SOCKET_PATH = `${BASE_PATH}/acp/ws/`;

/** The handlers of the group `acp`. */
export function createAcpHandlers({ agents }: Pick<AcpPorts, 'agents'>): AppHandlers<RequestContext>['acp'] {
  return {
    agents: () => ({
      protocol: 'acp',
      version: ACP_VERSION,
      ...listAgents(agents, `${BASE_PATH}/acp`, ({ id, name }) => ({
        agent_id: id,
        name,
        endpoint: `${ACP_SOCKET_PATH}${id}`,
      })),
    }),
  };
}
