import type { Transaction } from 'kysely';
import { titleOf } from './conversation-title.ts';
import type { Message } from './messages.ts';
import type { Tables } from './schema.ts';
import { toStoredBody } from './stored-message.ts';

// Well below the limit of bound values of either database.
const ROWS_AT_ONCE = 500;

interface Conversation {
  readonly id: string;
  readonly title: string;
  readonly message_count: number;
}

/** Appends those of `messages` whose ids the conversation does not have yet, in order; of two with one id the first. Returns how many it appended. */
export async function appendMessages(
  transaction: Transaction<Tables>,
  conversation: Conversation,
  messages: readonly Message[],
): Promise<number> {
  const created_at = new Date().toISOString();
  const isNew = await findNew(transaction, conversation, messages);
  const added = messages.filter(({ id }) => isNew.delete(id.toWellFormed()));
  if (!added.length) return 0;
  const rows = added.map((message, index) => ({
    conversation_id: conversation.id,
    seq: conversation.message_count + 1 + index,
    id: message.id.toWellFormed(),
    body: toStoredBody(message),
    created_at,
  }));
  for (const chunk of inChunks(rows)) await transaction.insertInto('messages').values(chunk).execute();
  await transaction
    .updateTable('conversations')
    .set({
      message_count: conversation.message_count + rows.length,
      title: conversation.title || titleOf(added),
      updated_at: created_at,
    })
    .where('id', '=', conversation.id)
    .execute();
  return rows.length;
}

/** The ids of `messages`, as they are stored, that the conversation does not have yet. */
async function findNew(
  transaction: Transaction<Tables>,
  conversation: Conversation,
  messages: readonly Message[],
): Promise<Set<string>> {
  // A text with half a character is stored with U+FFFD in its place.
  const ids = new Set(messages.map(({ id }) => id.toWellFormed()));
  if (conversation.message_count === 0) return ids;
  for (const chunk of inChunks([...ids])) {
    const known = await transaction
      .selectFrom('messages')
      .select('id')
      .where('conversation_id', '=', conversation.id)
      .where('id', 'in', chunk)
      .execute();
    for (const { id } of known) ids.delete(id);
  }
  return ids;
}

function* inChunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += ROWS_AT_ONCE) yield items.slice(start, start + ROWS_AT_ONCE);
}
