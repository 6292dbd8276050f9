import type { RunRecord } from '../store/store.ts';
import type { RunSharing } from './foreign-runs.ts';
import type { FaultLog } from './tool-calls.ts';

interface TakeOverOptions {
  readonly sharing: RunSharing;
  /** The keys of the runs that this process drives. */
  readonly driven: () => readonly string[];
  /** Goes on with a run that belongs to this process now, or ends it. */
  readonly take: (run: RunRecord) => Promise<void>;
  readonly log: FaultLog;
}

/**
 * Looks, again and again, for runs whose process is silent, and for runs of this process that nobody drives: such as one whose end could
 * not be stored, or that was taken over and then could not be read.
 */
export class TakeOver {
  readonly #options: TakeOverOptions;
  readonly #taking = new Set<string>();
  /** The runs that nobody drove at the last look: one that has only just begun is no such run at the next. */
  #undriven: ReadonlySet<string> = new Set();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;
  #hasFailed = false;

  constructor(options: TakeOverOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), options.sharing.replica.times.lookMs).unref();
  }

  /** Looks now; never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#tryLook().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #tryLook(): Promise<void> {
    try {
      await this.#look();
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed) this.#options.log.warn?.({ err }, 'runs of silent processes cannot be looked for');
      this.#hasFailed = true;
    }
  }

  async #look(): Promise<void> {
    const { store, replica } = this.#options.sharing;
    // Whoever may have been forgotten takes nothing, and whoever leaves has no time for it.
    if (!replica.isFresh || replica.isDraining) return;
    const claimed = await store.claim(replica.silenceMs);
    const undriven = await store.undriven([...this.#options.driven(), ...this.#taking]);
    const forgotten = undriven.filter(({ key }) => this.#undriven.has(key));
    this.#undriven = new Set(undriven.map(({ key }) => key));
    for (const run of [...claimed, ...forgotten]) void this.#take(run);
  }

  async #take(run: RunRecord): Promise<void> {
    const { take, log } = this.#options;
    if (this.#taking.has(run.key)) return;
    this.#taking.add(run.key);
    try {
      await take(run);
    } catch (err) {
      log.error({ err, run_id: run.id }, 'a run that was taken over could not be ended; it is tried again');
    } finally {
      this.#taking.delete(run.key);
    }
  }
}
