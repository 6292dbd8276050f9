import type { Kysely, Transaction } from 'kysely';
import { prepareQuery } from './prepare-query.ts';
import { createRecordReader, type RecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import { findRuns } from './run-events-store.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import { type RunStep, readStep, type StepBatch } from './stored-steps.ts';

/** Stores steps as they are now; those of runs that were deleted meanwhile are left out. */
export async function saveSteps(transaction: Transaction<Tables>, batches: readonly StepBatch[]): Promise<void> {
  const runs = await findRuns(transaction, batches);
  for (const batch of batches) if (runs.has(batch.runKey)) await upsertSteps(transaction, batch);
}

/** Stores steps of a run that is there. */
export async function upsertSteps(transaction: Transaction<Tables>, { runKey, steps }: StepBatch): Promise<void> {
  for (const step of steps) {
    await upsertStep(transaction, { run_key: runKey, number: step.number, body: toStoredJson(step) });
  }
}

const upsertStep = prepareQuery((db, { run_key, number, body }: Tables['run_steps']) =>
  db
    .insertInto('run_steps')
    .values({ run_key, number, body })
    .onConflict((conflict) =>
      conflict.columns(['run_key', 'number']).doUpdateSet(({ ref }) => ({ body: ref('excluded.body') })),
    ),
);

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
