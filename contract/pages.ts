/** What endpoints that list in pages have in common. */
import { z } from 'zod';

/** The query of a list in pages: how many entries a page has at most, and where it begins. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'The most to return' }),
  cursor: z.string().max(4096).optional().meta({ description: '`next_cursor` of the page before' }),
};

/** The `cursor` that the next page is asked for with. */
export const nextCursor = z.string().nullable().meta({ description: 'null on the last page' });

/** Narrows a list to one agent, by its id. */
export const agentFilter = z.string().min(1).max(256).optional().meta({ description: 'Only those of this agent' });

/** Narrows a list to one conversation, by its id. */
export const conversationFilter = z
  .string()
  .min(1)
  .max(256)
  .optional()
  .meta({ description: 'Only those of this conversation' });
