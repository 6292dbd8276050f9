/** What a request turns out to be about, while it is answered. Kept beside the call, so that no surface has to hand it on. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** What is written beside a request in the log. A request that is about several of a kind has them side by side, with commas. */
export interface RequestNotes {
  /** The run it began, or read, by its id of this server. */
  run_id?: string;
  /** The conversation it is about, by the id its caller knows it by. */
  conversation_id?: string;
}

const NAMES = ['run_id', 'conversation_id'] as const satisfies (keyof RequestNotes)[];
const MAX_CHARS = 300;

const current = new AsyncLocalStorage<RequestNotes>();

/** Does `work`; what is noted until it ends, here or in what it waits for, is added to `notes`. */
export const withNotes = <Result>(notes: RequestNotes, work: () => Result): Result => current.run(notes, work);

/** Notes what the request is about that this is done for, if it is done for one. */
export function noteRequest(facts: RequestNotes): void {
  const notes = current.getStore();
  if (!notes) return;
  for (const name of NAMES) {
    const fact = facts[name];
    if (fact !== undefined) notes[name] = join(notes[name], fact);
  }
}

function join(before: string | undefined, added: string): string {
  if (before === undefined) return added.slice(0, MAX_CHARS);
  if (before === added || before.length >= MAX_CHARS || before.split(',').includes(added)) return before;
  return `${before},${added}`.slice(0, MAX_CHARS);
}
