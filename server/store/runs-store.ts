import type { Kysely, Selectable, Transaction } from 'kysely';
import { ApiError } from '../call/errors.ts';
import { EVERYBODY, maySee } from '../call/principal.ts';
import { appendMessages } from './append-messages.ts';
import { addApprovals, settleApprovals, voidApprovals } from './approvals-store.ts';
import { readPage } from './pages.ts';
import { appendEvents, pruneEvents, readEvents } from './run-events-store.ts';
import type { Tables } from './schema.ts';
import type { RunClosing, RunOpening, RunRecord, RunsStore } from './stored-runs.ts';
import { conversationNotFound, isOfVisible } from './visible.ts';

/** Runs, and with them the messages of conversations: one transaction when a run starts, one when it ends. */
export function createRunsStore(db: Kysely<Tables>): RunsStore {
  /** The ids of runs whose end could not be stored, to be marked once the store can write again. */
  const unclosed = new Set<string>();
  return {
    async open(run) {
      const leftOpen = [...unclosed];
      const resumed = await db.transaction().execute(async (transaction) => {
        if (leftOpen.length) await interrupt(transaction, leftOpen);
        await openRun(transaction, run);
        return settleApprovals(transaction, run);
      });
      for (const id of leftOpen) unclosed.delete(id);
      return { resumed };
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
    async get(id, principal = EVERYBODY) {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where(isOfVisible('runs', principal))
        .where('id', '=', id)
        .executeTakeFirst();
      return row && toRecord(row);
    },
    async latest(conversationId, { givenId, principal = EVERYBODY } = {}) {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where(isOfVisible('runs', principal))
        .where('conversation_id', '=', conversationId)
        .where(({ and }) => and({ given_id: givenId }))
        .orderBy('started_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toRecord(row);
    },
    list: (query) => listRuns(db, query),
    appendEvents: (batches) => appendEvents(db, batches),
    events: (id) => readEvents(db, id),
    pruneEvents: (bounds) => pruneEvents(db, bounds),
  };
}

async function listRuns(
  db: Kysely<Tables>,
  { agentId, conversationId, status, principal = EVERYBODY, ...page }: Parameters<RunsStore['list']>[0],
): ReturnType<RunsStore['list']> {
  const matching = db
    .selectFrom('runs')
    .selectAll()
    .where(isOfVisible('runs', principal))
    .where(({ and }) => and({ agent_id: agentId, conversation_id: conversationId, status }));
  const { rows, nextCursor } = await readPage(matching, 'started_at', page);
  return { runs: rows.map(toRecord), nextCursor };
}

async function openRun(
  transaction: Transaction<Tables>,
  { id, givenId = id, conversationId, agentId, messages, isDetached = false, principal = EVERYBODY }: RunOpening,
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
      owner: principal.name ?? null,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ updated_at: now }))
    .returning(['id', 'title', 'message_count', 'owner'])
    .executeTakeFirstOrThrow();
  if (!maySee(principal, conversation.owner)) throw conversationNotFound(conversationId);
  const historyCount = conversation.message_count + (await appendMessages(transaction, conversation, messages));
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
      given_id: givenId.toWellFormed(),
      is_detached: isDetached ? 1 : 0,
      history_count: historyCount,
      outcome: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (!opened.numInsertedOrUpdatedRows) throw await explainConflict(transaction, id, conversationId);
}

async function closeRun(
  transaction: Transaction<Tables>,
  { id, status, messages, inputTokens, outputTokens, outcome, events, approvals = [], voided = [] }: RunClosing,
): Promise<void> {
  const closed = await transaction
    .updateTable('runs')
    .set({
      status,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      ended_at: new Date().toISOString(),
      outcome: outcome === undefined ? null : JSON.stringify(outcome),
    })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .returning(['conversation_id', 'agent_id'])
    .executeTakeFirst();
  if (!closed) return;
  if (events) await appendEvents(transaction, [events]);
  const { conversation_id: conversationId, agent_id: agentId } = closed;
  if (approvals.length) await addApprovals(transaction, { runId: id, conversationId, agentId }, approvals);
  if (voided.length) await voidApprovals(transaction, voided);
  if (!messages.length) return;
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
  givenId: row.given_id,
  isDetached: row.is_detached === 1,
  historyCount: row.history_count,
  outcome: row.outcome === null ? null : JSON.parse(row.outcome),
  inputTokens: row.input_tokens,
  outputTokens: row.output_tokens,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});
