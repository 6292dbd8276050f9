import { toOwnedKey } from '../store/owned-key.ts';
import type { ConversationName, Store } from '../store/store.ts';
import { conversationNotFound } from '../store/visible.ts';
import { newId } from './ids.ts';
import type { RunRequest } from './run-request.ts';

/** The conversation that a run is to be on. Throws `conversation-not-found`. */
export async function nameConversation(
  { conversationId, conversationKey, principal }: RunRequest,
  conversations: Pick<Store['conversations'], 'find' | 'name'>,
): Promise<ConversationName> {
  if (conversationKey !== undefined) {
    const found = await conversations.find(conversationKey);
    if (!found) throw conversationNotFound(conversationId ?? '');
    return found;
  }
  if (conversationId !== undefined) return conversations.name(conversationId, principal);
  const id = newId('conv');
  const owner = principal.name ?? null;
  return { key: toOwnedKey(owner, id), id, owner };
}
