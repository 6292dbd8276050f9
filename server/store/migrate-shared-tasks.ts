/** What tasks and approvals need where any process may go on with what another one began. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** What a run waits for is done for whoever asked for it, whichever process is answered. */
export async function addAskers({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('runs').addColumn('asker', 'text').execute();
}

/** A task is one of its run, which any process may follow, and one process works on it. */
export async function shareTasks(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('tasks').addColumn('run_id', 'text').execute();
  await db.schema.alterTable('tasks').addColumn('replica', 'text').execute();
  await db.schema
    .alterTable('tasks')
    .addColumn('updates', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`create index tasks_at_work on tasks (replica) where state in ('submitted', 'working')`.execute(db);
  await sql`create index tasks_that_wait on tasks (conversation_key) where state = 'input-required'`.execute(db);
}

/** Push notifications are asked for once, and sent by any process. */
export async function createPush({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable('push_configs')
    .addColumn('task_id', 'text', (column) => column.notNull().references('tasks.id').onDelete('cascade'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('set_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('push_configs_by_id', ['task_id', 'id'])
    .execute();
  await schema
    .createTable('push_outbox')
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addColumn('config_id', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('added_at', 'text', (column) => column.notNull())
    .addColumn('due_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('push_outbox_in_order', ['task_id', 'config_id', 'seq'])
    .addForeignKeyConstraint(
      'push_outbox_of_config',
      ['task_id', 'config_id'],
      'push_configs',
      ['task_id', 'id'],
      (key) => key.onDelete('cascade'),
    )
    .execute();
  await schema.createIndex('push_outbox_due').on('push_outbox').column('due_at').execute();
}

/** When a card changed, every process says alike. */
export async function createCardTimes({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable('card_times')
    .addColumn('agent_id', 'text', (column) => column.primaryKey())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('changed_at', 'text', (column) => column.notNull())
    .execute();
}
