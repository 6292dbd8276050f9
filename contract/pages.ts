/** What endpoints that list in pages have in common. */
import { z } from 'zod';
import type { Rule } from './kit.ts';

/** How many entries a page has at most where its query does not say it. */
export const PAGE_SIZE = 50;

const limit = z.coerce.number().int().min(1).max(200);
const cursor = z.string().max(4096).optional().meta({ description: '`next_cursor` of the page before' });

/** The query of a list in pages: how many entries a page has at most, 1 to 200, and where it begins. */
export const pageQuery = {
  limit: limit.default(PAGE_SIZE).meta({ description: 'The most to return' }),
  cursor,
};

/** The query of a list that is whole unless a page of it is asked for. A cursor alone asks for a page of {@link PAGE_SIZE}. */
export const optionalPageQuery = {
  limit: limit.optional().meta({ description: `The most to return; absent: all, and with a cursor ${PAGE_SIZE}` }),
  cursor,
};

/** The `cursor` that the next page is asked for with. */
export const nextCursor = z.string().nullable().meta({ description: 'null on the last page' });

const FIRST_TIME = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

const time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'must be an RFC 3339 time, such as 2026-11-23T10:00:00Z, or a date',
  })
  // Times are compared as text, where a year beyond 9999 would come first.
  .transform((text) => new Date(Math.min(Math.max(Date.parse(text), FIRST_TIME), LAST_TIME)).toISOString());

/** Narrows a list to a span of time, in which its first moment is and its last is not. A date is its first moment in UTC. */
export const timeFilter = {
  since: time.optional().meta({ description: 'Only what began at this time or later: an RFC 3339 time, or a date' }),
  until: time.optional().meta({ description: 'Only what began before this time, which is not before `since`' }),
};

/** Goes with {@link timeFilter}: a span of time that ends before it begins is refused, for it is never what was meant. */
export const timeOrder: Rule = {
  path: 'until',
  message: 'must not be before since',
  holds: ({ since, until }) => typeof since !== 'string' || typeof until !== 'string' || since <= until,
};

/** Narrows a list to one agent, by its id. */
export const agentFilter = z.string().min(1).max(256).optional().meta({ description: 'Only those of this agent' });

/** Narrows a list to one conversation, by its id. */
export const conversationFilter = z
  .string()
  .min(1)
  .max(256)
  .optional()
  .meta({ description: 'Only those of this conversation' });
