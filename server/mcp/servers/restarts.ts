import type { SupervisorOptions } from './supervision.ts';

/** When a server is tried again: at once after it was healthy, and later each time it dies soon or does not start. */
export class Restarts {
  readonly #options: Pick<SupervisorOptions, 'backoffMs' | 'healthyMs'>;
  readonly #restart: () => void;
  #failures = 0;
  #runningSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Pick<SupervisorOptions, 'backoffMs' | 'healthyMs'>, restart: () => void) {
    this.#options = options;
    this.#restart = restart;
  }

  /** Whether it has run since {@link forget}. */
  get hasRun(): boolean {
    return this.#runningSince !== undefined;
  }

  noteStart(): void {
    clearTimeout(this.#timer);
  }

  noteRunning(): void {
    this.#runningSince = performance.now();
  }

  scheduleAfterDeath(): void {
    const runningMs = performance.now() - (this.#runningSince ?? 0);
    if (runningMs >= this.#options.healthyMs) this.#failures = 0;
    this.#schedule();
  }

  scheduleAfterFailedStart(): void {
    // To try at once is for what has run: a start that failed would fail again.
    if (!this.hasRun && this.#failures === 0) this.#failures = 1;
    this.#schedule();
  }

  /** Nobody wants it any more. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#runningSince = undefined;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#restart, this.#options.backoffMs(this.#failures++)).unref();
  }
}
