import { randomUUID } from 'node:crypto';
import { Mutex } from '../async/mutex.ts';
import { ApiError } from '../call/errors.ts';
import { AgentSandbox } from './agent-sandbox.ts';
import { defaultLimits, type SandboxLimits } from './limits.ts';
import type { LocalEvalEngine } from './local-eval/child-process.ts';
import { LocalEval } from './local-eval/local-eval.ts';
import { SnapshotCache } from './local-eval/snapshot-cache.ts';
import { KernelOwner } from './local-jupyter/kernel-owner.ts';
import { LocalJupyter } from './local-jupyter/local-jupyter.ts';
import type { Execution, OutputEvent, Sandbox, SandboxVariant, ToolCallAnswer, ToolCallHandler } from './sandbox.ts';
import type { SandboxHost } from './sandbox-host.ts';
import { isSame, type SandboxRequest, type SandboxSettings, toSettings, toShown } from './sandbox-settings.ts';
import { defaultToolCallLimits, ToolCallGate, type ToolCallLimits } from './tool-calls.ts';

/** How many and how long. */
export interface ManagerLimits {
  readonly maxLive: number;
  readonly maxWaiting: number;
  readonly idleMs: number;
}

interface SandboxManagerOptions {
  /** Where snapshots of the interpreter are kept between runs of the server. */
  readonly cacheFolder: string;
  /** Names this server among others that use the same Jupyter server; the same after a restart, so that it finds what it left behind. */
  readonly owner: string;
  readonly host?: SandboxHost;
  /** `python` runs the code of local-eval in the machine's python3, with no isolation. */
  readonly localEvalEngine?: LocalEvalEngine;
  readonly limits?: Partial<SandboxLimits & ToolCallLimits & ManagerLimits>;
  /** Is told what went wrong behind the scenes; texts hold no secret. */
  readonly log?: (message: string) => void;
}

/** How one execution is to run. */
export interface ExecuteOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onOutput?: (event: OutputEvent) => void;
}

/** An execution with what its surroundings know of it. */
export interface ManagedExecution extends Execution {
  readonly id: string;
  readonly variant: SandboxVariant;
  /** Milliseconds the code ran, and milliseconds before it did. */
  readonly durationMs: number;
  readonly queuedMs: number;
  readonly toolCalls: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const noTools: SandboxHost = {
  callTool: async (_agentId, server) => ({ success: false, kind: 'not_found', error: `No tool server ${server} here` }),
};

/** Holds the sandboxes of all agents, one each; what is behind them may change between two executions. */
export class SandboxManager {
  readonly #limits: SandboxLimits & ToolCallLimits & ManagerLimits;
  readonly #host: SandboxHost;
  readonly #kernels: KernelOwner;
  readonly #log: (message: string) => void;
  readonly #snapshots: SnapshotCache;
  readonly #localEvalEngine: LocalEvalEngine;
  readonly #agents = new Map<string, AgentSandbox>();
  readonly #gates = new Map<string, ToolCallGate>();
  readonly #idleTimers = new Map<string, NodeJS.Timeout>();
  readonly #slotWaiters: Array<() => void> = [];
  readonly #closing = new Set<Promise<void>>();
  #settings: SandboxSettings = { variant: 'local-eval' };
  /** A started interpreter that no agent has yet. */
  #spare: Sandbox | undefined;
  readonly #changes = new Mutex();
  #isClosed = false;

  constructor(options: SandboxManagerOptions) {
    const { cacheFolder, owner, host = noTools, limits = {}, log = () => {}, localEvalEngine = 'pyodide' } = options;
    this.#localEvalEngine = localEvalEngine;

    this.#limits = {
      ...defaultLimits,
      ...defaultToolCallLimits,
      maxLive: 8,
      maxWaiting: 16,
      idleMs: 15 * 60_000,
      ...limits,
    };
    this.#host = host;
    this.#kernels = new KernelOwner(owner);
    this.#log = log;
    this.#snapshots = new SnapshotCache(cacheFolder);
  }

