import type { Transaction } from 'kysely';
import { appendMessages } from './append-messages.ts';
import { addApprovals, voidApprovals } from './approvals-store.ts';
import { appendEvents } from './run-events-store.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import type { RunClosing } from './stored-runs.ts';

/** Stores what a run said and how it ended; nothing when it does not run. */
export async function closeRun(
  transaction: Transaction<Tables>,
  { key, status, messages, inputTokens, outputTokens, outcome, events, approvals = [], voided = [] }: RunClosing,
): Promise<void> {
  const closed = await transaction
    .updateTable('runs')
    .set({
      status,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      ended_at: new Date().toISOString(),
      outcome: outcome === undefined ? null : toStoredJson(outcome),
    })
    .where('key', '=', key)
    .where('status', '=', 'running')
    .returning(['key as run_key', 'id as run_id', 'conversation_key', 'conversation_id', 'agent_id'])
    .executeTakeFirst();
  if (!closed) return;
  if (events) await appendEvents(transaction, [events]);
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
