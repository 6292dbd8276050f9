import { z } from 'zod';
import type { ErrorBody } from './errors.ts';
import { follow, get, group, stream } from './kit.ts';

const id = z.string();
const toolCallId = z.string();
const toolName = z.string();
const dynamic = z.literal(true).optional();
const json = z.unknown();

/** What the `start` of an answer says of the run behind it. */
const RunMetadata = z.looseObject({
  run_id: z.string().optional().meta({ description: 'The run: `POST /runs/{run_id}/cancel` stops it' }),
  conversation_id: z.string().optional(),
});

/** One chunk of the UI message stream of the AI SDK (https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol). */
export const VercelAiChunk = z
  .union([
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('text-delta'), id, delta: z.string() }),
      z.object({ type: z.literal('reasoning-delta'), id, delta: z.string() }),
      z.object({ type: z.literal('tool-input-delta'), toolCallId, inputTextDelta: z.string() }),
      z.object({ type: z.literal('start'), messageId: z.string(), messageMetadata: RunMetadata.optional() }),
      z.object({ type: z.literal('start-step') }),
      z.object({ type: z.literal('text-start'), id }),
      z.object({ type: z.literal('text-end'), id }),
      z.object({ type: z.literal('reasoning-start'), id }),
      z.object({ type: z.literal('reasoning-end'), id }),
      z.object({ type: z.literal('tool-input-start'), toolCallId, toolName, dynamic }),
      z.object({ type: z.literal('tool-input-available'), toolCallId, toolName, input: json, dynamic }),
      z.object({ type: z.literal('tool-output-available'), toolCallId, output: json, dynamic }),
      z.object({ type: z.literal('tool-output-error'), toolCallId, errorText: z.string(), dynamic }),
      z.object({ type: z.literal('tool-output-denied'), toolCallId }),
      z.object({
        type: z.literal('tool-approval-request'),
        approvalId: z.string().meta({ description: 'The id that `/approvals/{approval_id}` takes too' }),
        toolCallId: z.string().meta({
          description:
            'The call that waits. Where one waits for several answers, as it asks another agent, the further ones each have a part of their own, with the id of the approval in the place of that of a call',
        }),
        reason: z.string().optional().meta({ description: 'What is asked, where that is not the call itself' }),
      }),
      z.object({ type: z.literal('tool-approval-response'), approvalId: z.string(), approved: z.boolean() }),
      z.object({ type: z.literal('file'), url: z.string(), mediaType: z.string() }),
      z.object({ type: z.literal('finish-step') }),
      z.object({
        type: z.literal('finish'),
        finishReason: z.enum(['stop', 'length', 'content-filter', 'tool-calls', 'other']),
        messageMetadata: z.looseObject({}).optional(),
      }),
      z.object({ type: z.literal('abort'), reason: z.string().optional() }),
      z.object({ type: z.literal('error'), errorText: z.string() }),
    ]),
    z.object({
      type: z.templateLiteral(['data-', z.string()]),
      id: z.string().optional(),
      data: json,
      transient: z.boolean().optional(),
    }),
  ])
  .meta({ id: 'VercelAiChunk' });

/** One chunk of an answer, before it is checked. */
export type VercelAiChunk = z.input<typeof VercelAiChunk>;

const Message = z.looseObject({
  id: z.string().min(1).max(256).optional(),
  role: z.string(),
  parts: z.array(z.unknown()).max(10_000).nullish(),
});

const Chat = z
  .object({
    id: z
      .string()
      .min(1)
      .max(256)
      .meta({
        description: 'The id of the chat: that of the conversation, which is made when there is none',
        examples: ['chat-1'],
      }),
    messages: z.array(Message).max(10_000).nullish().meta({
      description:
        'UI messages. Of a conversation that is stored here the last one is taken, and the stored ones before it stand; of one that is new, all',
    }),
    message: Message.nullish().meta({
      description: 'The last message alone, from apps that send no others',
    }),
    trigger: z
      .string()
      .max(64)
      .nullish()
      .meta({ description: '`submit-message` (the default) or `regenerate-message`' }),
    messageId: z.string().max(256).nullish().meta({
      description:
        'The message that is changed or answered anew; the messages before it say the same. To answer anew what is stored here, it is enough without messages',
    }),
    tools: z
      .union([
        z.array(z.record(z.string(), z.unknown())).max(1000),
        z.record(z.string(), z.record(z.string(), z.unknown())),
      ])
      .nullish()
      .meta({
        description:
          'Tools that the app runs itself, for `onToolCall` and `addToolOutput`: `{name, description, parameters}` each, the parameters as JSON Schema; or an object of them by name, as assistant-ui sends',
        examples: [[{ name: 'confirm', description: 'Asks the user', parameters: { type: 'object' } }]],
      }),
  })
  .meta({ id: 'VercelAiChat' });

