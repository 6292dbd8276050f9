import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';
import type { EventBatch } from './stored-runs.ts';

/** Stores each batch as a row, all in one statement; those of runs that were deleted meanwhile are left out. */
export async function appendEvents(db: Kysely<Tables>, batches: readonly EventBatch[]): Promise<void> {
  if (!batches.length) return;
  const rows = batches.map(({ runId, first, events }) => ({ run_id: runId, first, events: JSON.stringify(events) }));
  try {
    await db.insertInto('run_events').values(rows).execute();
  } catch (cause) {
    if (!isForeignKeyError(cause)) throw cause;
    for (const row of rows) await insertUnlessGone(db, row);
  }
}

async function insertUnlessGone(db: Kysely<Tables>, row: Tables['run_events']): Promise<void> {
  const run = await db.selectFrom('runs').select('id').where('id', '=', row.run_id).executeTakeFirst();
  if (run) await db.insertInto('run_events').values(row).execute();
}

// The words of both SQLite and Postgres.
const isForeignKeyError = (cause: unknown) => cause instanceof Error && /foreign key/i.test(cause.message);

/** The batches of a run in order, up to the first gap. */
export async function readEvents(db: Kysely<Tables>, runId: string): Promise<EventBatch[]> {
  const rows = await db
    .selectFrom('run_events')
    .select(['first', 'events'])
    .where('run_id', '=', runId)
    .orderBy('first')
    .execute();
  const batches: EventBatch[] = [];
  let next = 1;
  for (const { first, events: text } of rows) {
    if (first !== next) break;
    const events: unknown[] = JSON.parse(text);
    batches.push({ runId, first, events });
    next += events.length;
  }
  return batches;
}

/** Deletes the events of runs that ended before a time, and of all but those that ended last. */
export async function pruneEvents(
  db: Kysely<Tables>,
  { endedBefore, keep }: { endedBefore: string; keep: number },
): Promise<void> {
  const rows = await db
    .selectFrom('runs')
    .select(['id', 'ended_at'])
    .where('ended_at', 'is not', null)
    .where('id', 'in', db.selectFrom('run_events').select('run_id').distinct())
    .orderBy('ended_at', 'desc')
    .execute();
  const outdated = rows.filter(({ ended_at }, index) => index >= keep || (ended_at ?? '') < endedBefore);
  for (let start = 0; start < outdated.length; start += IDS_AT_ONCE) {
    const ids = outdated.slice(start, start + IDS_AT_ONCE).map(({ id }) => id);
    await db.deleteFrom('run_events').where('run_id', 'in', ids).execute();
  }
}

const IDS_AT_ONCE = 500;
