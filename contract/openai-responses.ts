import { z } from 'zod';
import { OpenAiItem, OpenAiSummaryPart, OpenAiTextPart } from './openai-items.ts';

const fields = z.record(z.string(), z.unknown());

/** What a response repeats of its request. */
export const OpenAiResponseEcho = z.object({
  background: z.boolean(),
  instructions: z.string().nullable(),
  max_output_tokens: z.number().nullable(),
  max_tool_calls: z.number().nullable(),
  metadata: fields.nullable(),
  parallel_tool_calls: z.boolean(),
  previous_response_id: z.string().nullable(),
  prompt_cache_key: z.string().nullable(),
  reasoning: fields,
  safety_identifier: z.string().nullable(),
  service_tier: z.string().nullable(),
  store: z.boolean(),
  temperature: z.number().nullable(),
  text: fields,
  tool_choice: z.union([z.string(), fields]),
  tools: z.array(fields),
  top_logprobs: z.number().nullable(),
  top_p: z.number().nullable(),
  truncation: z.string(),
  user: z.string().nullable(),
});

/** What a response repeats of its request. */
export type OpenAiResponseEcho = z.output<typeof OpenAiResponseEcho>;

/** A response (https://platform.openai.com/docs/api-reference/responses/object). */
export const OpenAiResponse = OpenAiResponseEcho.extend({
  id: z.string().meta({ description: 'The id of the run' }),
  object: z.literal('response'),
  created_at: z.int().meta({ description: 'Seconds since 1970' }),
  completed_at: z.int().nullable(),
  status: z.enum(['queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled']),
  model: z.string().meta({ description: 'The id of the agent' }),
  conversation: z.object({ id: z.string() }).nullable(),
  output: z.array(OpenAiItem),
  error: z
    .object({
      code: z.literal('server_error'),
      message: z.string(),
      type: z.string().meta({ description: 'The stable name of the error: one of those of this server' }),
    })
    .nullable(),
  incomplete_details: z
    .object({ reason: z.enum(['max_output_tokens', 'max_messages', 'content_filter']) })
    .nullable()
    .meta({ description: '`max_messages`: the agent has taken all the steps that it may' }),
  usage: z
    .object({
      input_tokens: z.int(),
      input_tokens_details: z.object({ cached_tokens: z.int(), cache_write_tokens: z.int() }),
      output_tokens: z.int(),
      output_tokens_details: z.object({ reasoning_tokens: z.int() }),
      total_tokens: z.int(),
    })
    .nullable(),
  access_programs: z.null(),
}).meta({ id: 'OpenAiResponse' });

/** A response, before it is checked. */
export type OpenAiResponse = z.input<typeof OpenAiResponse>;

const sequence_number = z.int();
const item = { item_id: z.string(), output_index: z.int(), sequence_number };
const content = { ...item, content_index: z.int() };
const summary = { ...item, summary_index: z.int() };
const logprobs = z.array(z.never());

/** One event of a response that comes about (https://platform.openai.com/docs/api-reference/responses-streaming). */
export const OpenAiResponseEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('response.output_text.delta'), ...content, delta: z.string(), logprobs }),
    z.object({ type: z.literal('response.reasoning_summary_text.delta'), ...summary, delta: z.string() }),
    z.object({
      type: z.enum([
        'response.created',
        'response.queued',
        'response.in_progress',
        'response.completed',
        'response.incomplete',
        'response.failed',
      ]),
      response: OpenAiResponse,
      sequence_number,
    }),
    z.object({
      type: z.enum(['response.output_item.added', 'response.output_item.done']),
      output_index: z.int(),
      item: OpenAiItem,
      sequence_number,
    }),
    z.object({
      type: z.enum(['response.content_part.added', 'response.content_part.done']),
      ...content,
      part: OpenAiTextPart,
    }),
    z.object({ type: z.literal('response.output_text.done'), ...content, text: z.string(), logprobs }),
    z.object({
      type: z.enum(['response.reasoning_summary_part.added', 'response.reasoning_summary_part.done']),
      ...summary,
      part: OpenAiSummaryPart,
    }),
    z.object({ type: z.literal('response.reasoning_summary_text.done'), ...summary, text: z.string() }),
    z.object({
      type: z.enum(['response.function_call_arguments.delta', 'response.mcp_call_arguments.delta']),
      ...item,
      delta: z.string(),
    }),
    z.object({
      type: z.enum(['response.function_call_arguments.done', 'response.mcp_call_arguments.done']),
      ...item,
      arguments: z.string(),
    }),
    z.object({
      type: z.enum([
        'response.image_generation_call.in_progress',
        'response.image_generation_call.generating',
        'response.image_generation_call.completed',
      ]),
      ...item,
    }),
    z.object({
      type: z.enum(['response.mcp_call.in_progress', 'response.mcp_call.completed', 'response.mcp_call.failed']),
      ...item,
    }),
    z.object({
      type: z.literal('error'),
      code: z.string(),
      message: z.string(),
      param: z.null(),
      sequence_number: sequence_number.meta({ description: 'That of the event that came last: go on behind it' }),
    }),
  ])
  .meta({ id: 'OpenAiResponseEvent' });

