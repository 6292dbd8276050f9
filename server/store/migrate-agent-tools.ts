import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** Agents become tools of MCP clients: those that were there before are offered too. */
export async function offerAgentsAsTools({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .alterTable('agents')
    .addColumn('offer_as_tool', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
}
