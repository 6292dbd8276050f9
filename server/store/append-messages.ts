import type { Transaction } from 'kysely';
import { titleOf } from './conversation-title.ts';
import { toCount } from './count.ts';
import { timeIn } from './dialect.ts';
import { inOneGo } from './in-one-go.ts';
import type { Message } from './messages.ts';
import { MAX_POSITION } from './positions.ts';
import { firstOf, prepareQuery } from './prepare-query.ts';
import type { Tables } from './schema.ts';
import { toStoredBody } from './stored-message.ts';
import type { ReplacedMessages } from './stored-runs.ts';

// Well below the limit of bound values of either database.
const ROWS_AT_ONCE = 500;
/** So many ids are looked up one by one, by a query that is compiled already. */
const FEW = 4;

interface Conversation {
  readonly key: string;
  readonly title: string;
}

/**
 * Appends those of `messages` whose ids the conversation does not have yet, in order; of two with one id the first. Returns how many
 * messages the conversation then has.
 */
export async function appendMessages(
  transaction: Transaction<Tables>,
  { key, title }: Conversation,
  messages: readonly Message[],
): Promise<number> {
  const created_at = timeIn(transaction);
  const count = await countMessages(transaction, key);
  const isNew = await findNew(transaction, { key, count }, messages);
  const added = messages.filter(({ id }) => isNew.delete(id.toWellFormed()));
  if (!added.length) return count;
  const seq = count + added.length;
  await inOneGo(
    ...added.map((message, index) => {
      const id = message.id.toWellFormed();
      return insertMessage(transaction, { key, seq: count + index + 1, id, body: toStoredBody(message), created_at });
    }),
    updateConversation(transaction, { key, count: seq, title: title || titleOf(added), updated_at: created_at }),
  );
  return seq;
}

const insertMessage = prepareQuery(
  (db, { key, seq, id, body, created_at }: Omit<Tables['messages'], 'conversation_key'> & { readonly key: string }) =>
    db.insertInto('messages').values({ conversation_key: key, seq, id, body, created_at }),
);

const updateConversation = prepareQuery(
  (
    db,
    {
      key,
      count,
      title,
      updated_at,
    }: Pick<Tables['conversations'], 'key' | 'title' | 'updated_at'> & { readonly count: number },
  ) => db.updateTable('conversations').set({ message_count: count, updated_at, title }).where('key', '=', key),
);

/** Takes the end of a conversation out of it. Returns whether there was one: nothing changes when it has no such message. */
export async function removeMessages(
  transaction: Transaction<Tables>,
  key: string,
  replaced: ReplacedMessages,
): Promise<boolean> {
  const isAfter = 'after' in replaced;
  const id = isAfter ? replaced.after : replaced.from;
  const from = await transaction
    .selectFrom('messages')
    .select('seq')
    .where('conversation_key', '=', key)
    .where('id', '=', id.toWellFormed())
    .executeTakeFirst();
  if (!from) return false;
  const { numDeletedRows } = await transaction
    .deleteFrom('messages')
    .where('conversation_key', '=', key)
    .where('seq', isAfter ? '>' : '>=', from.seq)
    .executeTakeFirstOrThrow();
  const count = await countMessages(transaction, key);
  await transaction
    .updateTable('conversations')
    // What a conversation is about is said anew where it begins anew.
    .set({ message_count: count, ...(count === 0 && { title: '' }) })
    .where('key', '=', key)
    .execute();
  return numDeletedRows > 0n;
}

/** How many messages there are, by the number of the last one: what the conversation says of itself may be wrong in a restored file. */
async function countMessages(transaction: Transaction<Tables>, key: string): Promise<number> {
  return toCount(firstOf(await findLast(transaction, { key }))?.seq);
}

const findLast = prepareQuery((db, { key }: { readonly key: string }) =>
  db
    .selectFrom('messages')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .where('conversation_key', '=', key)
    .where('seq', '<', MAX_POSITION),
);

/** The ids of `messages`, as they are stored, that the conversation does not have yet. */
async function findNew(
  transaction: Transaction<Tables>,
  { key, count }: { readonly key: string; readonly count: number },
  messages: readonly Message[],
): Promise<Set<string>> {
  // A text with half a character is stored with U+FFFD in its place.
  const ids = new Set(messages.map(({ id }) => id.toWellFormed()));
  if (count === 0) return ids;
  if (ids.size <= FEW) {
    for (const id of ids) if (firstOf(await findMessage(transaction, { key, id }))) ids.delete(id);
    return ids;
  }
  for (const chunk of inChunks([...ids])) {
    const known = await transaction
      .selectFrom('messages')
      .select('id')
      .where('conversation_key', '=', key)
      .where('id', 'in', chunk)
      .execute();
    for (const { id } of known) ids.delete(id);
  }
  return ids;
}

const findMessage = prepareQuery((db, { key, id }: Pick<Tables['messages'], 'id'> & { readonly key: string }) =>
  db.selectFrom('messages').select('id').where('conversation_key', '=', key).where('id', '=', id),
);

function* inChunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += ROWS_AT_ONCE) yield items.slice(start, start + ROWS_AT_ONCE);
}
