import { z } from 'zod';
import { Timestamp } from './ids.ts';
import { del, get, group, post, type Rule } from './kit.ts';
import { agentFilter, nextCursor, pageQuery } from './pages.ts';
import { AnswerFile } from './prompts.ts';

const ConversationSummary = z
  .object({
    id: z.string(),
    agent_id: z.string(),
    title: z.string().meta({ description: 'The first words of the first message' }),
    message_count: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'ConversationSummary' });

const ConversationMessage = z
  .object({
    id: z.string(),
    role: z.enum(['user', 'assistant', 'tool', 'system']),
    content: z.string().meta({ description: 'The text; of a tool message, the result as text' }),
    files: z.array(AnswerFile).optional().meta({
      description:
        'Assistant messages: the files it has said; tool messages: what the tool has drawn or made, such as a plot; in their order, absent when there are none',
    }),
    tool_calls: z
      .array(z.object({ id: z.string(), name: z.string(), args: z.unknown() }))
      .optional()
      .meta({ description: 'Assistant messages: the tools called' }),
    tool_call_id: z.string().optional().meta({ description: 'Tool messages: the call this is the result of' }),
    created_at: Timestamp,
  })
  .meta({ id: 'ConversationMessage' });

const Conversation = ConversationSummary.extend({ messages: z.array(ConversationMessage) }).meta({
  id: 'Conversation',
});

const Rewind = z
  .object({
    message_id: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'The first message to forget, by its id in the conversation' }),
    keep: z.int().min(0).optional().meta({
      description:
        'How many messages to keep, from the first on; those that are there, where it is more than there are',
    }),
  })
  .meta({ id: 'RewindConversation' });

const oneOrOther: Rule = {
  path: 'message_id',
  message: 'is needed, or keep; and not both',
  holds: ({ message_id, keep }) => (message_id === undefined) !== (keep === undefined),
};

const example: z.output<typeof ConversationSummary> = {
  id: 'conv-1',
  agent_id: 'my-agent',
  title: 'What is the weather in Paris?',
  message_count: 2,
  created_at: '2026-11-23T10:00:00.000Z',
  updated_at: '2026-11-23T10:00:05.000Z',
};

/** Stored conversations. AG-UI threads are conversations too: the id is the thread id. */
export const conversations = group(
  'Conversations',
  'Stored conversations. AG-UI threads are conversations too: the id is the thread id.',
  {
    list: get('/conversations', {
      summary: 'List conversations',
      description:
        'Newest first. With `query`, those that have the text in their title or in the `content` of a message, as Get conversation shows it; of a message that is stored with more than 256 KiB, such as one with a file, nothing is searched. A request looks through at most about 5,000 messages: a page may be shorter than `limit`, or empty, and `next_cursor` goes on behind what was looked through until it is null.',
      query: z.object({
        agent_id: agentFilter,
        query: z
          .string()
          .trim()
          .min(1)
          .max(200)
          .optional()
          .meta({ description: 'Only those with this text, in upper or lower case', examples: ['weather'] }),
        ...pageQuery,
      }),
      output: z
        .object({
          conversations: z.array(ConversationSummary),
          next_cursor: nextCursor,
        })
        .meta({ id: 'ConversationList' }),
      example: { conversations: [example], next_cursor: null },
    }),
    get: get('/conversations/{conversation_id}', {
      summary: 'Get conversation',
      description: 'The conversation with all of its messages, oldest first.',
      output: Conversation,
      example: {
        ...example,
        messages: [
          {
            id: 'msg-1',
            role: 'user',
            content: 'What is the weather in Paris?',
            created_at: '2026-11-23T10:00:00.000Z',
          },
          { id: 'msg-2', role: 'assistant', content: 'It is 18 °C.', created_at: '2026-11-23T10:00:05.000Z' },
        ],
      },
      errors: ['conversation-not-found'],
    }),
    rewind: post('/conversations/{conversation_id}/rewind', {
      summary: 'Rewind conversation',
      description:
        'Forgets the messages from one on, so that what is said next stands in their place: to edit a message, forget it and send it anew, over any protocol. Approvals that its calls wait for are cancelled. The runs that said it stay, with their steps and costs. Answers with the conversation as it then is.',
      body: Rewind,
      rules: [oneOrOther],
      bodyExample: { message_id: 'msg-3' },
      output: ConversationSummary,
      example,
      errors: ['conversation-not-found', 'message-not-found', 'conversation-busy'],
    }),
    delete: del('/conversations/{conversation_id}', {
      summary: 'Delete conversation',
      description: 'Deletes the conversation and its history. An active run on it is ended first.',
      output: z.void(),
      status: 204,
      errors: ['conversation-not-found'],
    }),
  },
);
