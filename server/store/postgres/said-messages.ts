import { titleOf } from '../conversation-title.ts';
import type { Message } from '../messages.ts';
import { toStoredBody } from '../stored-message.ts';

/** Messages as one statement takes them, each of these at the same place of each list. */
export interface SaidMessages {
  readonly ids: readonly string[];
  readonly bodies: readonly string[];
  /** What a conversation is called that begins with it; empty where nothing comes of it. */
  readonly titles: readonly string[];
}

/** So many go into one statement. */
export const MAX_SAID = 100;

/** Messages in their order; of two with one id the first. */
export function toSaid(messages: readonly Message[]): SaidMessages {
  const byId = new Map<string, Message>();
  for (const message of messages) {
    // A text with half a character is stored with U+FFFD in its place.
    const id = message.id.toWellFormed();
    if (!byId.has(id)) byId.set(id, message);
  }
  const said = [...byId.values()];
  return {
    ids: [...byId.keys()],
    bodies: said.map(toStoredBody),
    titles: said.map((message) => titleOf([message])),
  };
}
