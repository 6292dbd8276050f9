import type { Kysely } from 'kysely';
import { EVERYBODY, maySee } from '../call/principal.ts';
import { isMessage, withoutOddParts } from './message-schema.ts';
import { readPage } from './pages.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import type { ConversationRecord, ConversationsStore, StoredMessage } from './stored-conversations.ts';
import { isVisible } from './visible.ts';

/** Conversations and their messages, to be read; runs write them. */
export function createConversationsStore(db: Kysely<Tables>, log: StoreLog): ConversationsStore {
  const reader = createRecordReader<Tables['conversations'], ConversationRecord>({
    table: 'conversations',
    key: ['id'],
    toRecord,
    log,
  });
  const messageReader = createRecordReader<Tables['messages'], StoredMessage>({
    table: 'messages',
    key: ['conversation_id', 'seq'],
    toRecord: toMessage,
    log,
  });
  return {
    async list({ agentId, principal = EVERYBODY, ...page }) {
      const matching = db
        .selectFrom('conversations')
        .selectAll()
        .where(isVisible(principal))
        .where(({ and }) => and({ agent_id: agentId }));
      const { rows, nextCursor } = await readPage(matching, 'updated_at', page);
      return { conversations: reader.all(rows), nextCursor };
    },
    async get(id, principal = EVERYBODY) {
      const row = await db.selectFrom('conversations').selectAll().where('id', '=', id).executeTakeFirst();
      return row && maySee(principal, row.owner) ? reader.one(row) : undefined;
    },
    async isHidden(id, principal) {
      if (principal.seesAll) return false;
      const row = await db.selectFrom('conversations').select('owner').where('id', '=', id).executeTakeFirst();
      return row !== undefined && !maySee(principal, row.owner);
    },
    async messages(id) {
      const rows = await db
        .selectFrom('messages')
        .selectAll()
        .where('conversation_id', '=', id)
        .orderBy('seq')
        .execute();
      return messageReader.all(rows);
    },
    async delete(id) {
      const { numDeletedRows } = await db.deleteFrom('conversations').where('id', '=', id).executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}

const toRecord = (row: RowReading<keyof Tables['conversations']>): ConversationRecord => ({
  id: row.text('id'),
  agentId: row.text('agent_id', ''),
  title: row.text('title', ''),
  messageCount: row.count('message_count'),
  createdAt: row.time('created_at'),
  updatedAt: row.time('updated_at'),
});

const toMessage = (row: RowReading<keyof Tables['messages']>): StoredMessage => ({
  ...row.json('body', isMessage, withoutOddParts),
  createdAt: row.time('created_at'),
});
