import type { Kysely, Selectable } from 'kysely';
import { EVERYBODY, maySee } from '../call/principal.ts';
import type { Message } from './messages.ts';
import { readPage } from './pages.ts';
import type { Tables } from './schema.ts';
import type { ConversationRecord, ConversationsStore } from './stored-conversations.ts';
import { isVisible } from './visible.ts';

/** Conversations and their messages, to be read; runs write them. */
export function createConversationsStore(db: Kysely<Tables>): ConversationsStore {
  return {
    async list({ agentId, principal = EVERYBODY, ...page }) {
      const matching = db
        .selectFrom('conversations')
        .selectAll()
        .where(isVisible(principal))
        .where(({ and }) => and({ agent_id: agentId }));
      const { rows, nextCursor } = await readPage(matching, 'updated_at', page);
      return { conversations: rows.map(toRecord), nextCursor };
    },
    async get(id, principal = EVERYBODY) {
      const row = await db.selectFrom('conversations').selectAll().where('id', '=', id).executeTakeFirst();
      return row && maySee(principal, row.owner) ? toRecord(row) : undefined;
    },
    async isHidden(id, principal) {
      if (principal.seesAll) return false;
      const row = await db.selectFrom('conversations').select('owner').where('id', '=', id).executeTakeFirst();
      return row !== undefined && !maySee(principal, row.owner);
    },
    async messages(id) {
      const rows = await db
        .selectFrom('messages')
        .select(['body', 'created_at'])
        .where('conversation_id', '=', id)
        .orderBy('seq')
        .execute();
      return rows.map((row) => {
        const message: Message = JSON.parse(row.body);
        return { ...message, createdAt: row.created_at };
      });
    },
    async delete(id) {
      const { numDeletedRows } = await db.deleteFrom('conversations').where('id', '=', id).executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}

const toRecord = (row: Selectable<Tables['conversations']>): ConversationRecord => ({
  id: row.id,
  agentId: row.agent_id,
  title: row.title,
  messageCount: row.message_count,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
