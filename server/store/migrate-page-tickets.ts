/** Makes room for addresses of pages that any process serves. */
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** The change of the tables. */
export async function createPageTickets({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable('page_tickets')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('server', 'text', (column) => column.notNull())
    .addColumn('uri', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createIndex('page_tickets_of_caller')
    .on('page_tickets')
    .columns(['caller', 'expires_at', 'digest'])
    .execute();
  await schema.createIndex('page_tickets_by_end').on('page_tickets').column('expires_at').execute();
}
