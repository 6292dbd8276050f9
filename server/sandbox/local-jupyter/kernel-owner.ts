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

  /** A path that no session had before: to a path that is known, a Jupyter server answers with the kernel it has. */
  newPath(): string {
    return `${this.#prefix}${this.#run}/${randomUUID()}`;
  }

  /** Whether a session is of an earlier run of this server. */
  isLeftBehind(path: string): boolean {
    return path.startsWith(this.#prefix) && !path.startsWith(`${this.#prefix}${this.#run}/`);
  }

  /** Whether a Jupyter server is to be rid of what was left behind: true once for each. */
  shallSweep(baseUrl: string): boolean {
    if (this.#swept.has(baseUrl)) return false;
    this.#swept.add(baseUrl);
    return true;
  }
}
