import { z } from 'zod';

const id = z.string();
const status = z.enum(['in_progress', 'completed', 'incomplete']);
const text = z.object({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.never()),
  logprobs: z.array(z.never()),
});
const summary = z.object({ type: z.literal('summary_text'), text: z.string() });

/** A part of what an answer says. */
export const OpenAiTextPart = text.meta({ id: 'OpenAiTextPart' });

/** A part of what the model thinks. */
export const OpenAiSummaryPart = summary.meta({ id: 'OpenAiSummaryPart' });

/** One thing that a response holds. */
export const OpenAiItem = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('message'),
      id,
      status,
      role: z.literal('assistant'),
      content: z.array(OpenAiTextPart),
    }),
    z.object({ type: z.literal('reasoning'), id, status, summary: z.array(OpenAiSummaryPart) }),
    z
      .object({
        type: z.literal('image_generation_call'),
        id,
        status: z.enum(['in_progress', 'completed', 'failed']),
        result: z
          .string()
          .nullable()
          .meta({ description: 'The image in base64; null until it is there, and of one that does not count' }),
      })
      .meta({
        description:
          'An image of the answer. One at an address is told as a link in a message, and a file of another kind by its type',
      }),
    z
      .object({
        type: z.literal('function_call'),
        id,
        status,
        call_id: z.string(),
        name: z.string(),
        arguments: z.string(),
      })
      .meta({ description: 'A call of a tool of the client, which gives its result as `function_call_output`' }),
    z
      .object({
        type: z.literal('mcp_call'),
        id,
        status: z.enum(['in_progress', 'completed', 'incomplete', 'failed']),
        server_label: z.string().meta({ description: 'The MCP server of the tool, or `agent-runtimes`' }),
        name: z.string(),
        arguments: z.string(),
        output: z.string().nullable(),
        error: z
          .object({
            type: z.literal('mcp_tool_execution_error'),
            content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
          })
          .nullable(),
        approval_request_id: z.string().nullable(),
      })
      .meta({ description: 'A call that the agent has made, with its result' }),
    z
      .object({
        type: z.literal('mcp_approval_request'),
        id: z.string().meta({ description: 'The id that `/approvals/{approval_id}` takes too' }),
        server_label: z.string(),
        name: z.string(),
        arguments: z.string(),
      })
      .meta({ description: 'A call that waits for a person, whose answer is sent as `mcp_approval_response`' }),
  ])
  .meta({ id: 'OpenAiItem' });

/** One thing that a response holds, before it is checked. */
export type OpenAiItem = z.input<typeof OpenAiItem>;
