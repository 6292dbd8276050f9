import type { Transaction } from 'kysely';
import type { AnnouncedConversation } from './announce.ts';
import { removeMessages } from './append-messages.ts';
import { type ApprovalReader, cancelOpenApprovals } from './approvals-store.ts';
import { timeIn } from './dialect.ts';
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
  if (!(await removeMessages(transaction, key, forgotten))) return undefined;
  const conversation = await transaction
    .updateTable('conversations')
    .set({ updated_at: timeIn(transaction) })
    .where('key', '=', key)
    .returning(['id', 'agent_id', 'owner'])
    .executeTakeFirst();
  return conversation && { conversation, cancelled: await cancelOpenApprovals(transaction, key, approvals) };
}
