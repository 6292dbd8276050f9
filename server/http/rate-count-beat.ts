import { AsyncLocalStorage } from 'node:async_hooks';
import { settlesWithin } from '../async/settles-within.ts';

/** How long replicas hear nothing of each other's counts at most, and how long one whose database failed leaves it alone. */
const REST_MS = 100;
const RETRY_MS = 2000;
/** How long the last exchange may take when this is closed. */
const LAST_MS = 2000;

/** Is told when the database cannot be asked, and when it can again. */
export interface BeatLog {
  info(message: string): void;
  warn(fields: { readonly err: unknown }, message: string): void;
}

interface RateCountBeatOptions {
  /** Resolves to whether the database was asked. */
  exchange(): Promise<boolean>;
  readonly log: BeatLog;
}

/** Calls `exchange` soon after it is wanted: one after the other, with a rest between them, and never when there is nothing to tell. Nobody waits for it. */
export class RateCountBeat {
  readonly #options: RateCountBeatOptions;
  /** A timer belongs to nobody's request. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #restsUntil = 0;
  #isWanted = false;
  #isFailing = false;
  #closing: Promise<unknown> | undefined;

  constructor(options: RateCountBeatOptions) {
    this.#options = options;
  }

  /** Something is to be told. */
  want(): void {
    this.#isWanted = true;
    if (this.#timer || this.#running || this.#closing) return;
    const restMs = Math.max(1, this.#restsUntil - performance.now());
    this.#timer = this.#outside(() => setTimeout(() => this.#start(), restMs).unref());
  }

  /** Tells what is left, as far as the database answers soon, and ends. Twice is fine. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing ??= settlesWithin(this.#finish(), LAST_MS);
    await this.#closing;
  }

  #start(): void {
    this.#timer = undefined;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    this.#isWanted = false;
    try {
      const isAsked = await this.#options.exchange();
      if (isAsked && this.#isFailing) {
        this.#isFailing = false;
        this.#options.log.info('rate limits are counted for all replicas together again');
      }
    } catch (err) {
      if (!this.#isFailing) {
        this.#options.log.warn({ err }, 'rate limits are counted by this replica alone: the database does not answer');
      }
      this.#isFailing = true;
    }
    this.#restsUntil = performance.now() + (this.#isFailing ? RETRY_MS : REST_MS);
    this.#running = undefined;
    if (this.#isWanted) this.want();
  }

  async #finish(): Promise<void> {
    await this.#running;
    if (this.#isWanted) await this.#run();
  }
}
