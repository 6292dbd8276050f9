import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely';
import { RunStatus } from '../../contract/runs.ts';
import { EVERYBODY } from '../call/principal.ts';
import { type Publish, publishNothing } from '../live-events/publish.ts';
import { type AnnouncedRun, createAnnouncer } from './announce.ts';
import { type ApprovalReader, createApprovalReader, settleApprovals } from './approvals-store.ts';
import { atMost } from './at-most.ts';
import { closeRun } from './close-run.ts';
import type { ClosedAtOnce, Engine } from './engine.ts';
import { inOneGo } from './in-one-go.ts';
import { toInterruptedEnd } from './interrupted-end.ts';
import { listRuns, type RunReader } from './list-runs.ts';
import { FIRST_FENCE, openRun } from './open-run.ts';
import { SOLE_OWNER } from './ownership.ts';
import { firstOf, prepareQuery } from './prepare-query.ts';
import { readSums, readUsage } from './read-sums.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import { createEventReader, type EventReader, pruneEvents, readEvents } from './run-events-store.ts';
import { isRunOutcome } from './run-outcome.ts';
import { createStepReader, readSteps, type StepReader } from './run-steps-store.ts';
import type { Tables } from './schema.ts';
import type { ApprovalRecord } from './stored-approvals.ts';
import type { ResumableRun, RunClosing, RunOpening, RunRecord, RunsStore } from './stored-runs.ts';
import { isOfVisible, ofOwnFirst } from './visible.ts';

/** Runs, and with them the messages of conversations: one transaction when a run starts, one when it ends. */
export function createRunsStore(
  { db, ownership, transact, append, atOnce, persist }: Engine,
  log: StoreLog,
  publish: Publish = publishNothing,
): RunsStore {
  const approvals = createApprovalReader(log);
  const batches = createEventReader(log);
  const steps = createStepReader(log);
  const reader = createRunReader(log);
  const announce = createAnnouncer(publish);
  const announceInterrupted = (rows: readonly Tables['runs'][]) =>
    rows.flatMap((row) => {
      const run = reader.one(row);
      if (run) announce.run(run, row.owner || null);
      return run ?? [];
    });
  const announceClosed = ({ run, conversation, hasMessages, approvals: changed = [] }: ToldEnd) => {
    const { owner } = conversation;
    if (hasMessages) announce.conversation(conversation, 'changed');
    for (const approval of changed) announce.approval(approval, owner);
    if (run) announce.run(run, owner);
  };
  const openInTransaction = (run: RunOpening, leftOpen: readonly string[]) =>
    transact(async (transaction) => {
      const interrupted = leftOpen.length ? await interrupt(transaction, { keys: leftOpen, steps, batches }) : [];
      const [begun, settled] = await inOneGo(
        openRun(transaction, run, ownership.replica),
        settleApprovals(transaction, run, approvals),
      );
      return { interrupted, ...begun, ...settled };
    });
  const closeInTransaction = async (run: RunClosing, isAgain: boolean): Promise<ToldEnd | undefined> => {
    const closed = await transact((transaction) => closeRun(transaction, run, { ownership, isAgain }));
    return closed && { ...closed, run: reader.one(closed.run), approvals: approvals.all(closed.approvals) };
  };
  /** The keys of runs whose end could not be stored, to be marked once the store can write again. */
  const unclosed = new Set<string>();
  return {
    async open(run) {
      const leftOpen = [...unclosed];
      const begun = leftOpen.length ? undefined : await atOnce?.open(run);
      const opened = begun ? { ...NOTHING_ELSE, ...begun } : await openInTransaction(run, leftOpen);
      for (const key of leftOpen) unclosed.delete(key);
      ownership.take(opened.key, FIRST_FENCE);
      const { key, startedAt, resumed, conversation, isNewConversation, hasWaitingTask } = opened;
      const { owner } = conversation;
      announceInterrupted(opened.interrupted);
      if (!run.isUnlisted) announce.conversation(conversation, isNewConversation ? 'created' : 'changed');
      for (const approval of opened.changed) announce.approval(approval, owner);
      announce.run({ ...run, status: 'running' }, owner);
      return { key, startedAt, resumed, hasWaitingTask };
    },
    async close(run) {
      let isAgain = false;
      const tryOnce = async () => (await atOnce?.close(run)) ?? closeInTransaction(run, isAgain);
      try {
        const closed = await persist(() =>
          tryOnce().finally(() => {
            isAgain = true;
          }),
        );
        ownership.drop(run.key);
        if (closed) announceClosed(closed);
      } catch (cause) {
        // The conversation would look busy until the next start: the next run to open frees it. What others have is theirs.
        if (ownership.replica === null) unclosed.add(run.key);
        throw cause;
      }
    },
    async interruptOpen() {
      const rows = await db.transaction().execute((transaction) => interrupt(transaction, { steps, batches }));
      return announceInterrupted(rows);
    },
    find: async (key) => reader.one(await db.selectFrom('runs').selectAll().where('key', '=', key).executeTakeFirst()),
    async get(id, { name = null, seesAll } = EVERYBODY) {
      return reader.one(firstOf(await (seesAll ? findAny : findVisible)(db, { id, name })));
    },
    latest: async (conversationKey, { givenId } = {}) => reader.one(await findLatest(db, conversationKey, givenId)),
    list: (query) => listRuns(db, query, reader),
    sums: (query) => readSums(db, query),
    usage: (query, group) => readUsage(db, query, group),
    append,
    events: (key, page) => readEvents(db, { key, ...page }, batches),
    steps: (key) => readSteps(db, key, steps),
    resumable: (run) => readResumable(db, run, approvals),
    resumedBy: (key) => readResumed(db, key),
    askerOf: (key) => readAsker(db, key),
    pruneEvents: (bounds) => pruneEvents(db, bounds),
  };
}

