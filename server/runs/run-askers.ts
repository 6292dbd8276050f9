import type { Principal } from '../call/principal.ts';

/** Of so many runs it is known who asked for them; the oldest go first. */
const MAX_RUNS = 10_000;

/** Who asked for the runs of this process: what a run waits for is done for them, whoever answers. */
export class RunAskers {
  readonly #askers = new Map<string, Principal>();

  add(runKey: string, principal: Principal): void {
    this.#askers.set(runKey, principal);
    const [oldest] = this.#askers.keys();
    if (this.#askers.size > MAX_RUNS && oldest !== undefined) this.#askers.delete(oldest);
  }

  find(runKey: string): Principal | undefined {
    return this.#askers.get(runKey);
  }
}
