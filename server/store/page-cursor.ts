import { invalidField } from '../call/validation-error.ts';

/** Where a page ended: the sort key of its last row. */
export interface PageEnd {
  readonly updatedAt: string;
  readonly id: string;
}

/** An opaque text that stands for the end of a page. */
export function toCursor({ updatedAt, id }: PageEnd): string {
  return Buffer.from(JSON.stringify([updatedAt, id])).toString('base64url');
}

/** The end of a page that a cursor stands for; a 422 when no page ever ended so. */
export function readCursor(cursor: string): PageEnd {
  try {
    const [updatedAt, id]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof updatedAt === 'string' && typeof id === 'string' && toCursor({ updatedAt, id }) === cursor) {
      return { updatedAt, id };
    }
  } catch (cause) {
    throw invalidCursor({ cause });
  }
  throw invalidCursor({});
}

const invalidCursor = (options: ErrorOptions) => invalidField('cursor', 'is not the next_cursor of a page', options);
