import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** The most of a line that is passed on, in characters. */
const MAX_LINE = 4_096;
/** The most that is kept of a line whose end has not come: longer than any secret, so that none is cut in half where a line is cut. */
const MAX_PENDING = 64 * 1024;

/** Splits what a child writes into lines, as they become whole: without secrets, colours, and what is too long of them. */
export class LineSplitter {
  readonly #redact: (text: string) => string;
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';
  /** Whether the beginning of this line was passed on, and the rest of it is not. */
  #isSkipping = false;

  constructor(redact: (text: string) => string, onLine: (line: string) => void) {
    this.#redact = redact;
    this.#onLine = onLine;
  }

  add(chunk: Buffer): void {
    this.#pending += this.#decoder.write(chunk);
    const end = this.#pending.lastIndexOf('\n');
    if (end >= 0) {
      const whole = this.#pending.slice(0, end);
      this.#pending = this.#pending.slice(end + 1);
      this.#pass(whole);
      this.#isSkipping = false;
    }
    if (this.#pending.length <= MAX_PENDING) return;
    this.#pass(this.#pending);
    this.#isSkipping = true;
    this.#pending = '';
  }

  /** Passes on a last line that has no end. */
  end(): void {
    this.#pass(this.#pending + this.#decoder.end());
    this.#pending = '';
  }

  // Redacted as a whole: a secret may have several lines.
  #pass(text: string): void {
    const [first, ...rest] = this.#redact(text).split('\n');
    for (const line of this.#isSkipping ? rest : [first ?? '', ...rest]) {
      const clean = withoutControls(line);
      if (clean !== '') this.#onLine(clean.length > MAX_LINE ? `${clean.slice(0, MAX_LINE)}…` : clean);
    }
  }
}

/** A line without colours and control characters. */
export const withoutControls = (line: string): string =>
  stripVTControlCharacters(line)
    .replace(/(?!\t)\p{Cc}/gu, '')
    .trimEnd();
