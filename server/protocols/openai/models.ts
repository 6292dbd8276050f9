/** Agents, as the models of OpenAI's API. */
import type { AppHandlers } from '../../../contract/index.ts';
import type { RequestContext } from '../../call/implement.ts';
import type { ModelAgent, OpenAiParts } from './ports.ts';

type Handlers = Pick<AppHandlers<RequestContext>['openai'], 'models' | 'model'>;

/** The handlers that list models. */
export function createModelHandlers({ agents }: Pick<OpenAiParts, 'agents'>): Handlers {
  return {
    models: () => ({ object: 'list', data: [...agents.list()].map(toModel) }),
    model: ({ input }) => toModel(agents.get(input.agent_id)),
  };
}

const toModel = ({ id, name, createdAt }: ModelAgent) => ({
  id,
  object: 'model' as const,
  created: toSeconds(createdAt),
  owned_by: 'agent-runtimes',
  name,
});

/** A time as OpenAI's API has it: seconds since 1970. */
export const toSeconds = (time: string | number): number => Math.floor(new Date(time).getTime() / 1000);
