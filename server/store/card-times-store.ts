import { sql } from 'kysely';
import { timeIn } from './dialect.ts';
import type { Engine } from './engine.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';

/** What the card of an agent holds, as a digest of it, and since when. */
interface CardTime {
  readonly digest: string;
  readonly changedAt: string;
}

/** When the cards of agents changed, the same for all processes that share the store. */
export interface CardTimesStore {
  /**
   * Since when the card of an agent holds what `digest` is of: since `madeAt` for the first one that is known of the agent, and else since
   * it was first seen in the place of another.
   */
  since(agentId: string, card: { readonly digest: string; readonly madeAt: string }): Promise<string>;
}

/** Opens the times of cards. */
export function createCardTimesStore({ db }: Pick<Engine, 'db'>, log: StoreLog): CardTimesStore {
  const reader = createRecordReader<Tables['card_times'], CardTime>({
    table: 'card_times',
    key: ['agent_id'],
    toRecord,
    log,
  });
  const find = async (agentId: string) =>
    reader.one(await db.selectFrom('card_times').selectAll().where('agent_id', '=', agentId).executeTakeFirst());
  return {
    async since(agentId, { digest, madeAt }) {
      const known = await find(agentId);
      if (known?.digest === digest) return known.changedAt;
      await db
        .deleteFrom('card_times')
        .where('agent_id', '!=', agentId)
        .where('agent_id', 'not in', (agents) => agents.selectFrom('agents').select('id'))
        .execute();
      await db
        .insertInto('card_times')
        .values({ agent_id: agentId, digest, changed_at: known ? timeIn(db) : madeAt })
        .onConflict((conflict) =>
          conflict
            .column('agent_id')
            .doUpdateSet({ digest, changed_at: timeIn(db) })
            // Of processes that see the same change at once, one says when it was.
            .where(sql.ref('card_times.digest'), '!=', digest),
        )
        .execute();
      return (await find(agentId))?.changedAt ?? madeAt;
    },
  };
}

const toRecord = (row: RowReading<keyof Tables['card_times']>): CardTime => ({
  digest: row.text('digest', ''),
  changedAt: row.time('changed_at'),
});
