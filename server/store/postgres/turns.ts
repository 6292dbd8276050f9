import { SilenceTimer } from '../../async/silence-timer.ts';
import { toPostgresError } from './errors.ts';

interface TurnOptions {
  /** How many have their turn at once. */
  readonly atOnce: number;
  /** For how long nobody may have come to the end of a turn before those that wait are sent away. */
  readonly silenceMs: number;
}

/** So many wait in memory at most. */
const MAX_WAITING = 10_000;

/**
 * Lets so many use a database at once, and the others in turn. However many wait, they wait for as long as somebody is served: a machine
 * without a processor for them is slow, and no reason to refuse anything.
 */
export class Turns {
  readonly #options: TurnOptions;
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #taken = 0;
  #silence: SilenceTimer | undefined;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Resolves when it is the caller's turn, who must end it. Throws a 503 when nobody is served any more. */
  async enter(): Promise<void> {
    if (this.#taken < this.#options.atOnce) {
      this.#taken += 1;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) throw refusal(NO_ROOM);
    const turn = Promise.withResolvers<void>();
    this.#waiting.push(turn);
    this.#silence ??= new SilenceTimer({ allowedMs: this.#options.silenceMs, onSilence: () => this.#sendAway() });
    await turn.promise;
  }

  /** Ends a turn. `isServed`: the database has answered. */
  leave(isServed: boolean): void {
    if (isServed) this.#silence?.heard();
    const next = this.#waiting.shift();
    if (next) next.resolve();
    else this.#taken -= 1;
    if (!this.#waiting.length) this.#endSilence();
  }

  #sendAway(): void {
    this.#endSilence();
    for (const turn of this.#waiting.splice(0)) turn.reject(refusal(AWAY));
  }

  #endSilence(): void {
    this.#silence?.[Symbol.dispose]();
    this.#silence = undefined;
  }
}

/** As the database and the way to it say the same: what must not be lost is tried again then. */
const [AWAY, NO_ROOM] = ['ETIMEDOUT', '53300'];

const refusal = (code: string) => toPostgresError(Object.assign(new Error('others wait before it'), { code }));
