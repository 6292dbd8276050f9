import { z } from 'zod';
import { defineTool, type Example } from './example.ts';

const agreeOnSteps = defineTool({
  name: 'agree_on_steps',
  description: 'Writes down the steps of a task as agreed. A person is asked first.',
  input: z.object({ steps: z.array(z.string()).min(1).describe('What to do, a few words for each step') }),
  run: ({ steps }) => ({ result: `Agreed on ${steps.length} steps`, state: { agreed_steps: steps } }),
});

/** Asks a person before anything is agreed: the run ends with an interrupt, and the next one resumes it. */
export const humanInTheLoop: Example = {
  id: 'human_in_the_loop',
  name: 'Human in the loop',
  description: 'The agent proposes the steps of a task and waits until you approve or reject them',
  features: ['human_in_the_loop', 'interrupts', 'state_snapshot', 'backend_tools', 'frontend_tools'],
  systemPrompt:
    'You plan tasks as short imperative steps, ten unless the user says how many. If the user brings a tool to review steps, such as generate_task_steps, call it with them. Else call agree_on_steps; the person is asked before it runs. Say in one sentence what came of it. When the steps were rejected, ask what to change.',
  tools: [agreeOnSteps],
  approvals: { tools: ['agree_on_steps'] },
};
