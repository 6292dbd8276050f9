import { untilAborted } from '../async/until-aborted.ts';
import { AgentSandbox } from './agent-sandbox.ts';
import { ClosingSandboxes } from './closing-sandboxes.ts';
import type { Sandbox } from './sandbox.ts';
import { isSame, type SandboxSettings } from './sandbox-settings.ts';

/** How many interpreters there may be at once, and how long an agent keeps one that it does not use. */
export interface PoolLimits {
  readonly maxLive: number;
  readonly idleMs: number;
}

interface SandboxPoolOptions {
  readonly limits: PoolLimits;
  /** Makes a sandbox that is not started yet. */
  readonly create: (settings: SandboxSettings) => Sandbox;
  /** Is told when an agent's interpreter is let go. */
  readonly onReleased: (agentId: string) => void;
  readonly log: (message: string) => void;
}

/** The interpreters of all agents, one each, and a spare one; those that are let go are closed in the background. */
export class SandboxPool {
  readonly #options: SandboxPoolOptions;
  readonly #agents = new Map<string, AgentSandbox>();
  readonly #settingsOf = new WeakMap<Sandbox, SandboxSettings>();
  readonly #waitingForRoom: Array<() => void> = [];
  readonly #closing: ClosingSandboxes;
  #settings: SandboxSettings = { variant: 'local-eval' };
  #spare: Sandbox | undefined;
  #isClosed = false;

  constructor(options: SandboxPoolOptions) {
    this.#options = options;
    this.#closing = new ClosingSandboxes({ onClosed: () => this.#announceRoom(), log: options.log });
  }

  /** Where code of the next execution runs. */
  get settings(): SandboxSettings {
    return this.#settings;
  }

  /** A started interpreter that no agent has yet. */
  get spare(): Sandbox | undefined {
    return this.#spare;
  }

  /** Keeps this one as the spare interpreter, or none, and closes the one there was. */
  replaceSpare(sandbox: Sandbox | undefined): void {
    const old = this.#spare;
    this.#spare = sandbox;
    if (old) this.#closing.add(old);
  }

  get isRunning(): boolean {
    return this.#live().some(({ isRunning }) => isRunning);
  }

  agents(): Iterable<AgentSandbox> {
    return this.#agents.values();
  }

  find(agentId: string): AgentSandbox | undefined {
    return this.#agents.get(agentId);
  }

  findOrAdd(agentId: string): AgentSandbox {
    const agent = this.#agents.get(agentId) ?? new AgentSandbox(agentId);
    this.#agents.set(agentId, agent);
    return agent;
  }

  /** Changes where code runs: an agent whose code runs now moves before its next execution, every other one at once. */
  moveTo(settings: SandboxSettings): void {
    this.#settings = settings;
    for (const agent of this.agents()) if (!agent.isBusy) this.release(agent, 'the sandbox was reconfigured');
    this.#announceRoom();
  }

  /** Starts an interpreter for `settings` that no agent has. */
  async startNew(settings: SandboxSettings): Promise<Sandbox> {
    const sandbox = this.#create(settings);
    try {
      await sandbox.start();
      return sandbox;
    } catch (cause) {
      await sandbox.close();
      throw cause;
    }
  }

