import type { A2aUpdate } from '../json.ts';

/** The updates of a task that one follower has not read yet. Pieces of one answer are joined while they wait, so the queue stays short. */
export class UpdateQueue {
  readonly #unread: A2aUpdate[] = [];
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  push(update: A2aUpdate): void {
    const last = this.#unread.at(-1);
    const joined = last && join(last, update);
    if (joined) this.#unread[this.#unread.length - 1] = joined;
    else this.#unread.push(update);
    this.#changed.resolve();
  }

  /** Ends the queue: its reader ends when it has read what is left. */
  end(): void {
    this.#isOver = true;
    this.#changed.resolve();
  }

  /** The updates in order; `onLeave` is called when their reader stops. To be called once. */
  async *read(onLeave: () => void): AsyncGenerator<A2aUpdate, void> {
    try {
      for (;;) {
        const update = this.#unread.shift();
        if (update) yield update;
        else if (this.#isOver) return;
        else {
          await this.#changed.promise;
          this.#changed = Promise.withResolvers<void>();
        }
      }
    } finally {
      onLeave();
    }
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
