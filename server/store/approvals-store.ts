import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { ApprovalStatus } from '../../contract/approvals.ts';
import { ApiError } from '../call/errors.ts';
import { EVERYBODY } from '../call/principal.ts';
import { type Publish, publishNothing } from '../live-events/publish.ts';
import { createAnnouncer, findOwner } from './announce.ts';
import { holdRows, timeIn } from './dialect.ts';
import type { Engine } from './engine.ts';
import { isJsonObject } from './json-object.ts';
import { readPage } from './pages.ts';
import { prepareQuery } from './prepare-query.ts';
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
export function createApprovalsStore(
  { db, transact }: Pick<Engine, 'db' | 'transact'>,
  log: StoreLog,
  publish: Publish = publishNothing,
): ApprovalsStore {
  const reader = createApprovalReader(log);
  const announce = createAnnouncer(publish);
  const announceAll = async (approvals: readonly ApprovalRecord[]) => {
    for (const approval of approvals) {
      const owner = await findOwner(db, approval.conversationKey);
      if (owner !== undefined) announce.approval(approval, owner);
    }
  };
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
    async standingFor(id) {
      const row = await db
        .selectFrom('approvals')
        .selectAll()
        .where('stands_for', '=', id)
        .where('resumed_by', 'is', null)
        .where('status', '!=', 'cancelled')
        .executeTakeFirst();
      return reader.one(row);
    },
    async cancelOpen(conversationKey) {
      await announceAll(await cancelOpenApprovals(db, conversationKey, reader));
    },
    async giveUp(ids) {
      await announceAll(reader.all(await cancel(db, ids)));
    },
    async decide(decision) {
      const decided = await transact((transaction) => decideUnlessLast(transaction, decision, reader));
      if (decided) await announceAll(reader.all(decided));
      return decided !== undefined;
    },
    async list(query) {
      const matching = db.selectFrom('approvals').selectAll().where(isListed(query));
      const { rows, nextCursor } = await readPage(matching, ['created_at', 'id'], query);
      return { approvals: reader.all(rows), nextCursor };
    },
  };
}

/** Adds the approvals that a run leaves to a person. */
export async function addApprovals(
  transaction: Transaction<Tables>,
  { key, id: runId, conversation_key, conversation_id, agent_id }: Tables['runs'],
  approvals: readonly NewApproval[],
): Promise<readonly Tables['approvals'][]> {
  const created_at = timeIn(transaction);
  const rows = approvals.map(({ id, callId, tool, description, args, toolHash, standsFor = null }) => ({
    id,
    run_key: key,
    run_id: runId,
    conversation_key,
    conversation_id,
    agent_id,
    call_id: callId,
    tool,
    description,
    args: toStoredJson(args),
    tool_hash: toolHash,
    stands_for: standsFor,
    status: 'pending' as const,
    reason: null,
    resumed_by: null,
    created_at,
    resolved_at: null,
    resolved_by: null,
  }));
  await transaction.insertInto('approvals').values(rows).execute();
  return rows;
}

/** What a run that opens does to the open approvals of its conversation. */
interface SettledApprovals {
  /** The answered ones, for it to act on. */
  readonly resumed: ApprovalRecord[];
  /** Those that it answers, or gives up on. */
  readonly changed: ApprovalRecord[];
}

/** Notes the decisions that a run opens with; throws when an approval stays open. */
export async function settleApprovals(
  transaction: Transaction<Tables>,
  { id, conversationId, conversationKey = conversationId, decisions = [], cancelsApprovals = false }: RunOpening,
  reader: ApprovalReader,
): Promise<SettledApprovals> {
  const decided: Tables['approvals'][] = [];
  for (const decision of decisions) {
    const rows = await decide(transaction, decision);
    // Whoever starts a run answers for its own conversation, and for what that stands for, alone.
    const isOwn = rows.some((row) => row.id === decision.id && row.conversation_key === conversationKey);
    if (!isOwn) throw new ApiError('approval-not-found', `Approval not found: ${decision.id}`);
    decided.push(...rows);
  }
  const open = await findOpen(transaction, conversationKey, reader);
  if (!open.length) return { resumed: [], changed: [] };
  const ids = open.map(idOf);
  if (cancelsApprovals) {
    const changed = await cancel(transaction, ids);
    await transaction.updateTable('approvals').set({ resumed_by: id }).where('id', 'in', ids).execute();
    return { resumed: [], changed: reader.all(changed) };
  }
  const pending = open.filter(({ status }) => status === 'pending');
  const [first] = pending;
  if (first) {
    const tools = pending.map(({ tool }) => `'${tool}'`).join(', ');
    const detail = `The conversation '${conversationId}' waits for the approval of ${tools}: answer it at /approvals/${first.id}`;
    throw new ApiError('approval-pending', detail);
  }
  await transaction.updateTable('approvals').set({ resumed_by: id }).where('id', 'in', ids).execute();
  const resumed = open.map((approval) => ({ ...approval, resumedBy: id }));
  const changed = reader.all(decided).map((approval) => resumed.find((one) => one.id === approval.id) ?? approval);
  return { resumed, changed };
}

