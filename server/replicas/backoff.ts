import { setTimeout as delay } from 'node:timers/promises';

const LEAST_MS = 100;
const MOST_MS = 5000;

/** How long to wait before a connection is tried again: longer each time, and never as long as all the others that lost theirs. */
export class Backoff {
  #tries = 0;

  /** Waits, and returns at once when `signal` aborts. After work that lasted for `workedMs`, the waits begin anew if that was long. */
  async wait(workedMs: number, signal: AbortSignal): Promise<void> {
    if (workedMs > MOST_MS) this.#tries = 0;
    const mostMs = Math.min(MOST_MS, LEAST_MS * 2 ** this.#tries);
    this.#tries += 1;
    await pause(mostMs * (0.5 + Math.random() / 2), signal);
  }
}

/** Waits, and returns at once when `signal` aborts, or when `ms` are over already. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
