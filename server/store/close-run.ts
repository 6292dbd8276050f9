import type { Transaction } from 'kysely';
import type { AnnouncedConversation } from './announce.ts';
import { appendMessages } from './append-messages.ts';
import { addApprovals, voidApprovals } from './approvals-store.ts';
import { appendEvents } from './run-events-store.ts';
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
  { key, status, messages, inputTokens, outputTokens, outcome, events, approvals = [], voided = [] }: RunClosing,
): Promise<ClosedRun | undefined> {
  const run = await transaction
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
    .returningAll()
    .executeTakeFirst();
  if (!run) return undefined;
  if (events) await appendEvents(transaction, [events]);
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
