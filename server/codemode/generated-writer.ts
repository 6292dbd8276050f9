import { Mutex } from '../async/mutex.ts';
import type { Bindings } from './bindings.ts';
import { writeGenerated } from './generated-folder.ts';

interface GeneratedWriterOptions {
  readonly folder: string;
  /** Whether any agent writes code. */
  readonly isWanted: () => boolean;
  /** What the folder is to hold now. */
  readonly bindings: () => Bindings;
  readonly log: (message: string) => void;
}

const WRITE_DELAY_MS = 200;

/** Keeps the Python package on disk up to date, one writing after another. */
export class GeneratedWriter {
  readonly #options: GeneratedWriterOptions;
  readonly #writing = new Mutex();
  #soon: NodeJS.Timeout | undefined;
  #hasWritten = false;
  #isClosed = false;

  constructor(options: GeneratedWriterOptions) {
    this.#options = options;
  }

  /** Writes in a moment, once for all changes until then. */
  writeSoon(): void {
    if (this.#soon || this.#isClosed) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.write();
    }, WRITE_DELAY_MS);
    this.#soon.unref();
  }

  /** Writes now; a folder that cannot be written to is logged. */
  write(): Promise<void> {
    const { folder, isWanted, bindings, log } = this.#options;
    return this.#writing.run(async () => {
      // Nobody has asked for the folder as long as no agent wrote code.
      if (!isWanted() && !this.#hasWritten) return;
      try {
        await writeGenerated(folder, bindings());
        this.#hasWritten = true;
      } catch (cause) {
        const why = cause instanceof Error && 'code' in cause ? cause.code : cause;
        log(`The generated code could not be written to ${folder}: ${why}`);
      }
    });
  }

  /** Writes nothing more; resolves once the last writing has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#soon);
    await this.#writing.settled();
  }
}
