import { z } from 'zod';
import { defineTool, type Example, ToolError } from './example.ts';

const currentTime = defineTool({
  name: 'current_time',
  description: 'Tells the current time and date in a time zone.',
  input: z.object({ timezone: z.string().describe('An IANA time zone, such as Europe/Paris') }),
  run({ timezone }) {
    try {
      const format = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long', timeZone: timezone });
      return { result: { timezone, time: format.format(new Date()) } };
    } catch {
      throw new ToolError(`There is no time zone ${timezone}`);
    }
  },
});

/** A conversation, with a tool of the agent's own and whatever tools the caller brings. */
export const agenticChat: Example = {
  id: 'agentic_chat',
  name: 'Agentic chat',
  description: 'A conversation with an agent that knows the time, and calls what tools you bring',
  features: ['streaming', 'backend_tools', 'frontend_tools'],
  systemPrompt: 'You are a friendly assistant. Use your tools when they help, and answer in a few sentences.',
  tools: [currentTime],
};
