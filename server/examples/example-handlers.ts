/** Lists the examples and runs them as agents that are always there. */
import { type AppHandlers, BASE_PATH } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import type { RunAgent } from '../runs/agent-loop.ts';
import type { Toolset } from '../runs/toolset.ts';
import { agenticChat } from './agentic-chat.ts';
import { agenticGenerativeUi } from './agentic-generative-ui.ts';
import { backendToolRendering } from './backend-tool-rendering.ts';
import type { Example } from './example.ts';
import { createExampleToolset } from './example-toolset.ts';
import { haikuGenerativeUi } from './haiku-generative-ui.ts';
import { humanInTheLoop } from './human-in-the-loop.ts';
import { sharedState } from './shared-state.ts';
import { toolBasedGenerativeUi } from './tool-based-generative-ui.ts';

const examples: readonly Example[] = [
  agenticChat,
  humanInTheLoop,
  toolBasedGenerativeUi,
  sharedState,
  agenticGenerativeUi,
  backendToolRendering,
  haikuGenerativeUi,
];

/** The most steps of one run. */
const MAX_STEPS = 20;

// Agents that callers make have no colon in their ids.
const PREFIX = 'example:';

/** The example whose runs have this agent id, with new tools for one run; undefined when the id is that of any other agent. */
export function findExample(
  agentId: string,
): { readonly agent: () => RunAgent; readonly toolset: Toolset } | undefined {
  const example = examples.find(({ id }) => PREFIX + id === agentId);
  if (!example) return undefined;
  const { systemPrompt, approvals, tools } = example;
  return {
    agent: () => ({ id: agentId, model: null, systemPrompt, maxSteps: MAX_STEPS, temperature: null, approvals }),
    toolset: createExampleToolset(tools),
  };
}

type RunAgUi = AppHandlers<RequestContext>['agUi']['run'];

/** The handlers of the group `examples`; `run` runs what {@link findExample} finds, over AG-UI. */
export function createExampleHandlers({ run }: { readonly run: RunAgUi }): AppHandlers<RequestContext>['examples'] {
  return {
    list: () => ({
      examples: examples.map(({ id, name, description, features }) => ({
        id,
        name,
        description,
        endpoint: `${BASE_PATH}/examples/${id}/`,
        features: [...features],
      })),
      count: examples.length,
      protocol: 'ag-ui',
    }),
    run({ input: { example_name: name, ...input }, ...request }) {
      if (!examples.some(({ id }) => id === name)) {
        throw new ApiError('example-not-found', `Example not found: ${name}`);
      }
      return run({ input: { agent_id: PREFIX + name, ...input }, ...request });
    },
  };
}
