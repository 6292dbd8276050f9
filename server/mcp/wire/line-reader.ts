/** What is kept of a line that is over the limit: enough to say whose it was. */
export interface LongLine {
  readonly bytes: number;
  readonly head: string;
  readonly tail: string;
}

const EDGE_BYTES = 256;

/** Cuts a stream of bytes into lines, and keeps no line of more than `maxBytes`. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  readonly #onLongLine: (line: LongLine) => void;
  #parts: Buffer[] = [];
  #size = 0;
  #head: Buffer | undefined;
  #tail: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number, onLine: (line: string) => void, onLongLine: (line: LongLine) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onLongLine = onLongLine;
  }

  add(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** Adds to the line that is being read. */
  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size <= this.#maxBytes) {
      this.#parts.push(part);
      return;
    }
    const known = Buffer.concat([...this.#parts, part]);
    this.#head ??= Buffer.from(known.subarray(0, EDGE_BYTES));
    this.#tail = Buffer.from(Buffer.concat([this.#tail, known]).subarray(-EDGE_BYTES));
    this.#parts = [];
  }

  /** Hands on the line that has ended. */
  #finish(): void {
    if (this.#head) {
      this.#onLongLine({ bytes: this.#size, head: this.#head.toString('utf8'), tail: this.#tail.toString('utf8') });
    } else if (this.#size > 0) {
      const [only, ...more] = this.#parts;
      this.#onLine((only && more.length === 0 ? only : Buffer.concat(this.#parts)).toString('utf8'));
    }
    this.#parts = [];
    this.#size = 0;
    this.#head = undefined;
    this.#tail = Buffer.alloc(0);
  }
}
