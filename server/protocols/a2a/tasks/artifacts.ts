import type { RunEvent, RunOutcome } from '../../../runs/run-events.ts';
import { RenderCalls, type RenderOutcome } from '../../../surfaces/render-calls.ts';
import type { A2aArtifact, A2aPart } from '../json.ts';

/** The most of an answer that a task keeps; its conversation has the whole. */
const MAX_CHARACTERS = 1024 * 1024;
/** The most envelopes of surfaces that a task keeps, so that an agent which draws without end fills no memory. */
const MAX_PARTS = 500;
const RESPONSE = { artifactId: 'response', name: 'Response' };
const OUTPUT = { artifactId: 'output', name: 'Output' };
const SURFACES = { artifactId: 'surfaces', name: 'Surfaces' };
const JSON_TYPE = 'application/json';
const A2UI_TYPE = 'application/json+a2ui';

/** The artifacts that the run of a task has made so far: the output of an agent that answers in a schema, its answer in words, and the surfaces it shows. */
export class TaskArtifacts {
  readonly #calls = new RenderCalls();
  readonly #surfaces: A2aPart[] = [];
  #output: A2aArtifact | undefined;
  #text = '';
  #isCut = false;
  #lastMessageId: string | undefined;

  /** `before` holds the artifacts made before the task last stopped to wait. */
  constructor(before: readonly A2aArtifact[] = []) {
    for (const { artifactId, parts, metadata } of before) {
      if (artifactId === SURFACES.artifactId) this.#surfaces.push(...parts);
      else this.#text = parts.map((part) => ('text' in part ? part.text : '')).join('');
      this.#isCut ||= metadata?.isCut === true;
    }
  }

  /** The piece of an artifact that an event adds; undefined when it adds none. */
  take(event: RunEvent): { readonly artifact: A2aArtifact; readonly append: boolean } | undefined {
    if (event.type === 'text-delta') return this.#addText(event);
    if (event.type === 'run-ended') return this.#addOutput(event.outcome);
    if (event.type === 'tool-call-ended') this.#calls.note(event);
    return event.type === 'tool-result' ? this.#addSurface(this.#calls.resolve(event)) : undefined;
  }

  #addOutput(outcome: RunOutcome) {
    if (outcome.status !== 'finished' || outcome.output === undefined) return undefined;
    const { output: data } = outcome;
    if (JSON.stringify(data).length > MAX_CHARACTERS) return undefined;
    this.#output = { ...OUTPUT, parts: [{ data, mediaType: JSON_TYPE, metadata: {} }] };
    return { artifact: this.#output, append: false };
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
    // What is said after a tool call begins a new paragraph.
    const isNewParagraph = append && this.#lastMessageId !== event.messageId;
    this.#lastMessageId = event.messageId;
    const room = MAX_CHARACTERS - this.#text.length;
    const text = `${isNewParagraph ? '\n\n' : ''}${event.delta}`.slice(0, room);
    this.#isCut = text.length === room;
    this.#text += text;
    return { artifact: { ...RESPONSE, parts: [{ text }], ...this.#cutMark() }, append };
  }

  /** The artifacts as they are now. */
  list(): A2aArtifact[] {
    const parts = [{ text: this.#text }];
    return [
      ...(this.#output ? [this.#output] : []),
      ...(this.#text === '' ? [] : [{ ...RESPONSE, parts, ...this.#cutMark() }]),
      ...(this.#surfaces.length ? [{ ...SURFACES, parts: [...this.#surfaces] }] : []),
    ];
  }

  #cutMark(): { metadata?: Record<string, unknown> } {
    return this.#isCut ? { metadata: { isCut: true } } : {};
  }
}
