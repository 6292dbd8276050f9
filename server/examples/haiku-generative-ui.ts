import { z } from 'zod';
import { defineTool, type Example } from './example.ts';

const showHaiku = defineTool({
  name: 'show_haiku',
  description: 'Shows the user a haiku of three lines.',
  input: z.object({ lines: z.array(z.string().min(1)).length(3).describe('Of about 5, 7 and 5 syllables') }),
  run({ lines }, state) {
    const haikus = z.object({ haikus: z.array(z.unknown()) }).safeParse(state).data?.haikus ?? [];
    const haiku = { lines };
    return {
      result: 'The user sees the haiku',
      state: { haikus: [...haikus, haiku] },
      custom: [{ name: 'haiku_shown', value: haiku }],
    };
  },
});

/** Cards that a tool of the agent makes: a custom event tells of each, the state holds them all. */
export const haikuGenerativeUi: Example = {
  id: 'haiku_generative_ui',
  name: 'Haiku generative UI',
  description: 'The agent writes haikus as cards: each comes as a custom event, and the state holds all of them',
  features: ['generative_ui', 'custom_events', 'state_snapshot', 'state_delta', 'backend_tools'],
  systemPrompt:
    'You are a haiku poet. Write a haiku about what the user names and show it with show_haiku. Do not repeat it; say one short sentence about it.',
  tools: [showHaiku],
};
