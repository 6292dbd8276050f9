import { z } from 'zod';
import { follow, get, group, post, stream } from './kit.ts';
import { OpenAiChat, OpenAiChatChunk, OpenAiChatCompletion } from './openai-chat.ts';
import { OpenAiError, openAiErrors } from './openai-errors.ts';
import { OpenAiResponse, OpenAiResponseEvent, OpenAiResponseRequest } from './openai-responses.ts';

const Model = z
  .object({
    id: z.string().meta({ description: 'The id of an agent' }),
    object: z.literal('model'),
    created: z.int().meta({ description: 'Seconds since 1970' }),
    owned_by: z.string(),
    name: z.string(),
  })
  .meta({ id: 'OpenAiModel' });

const model: z.output<typeof Model> = {
  id: 'my-agent',
  object: 'model',
  created: 1_795_428_000,
  owned_by: 'agent-runtimes',
  name: 'My Custom Agent',
};

const response: z.input<typeof OpenAiResponse> = {
  id: 'run-1',
  object: 'response',
  created_at: 1_795_428_000,
  completed_at: 1_795_428_005,
  status: 'completed',
  model: 'my-agent',
  conversation: { id: 'conv-1' },
  output: [
    {
      type: 'message',
      id: 'msg-0-run-1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Hello!', annotations: [], logprobs: [] }],
    },
  ],
  error: null,
  incomplete_details: null,
  usage: {
    input_tokens: 150,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 170,
  },
  access_programs: null,
  background: false,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'default',
  store: true,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: null,
  top_p: null,
  truncation: 'disabled',
  user: null,
};

const delta: z.input<typeof OpenAiResponseEvent> = {
  type: 'response.output_text.delta',
  item_id: 'msg-0-run-1',
  output_index: 0,
  content_index: 0,
  delta: 'Hello! ',
  logprobs: [],
  sequence_number: 5,
};

const events = {
  output: OpenAiResponseEvent,
  eventName: ({ type }: z.output<typeof OpenAiResponseEvent>) => type,
  unnumbered: true,
  failure: (
    { detail: message, code }: { readonly detail: string; readonly code: string },
    _input: unknown,
    number: number,
  ): z.input<typeof OpenAiResponseEvent> => ({ type: 'error', code, message, param: null, sequence_number: number }),
  example: delta,
} as const;

const flag = z.enum(['true', 'false']).optional();

