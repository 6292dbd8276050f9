import { availableParallelism } from 'node:os';

/** Ends a turn and lets the next child start; to call it twice is harmless. */
export type EndTurn = () => void;

/** Limits how many children start at the same time: each keeps a processor busy while it does, and to make one more needs a processor. */
export class StartTurns {
  readonly #waiting: (() => void)[] = [];
  readonly #maxMs: number;
  #free: number;

  constructor({ atOnce = availableParallelism() + 1, maxMs = 500 }: { atOnce?: number; maxMs?: number } = {}) {
    this.#free = atOnce;
    this.#maxMs = maxMs;
  }

  /** Resolves when a child may be made. Its turn ends when the function it resolves to is called, or after `maxMs`: a child that hangs delays nobody for long. */
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
