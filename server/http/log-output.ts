import { write, writeSync } from 'node:fs';

interface LogOutputOptions {
  /** How many characters may wait for a reader that does not read; lines beyond are left out. */
  readonly maxWaiting?: number;
  /** How long a reader may read nothing of the last lines, in milliseconds. */
  readonly silenceMs?: number;
}

/** Lines are joined into writes of this size: one system call a line costs more than the line. */
const JOINED = 65_536;
/** How long a line may wait for others. */
const FLUSH_MS = 100;
/** How long a full pipe is left alone. */
const FULL_MS = 50;

/**
 * Writes the lines of the log to a file descriptor, in order, without waiting for its reader. A reader that does not read costs lines, and
 * one that has left costs all of them; neither costs anything else, the end of the process included.
 */
export class LogOutput {
  readonly #fd: number;
  readonly #maxWaiting: number;
  readonly #silenceMs: number;
  /** The lines since the last write began. They are joined at once: one long text that grows by each line is slower to make and to read. */
  #waiting: string[] = [];
  #waitingChars = 0;
  /** What of a write the system has not taken yet. */
  #rest: Buffer = Buffer.alloc(0);
  #isWriting = false;
  #isLost = false;
  #leftOut = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number, { maxWaiting = 16 * 1024 * 1024, silenceMs = 2000 }: LogOutputOptions = {}) {
    this.#fd = fd;
    this.#maxWaiting = maxWaiting;
    this.#silenceMs = silenceMs;
  }

  /** Takes a line, which ends in a line break. */
  write(line: string): void {
    if (this.#isLost) return;
    if (this.#waitingChars + this.#rest.length + line.length > this.#maxWaiting) this.#leftOut++;
    else {
      this.#waiting.push(line);
      this.#waitingChars += line.length;
    }
    if (this.#waitingChars >= JOINED) this.#send();
    else this.#sendIn(FLUSH_MS);
  }

  /** Writes what waits before it returns, as far as it is read. */
  flushSync(): void {
    // What is being written is with the system already.
    const bytes = Buffer.concat([this.#isWriting ? Buffer.alloc(0) : this.#rest, Buffer.from(this.#take())]);
    let deadline = performance.now() + this.#silenceMs;
    for (let from = 0; from < bytes.length && !this.#isLost && performance.now() < deadline; ) {
      const written = this.#writeSync(bytes.subarray(from));
      from += written;
      if (written > 0) deadline = performance.now() + this.#silenceMs;
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_MS);
    }
    if (!this.#isWriting) this.#rest = Buffer.alloc(0);
  }

  #writeSync(bytes: Buffer): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (cause) {
      this.#isLost = !isFull(cause);
      return 0;
    }
  }

  /** No timer keeps the process alive: what waits at its end is written then. */
  #sendIn(delayMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, delayMs).unref();
  }

  #send(): void {
    if (this.#isWriting || this.#isLost) return;
    if (this.#rest.length === 0) this.#rest = Buffer.from(this.#take());
    if (this.#rest.length === 0) return;
    this.#isWriting = true;
    write(this.#fd, this.#rest, (error, written) => this.#noteWritten(error, written));
  }

  #noteWritten(error: Error | null, written: number): void {
    this.#isWriting = false;
    if (error && !isFull(error)) {
      this.#isLost = true;
      this.#rest = Buffer.alloc(0);
      this.#take();
      return;
    }
    if (!error) this.#rest = this.#rest.subarray(written);
    if (error) this.#sendIn(FULL_MS);
    else if (this.#rest.length > 0 || this.#waitingChars >= JOINED) this.#send();
    else if (this.#waitingChars > 0) this.#sendIn(FLUSH_MS);
  }

  /** What waits, which does not then. */
  #take(): string {
    const lines = this.#waiting.join('');
    const msg = `${this.#leftOut} lines of the log are left out: nobody read it`;
    const told = this.#leftOut === 0 ? '' : `${JSON.stringify({ level: 40, time: Date.now(), msg })}\n`;
    this.#waiting = [];
    this.#waitingChars = 0;
    this.#leftOut = 0;
    return lines + told;
  }
}

const isFull = (cause: unknown) => ['EAGAIN', 'EBUSY'].includes(Object(cause).code);
