/** Stores what happens in runs: one statement for all of them, which stores nothing of those that another process has. */
import { type Kysely, sql } from 'kysely';
import { ApiError } from '../../call/errors.ts';
import type { Ownership } from '../ownership.ts';
import type { Tables } from '../schema.ts';
import { toStoredJson } from '../stored-json.ts';
import type { AppendedRuns, CancelledRun, RunsHappened } from '../stored-runs.ts';
import { isUnreachable } from './errors.ts';

/** What `RunsStore.append` does where processes share a database. */
export async function appendOwned(
  db: Kysely<Tables>,
  ownership: Ownership,
  happened: RunsHappened,
): Promise<AppendedRuns> {
  try {
    return await appendTogether(db, ownership, happened);
  } catch (cause) {
    // What the database refuses is of one run: the others are stored all the same.
    if (cause instanceof ApiError || isUnreachable(cause)) throw cause;
    const runs = keysOf(happened);
    if (runs.length < 2) throw cause;
    return appendEach(db, ownership, happened, runs);
  }
}

async function appendEach(
  db: Kysely<Tables>,
  ownership: Ownership,
  { events, steps }: RunsHappened,
  runs: readonly string[],
): Promise<AppendedRuns> {
  const learned: AppendedRuns[] = [];
  const failures: unknown[] = [];
  for (const key of runs) {
    const isOf = ({ runKey }: { readonly runKey: string }) => runKey === key;
    try {
      learned.push(await appendTogether(db, ownership, { events: events.filter(isOf), steps: steps.filter(isOf) }));
    } catch (cause) {
      failures.push(cause);
    }
  }
  // What was stored is stored again with the rest: that changes nothing.
  if (failures.length) throw failures[0];
  return { lost: learned.flatMap(({ lost }) => lost), cancelled: learned.flatMap(({ cancelled }) => cancelled) };
}

const keysOf = ({ events, steps }: RunsHappened): string[] => [
  ...new Set([...events, ...steps].map(({ runKey }) => runKey)),
];

async function appendTogether(
  db: Kysely<Tables>,
  { replica, fenceOf }: Ownership,
  happened: RunsHappened,
): Promise<AppendedRuns> {
  const { events, steps } = happened;
  const runs = keysOf(happened);
  const fences = runs.map((key) => fenceOf(key) ?? -1);
  const changed = steps.flatMap(({ runKey, steps: of }) => of.map((step) => ({ runKey, step })));
  // A row that is held for another process is waited for, and then looked at again: it is that one's by then.
  const { rows } = await sql<CancelledOrNot>`
    with wanted as (select * from unnest(${runs}::text[], ${fences}::bigint[]) as wanted(key, fence)),
    owned as (
      select runs.key, runs.cancel from runs join wanted on runs.key = wanted.key and runs.fence = wanted.fence
      where runs.status = 'running' and runs.replica = ${replica} order by runs.key for share of runs),
    stored as (
      insert into run_events (run_key, first, events, times)
      select batch.run_key, batch.first, batch.events, batch.times
      from unnest(
        ${events.map(({ runKey }) => runKey)}::text[], ${events.map(({ first }) => first)}::bigint[],
        ${events.map((batch) => JSON.stringify(batch.events))}::text[],
        ${events.map(({ times }) => JSON.stringify(times))}::text[]
      ) as batch(run_key, first, events, times) join owned on owned.key = batch.run_key
      on conflict (run_key, first) do update set events = excluded.events, times = excluded.times),
    saved as (
      insert into run_steps (run_key, number, body)
      select step.run_key, step.number, step.body
      from unnest(
        ${changed.map(({ runKey }) => runKey)}::text[], ${changed.map(({ step }) => step.number)}::bigint[],
        ${changed.map(({ step }) => toStoredJson(step))}::text[]
      ) as step(run_key, number, body) join owned on owned.key = step.run_key
      on conflict (run_key, number) do update set body = excluded.body)
    select key, cancel as reason from owned`.execute(db);
  const stored = new Set(rows.map(({ key }) => key));
  return { lost: runs.filter((key) => !stored.has(key)), cancelled: rows.filter(isCancelled) };
}

interface CancelledOrNot {
  readonly key: string;
  readonly reason: string | null;
}

const isCancelled = (row: CancelledOrNot): row is CancelledRun => row.reason !== null;
