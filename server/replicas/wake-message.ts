/** Wake-ups as texts that one NOTIFY carries: JSON in ASCII, so that it fits any encoding of a database and a character is a byte. */
import { WAKE_KINDS, type WakeKind } from './wake.ts';

/** PostgreSQL refuses 8,000. https://www.postgresql.org/docs/15/sql-notify.html */
const MAX_BYTES = 7999;
/** What waits to be told is bounded; past that everybody is told to look at everything. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 2_000_000;

/** What one text says. Every member but the first is optional, and one that a reader does not know means nothing to it. */
export interface WakeMessage extends Partial<Record<WakeKind, readonly string[]>> {
  /** The replica that told. */
  readonly from: string;
  /** A word that a replica told to hear whether its own messages come back. */
  readonly echo?: string;
  /** Wake-ups were lost: look at everything. */
  readonly look?: true;
}

/** Reads a text; undefined when it is none of ours. What has no meaning in it is left out. */
export function readWakeMessage(payload: string): WakeMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { from, echo, look, ...rest } = value as Record<string, unknown>;
  if (typeof from !== 'string') return undefined;
  const ids = WAKE_KINDS.map((kind): [WakeKind, string[]] => [kind, readIds(rest[kind])]);
  return {
    from,
    ...(typeof echo === 'string' && { echo }),
    ...(look === true && { look }),
    ...Object.fromEntries(ids.filter(([, read]) => read.length > 0)),
  };
}

const readIds = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];

/** The wake-ups that wait to be told, each once. */
export class WaitingWakes {
  readonly #from: string;
  /** By kind, each id as the JSON that will be sent. */
  readonly #ids = new Map<WakeKind, Set<string>>();
  #count = 0;
  #bytes = 0;
  #look = false;

  constructor(replica: string) {
    this.#from = toAsciiJson(replica);
  }

  get isEmpty(): boolean {
    return this.#count === 0 && !this.#look;
  }

  add(kind: WakeKind, id: string): void {
    // Who looks at everything need not be told what to look at.
    if (this.#look) return;
    const text = toAsciiJson(id);
    const ids = this.#ids.get(kind) ?? new Set();
    if (ids.has(text)) return;
    this.#ids.set(kind, ids.add(text));
    this.#count += 1;
    this.#bytes += text.length;
    const isTooLong = this.#toText(kind, [text]).length > MAX_BYTES;
    if (isTooLong || this.#count > MAX_WAITING || this.#bytes > MAX_WAITING_BYTES) this.addLook();
  }

  /** In the place of all that waits: everybody looks at everything. */
  addLook(): void {
    this.#clear();
    this.#look = true;
  }

  /** Takes what waits, as the texts to send, each short enough for one NOTIFY. */
  take(): string[] {
    const texts = this.#look
      ? [`{"from":${this.#from},"look":true}`]
      : [...this.#ids].flatMap(([kind, ids]) => this.#cut(kind, ids));
    this.#clear();
    this.#look = false;
    return texts;
  }

  /** The text of a word that comes back to who sends it. */
  toEcho(word: string): string {
    return `{"from":${this.#from},"echo":${toAsciiJson(word)}}`;
  }

  #clear(): void {
    this.#ids.clear();
    this.#count = 0;
    this.#bytes = 0;
  }

  #cut(kind: WakeKind, ids: Iterable<string>): string[] {
    const texts: string[] = [];
    const spare = MAX_BYTES - this.#toText(kind, []).length;
    let part: string[] = [];
    let length = 0;
    for (const id of ids) {
      if (part.length > 0 && length + 1 + id.length > spare) {
        texts.push(this.#toText(kind, part));
        part = [];
        length = 0;
      }
      length += id.length + (part.length > 0 ? 1 : 0);
      part.push(id);
    }
    return [...texts, this.#toText(kind, part)];
  }

  #toText(kind: WakeKind, ids: readonly string[]): string {
    return `{"from":${this.#from},"${kind}":[${ids.join(',')}]}`;
  }
}

/** JSON without a character outside ASCII. Half surrogates and NUL are escaped by JSON itself. */
function toAsciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
