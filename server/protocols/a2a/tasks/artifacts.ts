import { isAddress } from '../../../call/data-url.ts';
import type { RunEvent, RunOutcome } from '../../../runs/run-events.ts';
import { RenderCalls, type RenderOutcome } from '../../../surfaces/render-calls.ts';
import type { A2aArtifact, A2aPart } from '../json.ts';
import { toFileName } from './file-names.ts';

/** The most of an answer that a task keeps; its conversation has the whole. */
const MAX_CHARACTERS = 1024 * 1024;
/** The most envelopes of surfaces that a task keeps, so that an agent which draws without end fills no memory. */
const MAX_PARTS = 500;
const RESPONSE = { artifactId: 'response', name: 'Response' };
const OUTPUT = { artifactId: 'output', name: 'Output' };
const FILE = 'file-';
/** How many characters of files a task keeps. */
const MAX_FILE_CHARACTERS = 16 * 1024 * 1024;
const SURFACES = { artifactId: 'surfaces', name: 'Surfaces' };
const JSON_TYPE = 'application/json';
const A2UI_TYPE = 'application/json+a2ui';

/** A piece of an artifact. */
interface ArtifactPiece {
  readonly artifact: A2aArtifact;
  readonly append: boolean;
}

/** The artifacts that the run of a task has made so far: the output of an agent that answers in a schema, its answer in words, the files in it, and the surfaces it shows. */
export class TaskArtifacts {
  readonly #calls = new RenderCalls();
  readonly #surfaces: A2aPart[] = [];
  /** Each with the message that it is of; undefined of those made before. */
  #files: { readonly artifact: A2aArtifact; readonly messageId: string | undefined }[] = [];
  #output: A2aArtifact | undefined;
  #text = '';
  #isCut = false;
  #lastMessageId: string | undefined;
  /** What there was before the last message. */
  #before: { readonly length: number; readonly messageId: string | undefined } = { length: 0, messageId: undefined };

  /** `before` holds the artifacts made before the task last stopped to wait. */
  constructor(before: readonly A2aArtifact[] = []) {
    for (const artifact of before) {
      const { artifactId, parts, metadata } = artifact;
      if (artifactId === SURFACES.artifactId) this.#surfaces.push(...parts);
      else if (artifactId.startsWith(FILE)) this.#keepFile(artifact);
      else this.#text = parts.map((part) => ('text' in part ? part.text : '')).join('');
      this.#isCut ||= metadata?.isCut === true;
    }
  }

  /** The pieces of artifacts that an event adds, or puts in the place of others. */
  take(event: RunEvent): readonly ArtifactPiece[] {
    if (event.type === 'answer-withdrawn') return this.#withdraw(event.messageIds);
    const piece = this.#add(event);
    return piece ? [piece] : [];
  }

  #add(event: RunEvent): ArtifactPiece | undefined {
    if (event.type === 'text-delta') return this.#addText(event);
    if (event.type === 'file') return { artifact: this.#addFile(event), append: false };
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

  /** Each file is an artifact of its own. */
  #addFile(file: Extract<RunEvent, { readonly type: 'file' }>): A2aArtifact {
    const number = this.#files.length + 1;
    const { mediaType, data } = file;
    const named = { mediaType, filename: toFileName(file, number) };
    const part = isAddress(data) ? { url: data, ...named } : { raw: data, ...named };
    const kept = this.#files.reduce((characters, { artifact }) => characters + charactersOf(artifact), 0);
    const left = { text: `[file ${mediaType}: too large to keep here, its conversation has it]` };
    const parts = [kept + data.length > MAX_FILE_CHARACTERS ? left : part];
    return this.#keepFile({ artifactId: `${FILE}${number}`, name: `File ${number}`, parts }, file.messageId);
  }

  #keepFile(artifact: A2aArtifact, messageId?: string): A2aArtifact {
    this.#files.push({ artifact, messageId });
    return artifact;
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
    const isNew = this.#lastMessageId !== event.messageId;
    const isNewParagraph = append && isNew;
    if (isNew) this.#before = { length: this.#text.length, messageId: this.#lastMessageId };
    this.#lastMessageId = event.messageId;
    const room = MAX_CHARACTERS - this.#text.length;
    const text = `${isNewParagraph ? '\n\n' : ''}${event.delta}`.slice(0, room);
    this.#isCut = text.length === room;
    this.#text += text;
    return { artifact: { ...RESPONSE, parts: [{ text }], ...this.#cutMark() }, append };
  }

  /** Takes back what was said in messages that do not count any more: the answer is told anew without it, and their files are empty. */
  #withdraw(messageIds: readonly string[]): ArtifactPiece[] {
    const isGone = (messageId: string | undefined) => messageId !== undefined && messageIds.includes(messageId);
    const gone = this.#files.filter(({ messageId }) => isGone(messageId));
    this.#files = this.#files.filter(({ messageId }) => !isGone(messageId));
    const files = gone.map(({ artifact }) => ({ artifact: { ...artifact, parts: [{ text: '' }] }, append: false }));
    if (!isGone(this.#lastMessageId)) return files;
    this.#text = this.#text.slice(0, this.#before.length);
    this.#lastMessageId = this.#before.messageId;
    this.#isCut = false;
    return [{ artifact: { ...RESPONSE, parts: [{ text: this.#text }] }, append: false }, ...files];
  }

  /** The artifacts as they are now. */
  list(): A2aArtifact[] {
    const parts = [{ text: this.#text }];
    return [
      ...(this.#output ? [this.#output] : []),
      ...(this.#text === '' ? [] : [{ ...RESPONSE, parts, ...this.#cutMark() }]),
      ...this.#files.map(({ artifact }) => artifact),
      ...(this.#surfaces.length ? [{ ...SURFACES, parts: [...this.#surfaces] }] : []),
    ];
  }

  #cutMark(): { metadata?: Record<string, unknown> } {
    return this.#isCut ? { metadata: { isCut: true } } : {};
  }
}

function charactersOf({ parts: [part = { text: '' }] }: A2aArtifact): number {
  if ('raw' in part) return part.raw.length;
  return 'url' in part ? part.url.length : 0;
}
