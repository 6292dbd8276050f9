/** Numbers that processes which share a database give away one after the other: who takes one waits for whoever took one before, until that is stored. */
import { type Kysely, sql } from 'kysely';
import { prepareQuery } from './prepare-query.ts';
import type { Tables } from './schema.ts';

/** The tables whose writes are counted, by which processes learn what others have changed. */
export type CountedTable = 'agents' | 'servers' | 'server_desires';

/** The number of the last live event. */
export const LIVE_EVENTS = 'live_events';
/** The number of the newest live event that is no longer stored. */
export const LIVE_EVENTS_DROPPED = 'live_events_dropped';

/** How often each counted table was written. */
export async function readRevisions(db: Kysely<Tables>): Promise<ReadonlyMap<string, number>> {
  const { rows } = await readCounters(db, {});
  return new Map(rows.map(({ name, value }) => [name, value]));
}

const readCounters = prepareQuery((db) => db.selectFrom('counters').select(['name', 'value']));

/** Counts this start of a process among those of all. */
export async function countStart(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ value: number }>`
    insert into counters (name, value) values ('starts', 1)
    on conflict (name) do update set value = counters.value + 1 returning value`.execute(db);
  return rows[0]?.value ?? 0;
}
