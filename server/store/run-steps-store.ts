import type { Kysely, Transaction } from 'kysely';
import { createRecordReader, type RecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import { findRuns } from './run-events-store.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import { type RunStep, readStep, type StepBatch } from './stored-steps.ts';

/** Stores steps as they are now, all in one statement; those of runs that were deleted meanwhile are left out. */
export async function saveSteps(transaction: Transaction<Tables>, batches: readonly StepBatch[]): Promise<void> {
  const runs = await findRuns(transaction, batches);
  const rows = batches.flatMap(({ runKey, steps }) =>
    runs.has(runKey) ? steps.map((step) => ({ run_key: runKey, number: step.number, body: toStoredJson(step) })) : [],
  );
  if (!rows.length) return;
  await transaction
    .insertInto('run_steps')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['run_key', 'number']).doUpdateSet(({ ref }) => ({ body: ref('excluded.body') })),
    )
    .execute();
}

/** Reads rows as steps. */
export type StepReader = RecordReader<Tables['run_steps'], RunStep>;

/** What reads rows as steps. */
export const createStepReader = (log: StoreLog): StepReader =>
  createRecordReader({ table: 'run_steps', key: ['run_key', 'number'], toRecord, log });

/** The steps of a run in their order; one that cannot be read is left out. */
export async function readSteps(db: Kysely<Tables>, runKey: string, reader: StepReader): Promise<RunStep[]> {
  const rows = await db.selectFrom('run_steps').selectAll().where('run_key', '=', runKey).orderBy('number').execute();
  return reader.all(rows);
}

const toRecord = (row: RowReading<keyof Tables['run_steps']>): RunStep =>
  row.jsonAs('body', (body) => readStep({ ...Object(body), number: row.count('number') }));
