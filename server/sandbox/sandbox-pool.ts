import { untilAborted } from '../async/until-aborted.ts';
import { ApiError } from '../call/errors.ts';
import type { Publish } from '../live-events/publish.ts';
import { AgentSandbox } from './agent-sandbox.ts';
import { ClosingSandboxes } from './closing-sandboxes.ts';
import type { Sandbox } from './sandbox.ts';
import { isSame, type SandboxSettings } from './sandbox-settings.ts';
import { keyOfTenant, type Tenant } from './tenant.ts';

/** How many interpreters there may be at once, and how long an agent keeps one that it does not use. */
export interface PoolLimits {
  readonly maxLive: number;
  readonly idleMs: number;
}

/** How the start of an interpreter went. */
export interface SandboxStart {
  readonly variant: SandboxSettings['variant'];
  readonly hasStarted: boolean;
  readonly ms: number;
}

interface SandboxPoolOptions {
  readonly limits: PoolLimits;
  /** Makes a sandbox that is not started yet. */
  readonly create: (settings: SandboxSettings) => Sandbox;
  /** Is told when the interpreter of an agent is let go. */
  readonly onReleased: (tenant: Tenant) => void;
  readonly log: (message: string) => void;
  readonly publish: Publish;
  /** Told of each start, once it has ended. */
  readonly onStart: (start: SandboxStart) => void;
}

/** How long a new interpreter that is nobody's yet waits for room. */
const ROOM_MS = 20_000;

/** The interpreters of all agents, one for each caller, and a spare one; those that are let go are closed in the background. */
export class SandboxPool {
  readonly #options: SandboxPoolOptions;
  /** By the keys of their tenants. */
  readonly #agents = new Map<string, AgentSandbox>();
  /** Those on their way that are nobody's yet. */
  readonly #starting = new Set<Sandbox>();
  readonly #settingsOf = new WeakMap<Sandbox, SandboxSettings>();
  /** Those that were started, whatever became of that. */
  readonly #begun = new WeakSet<Sandbox>();
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

  /** A started interpreter that no agent has yet: no code has run in it. */
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

  find(tenant: Tenant): AgentSandbox | undefined {
    return this.#agents.get(keyOfTenant(tenant));
  }

  findOrAdd(tenant: Tenant): AgentSandbox {
    const agent = this.find(tenant) ?? new AgentSandbox(tenant, this.#options.publish);
    this.#agents.set(keyOfTenant(tenant), agent);
    return agent;
  }

  /** Changes where code runs: an agent whose code runs now moves before its next execution, every other one at once. */
  moveTo(settings: SandboxSettings): void {
    this.#settings = settings;
    for (const agent of this.agents()) if (!agent.isBusy) this.release(agent, 'the sandbox was reconfigured');
    this.#announceRoom();
  }

  /** Starts an interpreter for `settings` that no agent has, once there is room. */
  async startNew(settings: SandboxSettings): Promise<Sandbox> {
    const take = () => {
      const sandbox = this.#create(settings);
      this.#starting.add(sandbox);
      return sandbox;
    };
    const sandbox = await this.#takeRoom(take, AbortSignal.timeout(ROOM_MS)).catch((cause) => {
      const { maxLive } = this.#options.limits;
      throw new ApiError('sandbox-unavailable', `All ${maxLive} interpreters are in use`, { cause });
    });
    try {
      await this.#start(sandbox);
      return sandbox;
    } catch (cause) {
      await sandbox.close();
      throw cause;
    } finally {
      this.#starting.delete(sandbox);
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
    agent.become('starting');
    const started = this.#start(sandbox);
    // Also when this caller waits no longer.
    started.then(
      () => agent.sandbox === sandbox && agent.become('ready'),
      () => undefined,
    );
    try {
      await untilAborted(started, signal);
      return sandbox;
    } catch (cause) {
      if (signal.aborted && sandbox.isRunning && agent.sandbox === sandbox) throw cause;
      // The agent may have been released meanwhile, and the interpreter may be nobody's any more.
      if (agent.sandbox === sandbox) agent.release('the interpreter did not start');
      this.#closing.add(sandbox);
      throw cause;
    }
  }

