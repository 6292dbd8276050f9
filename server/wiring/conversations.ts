import { createConversationHandlers } from '../conversations/conversation-handlers.ts';
import type { Runs } from '../runs/runs.ts';
import type { Store } from '../store/store.ts';

interface ConversationsOptions {
  readonly store: Store;
  readonly runs: Runs;
}

/** Opens the stored conversations. The run of one that is deleted ends with it. */
export function openConversations({ store: { conversations }, runs }: ConversationsOptions) {
  const endRun = (conversationKey: string) => runs.cancelConversation(conversationKey, 'the conversation was deleted');
  const { whileIdle } = runs;
  return { handlers: { conversations: createConversationHandlers({ conversations, endRun, whileIdle }) } };
}
