import type { Sandbox } from './sandbox.ts';

interface ClosingSandboxesOptions {
  /** Is called whenever one has ended. */
  readonly onClosed: () => void;
  readonly log: (message: string) => void;
}

/** Sandboxes that are being closed in the background. */
export class ClosingSandboxes {
  readonly #options: ClosingSandboxesOptions;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: ClosingSandboxesOptions) {
    this.#options = options;
  }

  /** Closes a sandbox without waiting for it. */
  add(sandbox: Sandbox): void {
    const closing = sandbox
      .close()
      .catch((error: unknown) =>
        this.#options.log(`A sandbox did not close: ${error instanceof Error ? error.message : error}`),
      )
      .finally(() => {
        this.#closing.delete(closing);
        this.#options.onClosed();
      });
    this.#closing.add(closing);
  }

  /** Resolves once all that were added so far have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** Resolves once none is left, those that are added meanwhile included. */
  async empty(): Promise<void> {
    while (this.#closing.size) await this.settled();
  }
}
