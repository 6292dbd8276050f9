import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import type { Principal } from '../call/principal.ts';
import { noteRequest } from '../call/request-notes.ts';
import type { ConversationRecord, Store } from '../store/store.ts';
import { conversationNotFound } from '../store/visible.ts';
import { toConversationMessage } from './conversation-messages.ts';
import { rewindConversation } from './rewind.ts';
import { searchConversations } from './search-conversations.ts';

interface ConversationHandlerOptions {
  readonly conversations: Store['conversations'];
  /** Ends the run that is active on a conversation, if there is one; resolves when it has ended. */
  endRun(conversationKey: string): Promise<void>;
  /** Does `work` while no run is on a conversation; throws `conversation-busy`. */
  whileIdle<Result>(conversation: ConversationRecord, work: () => Promise<Result>): Promise<Result>;
}

/** Conversations over the wire. */
export function createConversationHandlers({
  conversations,
  endRun,
  whileIdle,
}: ConversationHandlerOptions): AppHandlers<RequestContext>['conversations'] {
  const find = async (id: string, principal: Principal) => {
    const conversation = await conversations.get(id, principal);
    if (!conversation) throw conversationNotFound(id);
    noteRequest({ conversation_id: conversation.id });
    return conversation;
  };
  return {
    async list({ input: { agent_id: agentId, query: text, limit, cursor }, context: { principal }, signal }) {
      const wanted = { agentId, limit, cursor, principal };
      const page = await (text === undefined
        ? conversations.list(wanted)
        : searchConversations({ ...wanted, text, signal }, conversations));
      return { conversations: page.conversations.map(toSummary), next_cursor: page.nextCursor };
    },
    async get({ input: { conversation_id }, context }) {
      const conversation = await find(conversation_id, context.principal);
      const messages = await conversations.messages(conversation.key);
      return {
        ...toSummary(conversation),
        message_count: messages.length,
        messages: messages.map(toConversationMessage),
      };
    },
    async rewind({ input: { conversation_id, ...to }, context: { principal } }) {
      const conversation = await find(conversation_id, principal);
      await whileIdle(conversation, () => rewindConversation(conversation, to, conversations));
      return toSummary(await find(conversation_id, principal));
    },
    async delete({ input: { conversation_id }, context }) {
      const { key } = await find(conversation_id, context.principal);
      await endRun(key);
      await conversations.delete(key);
    },
  };
}

const toSummary = (conversation: ConversationRecord) => ({
  id: conversation.id,
  agent_id: conversation.agentId,
  title: conversation.title,
  message_count: conversation.messageCount,
  created_at: conversation.createdAt,
  updated_at: conversation.updatedAt,
});
