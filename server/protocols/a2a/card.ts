/** The card of an agent: other agents read in it what it does and how to reach it. */
import { hash } from 'node:crypto';
import type { AgentCard } from '@a2a-js/sdk';
import { BASE_PATH } from '../../../contract/index.ts';
import { A2UI_CATALOG, A2UI_EXTENSION } from '../../surfaces/envelopes.ts';
import { INPUT_MODES } from './requests/messages.ts';
import type { A2aSdk } from './sdk.ts';

/** An agent as its card shows it. */
export interface CardAgent {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly updatedAt: string;
  /** The tools it may call. */
  readonly tools: readonly { readonly name: string; readonly description: string }[];
}

/** What a card says of the server. */
interface CardServer {
  /** The version of this server. */
  readonly version: string;
  /** Whether callers need an API key. */
  readonly hasKeys: boolean;
}

/** The path where an agent is reached. */
export const a2aEndpoint = (agentId: string): string => `${BASE_PATH}/a2a/${agentId}/`;

/** The card of an agent for callers that reach this server at `origin`. */
export function toAgentCard(
  agent: CardAgent,
  { version, hasKeys }: CardServer,
  origin: string,
  { types, compat }: A2aSdk,
): AgentCard {
  const description = agent.description || `The agent ${agent.name}`;
  const card = types.AgentCard.fromJSON({
    name: agent.name,
    description,
    version,
    capabilities: {
      streaming: true,
      pushNotifications: true,
      extendedAgentCard: false,
      extensions: [
        {
          uri: A2UI_EXTENSION,
          description: 'Answers with surfaces of A2UI',
          params: { supportedCatalogIds: [A2UI_CATALOG] },
        },
      ],
    },
    ...(hasKeys && {
      securitySchemes: {
        apiKey: { httpAuthSecurityScheme: { scheme: 'Bearer', description: 'An API key of the server' } },
      },
      securityRequirements: [{ schemes: { apiKey: { list: [] } } }],
    }),
    defaultInputModes: [...INPUT_MODES],
    defaultOutputModes: ['text/plain', 'application/json'],
    skills: [
      { id: 'chat', name: agent.name, description, tags: ['chat'] },
      ...agent.tools.map((tool) => toSkill(tool.name, tool.description)),
    ],
  });
  const interfaces = toInterfaces(origin + a2aEndpoint(agent.id));
  return { ...card, supportedInterfaces: compat.duplicateInterfacesForLegacy(interfaces, ['JSONRPC', 'HTTP+JSON']) };
}

const toSkill = (tool: string, description: string) => ({
  id: tool,
  name: tool,
  description: description || tool,
  tags: ['tool'],
});

/** Where the two bindings are served: JSON-RPC at the address itself, REST below it. */
function toInterfaces(url: string): AgentCard['supportedInterfaces'] {
  const toInterface = (protocolBinding: string, address: string) => ({
    url: address,
    protocolBinding,
    tenant: '',
    protocolVersion: '1.0',
  });
  return [toInterface('JSONRPC', url), toInterface('HTTP+JSON', url.slice(0, -1))];
}

/** Where it is kept when cards changed. */
export interface CardTimes {
  /** Since when the card of an agent holds what `digest` is of; `madeAt` for the first one that is known. */
  since(agentId: string, card: { readonly digest: string; readonly madeAt: string }): Promise<string>;
}

/** When the card of `agent` last changed: when the agent was updated, or when its tools were first seen to differ. */
export async function findCardTime({ id, updatedAt, ...agent }: CardAgent, times: CardTimes): Promise<Date> {
  const digest = hash('sha256', JSON.stringify([agent.name, agent.description, agent.tools]));
  return new Date(await times.since(id, { digest, madeAt: updatedAt }));
}
