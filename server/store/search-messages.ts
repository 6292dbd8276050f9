import { type Kysely, type SqlBool, sql } from 'kysely';
import { toCount } from './count.ts';
import type { RecordReader } from './record-reader.ts';
import type { Tables } from './schema.ts';
import type { MessageSearch, MessageSearchResult, StoredMessage } from './stored-conversations.ts';

interface SearchOptions extends MessageSearch {
  readonly key: string;
  readonly reader: RecordReader<Tables['messages'], StoredMessage>;
}

/** Looks through the messages of a conversation: which may be meant is found where they are stored, and these alone are read. */
export async function searchMessages(
  db: Kysely<Tables>,
  { key, hint, maxBytes, isWanted, reader }: SearchOptions,
): Promise<MessageSearchResult> {
  // No character of a pattern: what is one is none of a hint that a message could be without.
  const pattern = `%${hint.toLowerCase().replaceAll(/[%_\\]/g, '_')}%`;
  const short = sql<SqlBool>`octet_length(body) <= ${maxBytes}`;
  const rows = await db
    .selectFrom('messages')
    .select([
      'seq',
      sql<number>`octet_length(body)`.as('bytes'),
      sql<number>`case when ${short} then lower(body) like ${pattern} else false end`.as('may_be'),
    ])
    .where('conversation_key', '=', key)
    .orderBy('seq')
    .execute();
  const looked = {
    messages: rows.length,
    bytes: rows.reduce((sum, { bytes }) => sum + Math.min(toCount(bytes), maxBytes), 0),
  };
  for (const { seq } of rows.filter(({ may_be: mayBe }) => Boolean(mayBe))) {
    const row = await db
      .selectFrom('messages')
      .selectAll()
      .where('conversation_key', '=', key)
      .where('seq', '=', seq)
      .executeTakeFirst();
    const message = reader.one(row);
    if (message && isWanted(message)) return { isFound: true, ...looked };
  }
  return { isFound: false, ...looked };
}
