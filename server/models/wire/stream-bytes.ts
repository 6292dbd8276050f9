import type { ByteReader, ByteSource } from '../../network/answer-bytes.ts';

/** The bytes of a body that has no source of its own, such as that of another `fetch`. */
export class StreamBytes implements ByteSource {
  readonly #stream: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #reader: ByteReader | undefined;
  #isPaused = true;
  #isReading = false;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#stream = body.getReader();
  }

  open(reader: ByteReader): void {
    this.#reader = reader;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isReading) void this.#read();
  }

  cancel(): Promise<void> {
    this.#isPaused = true;
    return this.#stream.cancel();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (!this.#isPaused) {
        const { done, value } = await this.#stream.read();
        if (done) return this.#reader?.end();
        this.#reader?.take(value);
      }
    } catch (cause) {
      this.#reader?.fail(cause);
    } finally {
      this.#isReading = false;
    }
  }
}
