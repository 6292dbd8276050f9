import type { Kysely } from 'kysely';
import { RunStatus } from '../../contract/runs.ts';
import { EVERYBODY } from '../call/principal.ts';
import { type Publish, publishNothing } from '../live-events/publish.ts';
import { createAnnouncer, findOwner } from './announce.ts';
import { createApprovalReader, settleApprovals } from './approvals-store.ts';
import { type ClosedRun, closeRun } from './close-run.ts';
import { openRun } from './open-run.ts';
import { readPage } from './pages.ts';
import { createRecordReader, type RecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import { appendEvents, createEventReader, pruneEvents, readEvents } from './run-events-store.ts';
import { isRunOutcome } from './run-outcome.ts';
import type { Tables } from './schema.ts';
import type { RunRecord, RunsStore } from './stored-runs.ts';
import { isListed, isOfVisible, ofOwnFirst } from './visible.ts';

/** Runs, and with them the messages of conversations: one transaction when a run starts, one when it ends. */
export function createRunsStore(db: Kysely<Tables>, log: StoreLog, publish: Publish = publishNothing): RunsStore {
  const approvals = createApprovalReader(log);
  const batches = createEventReader(log);
  const reader: RunReader = createRecordReader({ table: 'runs', key: ['key'], toRecord, log });
  const announce = createAnnouncer(publish);
  const announceInterrupted = async (rows: readonly Tables['runs'][]) => {
    const runs = reader.all(rows);
    for (const run of runs) {
      const owner = await findOwner(db, run.conversationKey);
      if (owner !== undefined) announce.run(run, owner);
    }
    return runs;
  };
  const announceClosed = ({ run, conversation, hasMessages, ...rows }: ClosedRun) => {
    const { owner } = conversation;
    if (hasMessages) announce.conversation(conversation, 'changed');
    for (const approval of approvals.all(rows.approvals)) announce.approval(approval, owner);
    const record = reader.one(run);
    if (record) announce.run(record, owner);
  };
  /** The keys of runs whose end could not be stored, to be marked once the store can write again. */
  const unclosed = new Set<string>();
  return {
    async open(run) {
      const leftOpen = [...unclosed];
      const opened = await db.transaction().execute(async (transaction) => {
        const interrupted = leftOpen.length ? await interrupt(transaction, leftOpen) : [];
        const { key, ...rest } = await openRun(transaction, run);
        return { key, interrupted, ...rest, ...(await settleApprovals(transaction, run, approvals)) };
      });
      for (const key of leftOpen) unclosed.delete(key);
      const { key, resumed, conversation, isNewConversation } = opened;
      const { owner } = conversation;
      await announceInterrupted(opened.interrupted);
      announce.conversation(conversation, isNewConversation ? 'created' : 'changed');
      for (const approval of opened.changed) announce.approval(approval, owner);
      announce.run({ ...run, status: 'running' }, owner);
      return { key, resumed };
    },
    async close(run) {
      try {
        const closed = await db.transaction().execute((transaction) => closeRun(transaction, run));
        if (closed) announceClosed(closed);
      } catch (cause) {
        // The conversation would look busy until the next start: the next run to open frees it.
        unclosed.add(run.key);
        throw cause;
      }
    },
    async interruptOpen() {
      return announceInterrupted(await interrupt(db));
    },
    async get(id, principal = EVERYBODY) {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where('id', '=', id)
        .where(isOfVisible('runs', principal))
        .orderBy(ofOwnFirst(principal))
        .orderBy('started_at')
        .orderBy('key')
        .limit(1)
        .executeTakeFirst();
      return reader.one(row);
    },
    async latest(conversationKey, { givenId } = {}) {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where('conversation_key', '=', conversationKey)
        .where(({ and }) => and({ given_id: givenId }))
        .orderBy('started_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return reader.one(row);
    },
    list: (query) => listRuns(db, query, reader),
    appendEvents: (events) => appendEvents(db, events),
    events: (key) => readEvents(db, key, batches),
    pruneEvents: (bounds) => pruneEvents(db, bounds),
  };
}

type RunReader = RecordReader<Tables['runs'], RunRecord>;

async function listRuns(
  db: Kysely<Tables>,
  query: Parameters<RunsStore['list']>[0],
  reader: RunReader,
): ReturnType<RunsStore['list']> {
  const matching = db.selectFrom('runs').selectAll().where(isListed('runs', query));
  const { rows, nextCursor } = await readPage(matching, ['started_at', 'key'], query);
  return { runs: reader.all(rows), nextCursor };
}

/** Marks running runs, those of `keys` or all, as interrupted. */
function interrupt(db: Kysely<Tables>, keys?: readonly string[]): Promise<Tables['runs'][]> {
  return db
    .updateTable('runs')
    .set({ status: 'interrupted', ended_at: new Date().toISOString() })
    .where('status', '=', 'running')
    .$if(keys !== undefined, (query) => query.where('key', 'in', keys ?? []))
    .returningAll()
    .execute();
}

// A run whose status is unknown does not go on here, and how it ended is not known.
const toRecord = (row: RowReading<keyof Tables['runs']>): RunRecord => ({
  key: row.text('key'),
  id: row.text('id'),
  conversationKey: row.text('conversation_key'),
  conversationId: row.text('conversation_id'),
  agentId: row.text('agent_id', ''),
  status: row.oneOf('status', RunStatus.options, 'interrupted'),
  givenId: row.text('given_id', row.text('id')),
  isDetached: row.flagOrNull('is_detached') ?? false,
  historyCount: row.count('history_count'),
  outcome: row.jsonOrNull('outcome', isRunOutcome),
  inputTokens: row.count('input_tokens'),
  outputTokens: row.count('output_tokens'),
  startedAt: row.time('started_at'),
  endedAt: row.timeOrNull('ended_at'),
});
