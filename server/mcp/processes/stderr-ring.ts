import { withoutControls } from './line-splitter.ts';

const MAX_BYTES = 64 * 1024;

/** The last of what a child wrote to its standard error: bounded, and without secrets. */
export class StderrRing {
  readonly #redact: (text: string) => string;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > 2 * MAX_BYTES) this.#trim();
  }

  /** The last `count` lines, without colours and control characters. */
  lines(count: number): string[] {
    this.#trim();
    const text = this.#redact(Buffer.concat(this.#chunks).toString('utf8'));
    return text.split(/\r?\n/).map(withoutControls).filter(Boolean).slice(-count);
  }

  // Redacts before it cuts: a secret cut in half would no longer be found.
  #trim(): void {
    if (this.#size <= MAX_BYTES) return;
    const clean = Buffer.from(this.#redact(Buffer.concat(this.#chunks).toString('utf8')));
    const tail = clean.subarray(-MAX_BYTES);
    const kept = tail.subarray(tail.indexOf(10) + 1);
    this.#chunks = [Buffer.from(kept)];
    this.#size = kept.length;
  }
}
