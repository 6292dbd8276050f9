import type { Example } from './example.ts';

/** The interface is made of the arguments of tools that the caller brings and renders. */
export const toolBasedGenerativeUi: Example = {
  id: 'tool_based_generative_ui',
  name: 'Tool-based generative UI',
  description: 'The agent calls tools that you bring, such as generate_haiku, and you render their arguments',
  features: ['generative_ui', 'frontend_tools', 'streaming'],
  systemPrompt:
    'You answer by showing. When one of your tools can show what the user asks for, call it with everything it needs, write its contents yourself, and do not repeat in words what it shows. Once it has answered, say one short sentence.',
  tools: [],
};
