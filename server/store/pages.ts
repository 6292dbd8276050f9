/** Lists in pages: newest first, each page beginning behind the last row of the page before. */
import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { Principal } from '../call/principal.ts';
import { invalidField } from '../call/validation-error.ts';
import type { Tables } from './schema.ts';

/** Which page of a list is wanted. */
export interface PageQuery {
  /** Whom the list is for; absent: the server itself, which sees everything. */
  readonly principal?: Principal | undefined;
  /** The most rows of a page. */
  readonly limit: number;
  /** The `nextCursor` of the page before; a malformed one is a 422. */
  readonly cursor?: string | undefined;
}

/** Which of the things that happen in conversations to list, and the page. */
export interface ConversationPageQuery<Status> extends PageQuery {
  readonly agentId?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly status?: Status | undefined;
}

/** Where a page ends: the time and the id of its last row. */
interface PageEnd {
  readonly time: string;
  readonly id: string;
}

/** One page of the rows of `query`, those with the newest `timeColumn` first, and the cursor of the next page. */
export async function readPage<
  Table extends keyof Tables,
  Column extends string,
  Row extends { readonly [Name in Column | 'id']: string },
>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  timeColumn: Column,
  { limit, cursor }: PageQuery,
): Promise<{ rows: Row[]; nextCursor: string | null }> {
  const time = sql.ref(timeColumn);
  const id = sql.ref('id');
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows: Row[] = await query
    .where(after ? sql<SqlBool>`(${time}, ${id}) < (${after.time}, ${after.id})` : sql<SqlBool>`true`)
    .orderBy(time, 'desc')
    .orderBy(id, 'desc')
    // One more than asked for tells whether there is a next page.
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    rows: page,
    nextCursor: hasMore ? toCursor({ time: toOrdered(last[timeColumn]), id: toOrdered(last.id) }) : null,
  };
}

/** A text that stands in the order of SQL where a value stands that should be one: bytes come behind all texts, and nothing before them. */
function toOrdered(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? '\u{10ffff}' : '';
}

/** An opaque text that stands for the end of a page. */
function toCursor({ time, id }: PageEnd): string {
  return Buffer.from(JSON.stringify([time, id])).toString('base64url');
}

/** The end of a page that a cursor stands for; a 422 when no page ever ended so. */
function readCursor(cursor: string): PageEnd {
  try {
    const [time, id]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof time === 'string' && typeof id === 'string' && toCursor({ time, id }) === cursor) return { time, id };
  } catch (cause) {
    throw invalidCursor({ cause });
  }
  throw invalidCursor({});
}

const invalidCursor = (options: ErrorOptions) => invalidField('cursor', 'is not the next_cursor of a page', options);
