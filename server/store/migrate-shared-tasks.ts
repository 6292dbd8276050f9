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
