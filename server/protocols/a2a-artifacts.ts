import type { RunEvent } from '../runs/run-events.ts';
import type { A2aArtifact } from './a2a-json.ts';

/** A longer answer is cut here in its task; the conversation has the whole. */
const MAX_CHARACTERS = 1024 * 1024;
const RESPONSE = { artifactId: 'response', name: 'Response' };

/** What the run of a task has made so far: its answer. */
export class TaskArtifacts {
  #text = '';
  #isCut = false;
  #lastMessageId: string | undefined;

  /** The piece that an event adds; undefined when it adds nothing. */
  take(event: RunEvent): { readonly artifact: A2aArtifact; readonly append: boolean } | undefined {
    if (event.type !== 'text-delta' || this.#isCut) return undefined;
    const append = this.#text !== '';
    // What is said after a tool call stands apart from what was said before it.
    const isNewParagraph = append && this.#lastMessageId !== event.messageId;
    this.#lastMessageId = event.messageId;
    const room = MAX_CHARACTERS - this.#text.length;
    const text = `${isNewParagraph ? '\n\n' : ''}${event.delta}`.slice(0, room);
    this.#isCut = text.length === room;
    this.#text += text;
    return { artifact: { ...RESPONSE, parts: [{ text }], ...this.#mark() }, append };
  }

  /** Everything made so far. */
  list(): A2aArtifact[] {
    return this.#text === '' ? [] : [{ ...RESPONSE, parts: [{ text: this.#text }], ...this.#mark() }];
  }

  #mark(): { metadata?: Record<string, unknown> } {
    return this.#isCut ? { metadata: { isCut: true } } : {};
  }
}
