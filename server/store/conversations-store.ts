import { type Kysely, type SqlBool, sql } from 'kysely';
import { EVERYBODY } from '../call/principal.ts';
import { type Publish, publishNothing } from '../live-events/publish.ts';
import { createAnnouncer } from './announce.ts';
import { createApprovalReader } from './approvals-store.ts';
import type { Engine } from './engine.ts';
import { isMessage, withoutOddParts } from './message-schema.ts';
import { toOwnedKey } from './owned-key.ts';
import { readPage } from './pages.ts';
import { firstOf, prepareQuery } from './prepare-query.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import { rewindConversation } from './rewind-conversation.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { searchMessages } from './search-messages.ts';
import type { ConversationRecord, ConversationsStore, StoredMessage } from './stored-conversations.ts';
import { isVisible, ownFirst } from './visible.ts';

/** Conversations and their messages, to be read; runs write them. */
export function createConversationsStore(
  { db, transact }: Pick<Engine, 'db' | 'transact'>,
  log: StoreLog,
  publish: Publish = publishNothing,
): ConversationsStore {
  const announce = createAnnouncer(publish);
  const reader = createRecordReader<Tables['conversations'], ConversationRecord>({
    table: 'conversations',
    key: ['key'],
    toRecord,
    log,
  });
  const messageReader = createRecordReader<Tables['messages'], StoredMessage>({
    table: 'messages',
    key: ['conversation_key', 'seq'],
    toRecord: toMessage,
    log,
  });
  const findRow = async (key: string) => firstOf(await findByKey(db, { key }));
  const approvals = createApprovalReader(log);
  const get: ConversationsStore['get'] = async (id, principal = EVERYBODY) => {
    const { name = null, seesAll } = principal;
    return reader.one(firstOf(await (seesAll ? findAny(db, { id, name }) : findVisible(db, { id, name }))));
  };
  return {
    async list({ agentId, folder, principal = EVERYBODY, ...page }) {
      const matching = db
        .selectFrom('conversations')
        .selectAll()
        .where(isVisible(principal))
        .where(({ and }) => and({ agent_id: agentId }))
        .where(isAtHomeIn(folder))
        .where(hasMessages);
      const { rows, nextCursor } = await readPage(matching, ['updated_at', 'key'], page);
      return { conversations: reader.all(rows), nextCursor };
    },
    get,
    async name(given, principal) {
      const found = await get(given, principal);
      if (found) return found;
      // A text with half a character is stored with U+FFFD in its place.
      const id = given.toWellFormed();
      const owner = principal.name ?? null;
      let key = toOwnedKey(owner, id);
      // An id from before there were keys may look like one.
      while (await findRow(key)) key += "'";
      return { key, id, owner };
    },
    async find(key) {
      return reader.one(await findRow(key));
    },
    async messages(key) {
      const { rows } = await findMessages(db, { key });
      return messageReader.all<'conversation_key' | 'id'>(rows, { conversation_key: key, id: '' });
    },
    search: (key, search) => searchMessages(db, { ...search, key, reader: messageReader }),
    async rewind(key, forgotten) {
      const rewound = await transact((transaction) => rewindConversation(transaction, { key, forgotten, approvals }));
      if (!rewound) return false;
      for (const approval of rewound.cancelled) {
        // Those of other conversations, which stand for these, are their owner's too.
        announce.approval(approval, rewound.conversation.owner);
      }
      announce.conversation(rewound.conversation, 'changed');
      return true;
    },
    async delete(key) {
      const row = await db.deleteFrom('conversations').where('key', '=', key).returningAll().executeTakeFirst();
      if (row) announce.conversation(row, 'deleted');
      return row !== undefined;
    },
  };
}

type Key = Pick<Tables['conversations'], 'key'>;

const findByKey = prepareQuery((db, { key }: Key) => db.selectFrom('conversations').selectAll().where('key', '=', key));

/** An id, and the name of the principal who means something by it. */
type Meant = Pick<Tables['conversations'], 'id'> & { readonly name: string | null };

const findById = (db: Kysely<Tables>, { id, name }: Meant, seesAll: boolean) =>
  db
    .selectFrom('conversations')
    .selectAll()
    .where('id', '=', id)
    .where(isVisible({ name, seesAll }))
    .orderBy(ownFirst({ name }))
    .orderBy('created_at')
    .orderBy('key');
const findVisible = prepareQuery((db, meant: Meant) => findById(db, meant, false));
const findAny = prepareQuery((db, meant: Meant) => findById(db, meant, true));

const findMessages = prepareQuery((db, { key }: Key) =>
  db.selectFrom('messages').select(['seq', 'body', 'created_at']).where('conversation_key', '=', key).orderBy('seq'),
);

// What a conversation says of itself may be wrong in a restored file.
const hasMessages = sql<SqlBool>`(message_count is distinct from 0
  or exists (select 1 from messages where messages.conversation_key = conversations.key))`;

const isAtHomeIn = (folder: string | undefined) =>
  folder === undefined ? sql<SqlBool>`true` : sql<SqlBool>`(folder is null or folder = ${folder})`;

const toRecord = (row: RowReading<keyof Tables['conversations']>): ConversationRecord => ({
  key: row.text('key'),
  id: row.text('id'),
  owner: row.textOrNull('owner'),
  agentId: row.text('agent_id', ''),
  title: row.text('title', ''),
  messageCount: row.count('message_count'),
  createdAt: row.time('created_at'),
  updatedAt: row.time('updated_at'),
  folder: row.textOrNull('folder'),
});

// What was parsed for this record alone may be the record.
const toMessage = (row: RowReading<keyof Tables['messages']>): StoredMessage =>
  Object.assign(row.json('body', isMessage, withoutOddParts), { createdAt: row.time('created_at') });
