import { shareInterval } from './shared-interval.ts';

/** What is waited for, and who is told when it is given up. */
export interface SilenceOptions {
  /** How long there may be no sign of life. */
  readonly allowedMs: number;
  /** How long it may take in all, whatever is heard of it; absent: as long as it likes. */
  readonly totalMs?: number | undefined;
  /** The processor time that the work has taken so far, where it is known: a program that computes is alive, however little it says. */
  readonly workMs?: (() => number | undefined) | undefined;
  /** Called once, with the time that has run out. */
  onSilence(ms: number, which: 'allowed' | 'total'): void;
}

/** How many looks in a row see no sign of life before a silence is over the limit. */
const LOOKS = 10;
/** Every so many of them look at the work, too, which costs more. */
const LOOKS_A_WORK = 5;
/** Less than so much of the allowed time, spent on the processor, is what a program takes that only waits. */
const WORK_SHARE = 1 / 600;
/** The system counts in steps of half of this. */
const LEAST_WORK_MS = 20;

/**
 * The one rule for waits of unknown length: it is silence that ends them, not the time they take. To be disposed of when nothing is awaited
 * any more. Time counts by looks at it, so what this process was not awake to hear is no silence: on a machine that stood still, or had
 * no processor for it, nothing is given up at once.
 */
export class SilenceTimer implements Disposable {
  readonly #options: SilenceOptions;
  #allowedMs: number;
  /** What ends the looks; undefined while nothing is awaited. */
  #endLooks: (() => void) | undefined;
  #wasHeard = false;
  #quietLooks = 0;
  #waitedMs = 0;
  #workMs = 0;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#allowedMs = options.allowedMs;
    this.#endLooks = this.#start();
  }

  /** Notes a sign of life. */
  heard(): void {
    this.#wasHeard = true;
  }

  /** Starts anew, with `ms` allowed from now on. */
  allow(ms: number): void {
    this.#stop();
    this.#allowedMs = ms;
    this.#endLooks = this.#start();
  }

  /** Stands still until `pause` has settled, then starts anew. */
  async standStill(pause: Promise<void>): Promise<void> {
    this.#stop();
    await pause;
    this.allow(this.#allowedMs);
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #stop(): void {
    this.#endLooks?.();
    this.#endLooks = undefined;
  }

  #start(): () => void {
    this.#wasHeard = false;
    this.#quietLooks = 0;
    this.#workMs = this.#options.workMs?.() ?? 0;
    const stepMs = this.#allowedMs / LOOKS;
    return shareInterval(stepMs, () => this.#look(stepMs));
  }

  #look(stepMs: number): void {
    const { totalMs = Number.POSITIVE_INFINITY } = this.#options;
    this.#waitedMs += stepMs;
    this.#quietLooks += 1;
    if (this.#wasHeard || (this.#quietLooks % LOOKS_A_WORK === 0 && this.#hasWorked())) this.#quietLooks = 0;
    this.#wasHeard = false;
    if (this.#waitedMs >= totalMs) this.#end(totalMs, 'total');
    else if (this.#quietLooks >= LOOKS) this.#endUnlessHeard();
  }

  /** Ends the wait after one more turn of the event loop: in it, what came while this process did something else is read. */
  #endUnlessHeard(): void {
    const looks = this.#endLooks;
    setImmediate(() => {
      if (looks === this.#endLooks && !this.#wasHeard) this.#end(this.#allowedMs, 'allowed');
    });
  }

  #hasWorked(): boolean {
    const workMs = this.#options.workMs?.() ?? 0;
    const hasWorked = workMs - this.#workMs >= Math.max(LEAST_WORK_MS, this.#allowedMs * WORK_SHARE);
    // Also when it is less than before: the time of a process that has ended may be nobody's any more.
    if (hasWorked || workMs < this.#workMs) this.#workMs = workMs;
    return hasWorked;
  }

  #end(ms: number, which: 'allowed' | 'total'): void {
    this.#stop();
    this.#options.onSilence(ms, which);
  }
}
