/** The bundled MCP server `toolbox`: small tools that need no key and no network. A program of its own, spoken to over stdio. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';
import { calculate, functionNames } from './calculator.ts';
import { currentTime } from './current-time.ts';
import { textStats } from './text-stats.ts';

const server = new McpServer({ name: 'toolbox', version: '1.0.0' });
const readOnlyHint = true;

/** A result in both forms: text for any client, structured for those that read it. */
const answer = (value: object) => ({
  content: [{ type: 'text' as const, text: JSON.stringify(value) }],
  structuredContent: { ...value },
});

server.registerTool(
  'current_time',
  {
    title: 'Current time',
    description: 'The current date and time, with weekday and UTC offset, in any time zone of the world.',
    inputSchema: {
      timezone: z
        .string()
        .max(100)
        .default('UTC')
        .describe('IANA time zone name, such as UTC, Europe/Paris, America/New_York or Asia/Tokyo'),
    },
    annotations: { readOnlyHint, openWorldHint: false },
  },
  ({ timezone }) => answer(currentTime(timezone, new Date())),
);

server.registerTool(
  'calculate',
  {
    title: 'Calculator',
    description:
      'Evaluates an arithmetic expression exactly as written and returns its value. Use it for any calculation instead of working it out yourself.',
    inputSchema: {
      expression: z
        .string()
        .min(1)
        .max(2000)
        .describe(
          `Arithmetic with + - * / % ^ and parentheses, such as (3 + 4) * 2^10 or sqrt(2) / 2. Functions: ${functionNames.join(', ')}. Angles are in radians. Constants: pi, e, tau`,
        ),
    },
    annotations: { readOnlyHint, openWorldHint: false, idempotentHint: true },
  },
  ({ expression }) => answer({ expression, value: calculate(expression) }),
);

server.registerTool(
  'text_stats',
  {
    title: 'Text statistics',
    description: 'Counts the characters, words, sentences, lines and UTF-8 bytes of a text.',
    inputSchema: { text: z.string().max(1_000_000).describe('The text to count') },
    annotations: { readOnlyHint, openWorldHint: false, idempotentHint: true },
  },
  ({ text }) => answer(textStats(text)),
);

await server.connect(new StdioServerTransport());
