import type { Insertable, Kysely } from 'kysely';
import { EVERYBODY } from '../call/principal.ts';
import { atMost } from './at-most.ts';
import { timeIn } from './dialect.ts';
import { isJsonObject } from './json-object.ts';
import { readPage } from './pages.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import { TASK_STATES, type TaskRecord, type TasksStore } from './stored-tasks.ts';
import { isVisible } from './visible.ts';

/** How many ended tasks are kept. */
const MAX_ENDED = 10_000;
/** The states of tasks that are worked on. */
const OPEN = ['submitted', 'working'] as const;
/** How many saves there are from one look for tasks to delete to the next. */
const PRUNE_EVERY = 50;

/** Tasks that other agents asked for. */
export function createTasksStore(db: Kysely<Tables>, log: StoreLog): TasksStore {
  const reader = createRecordReader<Tables['tasks'], TaskRecord>({ table: 'tasks', key: ['id'], toRecord, log });
  let sincePrune = 0;
  return {
    now: () => timeIn(db),
    async save(task) {
      const { id, ...values } = toRow(task);
      await db
        .insertInto('tasks')
        .values({ id, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
      sincePrune += 1;
      if (sincePrune < PRUNE_EVERY) return;
      sincePrune = 0;
      await prune(db);
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
    async waiting() {
      const rows = await db.selectFrom('tasks').selectAll().where('state', '=', 'input-required').execute();
      return reader.all(rows);
    },
    async failOpen(detail) {
      const { numUpdatedRows } = await db
        .updateTable('tasks')
        .set({ state: 'failed', detail, changed_at: timeIn(db) })
        .where('state', 'in', OPEN)
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },
  };
}

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

const toRow = (task: TaskRecord): Insertable<Tables['tasks']> => ({
  id: task.id,
  agent_id: task.agentId,
  context_id: task.contextId,
  conversation_key: task.conversationKey,
  state: task.state,
  detail: task.detail,
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
  body: row.json('body', isJsonObject, () => ({})),
  changedAt: row.time('changed_at'),
  owner: row.textOrNull('owner'),
});
