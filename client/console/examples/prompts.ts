/** What is asked of the examples, and the tools that this page brings to those that want some. */
import type { AGUITool } from '../../index.ts';

/** What to say to each example: first what also the model answers that follows rules, then what takes more. */
const PROMPTS: Readonly<Record<string, readonly string[]>> = {
  agentic_chat: ['What time is it in Tokyo?', 'Compare the time in Paris and in New York.'],
  human_in_the_loop: [
    'Agree on the steps of baking bread: "Mix the dough", "Let it rise", "Bake it".',
    'Plan a trip to Mars in five steps.',
  ],
  tool_based_generative_ui: [
    'Generate a haiku of the lines "An old silent pond", "A frog jumps into the pond", "Splash! Silence again".',
    'Write a haiku about the sea.',
  ],
  shared_state: ['Give the recipe the title "Pancakes".', 'Add the ingredient "flour".', 'Make it vegan.'],
  agentic_generative_ui: [
    'Create a plan to repaint a room: "Clear the room", "Paint the walls", "Open the window".',
    'Complete step 1 of the plan.',
    'Plan how to build a treehouse, and do it.',
  ],
  backend_tool_rendering: [
    'Repay a loan with amount=200000, rate=3.5 and years=20.',
    'What does it cost to borrow 10,000 for five years at 6 percent?',
  ],
  haiku_generative_ui: [
    'Show a haiku of the lines "An old silent pond", "A frog jumps into the pond", "Splash! Silence again".',
    'Write a haiku about autumn.',
  ],
};

/** The prompts of an example; one that is not known here is asked what it does. */
export const promptsOf = (exampleId: string): readonly string[] => PROMPTS[exampleId] ?? ['What can you do?'];

const HAIKU: AGUITool = {
  name: 'generate_haiku',
  description: 'Shows the user a haiku.',
  parameters: {
    type: 'object',
    properties: { lines: { type: 'array', items: { type: 'string' }, minItems: 3, maxItems: 3 } },
    required: ['lines'],
  },
};

/** The tools that run on this page for an example. What they are called with is what they show. */
export const toolsOf = (exampleId: string): readonly AGUITool[] =>
  exampleId === 'tool_based_generative_ui' ? [HAIKU] : [];
