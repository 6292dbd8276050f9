/** How long a server that died or did not start is left alone. */
export interface RestartPolicy {
  /** The wait before the nth restart in a row, in milliseconds. */
  backoffMs(failures: number): number;
  /** After so long without dying a server is healthy again, and its next restart is at once. */
  readonly healthyMs: number;
}

/** 0, 1, 2, 4 … 30 seconds, spread by a quarter so that servers that died together do not return together. */
export function defaultBackoffMs(failures: number): number {
  if (failures === 0) return 0;
  return Math.min(30_000, 1000 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
}

/** Decides when a server is started again: at once after it was healthy, and later each time it dies soon or does not start. */
export class Restarts {
  readonly #policy: RestartPolicy;
  readonly #restart: () => void;
  #failures = 0;
  #runningSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(policy: RestartPolicy, restart: () => void) {
    this.#policy = policy;
    this.#restart = restart;
  }

  /** Whether it has run since {@link forget}. */
  get hasRun(): boolean {
    return this.#runningSince !== undefined;
  }

  /** A start has begun: the one that was scheduled is not needed any more. */
  noteStart(): void {
    clearTimeout(this.#timer);
  }

  /** The start has succeeded. */
  noteRunning(): void {
    this.#runningSince = performance.now();
  }

  scheduleAfterDeath(): void {
    const runningMs = performance.now() - (this.#runningSince ?? 0);
    if (runningMs >= this.#policy.healthyMs) this.#failures = 0;
    this.#schedule();
  }

  scheduleAfterFailedStart(): void {
    // To try at once is for what has run: a start that failed would fail again.
    if (!this.hasRun && this.#failures === 0) this.#failures = 1;
    this.#schedule();
  }

  /** Cancels what is scheduled, and makes it as if the server had never run or failed. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#runningSince = undefined;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#restart, this.#policy.backoffMs(this.#failures++)).unref();
  }
}
