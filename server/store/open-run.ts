import type { Kysely, Transaction } from 'kysely';
import { ApiError } from '../call/errors.ts';
import type { AnnouncedConversation } from './announce.ts';
import { appendMessages, removeMessages } from './append-messages.ts';
import { toOwnedKey } from './owned-key.ts';
import type { Tables } from './schema.ts';
import type { RunOpening } from './stored-runs.ts';

/** What is known of a run that was opened. */
interface OpenedRun {
  readonly key: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly conversation: AnnouncedConversation;
  readonly isNewConversation: boolean;
}

/** Makes the conversation of a run when there is none, stores what is said to it and opens it. */
export async function openRun(
  transaction: Transaction<Tables>,
  {
    id,
    givenId = id,
    conversationId,
    conversationKey = conversationId,
    owner: newOwner = null,
    folder,
    agentId,
    parentRunId = null,
    messages,
    replaces,
    isDetached = false,
    traceparent = null,
    tracestate = null,
  }: RunOpening,
): Promise<OpenedRun> {
  const now = new Date().toISOString();
  const conversation = await transaction
    .insertInto('conversations')
    .values({
      key: conversationKey,
      id: conversationId,
      owner: newOwner,
      agent_id: agentId,
      title: '',
      message_count: 0,
      created_at: now,
      updated_at: now,
      folder: folder ?? null,
    })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ updated_at: now, ...(folder !== undefined && { folder }) }),
    )
    .returning(['key', 'id', 'agent_id', 'title', 'owner', 'created_at'])
    .executeTakeFirstOrThrow();
  const { owner } = conversation;
  if (await hasRun(transaction, owner, id)) throw runExists(id);
  const key = toOwnedKey(owner, id);
  if (replaces) await removeMessages(transaction, conversationKey, replaces);
  const opened = await transaction
    .insertInto('runs')
    .values({
      key,
      id,
      conversation_key: conversationKey,
      conversation_id: conversationId,
      agent_id: agentId,
      status: 'running',
      input_tokens: 0,
      output_tokens: 0,
      cached_tokens: 0,
      reasoning_tokens: 0,
      cost: null,
      model_steps: 0,
      unpriced_steps: 0,
      duration_ms: null,
      owner: owner ?? '',
      started_at: now,
      ended_at: null,
      given_id: givenId.toWellFormed(),
      is_detached: isDetached ? 1 : 0,
      history_count: await appendMessages(transaction, conversation, messages),
      outcome: null,
      parent_run_id: parentRunId,
      traceparent,
      tracestate,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  // A conversation that was there before has had a run, which took longer than a millisecond.
  const isNewConversation = conversation.created_at === now;
  if (opened.numInsertedOrUpdatedRows) return { key, startedAt: now, conversation, isNewConversation };
  const sameKey = await transaction.selectFrom('runs').select('key').where('key', '=', key).executeTakeFirst();
  if (sameKey) throw runExists(id);
  throw new ApiError('conversation-busy', `Another run is active on conversation '${conversationId}'`);
}

/** Whether an owner has used an id for a run; before there were owners, it was its key. */
async function hasRun(db: Kysely<Tables>, owner: string | null, id: string): Promise<boolean> {
  const found = await db
    .selectFrom('runs')
    .innerJoin('conversations', 'conversations.key', 'runs.conversation_key')
    .select('runs.key')
    .where('runs.id', '=', id)
    .where('conversations.owner', owner === null ? 'is' : '=', owner)
    .executeTakeFirst();
  return found !== undefined;
}

const runExists = (id: string) => new ApiError('run-exists', `Run with ID '${id}' already exists`);
