import type { RunEvent } from '../../runs/run-events.ts';
import { RenderCalls, type RenderOutcome } from '../../surfaces/render-calls.ts';
import type { A2aArtifact, A2aPart } from './json.ts';

/** A longer answer is cut here in its task; the conversation has the whole. */
const MAX_CHARACTERS = 1024 * 1024;
/** As many envelopes of surfaces are kept; an agent that draws without end fills no memory. */
const MAX_PARTS = 500;
const RESPONSE = { artifactId: 'response', name: 'Response' };
const SURFACES = { artifactId: 'surfaces', name: 'Surfaces' };
const A2UI_TYPE = 'application/json+a2ui';

/** What the run of a task has made so far: its answer, and the surfaces it shows. */
export class TaskArtifacts {
  readonly #calls = new RenderCalls();
  readonly #surfaces: A2aPart[] = [];
  #text = '';
  #isCut = false;
  #lastMessageId: string | undefined;

  /** `before` is what the task had made when it last stopped to wait. */
  constructor(before: readonly A2aArtifact[] = []) {
    for (const { artifactId, parts, metadata } of before) {
      if (artifactId === SURFACES.artifactId) this.#surfaces.push(...parts);
      else this.#text = parts.map((part) => ('text' in part ? part.text : '')).join('');
      this.#isCut ||= metadata?.isCut === true;
    }
  }

  /** The piece that an event adds; undefined when it adds nothing. */
  take(event: RunEvent): { readonly artifact: A2aArtifact; readonly append: boolean } | undefined {
    if (event.type === 'text-delta') return this.#addText(event);
    if (event.type === 'tool-call-ended') this.#calls.note(event);
    return event.type === 'tool-result' ? this.#addSurface(this.#calls.resolve(event)) : undefined;
  }

  #addSurface(outcome: RenderOutcome | undefined) {
    if (!outcome?.isShown) return undefined;
    const append = this.#surfaces.length > 0;
    const parts = outcome.envelopes.map((data) => ({ data, mediaType: A2UI_TYPE, metadata: { mimeType: A2UI_TYPE } }));
    if (!parts.length || this.#surfaces.length + parts.length > MAX_PARTS) return undefined;
    this.#surfaces.push(...parts);
    return { artifact: { ...SURFACES, parts }, append };
  }

  #addText(event: { messageId: string; delta: string }) {
    if (this.#isCut) return undefined;
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
    const parts = [{ text: this.#text }];
    return [
      ...(this.#text === '' ? [] : [{ ...RESPONSE, parts, ...this.#mark() }]),
      ...(this.#surfaces.length ? [{ ...SURFACES, parts: [...this.#surfaces] }] : []),
    ];
  }

  #mark(): { metadata?: Record<string, unknown> } {
    return this.#isCut ? { metadata: { isCut: true } } : {};
  }
}
