/** Calls back once when nothing has come for as long as is allowed. To be disposed of when nothing is awaited any more. */
export class SilenceTimer implements Disposable {
  readonly #onSilence: (allowedMs: number) => void;
  #allowedMs: number;
  #timer: NodeJS.Timeout;

  constructor(allowedMs: number, onSilence: (allowedMs: number) => void) {
    this.#onSilence = onSilence;
    this.#allowedMs = allowedMs;
    this.#timer = this.#start();
  }

  /** Starts anew: something has come. */
  refresh(): void {
    this.#timer.refresh();
  }

  /** Starts anew, with `ms` allowed from now on. */
  allow(ms: number): void {
    clearTimeout(this.#timer);
    this.#allowedMs = ms;
    this.#timer = this.#start();
  }

  /** Stands still until `pause` has settled, then starts anew. */
  async standStill(pause: Promise<void>): Promise<void> {
    clearTimeout(this.#timer);
    await pause;
    this.allow(this.#allowedMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => this.#onSilence(this.#allowedMs), this.#allowedMs);
  }
}
