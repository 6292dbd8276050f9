import type { Duplex } from 'node:stream';
import { parseBoundedJson } from './bounded-json.ts';
import { ReportFrame } from './frames.ts';

const MAX_FRAME_BYTES = 16 * 1_048_576;
/** After so many reports at once, others get their turn. */
const MANY_LINES = 50;

/** Hands on each report of a process as it comes; calls `onBroken` for a line that is not a report. */
export function readReports(pipe: Duplex, take: (report: ReportFrame) => void, onBroken: () => void): void {
  const lines = new LineSplitter(MAX_FRAME_BYTES);
  pipe.on('data', (chunk: Buffer) => {
    try {
      let count = 0;
      for (const line of lines.push(chunk)) {
        take(ReportFrame.parse(parseBoundedJson(line)));
        count += 1;
      }
      if (count < MANY_LINES) return;
      // A flood must not keep everybody else waiting.
      pipe.pause();
      setImmediate(() => pipe.resume());
    } catch {
      onBroken();
    }
  });
}

/** A process sent a line that is longer than any report. */
export class LongLineError extends Error {
  override readonly name = 'LongLineError';
}

/** Cuts chunks into lines of at most `maxBytes`; a longer one throws. */
class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      this.#add(chunk.subarray(start, end));
      yield Buffer.concat(this.#parts).toString('utf8');
      this.#parts = [];
      this.#size = 0;
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
  }

  #add(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#maxBytes) throw new LongLineError(`a line is longer than ${this.#maxBytes} bytes`);
    if (part.length) this.#parts.push(part);
  }
}
