import { type Insertable, type Kysely, type SqlBool, sql, type Transaction } from 'kysely';
import { EVERYBODY } from '../call/principal.ts';
import { atMost } from './at-most.ts';
import { claimTasks, isAtWork } from './claim-tasks.ts';
import { isShared, timeIn } from './dialect.ts';
import type { Engine } from './engine.ts';
import { isJsonObject } from './json-object.ts';
import { readPage } from './pages.ts';
import { firstOf, prepareQuery } from './prepare-query.ts';
import { addToOutbox, setConfig } from './push-store.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import { TASK_STATES, type TaskRecord, type TaskStand, type TasksStore } from './stored-tasks.ts';
import { isVisible } from './visible.ts';

/** How many ended tasks are kept. */
const MAX_ENDED = 10_000;
/** The states of tasks that are worked on. */
const OPEN = ['submitted', 'working'] as const;
/** How many changes there are from one look for tasks to delete to the next. */
const PRUNE_EVERY = 50;

/** Tasks that other agents asked for. */
export function createTasksStore({ db, ownership, persist, transact }: Engine, log: StoreLog): TasksStore {
  const reader = createRecordReader<Tables['tasks'], TaskRecord>({ table: 'tasks', key: ['id'], toRecord, log });
  const { replica } = ownership;
  let sincePrune = 0;
  const pruneSometimes = async () => {
    sincePrune += 1;
    if (sincePrune < PRUNE_EVERY) return;
    sincePrune = 0;
    await prune(db);
  };
  return {
    async add(task, news) {
      const row = toRow(task, replica);
      const addWithNews = async (transaction: Transaction<Tables>) => {
        await insert(transaction, row);
        for (const config of news?.configs ?? []) await setConfig(transaction, config);
        if (news) await addToOutbox(transaction, task, news);
      };
      await persist(() => (news ? transact(addWithNews) : insert(db, row)));
      await pruneSometimes();
    },
    async change(task, was, news) {
      const asked = { task, was, replica };
      const changeWithNews = async (transaction: Transaction<Tables>) => {
        const isChanged = await change(transaction, asked);
        if (isChanged && news) await addToOutbox(transaction, task, news);
        return isChanged;
      };
      const isChanged = await persist(() => (news ? transact(changeWithNews) : change(db, asked)));
      await pruneSometimes();
      return isChanged;
    },
    async get(agentId, id, principal = EVERYBODY) {
      const row = await db
        .selectFrom('tasks')
        .selectAll()
        .where('id', '=', id)
        .where('agent_id', '=', agentId)
        .where(isVisible(principal))
        .executeTakeFirst();
      return reader.one(row);
    },
    async list({ agentId, contextId, state, changedAfter, principal = EVERYBODY, ...page }) {
      const matching = db
        .selectFrom('tasks')
        .where(isVisible(principal))
        .where(({ and }) => and({ agent_id: agentId, context_id: contextId, state }))
        .$if(changedAfter !== undefined, (query) => query.where('changed_at', '>', changedAfter ?? ''));
      const { total } = await matching
        .select(({ fn }) => fn.countAll<number | bigint>().as('total'))
        .executeTakeFirstOrThrow();
      const { rows, nextCursor } = await readPage(matching.selectAll(), ['changed_at', 'id'], page);
      return { tasks: reader.all(rows), nextCursor, total: Number(total) };
    },
    waitingOn: async (conversationKey) => reader.one(firstOf(await findWaiting(db, { conversationKey }))),
    async leftBehind(conversationKey) {
      const waiting = db.selectFrom('tasks').selectAll().where(isWaiting).where(hasGoneOn);
      const rows = await waiting.where(({ and }) => and({ conversation_key: conversationKey })).execute();
      return reader.all(rows);
    },
    claim: async (live, silenceMs) => reader.all(await claimTasks(db, { replica, live, silenceMs })),
    async lost(live) {
      if (!live.length) return [];
      const ours = db.selectFrom('tasks').select('id').where('id', 'in', live).where(standsAt('ours', replica));
      const kept = new Set((await ours.execute()).map(({ id }) => id));
      return live.filter((id) => !kept.has(id));
    },
    async release(id) {
      await db
        .updateTable('tasks')
        .set({ replica: null })
        .where('id', '=', id)
        .where(standsAt('ours', replica))
        .execute();
    },
    now: () => timeIn(db),
  };
}

