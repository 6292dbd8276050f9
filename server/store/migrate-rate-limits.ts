/** Makes room for what replicas tell each other of the requests they have counted. */
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** The change of the tables. */
export async function createRateLimitCounts({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable('rate_limit_counts')
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .addColumn('replica', 'text', (column) => column.notNull())
    .addColumn('used', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('rate_limit_counts_by_replica', ['rule', 'caller', 'ends_at', 'replica'])
    .execute();
  await schema.createIndex('rate_limit_counts_by_end').on('rate_limit_counts').column('ends_at').execute();
}
