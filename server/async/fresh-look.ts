/**
 * A look at how things are, which takes a while. Whoever asks for one gets one that begins after that: what it knows of is seen. All who
 * ask while one goes on share the next.
 */
export class FreshLook {
  readonly #look: () => Promise<void>;
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  /** Looks; rejects with what `look` does. */
  run(): Promise<void> {
    if (!this.#current) return this.#begin();
    this.#next ??= this.#current.then(ignore, ignore).then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  /** Resolves when no look goes on. */
  async settled(): Promise<void> {
    while (this.#current) await this.#current.then(ignore, ignore);
  }

  #begin(): Promise<void> {
    const look = this.#look();
    this.#current = look;
    const end = () => {
      this.#current = undefined;
    };
    look.then(end, end);
    return look;
  }
}

const ignore = (): void => undefined;
