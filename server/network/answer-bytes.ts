import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';

/** Takes bytes as they come. After `end` or `fail` nothing is called any more; what `take` throws, `fail` is called with. */
export interface ByteReader {
  take(chunk: Uint8Array<ArrayBuffer>): void;
  end(): void;
  fail(cause: unknown): void;
}

/** Where bytes come from, for one reader. Nothing comes before it is resumed. */
export interface ByteSource {
  /** Gives all that comes from now on to a reader, in place of the one before. */
  open(reader: ByteReader): void;
  pause(): void;
  resume(): void;
  /** Ends it for a reader who wants nothing more. */
  cancel(): Promise<void>;
}

/** The bytes of an answer, unpacked. */
export class AnswerBytes implements ByteSource {
  readonly #answer: IncomingMessage;
  readonly #bytes: Readable;
  readonly #signal: AbortSignal | null | undefined;
  #reader: ByteReader | undefined;
  #isOver = false;
  #failure: { readonly cause: unknown } | undefined;

  /** A failure after `signal` has aborted is the reason of that. */
  constructor(answer: IncomingMessage, signal: AbortSignal | null | undefined) {
    this.#answer = answer;
    this.#signal = signal;
    this.#bytes = unpack(answer);
    this.#bytes.on('data', this.#take);
    this.#bytes.once('end', () => this.#endWith((reader) => reader.end()));
    this.#bytes.on('error', this.#fail).once('close', () => this.#fail(new Error('The answer was cut off')));
    this.#bytes.pause();
  }

  open(reader: ByteReader): void {
    this.#reader = reader;
    if (this.#failure) reader.fail(this.#failure.cause);
  }

  pause(): void {
    this.#bytes.pause();
  }

  resume(): void {
    this.#bytes.resume();
  }

  async cancel(): Promise<void> {
    this.#isOver = true;
    if (!this.#answer.complete) this.#answer.destroy();
    else if (!this.#bytes.closed) {
      // Read to its end, the connection can serve the next request.
      this.#bytes.resume();
      await new Promise((resolve) => this.#bytes.once('close', resolve));
    }
  }

  readonly #take = (chunk: Buffer<ArrayBuffer>): void => {
    if (this.#isOver) return;
    try {
      this.#reader?.take(chunk);
    } catch (cause) {
      this.#fail(cause);
      this.#answer.destroy();
    }
  };

  #endWith(tell: (reader: ByteReader) => void): void {
    if (!this.#isOver && this.#reader) tell(this.#reader);
    this.#isOver = true;
  }

  readonly #fail = (failed: unknown): void => {
    if (this.#isOver) return;
    const cause = this.#signal?.aborted ? this.#signal.reason : failed;
    this.#failure = { cause };
    this.#endWith((reader) => reader.fail(cause));
  };
}

function unpack(answer: IncomingMessage): Readable {
  const packing = answer.headers['content-encoding']?.toLowerCase();
  const unpacked = packing === 'br' ? createBrotliDecompress() : isZip(packing) ? createUnzip() : undefined;
  if (!unpacked) return answer;
  answer.once('error', (cause) => unpacked.destroy(cause));
  return answer.pipe(unpacked);
}

const isZip = (packing: string | undefined) => packing === 'gzip' || packing === 'x-gzip' || packing === 'deflate';
