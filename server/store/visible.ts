import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { ApiError } from '../call/errors.ts';
import { EVERYBODY } from '../call/principal.ts';
import { allOf, haveValues } from './conditions.ts';
import type { ConversationPageQuery } from './pages.ts';

/** A principal, or what stands for one. */
interface Caller {
  readonly name: string | null | undefined;
  readonly seesAll: boolean;
}

/** A condition that holds for the conversations and tasks that a principal may see: `maySee` in SQL. */
export function isVisible({ name, seesAll }: Caller): RawBuilder<SqlBool> {
  return seesAll ? sql`true` : sql`(owner is null or owner = ${name ?? null})`;
}

/** A condition that holds for the rows of `table` whose conversation a principal may see. */
export function isOfVisible(table: 'runs' | 'approvals', principal: Caller): RawBuilder<SqlBool> {
  if (principal.seesAll) return sql`true`;
  const key = sql.ref(`${table}.conversation_key`);
  return sql`exists (select 1 from conversations where conversations.key = ${key} and ${isVisible(principal)})`;
}

/** A condition that holds for the approvals that a list is asked for. */
export const isListed = ({
  agentId,
  conversationId,
  status,
  principal = EVERYBODY,
}: ConversationPageQuery<string>): RawBuilder<SqlBool> =>
  allOf([
    isOfVisible('approvals', principal),
    ...haveValues({ agent_id: agentId, conversation_id: conversationId, status }),
  ]);

/**
 * An order for conversations with one id: a principal's own first, then what is for everybody. Only who sees what others have begun
 * finds more than these.
 */
export function ownFirst({ name }: Pick<Caller, 'name'>): RawBuilder<number> {
  return sql`case when owner = ${name ?? null} then 0 when owner is null then 1 else 2 end`;
}

/** The same order for runs, by the owners of their conversations. */
export function ofOwnFirst(principal: Pick<Caller, 'name'>): RawBuilder<number> {
  return sql`(select ${ownFirst(principal)} from conversations where conversations.key = runs.conversation_key)`;
}

/** The error for a conversation that is not there, and for one that the caller may not see. */
export const conversationNotFound = (id: string) =>
  new ApiError('conversation-not-found', `Conversation not found: ${id}`);
