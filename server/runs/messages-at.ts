import type { Message } from '../store/messages.ts';
import type { RunRecord, Store } from '../store/store.ts';
import { rebuildMessages } from './rebuild-messages.ts';
import { readStoredEvents } from './stored-events.ts';

/** The conversation of a run as it was when an event of the run had happened, by its number. */
export async function readMessagesAt(
  store: {
    readonly runs: Pick<Store['runs'], 'events'>;
    readonly conversations: Pick<Store['conversations'], 'messages'>;
  },
  { key, conversationKey, historyCount }: Pick<RunRecord, 'key' | 'conversationKey' | 'historyCount'>,
  id: number,
): Promise<Message[]> {
  const messages = await store.conversations.messages(conversationKey);
  const events = (await readStoredEvents(store.runs, key)).filter((logged) => logged.id <= id);
  return [...messages.slice(0, historyCount), ...rebuildMessages(events.map(({ event }) => event))];
}
