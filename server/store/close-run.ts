import type { Transaction } from 'kysely';
import { appendMessages } from './append-messages.ts';
import { addApprovals, voidApprovals } from './approvals-store.ts';
import { countRun, durationOf, totalOf } from './count-runs.ts';
import { RowReading } from './row-reading.ts';
import { appendEvents } from './run-events-store.ts';
import { saveSteps } from './run-steps-store.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import type { RunClosing } from './stored-runs.ts';

/** Stores what a run said and how it ended; nothing when it does not run. */
export async function closeRun(
  transaction: Transaction<Tables>,
  { key, messages, events, changedSteps = [], approvals = [], voided = [], ...end }: RunClosing,
): Promise<void> {
  const closed = await endRun(transaction, { key, ...end });
  if (!closed) return;
  if (events) await appendEvents(transaction, [events]);
  if (changedSteps.length) await saveSteps(transaction, [{ runKey: key, steps: changedSteps }]);
  if (approvals.length) await addApprovals(transaction, closed, approvals);
  if (voided.length) await voidApprovals(transaction, voided);
  if (!messages.length) return;
  const conversation = await transaction
    .selectFrom('conversations')
    .select(['key', 'title'])
    .where('key', '=', closed.conversation_key)
    .executeTakeFirstOrThrow();
  await appendMessages(transaction, conversation, messages);
}

/** Marks a run as ended and counts it. Returns the names that go with it; undefined when it does not run. */
async function endRun(
  transaction: Transaction<Tables>,
  {
    key,
    status,
    usage,
    outcome,
    steps = [],
    endedAt = new Date().toISOString(),
    workedUntil = endedAt,
  }: Omit<RunClosing, 'messages'>,
) {
  const run = await transaction
    .selectFrom('runs')
    .select(['owner', 'agent_id', 'started_at', 'id as run_id', 'conversation_key', 'conversation_id'])
    .where('key', '=', key)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (!run) return undefined;
  const { owner: _owner, started_at: _started, ...names } = run;
  const read = new RowReading<'owner' | 'agent_id' | 'started_at'>(run);
  const started_at = read.time('started_at');
  const duration_ms = durationOf(started_at, workedUntil);
  const { cost, modelSteps, unpricedSteps } = totalOf(steps);
  await transaction
    .updateTable('runs')
    .set({
      status,
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cached_tokens: usage.cachedInputTokens,
      reasoning_tokens: usage.reasoningTokens,
      cost,
      model_steps: modelSteps,
      unpriced_steps: unpricedSteps,
      duration_ms,
      ended_at: endedAt,
      outcome: outcome === undefined ? null : toStoredJson(outcome),
    })
    .where('key', '=', key)
    .execute();
  const counted = {
    owner: read.text('owner', ''),
    agent_id: read.text('agent_id', ''),
    status,
    started_at,
    duration_ms,
  };
  await countRun(transaction, counted, steps);
  return { run_key: key, ...names };
}
