import type { Transaction } from 'kysely';
import { ApiError } from '../call/errors.ts';
import type { AnnouncedConversation } from './announce.ts';
import { appendMessages, removeMessages } from './append-messages.ts';
import { isShared, timeIn } from './dialect.ts';
import { toOwnedKey } from './owned-key.ts';
import { firstOf, prepareQuery } from './prepare-query.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import type { RunOpening } from './stored-runs.ts';

/** What is known of a run that was opened. */
export interface OpenedRun {
  readonly key: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly conversation: AnnouncedConversation;
  readonly isNewConversation: boolean;
  /** Whether a task waited on it for a person; undefined: nobody looked. */
  readonly hasWaitingTask?: boolean;
}

/** Makes the conversation of a run when there is none, stores what is said to it and opens it. */
export async function openRun(
  transaction: Transaction<Tables>,
  opening: RunOpening,
  replica: string | null,
): Promise<OpenedRun> {
  const { id, conversationId, conversationKey = conversationId, folder, agentId, messages, replaces } = opening;
  const now = timeIn(transaction);
  const conversation = await enterConversation(transaction, {
    key: conversationKey,
    id: conversationId,
    owner: opening.owner ?? null,
    agent_id: agentId,
    now,
    folder: folder ?? null,
  });
  const { owner } = conversation;
  // Before there were owners, the id was the key. No database is as old that processes share.
  if (!isShared(transaction) && firstOf(await findRunOf(transaction, { owner, id }))) throw runExists(id);
  if (replaces) await removeMessages(transaction, conversationKey, replaces);
  const historyCount = await appendMessages(transaction, conversation, messages);
  const run = toNewRun(opening, { owner, replica, startedAt: now });
  const { key } = run;
  const opened = await insertRun(transaction, { ...run, history_count: historyCount });
  // A conversation that was there before has had a run, which took longer than a millisecond.
  const isNewConversation = conversation.created_at === now;
  if (opened.numAffectedRows) return { key, startedAt: now, conversation, isNewConversation };
  const sameKey = await transaction.selectFrom('runs').select('key').where('key', '=', key).executeTakeFirst();
  if (sameKey) throw runExists(id);
  throw new ApiError('conversation-busy', `Another run is active on conversation '${conversationId}'`);
}

interface RunPlace {
  /** That of its conversation. */
  readonly owner: string | null;
  readonly replica: string | null;
  /** RFC 3339. */
  readonly startedAt: string;
}

/** What is stored of a run that begins. */
export function toNewRun(opening: RunOpening, { owner, replica, startedAt }: RunPlace): Omit<NewRun, 'history_count'> {
  const { id, givenId = id, conversationId, conversationKey = conversationId, asker, request } = opening;
  return {
    key: toOwnedKey(owner, id),
    id,
    conversation_key: conversationKey,
    conversation_id: conversationId,
    agent_id: opening.agentId,
    owner: owner ?? '',
    started_at: startedAt,
    given_id: givenId.toWellFormed(),
    is_detached: opening.isDetached ? 1 : 0,
    parent_run_id: opening.parentRunId ?? null,
    traceparent: opening.traceparent ?? null,
    tracestate: opening.tracestate ?? null,
    asker: asker === undefined ? null : (asker ?? ''),
    replica,
    fence: FIRST_FENCE,
    request: request === undefined ? null : toStoredJson(request),
  };
}

type Conversation = Pick<Tables['conversations'], 'key' | 'id' | 'agent_id' | 'title' | 'owner' | 'created_at'>;
type NewConversation = Omit<Conversation, 'title' | 'created_at'> & {
  readonly now: string;
  readonly folder: string | null;
};

/** Makes a conversation when there is none, and tells of the one that there is. */
async function enterConversation(transaction: Transaction<Tables>, values: NewConversation): Promise<Conversation> {
  const conversation = firstOf(await upsertConversation(transaction, values));
  if (!conversation) throw new Error('a conversation was stored that is not there');
  return conversation;
}

const upsertConversation = prepareQuery((db, { key, id, owner, agent_id, now, folder }: NewConversation) =>
  db
    .insertInto('conversations')
    .values({ key, id, owner, agent_id, title: '', message_count: 0, created_at: now, updated_at: now, folder })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet(({ fn, ref }) => ({
        updated_at: ref('excluded.updated_at'),
        folder: fn.coalesce('excluded.folder', 'conversations.folder'),
      })),
    )
    .returning(['key', 'id', 'agent_id', 'title', 'owner', 'created_at']),
);

/** A run of an owner by its id. */
const findRunOf = prepareQuery((db, { id, owner }: Pick<Conversation, 'id' | 'owner'>) =>
  db
    .selectFrom('runs')
    .innerJoin('conversations', 'conversations.key', 'runs.conversation_key')
    .select('runs.key')
    .where('runs.id', '=', id)
    .where('conversations.owner', 'is not distinct from', owner),
);

/** Which of its processes the first one is that a run has. */
export const FIRST_FENCE = 0;

/** What a run begins with; the rest is the same of each. */
export type NewRun = Pick<
  Tables['runs'],
  | 'key'
  | 'id'
  | 'conversation_key'
  | 'conversation_id'
  | 'agent_id'
  | 'owner'
  | 'started_at'
  | 'given_id'
  | 'is_detached'
  | 'history_count'
  | 'parent_run_id'
  | 'traceparent'
  | 'tracestate'
  | 'asker'
  | 'replica'
  | 'fence'
  | 'request'
>;

/** Stores a run that begins, unless its key is taken or its conversation has one that runs. */
const insertRun = prepareQuery((db, run: NewRun) =>
  db
    .insertInto('runs')
    .values({
      key: run.key,
      id: run.id,
      conversation_key: run.conversation_key,
      conversation_id: run.conversation_id,
      agent_id: run.agent_id,
      status: 'running',
      input_tokens: 0,
      output_tokens: 0,
      cached_tokens: 0,
      reasoning_tokens: 0,
      cost: null,
      model_steps: 0,
      unpriced_steps: 0,
      duration_ms: null,
      owner: run.owner,
      started_at: run.started_at,
      ended_at: null,
      given_id: run.given_id,
      is_detached: run.is_detached,
      history_count: run.history_count,
      outcome: null,
      parent_run_id: run.parent_run_id,
      traceparent: run.traceparent,
      tracestate: run.tracestate,
      asker: run.asker,
      replica: run.replica,
      fence: run.fence,
      cancel: null,
      request: run.request,
    })
    .onConflict((conflict) => conflict.doNothing()),
);

const runExists = (id: string) => new ApiError('run-exists', `Run with ID '${id}' already exists`);