/** One event of a response, before it is checked. */
export type OpenAiResponseEvent = z.input<typeof OpenAiResponseEvent>;

const Conversation = z.union([z.string().min(1).max(256), z.looseObject({ id: z.string().min(1).max(256) })]);

/** What a client asks of a response. Fields that are not here are taken and have no effect. */
export const OpenAiResponseRequest = z
  .object({
    model: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: 'The id of an agent', examples: ['my-agent'] }),
    input: z.union([z.string(), z.array(fields).max(10_000)]).meta({
      description:
        'What is said: a text, or items: messages with texts, images and files, `function_call`, `function_call_output`, `mcp_approval_response`, and the items of responses as they came',
      examples: ['Hello, how are you?'],
    }),
    instructions: z.string().nullish().meta({ description: "Added to the agent's own, for this response" }),
    previous_response_id: z.string().min(1).max(256).nullish().meta({
      description:
        'Goes on from there: in its conversation, or in a new one with what was said until then, where others have gone on already. What became of its calls elsewhere, such as one that a person approved, is a part of it',
    }),
    conversation: Conversation.nullish().meta({
      description: 'The id of a conversation, which is made when there is none',
    }),
    store: z.boolean().nullish().meta({
      description: '`false`: nothing of it can be read again, and no conversation has it',
    }),
    background: z.boolean().nullish().meta({
      description: 'Whether it goes on when the connection closes, and is answered at once where it is not streamed',
    }),
    stream: z.boolean().nullish().meta({ description: 'Whether it is told as events' }),
    tools: z.array(fields).max(1000).nullish().meta({
      description: 'Functions that the client runs itself; the tools of the agent are its own and are not named here',
    }),
    tool_choice: z.union([z.string(), fields]).nullish().meta({
      description:
        '`required`, or one of `tools` by its name: it is called before anything else is answered; `allowed_tools` leaves out the others, and `none` all. They are said of `tools` and never of those of the agent, which it may call on the way; without `tools`, `required` has the agent call one of its own first. A choice of any other kind leaves it to the model',
    }),
    text: fields.nullish().meta({ description: '`format`: `json_schema`, `json_object` or `text`' }),
    max_output_tokens: z.number().nullish(),
    max_tool_calls: z.number().nullish(),
    metadata: fields.nullish(),
    parallel_tool_calls: z.boolean().nullish().meta({
      description: '`false`: the model calls one tool at a time, where it is one of OpenAI or Anthropic',
    }),
    prompt_cache_key: z.string().nullish(),
    reasoning: fields.nullish(),
    safety_identifier: z.string().nullish(),
    service_tier: z.string().nullish(),
    temperature: z.number().nullish(),
    top_logprobs: z.number().nullish(),
    top_p: z.number().nullish(),
    truncation: z.string().nullish(),
    user: z.string().nullish(),
  })
  .meta({ id: 'OpenAiResponseRequest' });

/** What a client asks of a response. */
export type OpenAiResponseRequest = z.output<typeof OpenAiResponseRequest>;