  /** Keeps the interpreter of an agent for its next execution, for a while from when it was last used. */
  keepFor(agent: AgentSandbox, lastUsed = performance.now()): void {
    agent.lastUsed = lastUsed;
    // The agent was deleted, or the server closes, while the code ran.
    if (this.#isClosed || this.find(agent.tenant) !== agent) this.release(agent, 'the agent was deleted');
    else if (agent.sandbox && !agent.sandbox.isRunning) this.release(agent, 'the interpreter had ended');
    else {
      if (agent.state === 'busy') agent.become('ready');
      const idleMs = Math.max(0, this.#options.limits.idleMs - (performance.now() - lastUsed));
      agent.watchIdle(idleMs, () => this.release(agent, 'it was not used for a while'));
    }
    // Later: the queue does not know yet that this execution has ended.
    setImmediate(() => this.#announceRoom());
  }

  /** Ends the agent's interpreter, if it has one; its next execution is told the reason. */
  release(agent: AgentSandbox, reason: string): void {
    const sandbox = agent.release(reason);
    if (!sandbox) return;
    this.#options.onReleased(agent.tenant);
    this.#closing.add(sandbox);
  }

  /** Interrupts what runs for the agent, whoever its callers are, and forgets it with its interpreters. */
  remove(agentId: string): void {
    for (const [key, agent] of this.#agents) {
      if (agent.tenant.agentId !== agentId) continue;
      this.#agents.delete(key);
      this.#stop(agent, 'the agent was deleted');
    }
  }

  /** Interrupts what runs for one caller, and lets go of the interpreters that hold what is of this caller. */
  releaseOf(owner: string, reason: string): void {
    for (const agent of this.agents()) if (agent.tenant.owner === owner) this.#stop(agent, reason);
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
    this.replaceSpare(undefined);
    for (const agent of this.agents()) this.#stop(agent, 'the server is shutting down');
    await lastChange;
    this.replaceSpare(undefined);
    await this.#closing.empty();
  }

  /** Ends every process at once, without waiting. */
  kill(): void {
    this.#isClosed = true;
    for (const sandbox of this.#live()) sandbox.kill();
  }

  /** Gives the agent the spare interpreter, in which no code has run, or a new one, not started yet, once there is room for it. */
  async #assign(agent: AgentSandbox, signal: AbortSignal): Promise<Sandbox> {
    const spare = this.#spare;
    if (spare?.isRunning) {
      this.#spare = undefined;
      agent.sandbox = spare;
      return spare;
    }
    const take = () => {
      agent.sandbox = this.#create(this.#settings);
      return agent.sandbox;
    };
    return this.#takeRoom(take, signal);
  }

  /** Calls `take` once there is room for one more interpreter; ends those that nobody uses now for it, whosever they are. */
  async #takeRoom(take: () => Sandbox, signal: AbortSignal): Promise<Sandbox> {
    while (this.#live().length >= this.#options.limits.maxLive) {
      const idle = [...this.agents()]
        .filter(({ sandbox, isBusy }) => sandbox && !isBusy)
        .toSorted((a, b) => a.lastUsed - b.lastUsed)[0];
      if (this.#spare) this.replaceSpare(undefined);
      else if (idle) this.release(idle, 'other agents needed the room');
      else await this.#whenRoomIsAnnounced(signal);
    }
    // At once: who looks for room next must see that this is taken.
    return take();
  }

  #stop(agent: AgentSandbox, reason: string): void {
    agent.running?.interrupt.abort();
    this.release(agent, reason);
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
    return [...[...this.agents()].map(({ sandbox }) => sandbox), ...this.#starting, this.#spare].filter(
      (sandbox) => sandbox !== undefined,
    );
  }

  #create(settings: SandboxSettings): Sandbox {
    const sandbox = this.#options.create(settings);
    this.#settingsOf.set(sandbox, settings);
    return sandbox;
  }

  /** Starts an interpreter, and tells how that went; one that was the spare has been started before. */
  #start(sandbox: Sandbox): Promise<void> {
    const settings = this.#settingsOf.get(sandbox);
    const begunAt = performance.now();
    const started = sandbox.start();
    if (!settings || this.#begun.has(sandbox)) return started;
    this.#begun.add(sandbox);
    const tell = (hasStarted: boolean) =>
      this.#options.onStart({ variant: settings.variant, hasStarted, ms: performance.now() - begunAt });
    started.then(
      () => tell(true),
      () => tell(false),
    );
    return started;
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
