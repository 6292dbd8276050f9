import { z } from 'zod';
import type { ErrorBody } from './errors.ts';
import { group, post, stream } from './kit.ts';
import { OutputSchema } from './output-schema.ts';

/** The tokens that an answer took, as its provider counted them. */
export const Usage = z
  .object({
    prompt_tokens: z.int().meta({ description: 'Tokens read' }),
    completion_tokens: z.int().meta({ description: 'Tokens written' }),
  })
  .meta({ id: 'Usage' });

/** All that a provider counts of an answer. */
export const TokenUsage = Usage.extend({
  cached_tokens: z.int().meta({ description: 'Those of the tokens read that its provider had in its cache' }),
  reasoning_tokens: z.int().meta({ description: 'Those of the tokens written that are reasoning' }),
}).meta({ id: 'TokenUsage' });

const file = {
  data: z
    .string()
    .min(1)
    .max(900_000)
    .optional()
    .meta({ description: 'The file in base64, in place of `url`; the whole body has at most 1 MiB' }),
  url: z.string().min(1).max(900_000).optional().meta({
    description:
      'Where the file is, by https or http, in place of `data`. A provider that fetches files itself is given the address; for any other the server fetches it: at most 10 MiB a file and 20 MiB in all, and nothing from inside its own network',
  }),
  media_type: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({
      description: 'Such as `image/png`; absent: what its bytes, its server or its name tell',
      examples: ['image/png'],
    }),
  filename: z.string().min(1).max(255).optional(),
};

/** A part of what a user says. */
export const MessagePart = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: z.string().max(900_000) }),
    z.object({ type: z.literal('image'), ...file }),
    z.object({ type: z.literal('file'), ...file }).meta({
      description: 'A file of any kind: texts any model reads, PDFs and sounds where its provider takes them',
    }),
  ])
  .meta({ id: 'MessagePart' });

/** What a user says. */
export const PromptMessage = z.union([z.string().min(1).max(900_000), z.array(MessagePart).min(1).max(100)]).meta({
  description: 'What the user says: a text, or texts, images and files in their order',
  examples: ['What is the weather in Paris?'],
});

/** Kinds of events that a stream has only where its reader asks for them. */
export const Included = z.enum(['reasoning', 'status', 'files']);

/** Which of them a reader asks for. */
export const include = z
  .array(Included)
  .max(8)
  .optional()
  .meta({
    description:
      'Events to tell beside the usual ones. `reasoning`: what the model thinks, where its provider shows that; `status`: what the run waits for, in words for people; `files`: the images and other files that the model says. Events are numbered with these among them: continue a stream with the `include` it began with',
    examples: [['reasoning', 'status', 'files']],
  });

/** What a run that outlives its connection needs. */
export const resumption = {
  run_id: z.string().min(1).max(256).optional().meta({
    description:
      'The id of the run, chosen by the caller so that a broken stream can be continued; absent: one is made',
  }),
  background: z.boolean().optional().meta({
    description:
      'Whether the run goes on when the connection closes; its events can be read again at `/runs/{run_id}/events`',
  }),
};

const Prompt = z
  .object({
    message: PromptMessage,
    conversation_id: z.string().min(1).max(256).optional().meta({
      description:
        'The conversation to continue, or the id of a new one; callers with another API key may use the same id for another. Absent: a new conversation is made',
    }),
    when_busy: z.enum(['reject', 'queue', 'interrupt']).optional().meta({
      description:
        'While another run is active on the conversation: answer 409 (reject, the default), wait for it (queue), or cancel it and the approvals it left open (interrupt)',
    }),
    ...resumption,
    output_schema: OutputSchema.nullable().optional().meta({
      description:
        'What the answer is to be JSON of; it comes as `output`, checked. An answer that does not fit is asked for once more, and then the run fails with `output-invalid`. null: text; absent: as the agent says',
    }),
    include,
  })
  .meta({ id: 'Prompt' });

/** What ends an answer that would have gone on: the most model calls of a run, the length of an answer, or the filter of its provider. */
export const StopReason = z.enum(['max-steps', 'length', 'content-filter']);

const stoppedBy = StopReason.optional().meta({
  description: 'What ended an answer that would have gone on; absent when the model was done',
});
/** What an answer is as JSON. */
export const output = z.unknown().optional().meta({
  description:
    'The answer as JSON that fits `output_schema`; there exactly when that was asked for and the run waits for nothing',
});
const args = z.unknown().meta({ description: 'The arguments as the model gave them' });
/** Tool calls that a run has ended with because they wait for a person; absent when none does. */
export const approvals = z
  .array(z.object({ id: z.string(), tool_call_id: z.string(), tool: z.string(), args: z.unknown() }))
  .optional()
  .meta({ description: 'Tool calls that wait for an answer at `/approvals/{approval_id}`; the agent goes on then' });
/** The MCP servers that a run had to do without. */
export const missingServers = z
  .array(z.string())
  .optional()
  .meta({ description: 'The MCP servers that did not come and it went without; absent when there are none' });
const result = z.unknown().meta({ description: 'What the tool returned, or the text of its error' });

/** When an event of a run happened. */
export const timestamp = z
  .int()
  .optional()
  .meta({ description: 'When it happened, in milliseconds since 1970; absent where that was not noted' });