/** OpenAI's API: every agent is a model. */
export const openai = group(
  'OpenAI',
  "OpenAI's API, for its SDKs and everything that takes an OpenAI base URL, which is `/v1` of this server: `/v1/<path>` is the same as `/api/v1/openai/<path>`. Every agent is a model. Errors have OpenAI's form, with the codes of this server.",
  {
    models: get('/openai/models', {
      summary: 'List agents as models',
      description: 'Every agent, as the model that requests name.',
      output: z.object({ object: z.literal('list'), data: z.array(Model) }).meta({ id: 'OpenAiModelList' }),
      example: { object: 'list', data: [model] },
    }),
    model: get('/openai/models/{agent_id}', {
      summary: 'Get an agent as a model',
      description: 'The agent with this id, as the model that requests name.',
      output: Model,
      example: model,
      errors: ['agent-not-found'],
    }),
    chat: stream('/openai/chat/completions', {
      summary: 'Chat completion (streaming, or at once)',
      description: [
        'Runs an agent on a chat, to its end: its own tools are called on the way and are no `tool_calls`. Tools of the request are the client’s, and end the answer with `tool_calls`; their results come back as `role: tool`.',
        'Without the header `X-Conversation-Id` the messages are taken as they are and stored nowhere, and tools that wait for a person are refused. With it the conversation that is stored here is the truth, and of the messages only what stands behind the last answer is taken; what is asked again because its answer broke off is answered in the place of that.',
        '`system` and `developer` messages are instructions for this answer. The answer fits `response_format`. `max_tokens`, `max_completion_tokens`, `stop`, `temperature`, `top_p`, `frequency_penalty`, `presence_penalty`, `logit_bias`, `logprobs`, `top_logprobs`, `seed`, `reasoning_effort`, `verbosity`, `modalities`, `audio`, `prediction`, `web_search_options`, `store`, `metadata`, `service_tier`, `user`, `functions`, `function_call` and other fields that are not listed are taken and have no effect: the agent has settings of its own.',
        'Closing the connection ends the run.',
      ].join(' '),
      takesFiles: true,
      body: OpenAiChat,
      bodyExample: {
        model: 'my-agent',
        messages: [{ role: 'user', content: 'Hello, how are you?' }],
        stream: true,
        stream_options: { include_usage: true },
      },
      output: z.union([OpenAiChatChunk, OpenAiError]),
      failure: openAiErrors.toBody,
      endMark: '[DONE]',
      unnumbered: true,
      whole: OpenAiChatCompletion,
      wholeExample: {
        id: 'run-1',
        object: 'chat.completion',
        created: 1_795_428_000,
        model: 'my-agent',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Hello!', refusal: null },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: {
          prompt_tokens: 150,
          completion_tokens: 20,
          total_tokens: 170,
          prompt_tokens_details: { cached_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 0 },
        },
      },
      example: {
        id: 'run-1',
        object: 'chat.completion.chunk',
        created: 1_795_428_000,
        model: 'my-agent',
        choices: [{ index: 0, delta: { content: 'Hello! ' }, logprobs: null, finish_reason: null }],
      },
      errors: [
        'agent-not-found',
        'conversation-busy',
        'approval-pending',
        'model-not-configured',
        'model-failed',
        'model-timeout',
        'output-invalid',
        'file-not-fetched',
        'file-not-taken',
        'file-too-large',
        'run-cancelled',
        'run-interrupted',
        'draining',
      ],
    }),
    respond: stream('/openai/responses', {
      summary: 'Create a response (streaming, or at once)',
      description: [
        'Runs an agent. The events of a response have numbers, and a reader whose connection broke goes on with `GET /openai/responses/{response_id}?stream=true&starting_after=N`. The last of them is `response.completed`, `response.incomplete` or `response.failed`; a response that was cancelled ends with `response.incomplete`, and its status says so.',
        'Calls that the agent makes are `mcp_call` items, with their results. A call that waits for a person is an `mcp_approval_request`.',
        '`temperature`, `top_p`, `max_output_tokens`, `max_tool_calls`, `reasoning`, `service_tier`, `top_logprobs` and `truncation` are repeated and have no effect: the agent has settings of its own. Other fields are taken and left out.',
        'Closing the connection ends the run, unless `background` is set.',
      ].join(' '),
      takesFiles: true,
      body: OpenAiResponseRequest,
      bodyExample: { model: 'my-agent', input: 'Hello, how are you?', stream: true },
      ...events,
      whole: OpenAiResponse,
      wholeExample: response,
      errors: [
        'agent-not-found',
        'run-not-found',
        'conversation-busy',
        'approval-pending',
        'approval-not-found',
        'approval-resolved',
        'draining',
      ],
    }),
    response: follow('/openai/responses/{response_id}', {
      summary: 'Get a response, or follow it (streaming)',
      description:
        'A response as it stands, one that is still made with what is in it so far; or with `stream=true` its events, from the first one or from the one after `starting_after`. A run that another protocol has started can be read as a response too.',
      query: z.object({
        stream: flag.meta({ description: 'Whether it is told as events' }),
        starting_after: z.coerce.number().int().min(0).optional().meta({
          description: 'The number of the last event that was read',
        }),
        include_obfuscation: flag.meta({ description: 'Has no effect' }),
        'include[]': z.array(z.string()).optional().meta({ description: 'Has no effect' }),
      }),
      ...events,
      whole: OpenAiResponse,
      wholeExample: response,
      errors: ['run-not-found', 'events-gone'],
    }),
    cancel: post('/openai/responses/{response_id}/cancel', {
      summary: 'Cancel a response',
      description: 'Ends it, and answers when what was said is stored. One that has ended stays as it is.',
      output: OpenAiResponse,
      example: { ...response, status: 'cancelled', background: true },
      errors: ['run-not-found'],
    }),
  },
  openAiErrors,
);