/** Does nothing where the task is there already: it was added, and the answer got lost. */
const insert = async (db: Kysely<Tables>, row: Insertable<Tables['tasks']>): Promise<void> => {
  await db
    .insertInto('tasks')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
};

interface Change {
  readonly task: TaskRecord;
  readonly was: TaskStand;
  readonly replica: string | null;
}

async function change(db: Kysely<Tables>, { task, was, replica }: Change): Promise<boolean> {
  const { id, ...values } = toRow(task, replica);
  const { numUpdatedRows } = await db
    .updateTable('tasks')
    .set(values)
    .where('id', '=', id)
    .$if(isShared(db), (query) => query.where('updates', '=', was.updates))
    .where(standsAt(was.is, replica))
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n || isStored(db, values, id);
}

/** Whether a task is as it was to become: it was changed, and the answer got lost. */
async function isStored(
  db: Kysely<Tables>,
  { state, updates, changed_at }: Omit<Insertable<Tables['tasks']>, 'id'>,
  id: string,
): Promise<boolean> {
  const same = db.selectFrom('tasks').select('id').where('id', '=', id).where('changed_at', '=', changed_at);
  return (await same.where('state', '=', state).where('updates', '=', updates).executeTakeFirst()) !== undefined;
}

const isWaiting = sql<SqlBool>`state = 'input-required'`;

function standsAt(stand: TaskStand['is'], replica: string | null) {
  if (stand === 'waiting') return isWaiting;
  if (stand === 'submitted') return sql<SqlBool>`state = 'submitted'`;
  const isOurs = sql<SqlBool>`${isAtWork} and replica is not distinct from ${replica}`;
  if (replica === null) return isOurs;
  // Whoever has lost the run has lost the task.
  return sql<SqlBool>`${isOurs} and not exists (
    select 1 from runs where runs.id = tasks.run_id and tasks.conversation_key in ('', runs.conversation_key)
      and runs.status = 'running' and runs.replica is distinct from ${replica})`;
}

const findWaiting = prepareQuery((db, { conversationKey }: { readonly conversationKey: string }) =>
  db
    .selectFrom('tasks')
    .selectAll()
    .where('conversation_key', '=', conversationKey)
    .where(isWaiting)
    .orderBy('changed_at', 'desc')
    .limit(atMost(1)),
);

/** Whether a run has begun on the conversation of a task after its own. */
const hasGoneOn = sql<SqlBool>`exists (
  select 1 from runs where runs.conversation_key = tasks.conversation_key and runs.id is distinct from tasks.run_id
    and runs.started_at > coalesce(
      (select own.started_at from runs as own
        where own.conversation_key = tasks.conversation_key and own.id = tasks.run_id),
      tasks.changed_at))`;

async function prune(db: Kysely<Tables>): Promise<void> {
  const oldest = db
    .selectFrom('tasks')
    .select('id')
    .where('state', 'not in', OPEN)
    .orderBy('changed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(atMost(2 * PRUNE_EVERY))
    .offset(MAX_ENDED);
  await db.deleteFrom('tasks').where('id', 'in', oldest).execute();
}

const isOpen = (state: string) => OPEN.some((open) => open === state);

const toRow = (task: TaskRecord, replica: string | null): Insertable<Tables['tasks']> => ({
  id: task.id,
  agent_id: task.agentId,
  context_id: task.contextId,
  conversation_key: task.conversationKey,
  state: task.state,
  detail: task.detail,
  run_id: task.runId,
  // Nobody works on one that has ended, or waits.
  replica: isOpen(task.state) ? replica : null,
  updates: task.updates,
  body: toStoredJson(task.body),
  changed_at: task.changedAt,
  owner: task.owner,
});

const toRecord = (row: RowReading<keyof Tables['tasks']>): TaskRecord => ({
  id: row.text('id'),
  agentId: row.text('agent_id'),
  contextId: row.text('context_id', ''),
  conversationKey: row.text('conversation_key', ''),
  state: row.oneOf('state', TASK_STATES, 'failed'),
  detail: row.textOrNull('detail', null),
  runId: row.textOrNull('run_id', null),
  updates: row.count('updates'),
  body: row.json('body', isJsonObject, () => ({})),
  changedAt: row.time('changed_at'),
  owner: row.textOrNull('owner'),
});