/** What else a run may find as it opens. */
const NOTHING_ELSE = { interrupted: [], resumed: [], changed: [] };

/** What is told of a run that was closed. */
interface ToldEnd extends Pick<ClosedAtOnce, 'conversation' | 'hasMessages'> {
  /** undefined when its row cannot be read. */
  readonly run: AnnouncedRun | undefined;
  /** Those that it has opened, and those that it has found void. */
  readonly approvals?: readonly ApprovalRecord[];
}

/** An id, and the name of the principal who means a run by it. */
type Meant = Pick<Tables['runs'], 'id'> & { readonly name: string | null };

/** The run of an id, its caller's own before those that it may see too. */
const findRun = (db: Kysely<Tables>, { id, name }: Meant, seesAll: boolean) =>
  db
    .selectFrom('runs')
    .selectAll()
    .where('id', '=', id)
    .where(isOfVisible('runs', { name, seesAll }))
    .orderBy(ofOwnFirst({ name }))
    .orderBy('started_at')
    .orderBy('key')
    .limit(atMost(1));
const findVisible = prepareQuery((db, meant: Meant) => findRun(db, meant, false));
const findAny = prepareQuery((db, meant: Meant) => findRun(db, meant, true));

/** The newest run of a conversation, of those whose caller gave them this id if there is one. */
const findLatest = (db: Kysely<Tables>, conversationKey: string, givenId: string | undefined) =>
  db
    .selectFrom('runs')
    .selectAll()
    .where('conversation_key', '=', conversationKey)
    .where(({ and }) => and({ given_id: givenId }))
    .orderBy('started_at', 'desc')
    .limit(atMost(1))
    .executeTakeFirst();

interface InterruptOptions {
  /** Absent: all. */
  readonly keys?: readonly string[];
  readonly steps: StepReader;
  readonly batches: EventReader;
}

