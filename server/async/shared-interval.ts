/** Calls at even distances for what there are thousands of: those of one distance share a timer. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Below it each has a timer of its own, which is more exact. */
const LEAST_MS = 1000;
/** Into how many parts a distance is cut. What is due in one of them is called together, so that the process wakes so many times at most. */
const SLOTS = 60;

/** The wheels that turn, by their distance. */
const wheels = new Map<number, Wheel>();
/** A timer belongs to nobody's request. */
const outside = AsyncLocalStorage.snapshot();

/**
 * Calls `call` again and again, with `ms` between the calls and a sixtieth more before the first at most. Returns what ends that; ending it
 * twice is fine.
 */
export function shareInterval(ms: number, call: () => void): () => void {
  if (ms < LEAST_MS) {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  }
  const wheel = wheels.get(ms) ?? new Wheel(ms, () => wheels.delete(ms));
  wheels.set(ms, wheel);
  return wheel.add(call);
}

class Wheel {
  readonly #slotMs: number;
  readonly #onEmpty: () => void;
  /** What is called in each slot that has something in it. */
  readonly #slots = new Map<number, Set<() => void>>();
  /** When its slot number 0 was due. */
  #epoch = performance.now();
  /** The number of the slot that was last called; they count up, round by round. */
  #at = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number, onEmpty: () => void) {
    this.#slotMs = ms / SLOTS;
    this.#onEmpty = onEmpty;
  }

  add(call: () => void): () => void {
    const isIn = AsyncLocalStorage.snapshot();
    const entry = () => isIn(call);
    // A whole round from now on, and so behind all that is due already.
    const now = Math.max(this.#at, Math.ceil((performance.now() - this.#epoch) / this.#slotMs));
    const number = now % SLOTS;
    const slot = this.#slots.get(number) ?? new Set();
    this.#slots.set(number, slot.add(entry));
    this.#timer ??= this.#wait(now);
    return () => {
      if (!slot.delete(entry) || slot.size > 0) return;
      this.#slots.delete(number);
      if (this.#slots.size === 0) this.#end();
    };
  }

  /** Waits for the next slot with something in it behind the one of number `from`. */
  #wait(from: number): NodeJS.Timeout {
    this.#at = from;
    let next = from + 1;
    while (next < from + SLOTS && !this.#slots.has(next % SLOTS)) next++;
    const dueMs = this.#epoch + next * this.#slotMs - performance.now();
    return outside(() => setTimeout(() => this.#turn(next), Math.max(1, Math.ceil(dueMs))));
  }

  #turn(slot: number): void {
    const lateMs = performance.now() - (this.#epoch + slot * this.#slotMs);
    // A process that stood still makes up for nothing: between two calls there is never less than the distance.
    if (lateMs > this.#slotMs) this.#epoch += lateMs;
    this.#timer = this.#wait(slot);
    const due = this.#slots.get(slot % SLOTS);
    // One may end others, and what is added now is due a whole round later.
    for (const entry of [...(due ?? [])]) if (due?.has(entry)) entry();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#onEmpty();
  }
}