/** Marks approvals as void: their tool was no longer the one that was shown. */
export function voidApprovals(
  transaction: Transaction<Tables>,
  ids: readonly string[],
): Promise<readonly Tables['approvals'][]> {
  return transaction.updateTable('approvals').set({ status: 'void' }).where('id', 'in', ids).returningAll().execute();
}

/** Gives up on the open approvals of a conversation. */
export async function cancelOpenApprovals(
  db: Kysely<Tables>,
  conversationKey: string,
  reader: ApprovalReader,
): Promise<ApprovalRecord[]> {
  const open = await findOpen(db, conversationKey, reader);
  return reader.all(await cancel(db, open.map(idOf)));
}

/** The error for an answer that comes after another one. */
export const approvalResolved = (id: string) =>
  new ApiError('approval-resolved', `The approval '${id}' was answered before`);

/** The ids of an approval, of those that stand for it, and of those that it stands for: one decision is about all of them. */
const chainOf = (id: string): RawBuilder<string> => sql<string>`(
  with recursive chain(id) as (
    select id from approvals where id = ${id}
    union
    select other.id from chain
      join approvals as self on self.id = chain.id
      join approvals as other on other.id = self.stands_for or other.stands_for = self.id
  )
  select id from chain)`;

const idOf = ({ id }: ApprovalRecord) => id;

/** Gives up on approvals with all of their chains, as far as they are open. */
async function cancel(db: Kysely<Tables>, ids: readonly string[]): Promise<Tables['approvals'][]> {
  const rows: Tables['approvals'][] = [];
  for (const id of ids) {
    const cancelled = await db
      .updateTable('approvals')
      .set({ status: 'cancelled', resolved_at: timeIn(db) })
      .where('id', 'in', chainOf(id))
      .where('resumed_by', 'is', null)
      .where('status', '!=', 'cancelled')
      .returningAll()
      .execute();
    rows.push(...cancelled);
  }
  return rows;
}

async function decide(
  db: Kysely<Tables>,
  { id, isApproved, reason, resolvedBy = null }: ApprovalDecision,
): Promise<Tables['approvals'][]> {
  const rows = await db
    .updateTable('approvals')
    .set({
      status: isApproved ? 'approved' : 'denied',
      reason,
      resolved_at: timeIn(db),
      resolved_by: resolvedBy,
    })
    .where('id', 'in', chainOf(id))
    .where('status', '=', 'pending')
    .returningAll()
    .execute();
  if (rows.some((row) => row.id === id)) return rows;
  throw approvalResolved(id);
}

/** Notes an answer beside which others are missing; undefined, with nothing noted, when none is. */
async function decideUnlessLast(
  transaction: Transaction<Tables>,
  decision: ApprovalDecision,
  reader: ApprovalReader,
): Promise<Tables['approvals'][] | undefined> {
  const { id } = decision;
  const found = await transaction
    .selectFrom('approvals')
    .select('conversation_key')
    .where('id', '=', id)
    .executeTakeFirst();
  if (!found) return undefined;
  // Of two answers that are given at once, the later one sees the other: as do the runs that begin and end there.
  const conversation = transaction.selectFrom('conversations').select('key').where('key', '=', found.conversation_key);
  await holdRows(transaction, conversation).execute();
  const open = await findOpen(transaction, found.conversation_key, reader);
  const pending = open.filter(({ status }) => status === 'pending');
  // What was answered may have a run that acts on it: the conversation is busy then, but that is not why.
  if (!pending.some((one) => one.id === id)) throw approvalResolved(id);
  return pending.length === 1 ? undefined : decide(transaction, decision);
}

async function findOpen(
  db: Kysely<Tables>,
  conversationKey: string,
  reader: ApprovalReader,
): Promise<ApprovalRecord[]> {
  const { rows } = await findOpenOf(db, { conversationKey });
  // One that is no approval any more is none that anybody can answer.
  return reader.all(rows).filter(({ status }) => status !== 'cancelled');
}

const findOpenOf = prepareQuery((db, { conversationKey }: { readonly conversationKey: string }) =>
  db
    .selectFrom('approvals')
    .selectAll()
    .where('conversation_key', '=', conversationKey)
    .where('resumed_by', 'is', null)
    .where('status', '!=', 'cancelled')
    .orderBy('created_at')
    .orderBy('id'),
);

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
  standsFor: row.textOrNull('stands_for', null),
  status: row.oneOf('status', ApprovalStatus.options, 'cancelled'),
  reason: row.textOrNull('reason', null),
  resumedBy: row.textOrNull('resumed_by', null),
  createdAt: row.time('created_at'),
  resolvedAt: row.timeOrNull('resolved_at'),
  resolvedBy: row.textOrNull('resolved_by', null),
});
