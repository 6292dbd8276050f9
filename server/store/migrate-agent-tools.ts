/** Agents become tools: of MCP clients, and of each other. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** The change of the tables. Agents that were there before are offered to MCP clients too. */
export async function makeAgentsTools({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .alterTable('agents')
    .addColumn('offer_as_tool', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
  await schema
    .alterTable('agents')
    .addColumn('agents', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  await schema.alterTable('runs').addColumn('parent_run_id', 'text').execute();
  await schema
    .createIndex('runs_newest_of_parent')
    .on('runs')
    .columns(['owner', 'parent_run_id', 'started_at', 'key'])
    .where(sql.ref('parent_run_id'), 'is not', null)
    .execute();
  await schema.alterTable('approvals').addColumn('stands_for', 'text').execute();
  await schema
    .createIndex('approvals_that_stand_for_others')
    .on('approvals')
    .column('stands_for')
    .where(sql.ref('stands_for'), 'is not', null)
    .execute();
}
