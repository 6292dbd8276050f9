import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely';
import { atMost } from './at-most.ts';
import { holdRows, isShared, timeIn } from './dialect.ts';
import type { Engine } from './engine.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import type { PushConfigRecord, PushStore, WaitingNotification } from './stored-push.ts';
import type { TaskNews, TaskRecord } from './stored-tasks.ts';

/** Push notifications of tasks. */
export function createPushStore({ db, transact }: Pick<Engine, 'db' | 'transact'>, log: StoreLog): PushStore {
  const configs = createRecordReader<Tables['push_configs'], PushConfigRecord>({
    table: 'push_configs',
    key: ['task_id', 'id'],
    toRecord: toConfig,
    log,
  });
  const outbox = createRecordReader<Tables['push_outbox'], WaitingNotification>({
    table: 'push_outbox',
    key: ['task_id', 'config_id', 'seq'],
    toRecord: (row) => toNotification(row, timeIn(db)),
    log,
  });
  const configOf = (taskId: string, id: string) =>
    db.selectFrom('push_configs').selectAll().where('task_id', '=', taskId).where('id', '=', id);
  return {
    async set(config, most) {
      await transact(async (transaction) => {
        await setConfig(transaction, config);
        await dropOldest(transaction, config.taskId, most);
      });
    },
    get: async (taskId, id) => configs.one(await configOf(taskId, id).executeTakeFirst()),
    async list(taskId) {
      const ofTask = db.selectFrom('push_configs').selectAll().where('task_id', '=', taskId);
      return configs.all(await ofTask.orderBy('set_at').orderBy('id').execute());
    },
    async page(after, limit) {
      const { taskId = '', id = '' } = after ?? {};
      const behind = sql<SqlBool>`(task_id, id) > (${taskId}, ${id})`;
      const all = db.selectFrom('push_configs').selectAll().where(behind);
      return configs.all(await all.orderBy('task_id').orderBy('id').limit(atMost(limit)).execute());
    },
    async reseal({ taskId, id, sealed: before }, sealed) {
      const same = db.updateTable('push_configs').set({ sealed }).where('task_id', '=', taskId).where('id', '=', id);
      await same.where('sealed', '=', before).execute();
    },
    async delete(taskId, id) {
      await db.deleteFrom('push_configs').where('task_id', '=', taskId).where('id', '=', id).execute();
    },
    claim: async (limit, holdMs) => outbox.all(await claim(db, limit, holdMs)),
    async remove(notification) {
      await db.deleteFrom('push_outbox').where(isRow(notification)).execute();
    },
    async postpone(notification, ms) {
      await db
        .updateTable('push_outbox')
        .set({ due_at: later(db, ms) })
        .where(isRow(notification))
        .execute();
    },
  };
}

/** Adds what is to be told of a change of a task to everybody who asked for that. */
export async function addToOutbox(
  transaction: Transaction<Tables>,
  { id: taskId, updates: last }: Pick<TaskRecord, 'id' | 'updates'>,
  { updates }: TaskNews,
): Promise<void> {
  // Held, so that none is deleted before its notifications are there to go with it.
  const configs = transaction.selectFrom('push_configs').select('id').where('task_id', '=', taskId);
  const found = await holdRows(transaction, configs).execute();
  if (!found.length || !updates.length) return;
  const now = timeIn(transaction);
  const rows = updates.flatMap((update, index) => {
    const body = toStoredJson(update);
    return found.map(({ id }) => ({
      task_id: taskId,
      config_id: id,
      seq: last - updates.length + 1 + index,
      body,
      attempts: 0,
      added_at: now,
      due_at: now,
    }));
  });
  // Sent twice where the answer got lost: it is there already.
  await transaction
    .insertInto('push_outbox')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Inserts or replaces a config; its task must be stored. */
export async function setConfig(
  transaction: Transaction<Tables>,
  { taskId, id, version, sealed }: PushConfigRecord,
): Promise<void> {
  const values = { version, sealed, set_at: timeIn(transaction) };
  await transaction
    .insertInto('push_configs')
    .values({ task_id: taskId, id, ...values })
    .onConflict((conflict) => conflict.columns(['task_id', 'id']).doUpdateSet(values))
    .execute();
}

async function dropOldest(transaction: Transaction<Tables>, taskId: string, most: number): Promise<void> {
  const ofTask = transaction.selectFrom('push_configs').select('id').where('task_id', '=', taskId);
  const oldest = ofTask.orderBy('set_at', 'desc').orderBy('id', 'desc').limit(atMost(most)).offset(most);
  await transaction.deleteFrom('push_configs').where('task_id', '=', taskId).where('id', 'in', oldest).execute();
}

async function claim(db: Kysely<Tables>, limit: number, holdMs: number): Promise<Tables['push_outbox'][]> {
  const { rows } = await sql<Tables['push_outbox']>`
    update push_outbox set due_at = ${later(db, holdMs)}, attempts = attempts + 1
    where (task_id, config_id, seq) in (
      select waiting.task_id, waiting.config_id, waiting.seq from push_outbox as waiting
      where waiting.due_at <= ${timeIn(db)} and not exists (
        select 1 from push_outbox as before
        where before.task_id = waiting.task_id and before.config_id = waiting.config_id
          and before.seq < waiting.seq)
      order by waiting.due_at limit ${limit} ${isShared(db) ? sql`for update of waiting skip locked` : sql``})
    returning *`.execute(db);
  return rows;
}

const isRow = ({ taskId, configId, seq }: WaitingNotification) =>
  sql<SqlBool>`task_id = ${taskId} and config_id = ${configId} and seq = ${seq}`;

const later = (db: Kysely<Tables>, ms: number) => new Date(Date.parse(timeIn(db)) + ms).toISOString();

const toConfig = (row: RowReading<keyof Tables['push_configs']>): PushConfigRecord => ({
  taskId: row.text('task_id'),
  id: row.text('id'),
  version: row.text('version', '1.0'),
  sealed: row.text('sealed'),
});

const toNotification = (row: RowReading<keyof Tables['push_outbox']>, now: string): WaitingNotification => ({
  taskId: row.text('task_id'),
  configId: row.text('config_id'),
  seq: row.count('seq'),
  update: row.jsonAs('body', (value) => value),
  attempts: row.count('attempts'),
  ageMs: Date.parse(now) - Date.parse(row.time('added_at')),
});
