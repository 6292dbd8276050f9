import type { EventSink } from './event-sink.ts';
import { diffJson } from './json-patch.ts';

/** The state that a caller and the tools of a run share: any JSON value. Its changes by tools are events of the run. */
export class SharedState {
  readonly #sink: Pick<EventSink, 'emit'>;
  #value: unknown;
  #isEmitted: boolean;

  /** `initial` is undefined or null when the caller has none. `isEmitted`: readers have been told of it. */
  constructor(initial: unknown, sink: Pick<EventSink, 'emit'>, isEmitted = false) {
    this.#isEmitted = isEmitted;
    this.#value = initial ?? undefined;
    this.#sink = sink;
  }

  get value(): unknown {
    return this.#value;
  }

  /** Emits the whole state first, so that every reader starts from the same one, and then only what changes. */
  change(next: unknown): void {
    const patch = diffJson(this.#value, next);
    if (!patch.length) return;
    const isFirst = this.#value === undefined;
    if (isFirst) this.#sink.emit({ type: 'state-set', state: next });
    else {
      if (!this.#isEmitted) this.#sink.emit({ type: 'state-set', state: this.#value });
      this.#sink.emit({ type: 'state-patched', patch });
    }
    this.#isEmitted = true;
    this.#value = next;
  }
}
