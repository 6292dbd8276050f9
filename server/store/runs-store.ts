import type { Kysely, Transaction } from 'kysely';
import { ApiError } from '../call/errors.ts';
import { EVERYBODY, maySee } from '../call/principal.ts';
import { appendMessages } from './append-messages.ts';
import { addApprovals, createApprovalReader, settleApprovals, voidApprovals } from './approvals-store.ts';
import { readPage } from './pages.ts';
import { createRecordReader, type RecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import { appendEvents, createEventReader, pruneEvents, readEvents } from './run-events-store.ts';
import { isRunOutcome } from './run-outcome.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import { RUN_STATUSES, type RunClosing, type RunOpening, type RunRecord, type RunsStore } from './stored-runs.ts';
import { conversationNotFound, isOfVisible } from './visible.ts';

/** Runs, and with them the messages of conversations: one transaction when a run starts, one when it ends. */
export function createRunsStore(db: Kysely<Tables>, log: StoreLog): RunsStore {
  const approvals = createApprovalReader(log);
  const batches = createEventReader(log);
  const reader: RunReader = createRecordReader({ table: 'runs', key: ['id'], toRecord, log });
  /** The ids of runs whose end could not be stored, to be marked once the store can write again. */
  const unclosed = new Set<string>();
  return {
    async open(run) {
      const leftOpen = [...unclosed];
      const resumed = await db.transaction().execute(async (transaction) => {
        if (leftOpen.length) await interrupt(transaction, leftOpen);
        await openRun(transaction, run);
        return settleApprovals(transaction, run, approvals);
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
      return reader.all(rows);
    },
    async get(id, principal = EVERYBODY) {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where(isOfVisible('runs', principal))
        .where('id', '=', id)
        .executeTakeFirst();
      return reader.one(row);
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
      return reader.one(row);
    },
    list: (query) => listRuns(db, query, reader),
    appendEvents: (events) => appendEvents(db, events),
    events: (id) => readEvents(db, id, batches),
    pruneEvents: (bounds) => pruneEvents(db, bounds),
  };
}

type RunReader = RecordReader<Tables['runs'], RunRecord>;

async function listRuns(
  db: Kysely<Tables>,
  { agentId, conversationId, status, principal = EVERYBODY, ...page }: Parameters<RunsStore['list']>[0],
  reader: RunReader,
): ReturnType<RunsStore['list']> {
  const matching = db
    .selectFrom('runs')
    .selectAll()
    .where(isOfVisible('runs', principal))
    .where(({ and }) => and({ agent_id: agentId, conversation_id: conversationId, status }));
  const { rows, nextCursor } = await readPage(matching, 'started_at', page);
  return { runs: reader.all(rows), nextCursor };
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
      outcome: outcome === undefined ? null : toStoredJson(outcome),
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
function interrupt(db: Kysely<Tables>, ids?: readonly string[]): Promise<Tables['runs'][]> {
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

// A run whose status is unknown does not go on here, and how it ended is not known.
const toRecord = (row: RowReading<keyof Tables['runs']>): RunRecord => ({
  id: row.text('id'),
  conversationId: row.text('conversation_id'),
  agentId: row.text('agent_id', ''),
  status: row.oneOf('status', RUN_STATUSES, 'interrupted'),
  givenId: row.text('given_id', row.text('id')),
  isDetached: row.flagOrNull('is_detached') ?? false,
  historyCount: row.count('history_count'),
  outcome: row.jsonOrNull('outcome', isRunOutcome),
  inputTokens: row.count('input_tokens'),
  outputTokens: row.count('output_tokens'),
  startedAt: row.time('started_at'),
  endedAt: row.timeOrNull('ended_at'),
});
