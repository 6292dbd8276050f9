import type { Kysely, Selectable } from 'kysely';
import { ApiError } from '../errors.ts';
import { appendMessages } from './append-messages.ts';
import type { Tables } from './schema.ts';
import type { RunRecord, Store } from './store.ts';

/** Runs, and with them the messages of conversations: one transaction when a run starts, one when it ends. */
export function createRunsStore(db: Kysely<Tables>): Store['runs'] {
  return {
    open: ({ id, conversationId, agentId, messages }) =>
      db.transaction().execute(async (transaction) => {
        const now = new Date().toISOString();
        const conversation = await transaction
          .insertInto('conversations')
          .values({
            id: conversationId,
            agent_id: agentId,
            title: '',
            message_count: 0,
            created_at: now,
            updated_at: now,
          })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ updated_at: now }))
          .returning(['id', 'title', 'message_count'])
          .executeTakeFirstOrThrow();
        const opened = await transaction
          .insertInto('runs')
          .values({
            id,
            conversation_id: conversationId,
            agent_id: agentId,
            status: 'running',
            input_tokens: 0,
            output_tokens: 0,
            started_at: now,
            ended_at: null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        if (!opened.numInsertedOrUpdatedRows) throw await explainConflict(transaction, id, conversationId);
        await appendMessages(transaction, conversation, messages);
      }),
    close: ({ id, status, messages, inputTokens, outputTokens }) =>
      db.transaction().execute(async (transaction) => {
        const closed = await transaction
          .updateTable('runs')
          .set({ status, input_tokens: inputTokens, output_tokens: outputTokens, ended_at: new Date().toISOString() })
          .where('id', '=', id)
          .where('status', '=', 'running')
          .returning('conversation_id')
          .executeTakeFirst();
        if (!closed || !messages.length) return;
        const conversation = await transaction
          .selectFrom('conversations')
          .select(['id', 'title', 'message_count'])
          .where('id', '=', closed.conversation_id)
          .executeTakeFirstOrThrow();
        await appendMessages(transaction, conversation, messages);
      }),
    async interruptOpen() {
      const rows = await db
        .updateTable('runs')
        .set({ status: 'interrupted', ended_at: new Date().toISOString() })
        .where('status', '=', 'running')
        .returningAll()
        .execute();
      return rows.map(toRecord);
    },
    async get(id) {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRecord(row);
    },
  };
}

async function explainConflict(db: Kysely<Tables>, id: string, conversationId: string): Promise<ApiError> {
  const sameId = await db.selectFrom('runs').select('id').where('id', '=', id).executeTakeFirst();
  if (sameId) return new ApiError('run-exists', `Run with ID '${id}' already exists`);
  return new ApiError('conversation-busy', `Another run is active on conversation '${conversationId}'`);
}

const toRecord = (row: Selectable<Tables['runs']>): RunRecord => ({
  id: row.id,
  conversationId: row.conversation_id,
  agentId: row.agent_id,
  status: row.status,
  inputTokens: row.input_tokens,
  outputTokens: row.output_tokens,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});
