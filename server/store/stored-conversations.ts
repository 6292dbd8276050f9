import type { Principal } from '../call/principal.ts';
import type { Message } from './messages.ts';
import type { PageQuery } from './pages.ts';

/** A conversation without its messages. */
export interface ConversationRecord {
  readonly id: string;
  readonly agentId: string;
  /** The first words of the first message; empty until there is one. */
  readonly title: string;
  readonly messageCount: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A message with the time it was stored at. */
export type StoredMessage = Message & { readonly createdAt: string };

/** The stored conversations, to be read; runs write them. */
export interface ConversationsStore {
  /** One page, those that changed last first. */
  list(query: PageQuery & { readonly agentId?: string | undefined }): Promise<{
    conversations: ConversationRecord[];
    nextCursor: string | null;
  }>;
  get(id: string, principal?: Principal): Promise<ConversationRecord | undefined>;
  /** Whether there is such a conversation that this principal may not see. */
  isHidden(id: string, principal: Principal): Promise<boolean>;
  /** The messages in order; none when there is no such conversation. */
  messages(id: string): Promise<StoredMessage[]>;
  /** False when there was none. */
  delete(id: string): Promise<boolean>;
}
