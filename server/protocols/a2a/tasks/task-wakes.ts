/** Wake-ups about tasks that are stored, and change elsewhere. */

/** Tells other processes to look at a stored record, and this one when they tell; a word may be lost. */
export interface ChangeWake {
  tell(kind: 'changed', id: string): void;
  on(kind: 'changed', listener: (id: string) => void): () => void;
}

const TABLE = 'tasks:';

/** Who waits for a task to change, in this process or another. */
export class TaskWakes {
  readonly #wake: ChangeWake;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #end: () => void;

  /** `onChanged` is told the id of each task that another process has changed. */
  constructor(wake: ChangeWake, onChanged: (id: string) => void) {
    this.#wake = wake;
    this.#end = wake.on('changed', (id) => {
      if (!id.startsWith(TABLE)) return;
      this.#wakeHere(id.slice(TABLE.length));
      onChanged(id.slice(TABLE.length));
    });
  }

  /** Tells everybody that a task has changed. */
  tell(id: string): void {
    this.#wake.tell('changed', TABLE + id);
    this.#wakeHere(id);
  }

  /** Resolves when a task may have changed: after `mostMs` at the latest, and at once when a signal aborts. */
  async wait(id: string, mostMs: number, signals: readonly AbortSignal[] = []): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const timer = setTimeout(resolve, mostMs);
    const over = new AbortController();
    for (const signal of signals) {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { signal: over.signal });
    }
    await promise;
    clearTimeout(timer);
    over.abort();
    waiting.delete(resolve);
    if (!waiting.size && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
  }

  close(): void {
    this.#end();
  }

  #wakeHere(id: string): void {
    for (const resolve of this.#waiting.get(id) ?? []) resolve();
  }
}