/** What a chat of the AI SDK sends. */
export type VercelAiChat = z.output<typeof Chat>;

const UiMessage = z
  .looseObject({
    id: z.string(),
    role: z.enum(['system', 'user', 'assistant']),
    parts: z.array(z.looseObject({ type: z.string() })),
  })
  .meta({ id: 'VercelAiMessage' });

/** A message as `useChat` holds it. */
export type VercelAiMessage = z.input<typeof UiMessage>;

const AgentList = z
  .object({
    protocol: z.literal('vercel-ai'),
    version: z.string().meta({ description: 'The version of the UI message stream that is spoken' }),
    agents: z.array(z.object({ agent_id: z.string(), name: z.string(), endpoint: z.string() })),
    agents_endpoint: z.string(),
    count: z.int(),
  })
  .meta({ id: 'VercelAiAgentList' });

const chunks = {
  output: VercelAiChunk,
  endMark: '[DONE]',
  failure: ({ detail }: ErrorBody): VercelAiChunk => ({ type: 'error', errorText: detail }),
  example: { type: 'text-delta', id: 'msg-2', delta: 'Hello! ' },
} as const;

/** The UI message stream of the Vercel AI SDK: every agent, for `useChat`. */
export const vercelAi = group(
  'Vercel AI SDK',
  'The UI message stream of the Vercel AI SDK: every agent, for `useChat`.',
  {
    agents: get('/vercel-ai/agents', {
      summary: 'List agents for the AI SDK',
      description: 'Every agent, with the `api` that a chat transport is given.',
      output: AgentList,
      example: {
        protocol: 'vercel-ai',
        version: 'v1',
        agents: [{ agent_id: 'my-agent', name: 'My Custom Agent', endpoint: '/api/v1/vercel-ai/my-agent' }],
        agents_endpoint: '/api/v1/vercel-ai/agents',
        count: 1,
      },
    }),
    chat: stream('/vercel-ai/{agent_id}', {
      summary: 'Chat (streaming)',
      description: [
        'The `api` of `DefaultChatTransport`. Answers with a UI message stream: `start` first, then exactly one `finish`, `abort` or `error`, then `[DONE]`.',
        'The stored conversation is the truth: a new message ends a run that is still answering, a message that is stored already is answered anew, and what stood behind it is replaced.',
        'Answers to `tool-approval-request` are taken from the last message and checked against the approvals stored here; they may be given at `/approvals/{approval_id}` as well.',
        'A reader that goes away ends no run: `POST /runs/{run_id}/cancel` does, with the `run_id` in the metadata of `start`.',
      ].join(' '),
      takesFiles: true,
      body: Chat,
      bodyExample: {
        id: 'chat-1',
        messages: [{ id: 'msg-1', role: 'user', parts: [{ type: 'text', text: 'Hello, how are you?' }] }],
        trigger: 'submit-message',
      },
      ...chunks,
      errors: [
        'agent-not-found',
        'conversation-busy',
        'approval-pending',
        'approval-not-found',
        'approval-resolved',
        'draining',
      ],
    }),
    messages: get('/vercel-ai/{agent_id}/{chat_id}/messages', {
      summary: 'Messages of a chat',
      description:
        'What is stored of a conversation, as the `messages` that `useChat` begins with; none when it is new.',
      output: z.object({ id: z.string(), messages: z.array(UiMessage) }).meta({ id: 'VercelAiChatMessages' }),
      example: {
        id: 'chat-1',
        messages: [{ id: 'msg-1', role: 'user', parts: [{ type: 'text', text: 'Hello, how are you?' }] }],
      },
      errors: ['agent-not-found'],
    }),
    resume: follow('/vercel-ai/{agent_id}/{chat_id}/stream', {
      summary: 'Take up a running answer (streaming)',
      description:
        'The answer that a run of the chat is giving, from its first chunk on, also what it said before a person was asked; 204 when no run is active. What `resume: true` of `useChat` reads.',
      ...chunks,
      whole: z.undefined(),
      errors: ['agent-not-found'],
    }),
  },
);
