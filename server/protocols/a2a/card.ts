/** The card of an agent: what other agents read to know what it does and how to reach it. */
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
  /** What it may call, beside what it can say. */
  readonly tools: readonly { readonly name: string; readonly description: string }[];
}

interface CardServer {
  readonly version: string;
  /** Whether callers need an API key. */
  readonly hasKeys: boolean;
}

/** Where an agent is reached, below the base path. */
export const a2aEndpoint = (agentId: string): string => `${BASE_PATH}/a2a/${agentId}/`;

/** The card, as it is when asked for at `origin`. */
export function toAgentCard(
  agent: CardAgent,
  { version, hasKeys }: CardServer,
  origin: string,
  { types, compat }: A2aSdk,
): AgentCard {
  const url = origin + a2aEndpoint(agent.id);
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
    defaultOutputModes: ['text/plain'],
    skills: [
      { id: 'chat', name: agent.name, description, tags: ['chat'] },
      ...agent.tools.map((tool) => ({
        id: tool.name,
        name: tool.name,
        description: tool.description || tool.name,
        tags: ['tool'],
      })),
    ],
  });
  const binding = (protocolBinding: string, at: string) => ({
    url: at,
    protocolBinding,
    tenant: '',
    protocolVersion: '1.0',
  });
  const interfaces = [binding('JSONRPC', url), binding('HTTP+JSON', url.slice(0, -1))];
  return { ...card, supportedInterfaces: compat.duplicateInterfacesForLegacy(interfaces, ['JSONRPC', 'HTTP+JSON']) };
}

/** When each card last came to say something else. */
export class CardTimes {
  readonly #seen = new Map<string, { readonly digest: string; readonly changedAt: Date }>();

  /** The time of the change that made `agent` what it is: its own, or when its tools were first seen to be others. */
  changedAt(agent: CardAgent): Date {
    const digest = hash('sha256', JSON.stringify([agent.name, agent.description, agent.tools]));
    const seen = this.#seen.get(agent.id);
    if (seen?.digest === digest) return seen.changedAt;
    const changedAt = seen ? new Date() : new Date(agent.updatedAt);
    this.#seen.set(agent.id, { digest, changedAt });
    return changedAt;
  }

  forget(isKnown: (agentId: string) => boolean): void {
    for (const id of this.#seen.keys()) if (!isKnown(id)) this.#seen.delete(id);
  }
}
