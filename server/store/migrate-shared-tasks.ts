/** What tasks and approvals need where any process may go on with what another one began. */
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** What a run waits for is done for whoever asked for it, whichever process is answered. */
export async function addAskers({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('runs').addColumn('asker', 'text').execute();
}
