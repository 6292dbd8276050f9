import { z } from 'zod';
import { defineTool, type Example, ToolError } from './example.ts';

const Step = z.object({ description: z.string(), status: z.enum(['pending', 'completed']) });
const State = z.looseObject({ steps: z.array(Step).catch([]) }).catch({ steps: [] });

const createPlan = defineTool({
  name: 'create_plan',
  description: 'Makes a plan of several steps, which the user sees at once.',
  input: z.object({ steps: z.array(z.string()).min(1).describe('What to do, a few words for each step') }),
  run: ({ steps }, state) => ({
    result: `The plan has ${steps.length} steps`,
    state: {
      ...State.parse(state ?? {}),
      steps: steps.map((description) => ({ description, status: 'pending' as const })),
    },
  }),
});

const completeStep = defineTool({
  name: 'complete_step',
  description: 'Marks a step of the plan as completed.',
  input: z.object({ step: z.int().min(1).describe('The number of the step, from 1') }),
  run({ step }, state) {
    const { steps, ...rest } = State.parse(state ?? {});
    const meant = steps[step - 1];
    if (!meant) throw new ToolError(`The plan has ${steps.length} steps, so there is no step ${step}`);
    return {
      result: `Completed: ${meant.description}`,
      state: { ...rest, steps: steps.with(step - 1, { ...meant, status: 'completed' as const }) },
    };
  },
});

/** The interface is made of the state that the agent changes while it works. */
export const agenticGenerativeUi: Example = {
  id: 'agentic_generative_ui',
  name: 'Agentic generative UI',
  description: 'The agent makes a plan and ticks its steps off, and you render the plan from the state as it changes',
  features: ['generative_ui', 'state_snapshot', 'state_delta', 'backend_tools'],
  systemPrompt:
    'For each task, call create_plan with about five short imperative steps, then complete_step for each of them in order, one at a time. The user sees the plan, so do not repeat it. Then say in one sentence that it is done.',
  tools: [createPlan, completeStep],
};
