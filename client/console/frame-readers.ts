const HIDDEN_FRAME_MS = 200;

/** The readers of what changes often. They are told of changes at most once a frame, however many there were. */
export class FrameReaders {
  readonly #readers = new Set<() => void>();
  readonly #settle: () => void;
  #isScheduled = false;

  /** `settle` is called before the readers are told: it makes what they will see of what has changed. */
  constructor(settle: () => void) {
    this.#settle = settle;
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  };

  /** Tells of a change with the next frame. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const tell = () => {
      this.#isScheduled = false;
      this.#settle();
      for (const reader of this.#readers) reader();
    };
    // No frame comes to a page that nobody sees.
    if (document.hidden) setTimeout(tell, HIDDEN_FRAME_MS);
    else requestAnimationFrame(tell);
  }

  /** Tells nobody any more. */
  clear(): void {
    this.#readers.clear();
  }
}
