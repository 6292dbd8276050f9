/**
 * Texts of models and tools may hold halves of surrogate pairs: a tool cuts a text in the middle of a character, a provider a stream. Such a
 * half is refused by the APIs of providers and by this server, so a conversation that held one could never go on.
 */

/** How `JSON.stringify` writes a half, among the other escapes. */
const ESCAPE = /\\(?:(ud[89a-f][\da-f]{2})|.)/g;

const [FIRST_HALF, SECOND_HALF] = [0xd800, 0xdc00];

/** A value of JSON, which `json` says, with U+FFFD in the place of each half; the same value when it has none. */
export function toWellFormed(value: unknown, json = JSON.stringify(value)): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (!json?.includes('\\ud')) return value;
  return JSON.parse(json.replace(ESCAPE, (whole, half?: string) => (half ? '\uFFFD' : whole)));
}

/** A text that comes in pieces, cut anywhere: pieces leave it with whole characters. */
export class WholePairs {
  #half = '';

  /** The piece, with the half that the one before it ended with, and without the half that it ends with itself. */
  take(piece: string): string {
    const text = this.#half + piece;
    const last = text.charCodeAt(text.length - 1);
    const end = last >= FIRST_HALF && last < SECOND_HALF ? text.length - 1 : text.length;
    this.#half = text.slice(end);
    return text.slice(0, end).toWellFormed();
  }

  /** What is left when no piece follows: U+FFFD for a half, else nothing. */
  end(): string {
    const rest = this.#half.toWellFormed();
    this.#half = '';
    return rest;
  }
}
