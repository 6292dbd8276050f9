/** Lists in pages: newest first, each page beginning behind the last row of the page before. */
import { type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { Principal } from '../call/principal.ts';
import { invalidField } from '../call/validation-error.ts';
import { atMost } from './at-most.ts';
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

/** Where a page ends: the time and the key of its last row. */
export interface PageEnd {
  readonly time: string;
  readonly key: string;
}

/** One page of the rows of `query`, those with the newest time first and with the last key among equal ones, and the cursor of the next page. */
export async function readPage<
  Table extends keyof Tables,
  Column extends string,
  Row extends { readonly [Name in Column]: string },
>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  [timeColumn, keyColumn]: readonly [time: Column, key: Column],
  { limit, cursor }: PageQuery,
): Promise<{ rows: Row[]; nextCursor: string | null }> {
  const time = sql.ref(timeColumn);
  const key = sql.ref(keyColumn);
  const rows: Row[] = await query
    .where(isBehind(cursor, [timeColumn, keyColumn]))
    .orderBy(time, 'desc')
    .orderBy(key, 'desc')
    // One more than asked for tells whether there is a next page.
    .limit(atMost(limit + 1))
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    rows: page,
    nextCursor: hasMore ? toCursor({ time: toOrdered(last[timeColumn]), key: toOrdered(last[keyColumn]) }) : null,
  };
}

/** A condition that holds for the rows behind the page that `cursor` ends; for all, without one. */
export function isBehind(
  cursor: string | undefined,
  [timeColumn, keyColumn]: readonly [time: string, key: string],
): RawBuilder<SqlBool> {
  if (cursor === undefined) return sql`true`;
  const { time, key } = readCursor(cursor);
  return sql`(${sql.ref(timeColumn)}, ${sql.ref(keyColumn)}) < (${time}, ${key})`;
}

/** A text that stands in the order of SQL where a value stands that should be one: bytes come behind all texts, and nothing before them. */
function toOrdered(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? '\u{10ffff}' : '';
}

/** The longest cursor that is taken back. No time and no key that a server writes is as long. */
const MAX_CHARS = 4096;

/** An opaque text that stands for the end of a page. The beginning stands for what is too long, which leaves out no more than what begins alike. */
export function toCursor({ time, key }: PageEnd, maxChars = MAX_CHARS): string {
  const end = JSON.stringify([time.slice(0, maxChars), key.slice(0, maxChars)]);
  const cursor = Buffer.from(end).toString('base64url');
  return cursor.length > MAX_CHARS ? toCursor({ time, key }, maxChars / 2) : cursor;
}

/** The end of a page that a cursor stands for; a 422 when no page ever ended so. */
export function readCursor(cursor: string): PageEnd {
  try {
    const [time, key]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof time === 'string' && typeof key === 'string' && toCursor({ time, key }) === cursor) return { time, key };
  } catch (cause) {
    throw invalidCursor({ cause });
  }
  throw invalidCursor({});
}

const invalidCursor = (options: ErrorOptions) => invalidField('cursor', 'is not the next_cursor of a page', options);
