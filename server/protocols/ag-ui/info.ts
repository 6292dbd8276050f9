/** What AG-UI tells of itself: its agents, and what it can do. */
import { BASE_PATH } from '../../../contract/index.ts';
import { listAgents, type OfferedAgents } from '../offered-agents.ts';
import { AG_UI_VERSION } from './terminal.ts';

const ENDPOINT = `${BASE_PATH}/ag-ui`;

const CAPABILITIES = {
  transport: { streaming: true, httpBinary: true },
  tools: { supported: true, parallelCalls: true, clientProvided: true },
  state: { snapshots: true, deltas: true, memory: true },
  humanInTheLoop: { supported: true, approvals: true, interrupts: true },
  multiAgent: { supported: true, delegation: true },
  reasoning: { supported: true, streaming: true },
  multimodal: {
    input: { image: true, audio: true, video: true, pdf: true, file: true },
    output: { image: true, audio: true },
  },
};

interface InfoParts {
  readonly agents: Pick<OfferedAgents, 'list'>;
  /** The version of this server. */
  readonly version: string;
}

/** The agents, and where each is reached. */
export function listAgUiAgents({ agents, version }: InfoParts) {
  return {
    protocol: 'ag-ui' as const,
    version,
    ...listAgents(agents, ENDPOINT, ({ id, name }) => ({ agent_id: id, endpoint: `${ENDPOINT}/${id}/`, id, name })),
    terminate_endpoint: `${ENDPOINT}/terminate`,
    note: `Each agent is mounted at ${ENDPOINT}/{agent_id}/ (trailing slash required)`,
  };
}

/** The agents and the capabilities. */
export function describeAgUi(parts: InfoParts) {
  return {
    ...listAgUiAgents(parts),
    description: 'Agent-User Interaction protocol: agents stream what they do as server-sent events',
    protocol_version: AG_UI_VERSION,
    capabilities: CAPABILITIES,
  };
}
