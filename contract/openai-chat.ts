import { z } from 'zod';

const fields = z.record(z.string(), z.unknown());

const ToolCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string().meta({ description: 'JSON' }) }),
});

const usage = z
  .object({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
    prompt_tokens_details: z.object({ cached_tokens: z.int() }),
    completion_tokens_details: z.object({ reasoning_tokens: z.int() }),
  })
  .meta({ id: 'OpenAiUsage', description: 'What all steps of the run have used' });

const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter']);

/** What this server says beside what OpenAI's API has. */
const notes = z
  .object({
    approvals: z
      .array(z.object({ id: z.string(), tool: z.string(), args: z.unknown() }))
      .meta({ description: 'The calls that wait for a person, who answers at `/approvals/{approval_id}`' }),
  })
  .optional();

const reasoning_content = z.string().optional().meta({
  description: 'What the model thinks; with `show_tools` what the agent calls, too',
});

const Image = z.object({
  type: z.literal('image_url'),
  index: z.int(),
  image_url: z.object({ url: z.string().meta({ description: 'A data: URL, or an address by https or http' }) }),
});

const images = z.array(Image).optional().meta({
  description:
    'The images of the answer, as OpenRouter has them (https://openrouter.ai/docs/features/multimodal/image-generation); a file of another kind is told in `content`',
});

/** A whole answer (https://platform.openai.com/docs/api-reference/chat/object). */
export const OpenAiChatCompletion = z
  .object({
    id: z.string().meta({ description: 'The id of the run: `POST /runs/{run_id}/cancel` stops it' }),
    object: z.literal('chat.completion'),
    created: z.int().meta({ description: 'Seconds since 1970' }),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.literal(0),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.null(),
          reasoning_content,
          images,
          tool_calls: z.array(ToolCall).optional(),
        }),
        logprobs: z.null(),
        finish_reason: finishReason,
      }),
    ),
    usage,
    agent_runtimes: notes,
  })
  .meta({ id: 'OpenAiChatCompletion' });

/** A whole answer, before it is checked. */
export type OpenAiChatCompletion = z.input<typeof OpenAiChatCompletion>;

/** One piece of an answer (https://platform.openai.com/docs/api-reference/chat-streaming). */
export const OpenAiChatChunk = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion.chunk'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.literal(0),
        delta: z.object({
          role: z.literal('assistant').optional(),
          content: z.string().optional(),
          reasoning_content,
          images,
          tool_calls: z.array(ToolCall.extend({ index: z.int() })).optional(),
        }),
        logprobs: z.null(),
        finish_reason: finishReason.nullable(),
      }),
    ),
    usage: usage.nullable().optional(),
    agent_runtimes: notes,
  })
  .meta({ id: 'OpenAiChatChunk' });

/** One piece of an answer, before it is checked. */
export type OpenAiChatChunk = z.input<typeof OpenAiChatChunk>;

/** What a client asks of a chat. Fields that are not here are taken and have no effect. */
export const OpenAiChat = z
  .object({
    model: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: 'The id of an agent', examples: ['my-agent'] }),
    messages: z
      .array(fields)
      .min(1)
      .max(10_000)
      .meta({
        description:
          'The conversation: `system` and `developer`, `user` with texts, images, audio and files, `assistant`, `tool`. With the header X-Conversation-Id only what stands behind the last answer is taken',
        examples: [[{ role: 'user', content: 'Hello, how are you?' }]],
      }),
    stream: z.boolean().nullish().meta({ description: 'Whether the answer comes in pieces' }),
    stream_options: z
      .looseObject({ include_usage: z.boolean().nullish() })
      .nullish()
      .meta({ description: '`include_usage`: the last piece says what was used' }),
    tools: z.array(fields).max(1000).nullish().meta({
      description: 'Functions that the client runs itself; the tools of the agent are its own and are not named here',
    }),
    tool_choice: z.unknown().optional().meta({
      description:
        '`required`, or one of `tools` by its name: it is called before anything else is answered; `allowed_tools` leaves out the others, and `none` all. They are said of `tools` and never of those of the agent, which it may call on the way; without `tools`, `required` has the agent call one of its own first. A choice of any other kind leaves it to the model',
    }),
    parallel_tool_calls: z.boolean().nullish().meta({
      description: '`false`: the model calls one tool at a time, where it is one of OpenAI or Anthropic',
    }),
    response_format: fields.nullish().meta({ description: '`json_schema`, `json_object` or `text`' }),
    n: z.int().min(1).max(1, 'must be 1: there is one answer to a request').nullish(),
    agent_runtimes: z
      .looseObject({ show_tools: z.boolean().nullish() })
      .nullish()
      .meta({ description: '`show_tools`: what the agent calls, and what that gives, is told as reasoning' }),
  })
  .meta({ id: 'OpenAiChat' });

/** What a client asks of a chat. */
export type OpenAiChat = z.output<typeof OpenAiChat>;
