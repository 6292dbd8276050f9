/** Asks again and again whether a file has changed: the only way that sees renames, symlinks, swapped folders and files still to come. */
import { statSync } from 'node:fs';

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
    this.#known = this.#last = fingerprint(this.#file);
    this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#look(), this.#intervalMs).unref();
  }

  #look(): void {
    const now = fingerprint(this.#file);
    const isAtRest = now === this.#last;
    this.#last = now;
    if (isAtRest && now !== this.#known && !this.#isClosed) {
      this.#known = now;
      this.#onChange();
    }
    this.#schedule();
  }
}

/** In this thread, which takes microseconds: another one would be woken for it, and this one again by that, each second of an idle server. */
function fingerprint(file: string): string {
  try {
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
    return stat ? `${stat.mtimeNs} ${stat.ctimeNs} ${stat.size} ${stat.ino}` : NO_FILE;
  } catch {
    return NO_FILE; // Whatever the reason, reading it says so.
  }
}
