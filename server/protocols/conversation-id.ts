import { randomUUID } from 'node:crypto';

/** The id of a new conversation, for protocols that must name it before its first run. */
export const newConversationId = (): string => `conv-${randomUUID().replaceAll('-', '').slice(0, 20)}`;
