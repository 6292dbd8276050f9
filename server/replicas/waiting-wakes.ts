import type { WakeKind } from './wake.ts';
import { MAX_MESSAGE_BYTES, toAsciiJson, writeEcho, writeLook, writeWakes } from './wake-message.ts';

/** How much may wait; past that everybody is told to look at everything. */
const MAX_IDS = 10_000;
const MAX_BYTES = 2_000_000;

/** The wake-ups that wait to be told, each once. */
export class WaitingWakes {
  /** This replica, as JSON. */
  readonly #from: string;
  /** Each id as JSON. */
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
    const json = toAsciiJson(id);
    const ids = this.#ids.get(kind) ?? new Set();
    if (ids.has(json)) return;
    this.#ids.set(kind, ids.add(json));
    this.#count += 1;
    this.#bytes += json.length;
    if (json.length > this.#spareFor(kind) || this.#count > MAX_IDS || this.#bytes > MAX_BYTES) this.addLook();
  }

  /** In the place of all that waits: everybody looks at everything. */
  addLook(): void {
    this.#clear();
    this.#look = true;
  }

  /** Takes what waits, as texts that are short enough for one NOTIFY each. */
  take(): string[] {
    const texts = this.#look
      ? [writeLook(this.#from)]
      : [...this.#ids].flatMap(([kind, ids]) => this.#cut(kind, [...ids]));
    this.#clear();
    this.#look = false;
    return texts;
  }

  /** The text of a word that comes back to this replica. */
  toEcho(word: string): string {
    return writeEcho(this.#from, word);
  }

  #clear(): void {
    this.#ids.clear();
    this.#count = 0;
    this.#bytes = 0;
  }

  #cut(kind: WakeKind, ids: readonly string[]): string[] {
    const spare = this.#spareFor(kind);
    const texts: string[] = [];
    let begin = 0;
    let length = 0;
    for (const [index, id] of ids.entries()) {
      // With the comma before it.
      length += id.length + 1;
      if (length - 1 <= spare) continue;
      texts.push(writeWakes(this.#from, kind, ids.slice(begin, index)));
      begin = index;
      length = id.length + 1;
    }
    return [...texts, writeWakes(this.#from, kind, ids.slice(begin))];
  }

  /** How many bytes the ids of one text may take. */
  #spareFor(kind: WakeKind): number {
    return MAX_MESSAGE_BYTES - writeWakes(this.#from, kind, []).length;
  }
}
