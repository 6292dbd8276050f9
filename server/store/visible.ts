import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { ApiError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';

/** Holds for the conversations and tasks that may be seen. Says the same as `maySee`. */
export function isVisible({ name, seesAll }: Principal): RawBuilder<SqlBool> {
  return seesAll ? sql`true` : sql`(owner is null or owner = ${name ?? null})`;
}

/** Holds for the rows of `table` whose conversation may be seen. */
export function isOfVisible(table: 'runs' | 'approvals', principal: Principal): RawBuilder<SqlBool> {
  if (principal.seesAll) return sql`true`;
  const id = sql.ref(`${table}.conversation_id`);
  return sql`exists (select 1 from conversations where conversations.id = ${id} and ${isVisible(principal)})`;
}

/** The answer to whoever asks for a conversation that is not there, or not for them: it is the same. */
export const conversationNotFound = (id: string) =>
  new ApiError('conversation-not-found', `Conversation not found: ${id}`);
