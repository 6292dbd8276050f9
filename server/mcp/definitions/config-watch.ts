/** Asks again and again whether a file has changed: the only way that sees renames, symlinks, swapped folders and files still to come. */
import { stat } from 'node:fs/promises';

const NO_FILE = 'no file';

/** Calls `onChange` after `file` has changed and then rested for one interval. Never keeps the process alive. */
export class FileWatch {
  readonly #file: string;
  readonly #intervalMs: number;
  readonly #onChange: () => void;
  #known: string | undefined;
  #last: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(file: string, onChange: () => void, { intervalMs = 1000 }: { intervalMs?: number | undefined } = {}) {
    this.#file = file;
    this.#onChange = onChange;
    this.#intervalMs = intervalMs;
  }

  /** Remembers the file as it is now; call it before the file is read, so that no change is missed. */
  async start(): Promise<void> {
    this.#known = this.#last = await fingerprint(this.#file);
    this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), this.#intervalMs).unref();
  }

  async #look(): Promise<void> {
    const now = await fingerprint(this.#file);
    const isAtRest = now === this.#last;
    this.#last = now;
    if (isAtRest && now !== this.#known && !this.#isClosed) {
      this.#known = now;
      this.#onChange();
    }
    this.#schedule();
  }
}

async function fingerprint(file: string): Promise<string> {
  try {
    const { mtimeNs, ctimeNs, size, ino } = await stat(file, { bigint: true });
    return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
  } catch {
    return NO_FILE; // Whatever the reason, reading it says so.
  }
}
