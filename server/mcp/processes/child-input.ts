import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { settlesWithin } from '../../async/settles-within.ts';

/** A message to a child that cannot be told anything: it has not started, is being closed, or has ended. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';

  constructor(message = 'Not connected') {
    super(message);
  }
}

/** What an input knows of its child. */
export interface ChildInputOptions {
  /** Resolves when it is known how the child ended. */
  readonly ended: Promise<void>;
  /** Resolves when the child and its whole group are gone. */
  readonly exited: Promise<void>;
  /** Called when more waits than is kept for a child that does not read. */
  onFull(): void;
}

const MAX_UNREAD = 10_000;
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
// Twice what a group leaves a child after it has closed its input.
const END_WAIT_MS = 1000;

/** The standard input of a child, written no faster than the child reads. */
export class ChildInput {
  readonly #stdin: Writable;
  readonly #options: ChildInputOptions;
  /** Resolves when the child has read what was written; shared by all writes that wait for that. */
  #drained: Promise<void> | undefined;
  /** How many writes wait. */
  #unread = 0;

  constructor(stdin: Writable, options: ChildInputOptions) {
    this.#stdin = stdin;
    this.#options = options;
  }

  /** Resolves when the child is ready for more. Throws {@link NotConnectedError} when its input is closed. */
  async write(line: string): Promise<void> {
    if (!this.#stdin.writable) return this.#fail();
    if (this.#stdin.write(line)) return;
    if (this.#stdin.writableLength > MAX_UNREAD_BYTES || this.#unread >= MAX_UNREAD) this.#options.onFull();
    this.#drained ??= this.#untilDrained().finally(() => {
      this.#drained = undefined;
    });
    this.#unread++;
    try {
      await this.#drained;
    } finally {
      this.#unread--;
    }
  }

  async #untilDrained(): Promise<void> {
    const waiting = new AbortController();
    try {
      await Promise.race([once(this.#stdin, 'drain', { signal: waiting.signal }), this.#options.exited]);
    } catch {
      await this.#fail();
    } finally {
      waiting.abort();
    }
  }

  // An input breaks mostly because its child has ended: how is about to be known, and whoever catches this asks for it.
  async #fail(): Promise<never> {
    await settlesWithin(this.#options.ended, END_WAIT_MS);
    throw new NotConnectedError();
  }
}
