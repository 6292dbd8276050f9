/** Ids of surfaces: the conversation, the name that the model gave, and six random hex digits, as in `conv-1:form-3f2a1b`. */
import { randomBytes } from 'node:crypto';

const MAX_CONVERSATION_ID = 256;

/** An id for a new surface. */
export const newSurfaceId = (conversationId: string, name: string): string =>
  `${conversationId}:${name}-${randomBytes(3).toString('hex')}`;

/** The conversation a surface belongs to; undefined when the id names none. */
export function conversationOf(surfaceId: string): string | undefined {
  const at = surfaceId.lastIndexOf(':');
  return at > 0 && at <= MAX_CONVERSATION_ID ? surfaceId.slice(0, at) : undefined;
}

/** The name that the model gave to a surface. */
export const surfaceNameOf = (surfaceId: string): string =>
  surfaceId.slice(surfaceId.lastIndexOf(':') + 1).replace(/-[0-9a-f]{6}$/, '') || 'main';