  /**
   * Starts the interpreter of the agent, which gets a new one, once there is room, unless the one it has is alive and of the current settings.
   * Ends when `signal` aborts; a start that is under way then goes on, and whoever asks next finds it.
   */
  async startFor(agent: AgentSandbox, signal: AbortSignal): Promise<Sandbox> {
    const current = agent.sandbox;
    if (current && !this.#isCurrent(current)) this.release(agent, 'the sandbox was reconfigured');
    else if (current && !(await untilAborted(isUsable(current), signal)))
      this.release(agent, 'the interpreter had ended');
    if (agent.sandbox) return agent.sandbox;
    const sandbox = await this.#assign(agent, signal);
    try {
      await untilAborted(sandbox.start(), signal);
      return sandbox;
    } catch (cause) {
      if (signal.aborted && sandbox.isRunning && agent.sandbox === sandbox) throw cause;
      // The agent may have been released meanwhile, and the interpreter may be nobody's any more.
      if (agent.sandbox === sandbox) agent.release('the interpreter did not start');
      this.#closing.add(sandbox);
      throw cause;
    }
  }

  /** Keeps the interpreter of an agent for its next execution, for a while. */
  keepFor(agent: AgentSandbox): void {
    agent.lastUsed = performance.now();
    // The agent was deleted, or the server closes, while the code ran.
    if (this.#isClosed || this.#agents.get(agent.agentId) !== agent) this.release(agent, 'the agent was deleted');
    else if (agent.sandbox && !agent.sandbox.isRunning) this.release(agent, 'the interpreter had ended');
    else agent.watchIdle(this.#options.limits.idleMs, () => this.release(agent, 'it was not used for a while'));
    // Later: the queue does not know yet that this execution has ended.
    setImmediate(() => this.#announceRoom());
  }

  /** Ends the agent's interpreter, if it has one; its next execution is told the reason. */
  release(agent: AgentSandbox, reason: string): void {
    const sandbox = agent.release(reason);
    if (!sandbox) return;
    this.#options.onReleased(agent.agentId);
    this.#closing.add(sandbox);
  }

  /** Interrupts what runs for the agent and forgets it with its interpreter. */
  remove(agentId: string): void {
    const agent = this.#agents.get(agentId);
    this.#agents.delete(agentId);
    agent?.running?.interrupt.abort();
    if (agent) this.release(agent, 'the agent was deleted');
  }

  /** Interrupts all that runs and lets go of every interpreter. */
  releaseAll(reason: string): void {
    this.replaceSpare(undefined);
    for (const agent of this.agents()) {
      agent.running?.interrupt.abort();
      this.release(agent, reason);
    }
  }

  /** Resolves once the interpreters that were let go so far have ended. */
  async whenReleased(): Promise<void> {
    await this.#closing.settled();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends every interpreter, also those that `lastChange` leaves behind; resolves when all have ended. */
  async close(lastChange: Promise<void>): Promise<void> {
    this.#isClosed = true;
    this.releaseAll('the server is shutting down');
    await lastChange;
    this.replaceSpare(undefined);
    await this.#closing.empty();
  }

  /** Ends every process at once, without waiting. */
  kill(): void {
    this.#isClosed = true;
    for (const sandbox of this.#live()) sandbox.kill();
  }

  /** Gives the agent the spare interpreter or a new one, not started yet, once there is room for it. */
  async #assign(agent: AgentSandbox, signal: AbortSignal): Promise<Sandbox> {
    const spare = this.#spare;
    if (spare?.isRunning) {
      this.#spare = undefined;
      agent.sandbox = spare;
      return spare;
    }
    while (this.#live().length >= this.#options.limits.maxLive) {
      const idle = [...this.agents()]
        .filter(({ sandbox, isBusy }) => sandbox && !isBusy)
        .toSorted((a, b) => a.lastUsed - b.lastUsed)[0];
      if (idle) this.release(idle, 'other agents needed the room');
      else await this.#whenRoomIsAnnounced(signal);
    }
    // At once: an agent that looks for room next must see that this is taken.
    const sandbox = this.#create(this.#settings);
    agent.sandbox = sandbox;
    return sandbox;
  }

  async #whenRoomIsAnnounced(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waitingForRoom.push(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    signal.throwIfAborted();
  }

  #announceRoom(): void {
    for (const wake of this.#waitingForRoom.splice(0)) wake();
  }

  #live(): Sandbox[] {
    return [...[...this.agents()].map(({ sandbox }) => sandbox), this.#spare].filter(
      (sandbox) => sandbox !== undefined,
    );
  }

  #create(settings: SandboxSettings): Sandbox {
    const sandbox = this.#options.create(settings);
    this.#settingsOf.set(sandbox, settings);
    return sandbox;
  }

  #isCurrent(sandbox: Sandbox): boolean {
    const settings = this.#settingsOf.get(sandbox);
    return settings !== undefined && isSame(settings, this.#settings);
  }
}

const isUsable = (sandbox: Sandbox): Promise<boolean> =>
  sandbox.start().then(
    () => sandbox.isRunning,
    () => false,
  );
