import type { ConversationRecord, Store } from '../store/store.ts';
import { toConversationMessage } from './conversation-messages.ts';

type Conversations = Pick<Store['conversations'], 'list' | 'search'>;
type Page = Awaited<ReturnType<Conversations['list']>>;

interface SearchRequest extends Omit<Parameters<Conversations['list']>[0], 'folder'> {
  readonly text: string;
  /** Aborts when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** Beyond so much a request looks no further: the next one goes on there. */
const MAX_CONVERSATIONS = 1000;
const MAX_MESSAGES = 5000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Of a longer message most is a file. */
const MAX_MESSAGE_BYTES = 256 * 1024;
/** Others have their turn after so many conversations. */
const AT_ONCE = 20;

/** One page of the conversations that have a text in their title or in a message, those that changed last first. */
export async function searchConversations(
  { text, limit, cursor, signal, ...rest }: SearchRequest,
  conversations: Conversations,
): Promise<Page> {
  const wanted = text.toLowerCase();
  const hint = hintOf(wanted);
  const left = { conversations: MAX_CONVERSATIONS, messages: MAX_MESSAGES, bytes: MAX_BYTES };
  const found: ConversationRecord[] = [];
  const has = async ({ key, title }: ConversationRecord) => {
    left.conversations--;
    if (title.toLowerCase().includes(wanted)) return true;
    const { isFound, messages, bytes } = await conversations.search(key, {
      hint,
      maxBytes: MAX_MESSAGE_BYTES,
      isWanted: (message) => toConversationMessage(message).content.toLowerCase().includes(wanted),
    });
    left.messages -= messages;
    left.bytes -= bytes;
    return isFound;
  };
  let next: string | null | undefined = cursor;
  do {
    // No more than may be found, so that the page ends where the next one begins.
    const page: Page = await conversations.list({
      ...rest,
      limit: Math.min(AT_ONCE, limit - found.length),
      cursor: next,
    });
    for (const conversation of page.conversations) if (await has(conversation)) found.push(conversation);
    next = page.nextCursor;
    await new Promise(setImmediate);
  } while (next !== null && found.length < limit && Math.min(...Object.values(left)) > 0 && !signal.aborted);
  return { conversations: found, nextCursor: next };
}

/**
 * The longest part of a text, in lower case, that stands in stored JSON as it is, whatever its case was: of letters beyond ASCII those
 * that have none, and nothing that JSON escapes.
 */
function hintOf(text: string): string {
  const isPlain = (character: string) =>
    /^[ -~]$/.test(character) ? !/["\\]/.test(character) : isCaseless(character) && !/\p{C}/u.test(character);
  const parts = [...text].map((character) => (isPlain(character) ? character : '\0')).join('');
  return parts.split('\0').reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

const isCaseless = (character: string): boolean => character.toLowerCase() === character.toUpperCase();
