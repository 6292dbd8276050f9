import { ApiError } from '../call/errors.ts';
import type { Sandbox } from './sandbox.ts';

/** What the manager keeps of one agent: its interpreter, its queue, and why its variables are gone. */
export class AgentSandbox {
  readonly agentId: string;
  sandbox: Sandbox | undefined;
  /** The version of the Python modules the interpreter has. */
  modulesVersion: string | undefined;
  /** The environment variables the interpreter was given, as JSON. */
  environment: string | undefined;
  /** Interrupts the running execution. */
  running: AbortController | undefined;
  lastUsed = 0;
  #isUsed = false;
  #lossReason: string | undefined;
  #waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(agentId: string) {
    this.agentId = agentId;
  }

  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Runs one task after another; refuses one more than `maxWaiting` behind the running one. */
  async enqueue<Result>(maxWaiting: number, task: () => Promise<Result>): Promise<Result> {
    if (this.#waiting > maxWaiting) {
      throw new ApiError('sandbox-busy', `${maxWaiting} executions already wait for the sandbox of ${this.agentId}`, {
        headers: { 'retry-after': '1' },
      });
    }
    this.#waiting += 1;
    const turn = this.#tail.then(task);
    this.#tail = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** From now on the interpreter holds variables that can be lost. */
  markUsed(): void {
    this.#isUsed = true;
  }

  /** Lets go of the interpreter; the next execution is told why its variables are gone. */
  release(reason: string): Sandbox | undefined {
    const { sandbox } = this;
    this.sandbox = undefined;
    this.modulesVersion = undefined;
    this.environment = undefined;
    if (this.#isUsed) this.#lossReason ??= reason;
    this.#isUsed = false;
    return sandbox;
  }

  /** Why variables are gone since the last execution; told once. */
  takeLossReason(): string | undefined {
    const reason = this.#lossReason;
    this.#lossReason = undefined;
    return reason;
  }

  /** The execution itself told of the loss. */
  forgetLoss(): void {
    this.#isUsed = false;
    this.#lossReason = undefined;
  }
}
