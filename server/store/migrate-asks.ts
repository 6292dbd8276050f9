/** Makes room for what processes of one service ask each other. */
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** The change of the tables. A process of a release before it answers nothing, and is not waited for. */
export async function createAsks({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .alterTable('replicas')
    .addColumn('answers', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema
    .createTable('process_asks')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('replica', 'text', (column) => column.notNull())
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('process_asks_by_time').on('process_asks').column('asked_at').execute();
  await schema
    .createTable('process_answers')
    .addColumn('ask', 'text', (column) => column.notNull().references('process_asks.id').onDelete('cascade'))
    .addColumn('replica', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('process_answers_by_replica', ['ask', 'replica'])
    .execute();
}
