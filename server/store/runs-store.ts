import type { Kysely, Selectable, Transaction } from 'kysely';
import { ApiError } from '../errors.ts';
import { appendMessages } from './append-messages.ts';
import type { Tables } from './schema.ts';
import type { RunRecord, Store } from './store.ts';

/** Runs, and with them the messages of conversations: one transaction when a run starts, one when it ends. */
export function createRunsStore(db: Kysely<Tables>): Store['runs'] {
  /** Runs whose end could not be stored, to be marked once the store can write again. */
  const unclosed = new Set<string>();
  return {
    async open(run) {
      const forgotten = [...unclosed];
      await db.transaction().execute(async (transaction) => {
        if (forgotten.length) await interrupt(transaction, forgotten);
        await openRun(transaction, run);
      });
      for (const one of forgotten) unclosed.delete(one);
    },
    async close(run) {
      try {
        await db.transaction().execute((transaction) => closeRun(transaction, run));
      } catch (cause) {
        // The conversation would look busy until the next start: the next run to open frees it.
        unclosed.add(run.id);
        throw cause;
      }
    },
    async interruptOpen() {
      const rows = await interrupt(db);
      return rows.map(toRecord);
    },
    async get(id) {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRecord(row);
    },
  };
}

type Opening = Parameters<Store['runs']['open']>[0];
type Closing = Parameters<Store['runs']['close']>[0];

async function openRun(
  transaction: Transaction<Tables>,
  { id, conversationId, agentId, messages }: Opening,
): Promise<void> {
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
}

async function closeRun(
  transaction: Transaction<Tables>,
  { id, status, messages, inputTokens, outputTokens }: Closing,
): Promise<void> {
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
}

/** Marks running runs, those of `ids` or all, as interrupted. */
function interrupt(db: Kysely<Tables>, ids?: readonly string[]): Promise<Selectable<Tables['runs']>[]> {
  return db
    .updateTable('runs')
    .set({ status: 'interrupted', ended_at: new Date().toISOString() })
    .where('status', '=', 'running')
    .$if(ids !== undefined, (query) => query.where('id', 'in', ids ?? []))
    .returningAll()
    .execute();
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
