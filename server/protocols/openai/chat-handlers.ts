/** Offers every agent as a model of Chat Completions. */
import type { AppHandlers } from '../../../contract/index.ts';
import type { RequestContext } from '../../call/implement.ts';
import { invalidField } from '../../call/validation-error.ts';
import { type ChatView, collectChat, streamChat } from './chat-answer.ts';
import { readChat } from './chat-input.ts';
import { toSeconds } from './models.ts';
import type { OpenAiParts, StoredTalk } from './ports.ts';

/** The header that names the conversation of a chat. */
const CONVERSATION = 'x-conversation-id';
const MAX_ID = 256;

const UNLISTED = {
  refusal:
    'a person has to approve it, and this chat is not stored; the client has to send the header X-Conversation-Id',
};

const NOTHING: StoredTalk = { messages: [] };

/** The handler that answers chats. */
export function createChatHandlers(parts: OpenAiParts): Pick<AppHandlers<RequestContext>['openai'], 'chat'> {
  const { agents, startRun, findTalk, checkOutputSchema } = parts;
  return {
    async chat({ input, context, signal }) {
      const { principal } = context;
      agents.get(input.model);
      const conversationId = readConversationId(context.headers[CONVERSATION]);
      const stored = conversationId === undefined ? NOTHING : ((await findTalk(conversationId, principal)) ?? NOTHING);
      const place =
        conversationId === undefined
          ? { history: 'given' as const, unlisted: UNLISTED }
          : { history: 'stored' as const, conversationId };
      const request = readChat(input, stored);
      await checkOutputSchema(request.outputSchema, 'response_format.json_schema.schema');
      const run = await startRun(input.model, { principal, signal, ...place, ...request });
      if (conversationId !== undefined) context.addHeader?.(CONVERSATION, run.conversationId);
      const view: ChatView = {
        id: run.id,
        model: input.model,
        created: toSeconds(run.startedAt),
        isJson: request.outputSchema !== undefined,
        showsTools: input.agent_runtimes?.show_tools ?? false,
        includesUsage: input.stream_options?.include_usage ?? false,
      };
      const events = run.events(signal);
      return input.stream ? streamChat(events, view) : collectChat(events, view);
    },
  };
}

function readConversationId(header: string | string[] | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && header.length <= MAX_ID) return header;
  throw invalidField(CONVERSATION, `must be one id of at most ${MAX_ID} characters`);
}
