import type { Kysely, Transaction } from 'kysely';
import { atMost } from './at-most.ts';
import { firstOf, prepareQuery } from './prepare-query.ts';
import { createRecordReader, type RecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import type { EventBatch } from './stored-runs.ts';
import { LAST_TIME } from './stored-steps.ts';

/** Stores each batch as a row; those of runs that were deleted meanwhile are left out. */
export async function appendEvents(transaction: Transaction<Tables>, batches: readonly EventBatch[]): Promise<void> {
  const runs = await findRuns(transaction, batches);
  for (const batch of batches) if (runs.has(batch.runKey)) await insertEvents(transaction, batch);
}

/** Stores a batch of a run that is there. */
export async function insertEvents(
  transaction: Transaction<Tables>,
  { runKey, first, events, times }: EventBatch,
): Promise<void> {
  const row = { run_key: runKey, first, events: JSON.stringify(events), times: JSON.stringify(times) };
  await insertBatch(transaction, row);
}

// One whose storing was answered by nobody comes again, and with what has happened since.
const insertBatch = prepareQuery((db, { run_key, first, events, times }: Tables['run_events']) =>
  db
    .insertInto('run_events')
    .values({ run_key, first, events, times })
    .onConflict((conflict) =>
      conflict
        .columns(['run_key', 'first'])
        .doUpdateSet(({ ref }) => ({ events: ref('excluded.events'), times: ref('excluded.times') })),
    ),
);

/** The keys of those runs that are there. */
export async function findRuns(
  transaction: Transaction<Tables>,
  batches: readonly { readonly runKey: string }[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { runKey: key } of batches) if (firstOf(await findRun(transaction, { key }))) found.add(key);
  return found;
}

const findRun = prepareQuery((db, { key }: Pick<Tables['runs'], 'key'>) =>
  db.selectFrom('runs').select('key').where('key', '=', key),
);

/** Reads rows as batches of events. */
export type EventReader = RecordReader<Tables['run_events'], EventBatch>;

/** What reads rows as batches of events. */
export const createEventReader = (log: StoreLog): EventReader =>
  createRecordReader({ table: 'run_events', key: ['run_key', 'first'], toRecord: toBatch, log });

/** The batches of a run in order, up to the first gap; one that cannot be read is a gap too. `from` is the number of the first event wanted. */
export async function readEvents(
  db: Kysely<Tables>,
  { key, from = 1, limit }: { readonly key: string; readonly from?: number | undefined; readonly limit?: number },
  reader: EventReader,
): Promise<EventBatch[]> {
  const rows = await db
    .selectFrom('run_events')
    .selectAll()
    .where('run_key', '=', key)
    .$if(from > 1, (query) => query.where('first', '>=', firstOfBatchWith(db, key, from)))
    .orderBy('first')
    .$if(limit !== undefined, (query) => query.limit(atMost(limit ?? 0)))
    .execute();
  const batches: EventBatch[] = [];
  let next = from;
  for (const [index, batch] of reader.all(rows).entries()) {
    const known = index === 0 && from > 1 ? from - batch.first : 0;
    // One that is out of place is not the end: behind a gap none begins where the last ended.
    if (batch.first + known !== next || known >= batch.events.length) continue;
    batches.push(known ? withoutFirst(batch, known) : batch);
    next = batch.first + batch.events.length;
  }
  return batches;
}

/** The number with which the batch begins that holds an event: it may have got more events since it was read. */
const firstOfBatchWith = (db: Kysely<Tables>, runKey: string, event: number) =>
  db
    .selectFrom('run_events')
    .select(({ fn, val }) => fn.coalesce(fn.max('first'), val(event)).as('first'))
    .where('run_key', '=', runKey)
    .where('first', '<=', event);

const withoutFirst = ({ runKey, first, events, times }: EventBatch, count: number): EventBatch => ({
  runKey,
  first: first + count,
  events: events.slice(count),
  times: times.slice(count),
});

const toBatch = (row: RowReading<keyof Tables['run_events']>): EventBatch => ({
  runKey: row.text('run_key'),
  first: row.place('first'),
  events: row.json('events', (value): value is unknown[] => Array.isArray(value)),
  times: row
    .json(
      'times',
      (value): value is number[] => Array.isArray(value),
      () => [],
    )
    .map(toTime),
});

const toTime = (value: unknown) =>
  typeof value === 'number' && value > 0 && value <= LAST_TIME && Number.isInteger(value) ? value : null;

/** Deletes the events of runs that ended before a time, and of all but those that ended last. */
export async function pruneEvents(
  db: Kysely<Tables>,
  { endedBefore, keep }: { endedBefore: string; keep: number },
): Promise<void> {
  const rows = await db
    .selectFrom('runs')
    .select(['key', 'ended_at'])
    .where('ended_at', 'is not', null)
    .where('key', 'in', db.selectFrom('run_events').select('run_key').distinct())
    .orderBy('ended_at', 'desc')
    .execute();
  const outdated = rows.filter(({ ended_at }, index) => index >= keep || (ended_at ?? '') < endedBefore);
  for (let start = 0; start < outdated.length; start += KEYS_AT_ONCE) {
    const keys = outdated.slice(start, start + KEYS_AT_ONCE).map(({ key }) => key);
    await db.deleteFrom('run_events').where('run_key', 'in', keys).execute();
  }
}

const KEYS_AT_ONCE = 500;