/** A file that a model has said: the file itself, or its address. At most 8 MiB; all of one answer at most 11 MiB. */
export const AnswerFile = z
  .object({
    media_type: z.string().meta({ description: 'Such as `image/png`' }),
    data: z.string().optional().meta({ description: 'The file in base64, in place of `url`' }),
    url: z.string().optional().meta({ description: 'Where the file is, by https or http, in place of `data`' }),
  })
  .meta({ id: 'AnswerFile' });

/** One event of a streamed prompt. Exactly one `done` or `error` comes, and it comes last. */
export const PromptEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('text'), content: z.string(), timestamp }),
    z
      .object({ type: z.literal('reasoning'), content: z.string(), timestamp })
      .meta({ description: 'A piece of what the model thinks; only where `include` asks for it' }),
    z
      .object({
        type: z.literal('status'),
        content: z.string().meta({ description: 'What the run does or waits for, in words for people' }),
        missing_servers: missingServers,
        timestamp,
      })
      .meta({ description: 'Only where `include` asks for it' }),
    AnswerFile.extend({ type: z.literal('file'), timestamp }).meta({
      description: 'A file that the model says, in its place among the texts; only where `include` asks for it',
    }),
    z.object({ type: z.literal('tool_call'), id: z.string(), name: z.string(), args, timestamp }),
    z.object({
      type: z.literal('tool_result'),
      id: z.string(),
      name: z.string(),
      result,
      is_error: z.boolean(),
      timestamp,
    }),
    z
      .object({
        type: z.literal('withdrawn'),
        content: z.string().meta({ description: 'The end of the text so far, which is to be taken away' }),
        reasoning: z.string().optional().meta({ description: 'The same of what the model thinks, where it was told' }),
        files: z
          .int()
          .optional()
          .meta({ description: 'How many of the last files are to be taken away; absent where none is' }),
        tool_calls: z.array(z.string()).meta({ description: 'The ids of calls that do not count' }),
        timestamp,
      })
      .meta({
        description:
          'What was said of an answer does not count: another process has gone on with the run of a durable agent, and asks the model again',
      }),
    z.object({
      type: z.literal('done'),
      conversation_id: z.string(),
      usage: Usage,
      stopped_by: stoppedBy,
      approvals,
      missing_servers: missingServers,
      output,
      timestamp,
    }),
    z.object({
      type: z.literal('error'),
      detail: z.string(),
      code: z.string(),
      conversation_id: z.string(),
      usage: Usage,
      timestamp,
    }),
  ])
  .meta({ id: 'PromptEvent' });

const PromptResult = z
  .object({
    response: z.string().meta({ description: 'The whole text of the answer' }),
    reasoning: z
      .string()
      .optional()
      .meta({ description: 'All that the model thought; only where `include` asks for it' }),
    files: z
      .array(AnswerFile)
      .optional()
      .meta({ description: 'The files that the model has said, in their order; absent when there are none' }),
    tool_calls: z.array(z.object({ id: z.string(), name: z.string(), args, result, is_error: z.boolean() })),
    usage: Usage,
    conversation_id: z.string(),
    stopped_by: stoppedBy,
    approvals,
    missing_servers: missingServers,
    output,
  })
  .meta({ id: 'PromptResult' });

/** The event that ends a stream which breaks off; the conversation is that of the input, and empty when it names none. */
export const promptFailure = (
  { detail, code }: ErrorBody,
  { conversation_id }: Readonly<Record<string, unknown>>,
): z.input<typeof PromptEvent> => ({
  type: 'error',
  detail,
  code,
  conversation_id: typeof conversation_id === 'string' ? conversation_id : '',
  usage: { prompt_tokens: 0, completion_tokens: 0 },
});

const failures = [
  'agent-not-found',
  'conversation-busy',
  'approval-pending',
  'run-exists',
  'run-cancelled',
  'model-not-configured',
  'model-failed',
  'model-timeout',
  'output-invalid',
  'file-not-fetched',
  'file-not-taken',
  'file-too-large',
  'draining',
] as const;

/** Prompts to an agent, answered as a stream or at once. */
export const prompts = group('Prompts', 'Prompts to an agent, answered as a stream or at once.', {
  stream: stream('/agents/{agent_id}/prompt', {
    summary: 'Send prompt (streaming)',
    description:
      'Both sides of the turn are stored before `done` is sent. Closing the connection cancels the run unless `background` is true. A prompt sent again with its `run_id` and a `Last-Event-ID` header is not run again: the events after that one follow. The header `Content-Location` names the run. A failure before the first event keeps its HTTP status; a later one is the `error` event.',
    takesFiles: true,
    body: Prompt,
    bodyExample: { message: 'What is the weather in Paris?' },
    output: PromptEvent,
    failure: promptFailure,
    example: { type: 'text', content: 'Based on the current weather data...' },
    errors: [...failures, 'run-not-found', 'events-gone'],
  }),
  sync: post('/agents/{agent_id}/prompt/sync', {
    summary: 'Send prompt (non-streaming)',
    description: 'Waits for the complete answer. Closing the connection cancels the run unless `background` is true.',
    takesFiles: true,
    body: Prompt,
    bodyExample: { message: 'What is the weather in Paris?' },
    output: PromptResult,
    example: {
      response: 'Based on the current weather data...',
      tool_calls: [{ id: 'call-1', name: 'weather__get', args: { city: 'Paris' }, result: '18 °C', is_error: false }],
      usage: { prompt_tokens: 150, completion_tokens: 200 },
      conversation_id: 'conv-1',
    },
    errors: failures,
  }),
});