/** Marks running runs as interrupted, and counts what is known of them. */
async function interrupt(
  transaction: Transaction<Tables>,
  { keys, steps: reader, batches }: InterruptOptions,
): Promise<Tables['runs'][]> {
  const isOpen = sql<SqlBool>`status = 'running' and ${keys ? sql`key in (${sql.join(keys)})` : sql`true`}`;
  const open = await transaction.selectFrom('runs').selectAll().where(isOpen).execute();
  const closed = new Map<unknown, Tables['runs']>();
  for (const { key, started_at: startedAt } of open) {
    // Bytes name no run.
    if (typeof key !== 'string') continue;
    const times = (await readEvents(transaction, { key }, batches)).flatMap((batch) => batch.times);
    const lastAt = times.findLast((time) => time !== null) ?? undefined;
    const end = toInterruptedEnd({ startedAt }, await readSteps(transaction, key, reader), lastAt);
    const ended = await closeRun(
      transaction,
      { key, status: 'interrupted', messages: [], ...end },
      { ownership: SOLE_OWNER },
    );
    if (ended) closed.set(key, ended.run);
  }
  // Of those that are left nothing is known but that they began.
  await transaction
    .updateTable('runs')
    .set(({ ref }) => ({ status: 'interrupted', ended_at: ref('started_at') }))
    .where(isOpen)
    .execute();
  return open.map((row) => closed.get(row.key) ?? { ...row, status: 'interrupted', ended_at: row.started_at });
}

/** What another process goes on with a run by; what is stored as its request and is no JSON is none. */
async function readResumable(
  db: Kysely<Tables>,
  { key, id, conversationKey }: Pick<RunRecord, 'key' | 'id' | 'conversationKey'>,
  reader: ApprovalReader,
): Promise<ResumableRun | undefined> {
  const row = await db
    .selectFrom('runs')
    .select(({ selectFrom }) => [
      'request',
      selectFrom('run_events')
        .select(({ fn }) => fn.max('first').as('first'))
        .where('run_key', '=', key)
        .as('lastBatch'),
    ])
    .where('key', '=', key)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (typeof row?.request !== 'string') return undefined;
  const answered = reader.all(await findAnswered(db, id, conversationKey));
  try {
    return { request: JSON.parse(row.request), answered, lastBatch: row.lastBatch ?? 0 };
  } catch {
    return undefined;
  }
}

/** The approvals that a run acts on, in the order in which they were asked for. */
const findAnswered = (db: Kysely<Tables>, runId: string, conversationKey: string) =>
  db
    .selectFrom('approvals')
    .selectAll()
    .where('resumed_by', '=', runId)
    .where('conversation_key', '=', conversationKey)
    .where('status', '!=', 'cancelled')
    .orderBy('created_at')
    .orderBy('id')
    .execute();

/** The runs whose calls a person has answered, for the run `key` to go on with. */
const readResumed = (db: Kysely<Tables>, key: string) =>
  db
    .selectFrom('runs as next')
    .innerJoin('approvals', (join) =>
      join
        .onRef('approvals.resumed_by', '=', 'next.id')
        .onRef('approvals.conversation_key', '=', 'next.conversation_key'),
    )
    .innerJoin('runs', 'runs.key', 'approvals.run_key')
    .select(['runs.key', 'runs.traceparent', 'runs.tracestate'])
    .distinct()
    .where('next.key', '=', key)
    .where('approvals.status', '!=', 'cancelled')
    .execute();

async function readAsker(db: Kysely<Tables>, key: string): Promise<string | null | undefined> {
  const asker = (await db.selectFrom('runs').select('asker').where('key', '=', key).executeTakeFirst())?.asker;
  if (typeof asker !== 'string') return undefined;
  return asker === '' ? null : asker;
}

/** What reads rows as runs. */
export const createRunReader = (log: StoreLog): RunReader =>
  createRecordReader({ table: 'runs', key: ['key'], toRecord, log });

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
  parentRunId: row.textOrNull('parent_run_id', null),
  historyCount: row.count('history_count'),
  outcome: row.jsonOrNull('outcome', isRunOutcome),
  usage: {
    inputTokens: row.count('input_tokens'),
    outputTokens: row.count('output_tokens'),
    cachedInputTokens: row.count('cached_tokens'),
    reasoningTokens: row.count('reasoning_tokens'),
  },
  cost: row.numberOrNull('cost', [0, Number.MAX_VALUE]),
  unpricedSteps: row.count('unpriced_steps'),
  startedAt: row.time('started_at'),
  endedAt: row.timeOrNull('ended_at'),
  traceparent: row.textOrNull('traceparent', null),
  tracestate: row.textOrNull('tracestate', null),
  cancelReason: row.textOrNull('cancel', null),
});
