import { ApiError } from '../call/errors.ts';
import type { ConversationRecord, Store } from '../store/store.ts';

/** Where a conversation is to end: before a message, or behind so many. */
interface RewindTo {
  readonly message_id?: string | undefined;
  readonly keep?: number | undefined;
}

/** Forgets the end of a conversation that no run is on. Throws `message-not-found`. */
export async function rewindConversation(
  { key, id }: ConversationRecord,
  { message_id: messageId, keep }: RewindTo,
  conversations: Pick<Store['conversations'], 'messages' | 'rewind'>,
): Promise<void> {
  const from = messageId ?? (await conversations.messages(key))[keep ?? 0]?.id;
  // Fewer than are to be kept: all are.
  if (from === undefined) return;
  const wasThere = await conversations.rewind(key, { from });
  if (!wasThere) throw new ApiError('message-not-found', `Conversation '${id}' has no message '${from}'`);
}
