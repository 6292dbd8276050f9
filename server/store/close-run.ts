import type { Transaction } from 'kysely';
import type { AnnouncedConversation } from './announce.ts';
import { appendMessages } from './append-messages.ts';
import { addApprovals, voidApprovals } from './approvals-store.ts';
import { countRun, durationOf, totalOf } from './count-runs.ts';
import { appendEvents } from './run-events-store.ts';
import { saveSteps } from './run-steps-store.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import type { RunClosing } from './stored-runs.ts';

/** The rows of a run that was closed. */
export interface ClosedRun {
  readonly run: Tables['runs'];
  readonly conversation: AnnouncedConversation;
  /** Whether it said something to the conversation. */
  readonly hasMessages: boolean;
  /** The approvals that it has opened, and those that it has found void. */
  readonly approvals: readonly Tables['approvals'][];
}

/** Stores what a run said and how it ended; nothing when it does not run. */
export async function closeRun(
  transaction: Transaction<Tables>,
  { key, messages, events, changedSteps = [], approvals = [], voided = [], ...end }: RunClosing,
): Promise<ClosedRun | undefined> {
  const run = await endRun(transaction, { key, ...end });
  if (!run) return undefined;
  if (events) await appendEvents(transaction, [events]);
  if (changedSteps.length) await saveSteps(transaction, [{ runKey: key, steps: changedSteps }]);
  const added = approvals.length ? await addApprovals(transaction, run, approvals) : [];
  const changed = voided.length ? await voidApprovals(transaction, voided) : [];
  const hasMessages = messages.length > 0;
  const found = transaction
    .selectFrom('conversations')
    .select(['key', 'id', 'agent_id', 'title', 'owner'])
    .where('key', '=', run.conversation_key);
  const conversation = hasMessages ? await found.executeTakeFirstOrThrow() : await found.executeTakeFirst();
  if (!conversation) return undefined;
  if (hasMessages) await appendMessages(transaction, conversation, messages);
  return { run, conversation, hasMessages, approvals: [...added, ...changed] };
}

/** Marks a run as ended and counts it. Returns its row as it then is; undefined when it does not run. */
async function endRun(
  transaction: Transaction<Tables>,
  { key, status, usage, outcome, steps = [], endedAt = new Date().toISOString() }: Omit<RunClosing, 'messages'>,
): Promise<Tables['runs'] | undefined> {
  const running = await transaction
    .selectFrom('runs')
    .select('started_at')
    .where('key', '=', key)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (!running) return undefined;
  const { cost, modelSteps, unpricedSteps } = totalOf(steps);
  const run = await transaction
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
      duration_ms: durationOf(running.started_at, endedAt),
      ended_at: endedAt,
      outcome: outcome === undefined ? null : toStoredJson(outcome),
    })
    .where('key', '=', key)
    .returningAll()
    .executeTakeFirstOrThrow();
  await countRun(transaction, run, steps);
  return run;
}
