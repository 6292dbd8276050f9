/** Runs one piece of work after the other, in the order in which it was asked for. What fails holds nothing up. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** What `work` comes to, once all that was asked for before it has ended. */
  run<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.then(ignore, ignore);
    return result;
  }

  /** Resolves once all that was asked for so far has ended. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

/** A {@link Mutex} for each key that is in use: work of different keys runs side by side. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  /** What `work` comes to, once all that was asked for before it with the same key has ended. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const ended = result.then(ignore, ignore);
    this.#last.set(key, ended);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}

const ignore = (): void => undefined;
