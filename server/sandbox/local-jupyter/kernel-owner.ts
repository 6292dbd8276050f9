import { randomUUID } from 'node:crypto';

const PREFIX = 'agent-runtimes';

/** Names the kernels of this server on a Jupyter server, so that those it left behind when it was killed are told from those in use. */
export class KernelOwner {
  readonly #prefix: string;
  readonly #run = randomUUID().slice(0, 8);
  readonly #swept = new Set<string>();

  constructor(owner: string) {
    this.#prefix = `${PREFIX}/${owner.replaceAll(/[^A-Za-z0-9._-]/g, '_')}/`;
  }

  /** A path no session had before. The same path would answer the same kernel. */
  newPath(): string {
    return `${this.#prefix}${this.#run}/${randomUUID()}`;
  }

  /** Whether a session is of an earlier run of this server. */
  isLeftBehind(path: string): boolean {
    return path.startsWith(this.#prefix) && !path.startsWith(`${this.#prefix}${this.#run}/`);
  }

  /** True the first time a Jupyter server is met. */
  shallSweep(baseUrl: string): boolean {
    if (this.#swept.has(baseUrl)) return false;
    this.#swept.add(baseUrl);
    return true;
  }
}
