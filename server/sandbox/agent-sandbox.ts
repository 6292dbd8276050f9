import { Mutex } from '../async/mutex.ts';
import { ApiError } from '../call/errors.ts';
import type { Publish } from '../live-events/publish.ts';
import type { ListedVariables } from './list-variables.ts';
import type { Sandbox } from './sandbox.ts';
import type { Tenant } from './tenant.ts';
import type { ToolCallGate } from './tool-calls.ts';

/** An execution that goes on. */
export interface RunningExecution {
  /** Interrupts it. */
  readonly interrupt: AbortController;
  /** Lets its tool calls through. */
  readonly gate: ToolCallGate;
}

/** Where an interpreter stands; `ended` also before there is one. */
type SandboxState = 'starting' | 'ready' | 'busy' | 'ended';

/** The interpreter of one agent for one caller, with its queue, what it was set up with, and why its variables are gone. */
export class AgentSandbox {
  readonly tenant: Tenant;
  sandbox: Sandbox | undefined;
  /** The version of the Python modules that the interpreter has. */
  modulesVersion: string | undefined;
  /** The environment variables that the interpreter has, as JSON. */
  environment: string | undefined;
  running: RunningExecution | undefined;
  lastUsed = 0;
  /** The look at its variables that is under way, which all who look share. */
  looking: Promise<ListedVariables> | undefined;
  readonly #queue = new Mutex();
  #waiting = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #isUsed = false;
  #lossReason: string | undefined;
  #state: SandboxState = 'ended';
  readonly #publish: Publish;

  constructor(tenant: Tenant, publish: Publish) {
    this.tenant = tenant;
    this.#publish = publish;
  }

  get state(): SandboxState {
    return this.#state;
  }

  /** Notes where its interpreter stands, and tells of it when that is new. */
  become(state: SandboxState): void {
    if (this.#state === state) return;
    this.#state = state;
    const { agentId, owner } = this.tenant;
    this.#publish({ type: 'sandbox', agent_id: agentId, status: state }, owner === '' ? null : owner);
  }

  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Runs one task after another; refuses one more than `maxWaiting` behind the running one. */
  async enqueue<Result>(maxWaiting: number, task: () => Promise<Result>): Promise<Result> {
    if (this.#waiting > maxWaiting) {
      const { agentId } = this.tenant;
      throw new ApiError('sandbox-busy', `${maxWaiting} executions already wait for the sandbox of ${agentId}`, {
        headers: { 'retry-after': '1' },
      });
    }
    this.#waiting += 1;
    try {
      return await this.#queue.run(task);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Calls `onIdle` when no execution begins within `idleMs`. */
  watchIdle(idleMs: number, onIdle: () => void): void {
    this.#idleTimer = setTimeout(() => {
      if (!this.isBusy) onIdle();
    }, idleMs);
    this.#idleTimer.unref();
  }

  /** Ends the watch of {@link watchIdle}. */
  stopIdleWatch(): void {
    clearTimeout(this.#idleTimer);
  }

  /** Whether the interpreter may hold variables. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Notes that the interpreter holds variables from now on, which can be lost. */
  markUsed(): void {
    this.#isUsed = true;
  }

  /** Lets go of the interpreter; the next execution is told why its variables are gone. */
  release(reason: string): Sandbox | undefined {
    const { sandbox } = this;
    this.become('ended');
    this.stopIdleWatch();
    this.sandbox = undefined;
    this.modulesVersion = undefined;
    this.environment = undefined;
    if (this.#isUsed) this.#lossReason ??= reason;
    this.#isUsed = false;
    return sandbox;
  }

  /** Notes why variables are not there that code may count on. */
  noteLoss(reason: string): void {
    this.#lossReason ??= reason;
  }

  /** Why variables are gone since the last execution; told once. */
  takeLossReason(): string | undefined {
    const reason = this.#lossReason;
    this.#lossReason = undefined;
    return reason;
  }

  /** Forgets that variables are gone, when the execution itself has told of it. */
  forgetLoss(): void {
    this.#isUsed = false;
    this.#lossReason = undefined;
  }
}
