/** Few children start at the same time: each that does keeps a processor busy, and to make one more waits for a processor. */
import { availableParallelism } from 'node:os';

/** Lets the next child start; it is harmless to call it twice. */
export type EndTurn = () => void;

export class StartTurns {
  readonly #waiting: (() => void)[] = [];
  readonly #maxMs: number;
  #free: number;

  constructor({ atOnce = availableParallelism() + 1, maxMs = 500 }: { atOnce?: number; maxMs?: number } = {}) {
    this.#free = atOnce;
    this.#maxMs = maxMs;
  }

  /** Resolves when a child may be made. The turn ends when the function it resolves to is called, or by itself: a child that hangs delays nobody for long. */
  async next(): Promise<EndTurn> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    // To make a child holds up the event loop: what else has waited is served between two of them.
    await new Promise((resolve) => setImmediate(resolve));
    let hasEnded = false;
    const end = () => {
      clearTimeout(timer);
      if (hasEnded) return;
      hasEnded = true;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
    const timer = setTimeout(end, this.#maxMs).unref();
    return end;
  }
}
