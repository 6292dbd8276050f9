import type { Kysely, Transaction } from 'kysely';
import { ApprovalStatus } from '../../contract/approvals.ts';
import { ApiError } from '../call/errors.ts';
import { EVERYBODY } from '../call/principal.ts';
import { isJsonObject } from './json-object.ts';
import { readPage } from './pages.ts';
import { createRecordReader, type RecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import type { ApprovalDecision, ApprovalRecord, ApprovalsStore, NewApproval } from './stored-approvals.ts';
import { toStoredJson } from './stored-json.ts';
import type { RunOpening } from './stored-runs.ts';
import { isListed, isOfVisible } from './visible.ts';

/** Reads rows as approvals. */
export type ApprovalReader = RecordReader<Tables['approvals'], ApprovalRecord>;

/** What reads rows as approvals. */
export const createApprovalReader = (log: StoreLog): ApprovalReader =>
  createRecordReader({ table: 'approvals', key: ['id'], toRecord, log });

/** Tool calls that wait for a person. Runs add them when they close and act on them when they open. */
export function createApprovalsStore(db: Kysely<Tables>, log: StoreLog): ApprovalsStore {
  const reader = createApprovalReader(log);
  return {
    async get(id, principal = EVERYBODY) {
      const row = await db
        .selectFrom('approvals')
        .selectAll()
        .where(isOfVisible('approvals', principal))
        .where('id', '=', id)
        .executeTakeFirst();
      return reader.one(row);
    },
    open: (conversationKey) => findOpen(db, conversationKey, reader),
    async cancelOpen(conversationKey) {
      await db
        .updateTable('approvals')
        .set({ status: 'cancelled', resolved_at: new Date().toISOString() })
        .where('conversation_key', '=', conversationKey)
        .where('resumed_by', 'is', null)
        .where('status', '!=', 'cancelled')
        .execute();
    },
    decide: (decision) => decide(db, decision),
    async list(query) {
      const matching = db.selectFrom('approvals').selectAll().where(isListed('approvals', query));
      const { rows, nextCursor } = await readPage(matching, ['created_at', 'id'], query);
      return { approvals: reader.all(rows), nextCursor };
    },
  };
}

/** Adds the approvals that a run leaves to a person. */
export async function addApprovals(
  transaction: Transaction<Tables>,
  run: Pick<Tables['approvals'], 'run_key' | 'run_id' | 'conversation_key' | 'conversation_id' | 'agent_id'>,
  approvals: readonly NewApproval[],
): Promise<void> {
  const created_at = new Date().toISOString();
  const rows = approvals.map(({ id, callId, tool, description, args, toolHash }) => ({
    id,
    ...run,
    call_id: callId,
    tool,
    description,
    args: toStoredJson(args),
    tool_hash: toolHash,
    status: 'pending' as const,
    reason: null,
    resumed_by: null,
    created_at,
    resolved_at: null,
    resolved_by: null,
  }));
  await transaction.insertInto('approvals').values(rows).execute();
}

/** Notes the decisions that a run opens with, and returns the answered approvals for it to act on; throws when one stays open. */
export async function settleApprovals(
  transaction: Transaction<Tables>,
  { id, conversationId, conversationKey = conversationId, decisions = [], cancelsApprovals = false }: RunOpening,
  reader: ApprovalReader,
): Promise<ApprovalRecord[]> {
  for (const decision of decisions) await decide(transaction, decision);
  const open = await findOpen(transaction, conversationKey, reader);
  if (!open.length) return [];
  const ids = open.map((approval) => approval.id);
  if (cancelsApprovals) {
    const cancelled = { status: 'cancelled', resumed_by: id, resolved_at: new Date().toISOString() } as const;
    await transaction.updateTable('approvals').set(cancelled).where('id', 'in', ids).execute();
    return [];
  }
  const pending = open.filter(({ status }) => status === 'pending');
  const [first] = pending;
  if (first) {
    const tools = pending.map(({ tool }) => `'${tool}'`).join(', ');
    const detail = `The conversation '${conversationId}' waits for the approval of ${tools}: answer it at /approvals/${first.id}`;
    throw new ApiError('approval-pending', detail);
  }
  await transaction.updateTable('approvals').set({ resumed_by: id }).where('id', 'in', ids).execute();
  return open.map((approval) => ({ ...approval, resumedBy: id }));
}

/** Marks approvals as void: their tool was no longer the one that was shown. */
export async function voidApprovals(transaction: Transaction<Tables>, ids: readonly string[]): Promise<void> {
  await transaction.updateTable('approvals').set({ status: 'void' }).where('id', 'in', ids).execute();
}

async function decide(
  db: Kysely<Tables>,
  { id, isApproved, reason, resolvedBy = null }: ApprovalDecision,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('approvals')
    .set({
      status: isApproved ? 'approved' : 'denied',
      reason,
      resolved_at: new Date().toISOString(),
      resolved_by: resolvedBy,
    })
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new ApiError('approval-resolved', `The approval '${id}' was answered before`);
}

async function findOpen(
  db: Kysely<Tables>,
  conversationKey: string,
  reader: ApprovalReader,
): Promise<ApprovalRecord[]> {
  const rows = await db
    .selectFrom('approvals')
    .selectAll()
    .where('conversation_key', '=', conversationKey)
    .where('resumed_by', 'is', null)
    .where('status', '!=', 'cancelled')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  // One that is no approval any more is none that anybody can answer.
  return reader.all(rows).filter(({ status }) => status !== 'cancelled');
}

// What stands for an unknown status is one that nobody can act on; without the arguments there is no call to answer.
const toRecord = (row: RowReading<keyof Tables['approvals']>): ApprovalRecord => ({
  id: row.text('id'),
  runId: row.text('run_id'),
  runKey: row.text('run_key'),
  conversationId: row.text('conversation_id'),
  conversationKey: row.text('conversation_key'),
  agentId: row.text('agent_id'),
  callId: row.text('call_id'),
  tool: row.text('tool'),
  description: row.text('description', ''),
  args: row.json('args', isJsonObject),
  toolHash: row.text('tool_hash', ''),
  status: row.oneOf('status', ApprovalStatus.options, 'cancelled'),
  reason: row.textOrNull('reason', null),
  resumedBy: row.textOrNull('resumed_by', null),
  createdAt: row.time('created_at'),
  resolvedAt: row.timeOrNull('resolved_at'),
  resolvedBy: row.textOrNull('resolved_by', null),
});