  /** Makes what a first execution would wait for; worth calling in the background where agents will run code. */
  async prepare(): Promise<void> {
    if (this.#settings.variant === 'local-eval' && this.#localEvalEngine === 'pyodide') await this.#snapshots.find();
  }

  /** Where code runs, as anybody may know it. */
  status() {
    return { ...toShown(this.#settings), sandbox_running: this.#live().some(({ isRunning }) => isRunning) };
  }

  get variant(): SandboxVariant {
    return this.#settings.variant;
  }

  /** Sets where code runs from the next execution on. With `verify` it starts one there first, and changes nothing when that fails. */
  configure(
    request: SandboxRequest & { readonly verify?: boolean | undefined },
  ): Promise<ReturnType<SandboxManager['status']>> {
    const wanted = toSettings(request);
    return this.#changes.run(async () => {
      const isKept = isSame(wanted, this.#settings);
      const verified = request.verify && !(isKept && this.#spare?.isRunning) ? this.#create(wanted) : undefined;
      try {
        await verified?.start();
      } catch (cause) {
        await verified?.close();
        throw cause;
      }
      const oldSpare = this.#spare;
      if (!isKept || verified) this.#spare = verified;
      if (oldSpare !== this.#spare) this.#closeSoon(oldSpare);
      if (!isKept) {
        this.#settings = wanted;
        for (const agent of this.#agents.values())
          if (!agent.isBusy) this.#release(agent, 'the sandbox was reconfigured');
      }
      this.#freeSlot();
      return this.status();
    });
  }

  /** Interrupts and ends every interpreter and starts a new one. */
  restart(): Promise<ReturnType<SandboxManager['status']>> {
    return this.#changes.run(async () => {
      const spare = this.#spare;
      this.#spare = undefined;
      this.#closeSoon(spare);
      for (const agent of this.#agents.values()) {
        agent.running?.abort();
        this.#release(agent, 'the sandbox was restarted');
      }
      await Promise.all(this.#closing);
      const fresh = this.#create(this.#settings);
      try {
        await fresh.start();
      } catch (cause) {
        await fresh.close();
        const step = cause instanceof ApiError ? cause.message : 'it did not start';
        throw new ApiError('sandbox-restart-failed', `Failed to restart sandbox: ${step}`, { cause });
      }
      this.#spare = fresh;
      return this.status();
    });
  }

  /** Interrupts the running execution of one agent, or of every agent; returns the agents that had one. */
  interrupt(agentId?: string): string[] {
    const interrupted: string[] = [];
    for (const agent of this.#agents.values()) {
      if (!agent.running || (agentId !== undefined && agent.agentId !== agentId)) continue;
      agent.running.abort();
      interrupted.push(agent.agentId);
    }
    return interrupted;
  }

  /** Runs code in the agent's interpreter, behind the executions already waiting. Rejects when there is nothing to run it, not for what it does. */
  async execute(agentId: string, code: string, options: ExecuteOptions = {}): Promise<ManagedExecution> {
    if (this.#isClosed) throw new ApiError('draining', 'The server is shutting down');
    const agent = this.#agents.get(agentId) ?? new AgentSandbox(agentId);
    this.#agents.set(agentId, agent);
    const asked = performance.now();
    return agent.enqueue(this.#limits.maxWaiting, () => this.#execute(agent, code, options, asked));
  }

  /** Calls a tool on behalf of the agent's running execution, within its limits: for calls that come from a kernel over HTTP. */
  async callTool(agentId: string, ...call: Parameters<ToolCallHandler>): Promise<ToolCallAnswer> {
    const gate = this.#gates.get(agentId);
    if (!gate) return { success: false, kind: 'denied', error: 'No execution of this agent is running' };
    return gate.call(...call);
  }

  /** Ends what an agent has, such as when it is deleted. */
  async closeAgent(agentId: string): Promise<void> {
    const agent = this.#agents.get(agentId);
    this.#agents.delete(agentId);
    agent?.running?.abort();
    if (agent) this.#release(agent, 'the agent was deleted');
    await Promise.all(this.#closing);
  }

  /** Ends everything; no kernel and no process stays. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const agent of this.#agents.values()) {
      agent.running?.abort();
      this.#release(agent, 'the server is shutting down');
    }
    this.#closeSoon(this.#spare);
    this.#spare = undefined;
    await this.#changes.settled();
    this.#closeSoon(this.#spare);
    while (this.#closing.size) await Promise.all(this.#closing);
  }

  /** Ends every process at once, without waiting. */
  kill(): void {
    this.#isClosed = true;
    for (const sandbox of this.#live()) sandbox.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #execute(agent: AgentSandbox, code: string, options: ExecuteOptions, asked: number): Promise<ManagedExecution> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal, onOutput = () => {} } = options;
    signal?.throwIfAborted();
    const running = new AbortController();
    agent.running = running;
    clearTimeout(this.#idleTimers.get(agent.agentId));
    const ended = new AbortController();
    const gate = new ToolCallGate(
      (server, tool, args, { signal }) =>
        this.#host.callTool(agent.agentId, server, tool, args, { signal: AbortSignal.any([signal, ended.signal]) }),
      this.#limits,
    );
    this.#gates.set(agent.agentId, gate);
    try {
      const sandbox = await this.#sandboxOf(agent, signal ? AbortSignal.any([signal, running.signal]) : running.signal);
      const started = performance.now();
      const execution = await sandbox.run(code, {
        timeoutMs,
        signal: signal ? AbortSignal.any([signal, running.signal]) : running.signal,
        onOutput,
        onToolCall: gate.call,
      });
      const durationMs = performance.now() - started;
      const lossReason = agent.takeLossReason();
      agent.markUsed();
      if (execution.variablesLost) agent.forgetLoss();
      return {
        ...execution,
        variablesLost: execution.variablesLost || lossReason !== undefined,
        notices: [
          ...(lossReason ? [`Variables of earlier executions are lost: ${lossReason}.`] : []),
          ...execution.notices,
        ],
        id: randomUUID(),
        variant: sandbox.variant,
        durationMs: round(durationMs),
        queuedMs: round(started - asked),
        toolCalls: gate.count,
      };
    } finally {
      ended.abort();
      agent.running = undefined;
      this.#gates.delete(agent.agentId);
      this.#afterExecution(agent);
    }
  }

  /** The agent's interpreter, started and up to date. */
  async #sandboxOf(agent: AgentSandbox, signal: AbortSignal): Promise<Sandbox> {
    const current = agent.sandbox;
    if (current && !this.#isCurrent(current)) this.#release(agent, 'the sandbox was reconfigured');
    else if (current && !(await isUsable(current))) this.#release(agent, 'the interpreter had ended');
    let sandbox = agent.sandbox;
    if (!sandbox) {
      sandbox = await this.#assign(agent, signal);
      try {
        await sandbox.start();
        signal.throwIfAborted();
      } catch (cause) {
        // Also when this agent was released meanwhile and the interpreter is nobody's any more.
        if (agent.sandbox === sandbox) agent.release('the interpreter did not start');
        this.#closeSoon(sandbox);
        throw cause;
      }
    }
    const variables = await this.#host.environment?.(agent.agentId, sandbox.variant);
    const environment = JSON.stringify(variables);
    if (variables && environment !== agent.environment) {
      await sandbox.setEnvironment(variables);
      agent.environment = environment;
    }
    const wanted = await this.#host.modules?.(agent.agentId, sandbox.variant);
    if (wanted && wanted.version !== agent.modulesVersion) {
      await sandbox.setModules(wanted.modules);
      agent.modulesVersion = wanted.version;
    }
    return sandbox;
  }

  /** Gives the agent the spare interpreter or a new one, not started yet, once there is room for it. */
  async #assign(agent: AgentSandbox, signal: AbortSignal): Promise<Sandbox> {
    const spare = this.#spare;
    if (spare?.isRunning) {
      this.#spare = undefined;
      agent.sandbox = spare;
      return spare;
    }
    while (this.#live().length >= this.#limits.maxLive) {
      const idle = [...this.#agents.values()]
        .filter(({ sandbox, isBusy }) => sandbox && !isBusy)
        .toSorted((a, b) => a.lastUsed - b.lastUsed)[0];
      if (idle) this.#release(idle, 'other agents needed the room');
      else await this.#whenSlotIsFree(signal);
    }
    // At once: an agent that looks for room next must see that this is taken.
    const sandbox = this.#create(this.#settings);
    agent.sandbox = sandbox;
    return sandbox;
  }

  async #whenSlotIsFree(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#slotWaiters.push(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    signal.throwIfAborted();
  }

  #freeSlot(): void {
    for (const wake of this.#slotWaiters.splice(0)) wake();
  }

  #afterExecution(agent: AgentSandbox): void {
    agent.lastUsed = performance.now();
    // The agent was deleted, or the server closes, while the code ran.
    if (this.#isClosed || this.#agents.get(agent.agentId) !== agent) this.#release(agent, 'the agent was deleted');
    else if (agent.sandbox && !agent.sandbox.isRunning) this.#release(agent, 'the interpreter had ended');
    else {
      const timer = setTimeout(() => {
        if (!agent.isBusy) this.#release(agent, 'it was not used for a while');
      }, this.#limits.idleMs);
      timer.unref();
      this.#idleTimers.set(agent.agentId, timer);
    }
    // After the queue has seen the end of this execution.
    setImmediate(() => this.#freeSlot());
  }

  #release(agent: AgentSandbox, reason: string): void {
    clearTimeout(this.#idleTimers.get(agent.agentId));
    this.#idleTimers.delete(agent.agentId);
    const sandbox = agent.release(reason);
    if (!sandbox) return;
    this.#host.released?.(agent.agentId);
    this.#closeSoon(sandbox);
  }

  #closeSoon(sandbox: Sandbox | undefined): void {
    if (!sandbox) return;
    const closing = sandbox
      .close()
      .catch((error: unknown) =>
        this.#log(`A sandbox did not close: ${error instanceof Error ? error.message : error}`),
      )
      .finally(() => {
        this.#closing.delete(closing);
        this.#freeSlot();
      });
    this.#closing.add(closing);
  }

  #live(): Sandbox[] {
    return [...[...this.#agents.values()].map(({ sandbox }) => sandbox), this.#spare].filter(
      (sandbox) => sandbox !== undefined,
    );
  }

  readonly #settingsOf = new WeakMap<Sandbox, SandboxSettings>();

  #isCurrent(sandbox: Sandbox): boolean {
    const settings = this.#settingsOf.get(sandbox);
    return settings !== undefined && isSame(settings, this.#settings);
  }

  #create(settings: SandboxSettings): Sandbox {
    const sandbox =
      settings.variant === 'local-eval'
        ? new LocalEval({ limits: this.#limits, snapshots: this.#snapshots, engine: this.#localEvalEngine })
        : new LocalJupyter({ limits: this.#limits, address: settings.jupyter, kernels: this.#kernels, log: this.#log });
    this.#settingsOf.set(sandbox, settings);
    return sandbox;
  }
}

const isUsable = (sandbox: Sandbox): Promise<boolean> =>
  sandbox.start().then(
    () => sandbox.isRunning,
    () => false,
  );
const round = (ms: number) => Math.round(ms * 100) / 100;
