import type { Principal } from '../call/principal.ts';
import type { Message } from './messages.ts';
import type { PageQuery } from './pages.ts';
import type { ReplacedMessages } from './stored-runs.ts';

/** Which conversation is meant: what its owner calls it, and what this server does. */
export interface ConversationName {
  /** Its own among all conversations, and never told to a caller. */
  readonly key: string;
  /** Its own among those of its owner. */
  readonly id: string;
  /** The name of the key that began it; null: it is for everybody. */
  readonly owner: string | null;
}

/** A conversation without its messages. */
export interface ConversationRecord extends ConversationName {
  readonly agentId: string;
  /** The first words of the first message; empty until there is one. */
  readonly title: string;
  readonly messageCount: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Where the last editor works that has said something there, an absolute path on its machine; null where none has. */
  readonly folder: string | null;
}

/** A message with the time it was stored at. */
export type StoredMessage = Message & { readonly createdAt: string };

/** What to look for in the messages of a conversation. */
export interface MessageSearch {
  /** A text that stands in what is looked for as it is, whatever its case: messages without it are not read. */
  readonly hint: string;
  /** Of a longer message nothing is looked at. */
  readonly maxBytes: number;
  /** Whether a message is looked for. */
  readonly isWanted: (message: StoredMessage) => boolean;
}

/** What a search has come to, and what it took. */
export interface MessageSearchResult {
  readonly isFound: boolean;
  readonly messages: number;
  readonly bytes: number;
}

/** The stored conversations, to be read; runs write them. */
export interface ConversationsStore {
  /** One page, those that changed last first. */
  list(
    query: PageQuery & {
      readonly agentId?: string | undefined;
      /** Where they are at home; those of no folder are at home everywhere. */
      readonly folder?: string | undefined;
    },
  ): Promise<{
    conversations: ConversationRecord[];
    nextCursor: string | null;
  }>;
  /**
   * The one that a principal means by an id: its own, else the one for everybody, else, for who sees all, the oldest that anybody has
   * begun.
   */
  get(id: string, principal?: Principal): Promise<ConversationRecord | undefined>;
  /** The one that a principal means by an id, also before there is one: then it is to be the principal's. */
  name(id: string, principal: Principal): Promise<ConversationName>;
  find(key: string): Promise<ConversationRecord | undefined>;
  /** The messages in order; none when there is no such conversation. */
  messages(key: string): Promise<StoredMessage[]>;
  /** Looks through the messages of a conversation until one is found. */
  search(key: string, search: MessageSearch): Promise<MessageSearchResult>;
  /**
   * Forgets the end of a conversation that no run is on, and gives up on what it waits for. Returns whether it had such messages;
   * otherwise nothing changes.
   */
  rewind(key: string, forgotten: ReplacedMessages): Promise<boolean>;
  /** False when there was none. */
  delete(key: string): Promise<boolean>;
}
