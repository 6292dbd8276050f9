import type { WakeKind } from './wake.ts';
import { WAKE_KINDS } from './wake.ts';
import type { WakeMessage } from './wake-message.ts';

/** Who is called when a wake-up comes. */
export class WakeListeners {
  readonly #byKind = new Map<WakeKind, Set<(id: string) => void>>();
  readonly #lost = new Set<() => void>();
  readonly #onError: (error: unknown) => void;

  /** `onError` is told what a listener throws, which keeps nothing from the others. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  on(kind: WakeKind, listener: (id: string) => void): () => void {
    // One that is given twice is called twice.
    const entry = (id: string) => listener(id);
    const listeners = this.#byKind.get(kind) ?? new Set();
    this.#byKind.set(kind, listeners.add(entry));
    return () => void listeners.delete(entry);
  }

  onLost(listener: () => void): () => void {
    const entry = () => listener();
    this.#lost.add(entry);
    return () => void this.#lost.delete(entry);
  }

  /** Calls those of whom a message tells. */
  hear(message: WakeMessage): void {
    if (message.look) this.lost();
    for (const kind of WAKE_KINDS) {
      for (const id of message[kind] ?? []) {
        for (const listener of [...(this.#byKind.get(kind) ?? [])]) this.#call(() => listener(id));
      }
    }
  }

  /** Calls everybody who looks when wake-ups were lost. */
  lost(): void {
    for (const listener of [...this.#lost]) this.#call(listener);
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#onError(error);
    }
  }
}
