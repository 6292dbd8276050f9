import type { Kysely, Selectable } from 'kysely';
import { EVERYBODY, maySee } from '../call/principal.ts';
import type { Message } from './messages.ts';
import { readCursor, toCursor } from './page-cursor.ts';
import type { Tables } from './schema.ts';
import type { ConversationRecord, Store } from './store.ts';
import { isVisible } from './visible.ts';

/** Conversations and their messages, as they are read; runs write them. */
export function createConversationsStore(db: Kysely<Tables>): Store['conversations'] {
  return {
    async list({ agentId, limit, cursor, principal = EVERYBODY }) {
      const after = cursor === undefined ? undefined : readCursor(cursor);
      const rows = await db
        .selectFrom('conversations')
        .selectAll()
        .where(isVisible(principal))
        .$if(agentId !== undefined, (query) => query.where('agent_id', '=', agentId ?? ''))
        .$if(after !== undefined, (query) =>
          query.where(({ eb, refTuple, tuple }) =>
            eb(refTuple('updated_at', 'id'), '<', tuple(after?.updatedAt ?? '', after?.id ?? '')),
          ),
        )
        .orderBy('updated_at', 'desc')
        .orderBy('id', 'desc')
        // One more than asked for tells whether there is a next page.
        .limit(limit + 1)
        .execute();
      const conversations = rows.slice(0, limit).map(toRecord);
      const last = conversations.at(-1);
      return { conversations, nextCursor: rows.length > limit && last ? toCursor(last) : null };
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
