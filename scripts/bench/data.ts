/** What the product and its peers are made to answer. */
import type { z } from 'zod';
import type { agents } from '../../contract/agents.ts';

type ShownAgent = Required<z.output<typeof agents.list.output>['agents'][number]>;

/** `count` agents as the product shows them. */
export const agentsOf = (count: number) =>
  Array.from(
    { length: count },
    (_, index): ShownAgent => ({
      id: `agent-${index}`,
      name: `Agent ${index}`,
      description: 'Answers questions about the weather',
      transport: 'streaming',
      model: 'openai:gpt-4o',
      status: 'idle',
      system_prompt: 'You are a helpful assistant.',
      selected_mcp_servers: ['toolbox'],
      max_steps: 20,
      temperature: null,
      codemode: false,
      skills: [],
      output_schema: null,
      durable: false,
      approvals: { tools: [] },
      agents: [],
      offer_as_tool: true,
      created_at: '2026-11-23T10:00:00.000Z',
      updated_at: '2026-11-23T10:00:00.000Z',
    }),
  );

/** One AG-UI event of a streamed text. */
export const eventOf = (index: number) => ({
  type: 'TEXT_MESSAGE_CONTENT',
  messageId: 'msg-0123456789abcdef',
  delta: `word${index} `,
});
