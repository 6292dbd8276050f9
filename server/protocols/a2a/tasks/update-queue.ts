import type { ReadyEvents } from '../../../call/ready-events.ts';
import type { A2aUpdate } from '../json.ts';

type Read = IteratorResult<A2aUpdate, undefined>;

/** The updates of a task that one follower has not read yet. Pieces of one answer are joined while they wait, so the queue stays short. */
export class UpdateQueue implements ReadyEvents<A2aUpdate> {
  readonly #unread: A2aUpdate[] = [];
  readonly #onLeave: () => void;
  #isOver = false;
  #onReady: (() => void) | undefined;

  /** `onLeave` is called when its reader stops. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  push(update: A2aUpdate): void {
    const last = this.#unread.at(-1);
    const joined = last && join(last, update);
    if (joined) this.#unread[this.#unread.length - 1] = joined;
    else this.#unread.push(update);
    this.#wake();
  }

  /** Ends the queue: its reader ends when it has read what is left. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  poll(): Read | undefined {
    const value = this.#unread.shift();
    if (value) return { done: false, value };
    if (!this.#isOver) return undefined;
    this.#onLeave();
    return { done: true, value: undefined };
  }

  whenReady(wake: () => void): void {
    if (this.#unread.length || this.#isOver) wake();
    else this.#onReady = wake;
  }

  async next(): Promise<Read> {
    for (;;) {
      const read = this.poll();
      if (read) return read;
      await new Promise<void>((resolve) => this.whenReady(resolve));
    }
  }

  async return(): Promise<Read> {
    this.#unread.length = 0;
    this.end();
    this.#onLeave();
    return { done: true, value: undefined };
  }

  #wake(): void {
    const onReady = this.#onReady;
    this.#onReady = undefined;
    onReady?.();
  }
}

/** One update in place of two; undefined when they are not pieces of the same text. */
function join(last: A2aUpdate, next: A2aUpdate): A2aUpdate | undefined {
  if (!('artifactUpdate' in last && 'artifactUpdate' in next) || !next.artifactUpdate.append) return undefined;
  const [first] = last.artifactUpdate.artifact.parts;
  const [second] = next.artifactUpdate.artifact.parts;
  const isSame = last.artifactUpdate.artifact.artifactId === next.artifactUpdate.artifact.artifactId;
  if (!isSame || !first || !second || !('text' in first && 'text' in second)) return undefined;
  const parts = [{ text: first.text + second.text }];
  return {
    artifactUpdate: {
      ...next.artifactUpdate,
      append: last.artifactUpdate.append,
      artifact: { ...next.artifactUpdate.artifact, parts },
    },
  };
}
