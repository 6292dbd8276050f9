/** The conversation that is open, and the id of the one that is not begun. */
import { newId } from '../../new-id.ts';
import { Thread } from './thread.ts';

let open: Thread | undefined;
const drafts = new Map<string, string>();

/** What is written and not sent, by the ids of conversations. */
export const draftTexts = new Map<string, string>();

/** The conversation of an agent; the one that was open before is left when it is another. */
export function openThread(agentId: string, threadId: string): Thread {
  if (open?.agentId === agentId && open.id === threadId) return open;
  open?.leave();
  open = new Thread(agentId, threadId);
  return open;
}

/** The id that the next new conversation with an agent will have. */
export function draftIdOf(agentId: string): string {
  const id = drafts.get(agentId) ?? newId();
  drafts.set(agentId, id);
  return id;
}

/** The conversation has begun: the next new one has another id. */
export function takeDraft(agentId: string): void {
  drafts.delete(agentId);
}
