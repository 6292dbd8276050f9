import type { Transaction } from 'kysely';
import { ApiError } from '../call/errors.ts';
import type { AnnouncedConversation } from './announce.ts';
import { removeMessages } from './append-messages.ts';
import { type ApprovalReader, cancelOpenApprovals } from './approvals-store.ts';
import { holdRows, isShared, timeIn } from './dialect.ts';
import type { Tables } from './schema.ts';
import type { ApprovalRecord } from './stored-approvals.ts';
import type { ReplacedMessages } from './stored-runs.ts';

interface RewindOptions {
  readonly key: string;
  readonly forgotten: ReplacedMessages;
  readonly approvals: ApprovalReader;
}

/** A conversation without its end. */
interface Rewound {
  readonly conversation: AnnouncedConversation;
  /** What it waited for. */
  readonly cancelled: readonly ApprovalRecord[];
}

/** Forgets the end of a conversation, and gives up on what it waits for; undefined when it has no such messages. */
export async function rewindConversation(
  transaction: Transaction<Tables>,
  { key, forgotten, approvals }: RewindOptions,
): Promise<Rewound | undefined> {
  if (isShared(transaction)) await refuseBusy(transaction, key);
  if (!(await removeMessages(transaction, key, forgotten))) return undefined;
  const conversation = await transaction
    .updateTable('conversations')
    .set({ updated_at: timeIn(transaction) })
    .where('key', '=', key)
    .returning(['id', 'agent_id', 'owner'])
    .executeTakeFirst();
  return conversation && { conversation, cancelled: await cancelOpenApprovals(transaction, key, approvals) };
}

/** Throws a 409 while any process has a run on a conversation; none begins before the transaction ends. */
async function refuseBusy(transaction: Transaction<Tables>, key: string): Promise<void> {
  const held = await holdRows(
    transaction,
    transaction.selectFrom('conversations').select('id').where('key', '=', key),
  ).executeTakeFirst();
  const running = await transaction
    .selectFrom('runs')
    .select('key')
    .where('conversation_key', '=', key)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (running) throw new ApiError('conversation-busy', `Another run is active on conversation '${held?.id}'`);
}
