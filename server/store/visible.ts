import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { ApiError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';

/** A condition that holds for the conversations and tasks that a principal may see: `maySee` in SQL. */
export function isVisible({ name, seesAll }: Principal): RawBuilder<SqlBool> {
  return seesAll ? sql`true` : sql`(owner is null or owner = ${name ?? null})`;
}

/** A condition that holds for the rows of `table` whose conversation a principal may see. */
export function isOfVisible(table: 'runs' | 'approvals', principal: Principal): RawBuilder<SqlBool> {
  if (principal.seesAll) return sql`true`;
  const id = sql.ref(`${table}.conversation_id`);
  return sql`exists (select 1 from conversations where conversations.id = ${id} and ${isVisible(principal)})`;
}

/** The error for a conversation that is not there, and for one that the caller may not see. */
export const conversationNotFound = (id: string) =>
  new ApiError('conversation-not-found', `Conversation not found: ${id}`);
