import { Mutex } from '../async/mutex.ts';
import type { DesireRecord, DesiresStore } from '../store/desires-store.ts';
import { NOTHING_READ } from '../store/record-store.ts';

/** What all processes of a service are to do about something. */
export type Desire = Omit<DesireRecord, 'name'>;

type DesireListener = (name: string, desire: Desire) => void;

/** What was asked of one process and all are to do, as {@link catchUp} has found it last: of several with one name the last that was stored. */
export class Desires {
  readonly #store: DesiresStore;
  readonly #held = new Map<string, { readonly desire: Desire; readonly revision: number }>();
  readonly #listeners = new Set<DesireListener>();
  readonly #changes = new Mutex();
  /** Told of what was stored here. */
  readonly #onStored: (name: string) => void;
  #revision = NOTHING_READ;

  constructor(store: DesiresStore, onStored: (name: string) => void) {
    this.#store = store;
    this.#onStored = onStored;
  }

  /** Up to which write all are known. */
  get revision(): number {
    return this.#revision;
  }

  find(name: string): Desire | undefined {
    return this.#held.get(name)?.desire;
  }

  /** The names of all there are. */
  get names(): string[] {
    return [...this.#held.keys()];
  }

  /** Calls `listener` with each desire that another process has stored, until the function it returns is called. */
  onForeign(listener: DesireListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stores what `toDesire` makes of the desire that there is. What is to be done here is for the caller, who looks with {@link find} whether it is still wished. */
  put(name: string, toDesire: (before: Desire | undefined) => Desire): Promise<Desire> {
    return this.#changes.run(async () => {
      const desire = toDesire(this.find(name));
      const revision = await this.#store.put({ name, ...desire });
      this.#held.set(name, { desire, revision });
      this.#onStored(name);
      return desire;
    });
  }

  /** Takes a desire back: what was done stays as it is. */
  delete(name: string): Promise<void> {
    return this.#changes.run(async () => {
      if (!this.#held.has(name)) return;
      await this.#store.delete(name);
      this.#held.delete(name);
      this.#onStored(name);
    });
  }

  /** Takes what other processes have stored. */
  catchUp(): Promise<void> {
    return this.#changes.run(async () => {
      const { revision, written, ids } = await this.#store.changes(this.#revision);
      for (const { record, revision: of } of written) {
        const { name, ...desire } = record;
        if (this.#held.get(name)?.revision === of) continue;
        this.#held.set(name, { desire, revision: of });
        for (const listener of this.#listeners) listener(name, desire);
      }
      if (ids) for (const name of this.#held.keys()) if (!ids.has(name)) this.#held.delete(name);
      this.#revision = revision;
    });
  }
}
