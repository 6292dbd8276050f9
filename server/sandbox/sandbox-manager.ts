import { Mutex } from '../async/mutex.ts';
import { ApiError } from '../call/errors.ts';
import { type Publish, publishNothing } from '../live-events/publish.ts';
import { type ExecuteOptions, executeFor, type ManagedExecution } from './agent-execution.ts';
import type { AgentSandbox } from './agent-sandbox.ts';
import { defaultLimits, type SandboxLimits } from './limits.ts';
import { type ListedVariables, listVariables } from './list-variables.ts';
import type { LocalEvalEngine } from './local-eval/child-process.ts';
import { LocalEval } from './local-eval/local-eval.ts';
import { SnapshotCache } from './local-eval/snapshot-cache.ts';
import { KernelOwner } from './local-jupyter/kernel-owner.ts';
import { LocalJupyter } from './local-jupyter/local-jupyter.ts';
import type { Sandbox, ToolCallAnswer, ToolCallHandler } from './sandbox.ts';
import type { SandboxHost } from './sandbox-host.ts';
import { type PoolLimits, SandboxPool, type SandboxStart } from './sandbox-pool.ts';
import { isSame, type SandboxRequest, type SandboxSettings, toSettings, toShown } from './sandbox-settings.ts';
import type { Tenant } from './tenant.ts';
import { defaultToolCallLimits, type ToolCallLimits } from './tool-calls.ts';

/** The bounds on what agents share, and on one agent. */
export interface ManagerLimits extends SandboxLimits, ToolCallLimits, PoolLimits {
  /** How many executions of one agent may wait behind the running one, for each of its callers. */
  readonly maxWaiting: number;
}

interface SandboxManagerOptions {
  /** Where snapshots of the interpreter are kept between runs of the server. */
  readonly cacheFolder: string;
  /** Names this server among others that use the same Jupyter server; the same after a restart, so that it finds what it left behind. */
  readonly owner: string;
  readonly host?: SandboxHost;
  /** `python` runs the code of local-eval in the machine's python3, with no isolation. */
  readonly localEvalEngine?: LocalEvalEngine;
  readonly limits?: Partial<ManagerLimits>;
  /** Is told of failures that no caller is told of; texts hold no secret. */
  readonly log?: (message: string) => void;
  /** Told of the interpreters of agents; absent: nobody is. */
  readonly publish?: Publish;
  /** Whether another process of the service keeps variables of an agent for its caller; absent: there is no other. */
  readonly keepsElsewhere?: (tenant: Tenant) => Promise<boolean>;
  /** Told of each start of an interpreter; absent: nobody is. */
  readonly onStart?: (start: SandboxStart) => void;
}

/** Where code runs, without a secret, and whether any interpreter does. */
type SandboxStatus = ReturnType<typeof toShown> & { readonly sandbox_running: boolean };

/** What an interpreter has, and how long ago code ended in it, in milliseconds; null: none has yet. */
type VariablesNow = ListedVariables & { readonly state: AgentSandbox['state']; readonly idleMs: number | null };

const defaultManagerLimits: ManagerLimits = {
  ...defaultLimits,
  ...defaultToolCallLimits,
  maxLive: 8,
  maxWaiting: 16,
  idleMs: 15 * 60_000,
};
const noTools: SandboxHost = {
  callTool: async (_tenant, server) => ({ success: false, kind: 'not_found', error: `No tool server ${server} here` }),
};

/** Runs the code of agents, for each caller in a sandbox of its own; where code runs may change between two executions. */
export class SandboxManager {
  readonly #limits: ManagerLimits;
  readonly #host: SandboxHost;
  readonly #localEvalEngine: LocalEvalEngine;
  readonly #snapshots: SnapshotCache;
  readonly #kernels: KernelOwner;
  readonly #log: (message: string) => void;
  readonly #pool: SandboxPool;
  readonly #keepsElsewhere: (tenant: Tenant) => Promise<boolean>;
  readonly #changes = new Mutex();

  constructor(options: SandboxManagerOptions) {
    const { cacheFolder, owner, host = noTools, limits = {}, log = () => {}, localEvalEngine = 'pyodide' } = options;
    this.#limits = { ...defaultManagerLimits, ...limits };
    this.#host = host;
    this.#localEvalEngine = localEvalEngine;
    this.#snapshots = new SnapshotCache(cacheFolder);
    this.#kernels = new KernelOwner(owner);
    this.#log = log;
    this.#keepsElsewhere = options.keepsElsewhere ?? (async () => false);
    this.#pool = new SandboxPool({
      limits: this.#limits,
      create: (settings) => this.#create(settings),
      onReleased: (tenant) => host.released?.(tenant),
      log,
      publish: options.publish ?? publishNothing,
      onStart: options.onStart ?? (() => undefined),
    });
  }

  /** Removes what a server that was killed has left unfinished. */
  sweep(): Promise<void> {
    return this.#snapshots.sweep();
  }

  /** Makes what a first execution would wait for; worth calling in the background where agents will run code. */
  async prepare(): Promise<void> {
    const isPyodide = this.#pool.settings.variant === 'local-eval' && this.#localEvalEngine === 'pyodide';
    if (isPyodide) await this.#snapshots.find();
  }

  /** Tells where code runs, and starts nothing. */
  status(): SandboxStatus {
    return { ...toShown(this.#pool.settings), sandbox_running: this.#pool.isRunning };
  }

  /** Sets where code runs from the next execution on, for all callers; what runs ends where it is. With `verify` it starts one there first, and changes nothing when that fails. */
  configure(request: SandboxRequest & { readonly verify?: boolean | undefined }): Promise<SandboxStatus> {
    const wanted = toSettings(request);
    const pool = this.#pool;
    return this.#changes.run(async () => {
      const isKept = isSame(wanted, pool.settings);
      const isVerified = isKept && pool.spare?.isRunning;
      const verified = request.verify && !isVerified ? await pool.startNew(wanted) : undefined;
      if (!isKept || verified) pool.replaceSpare(verified);
      if (!isKept) pool.moveTo(wanted);
      return this.status();
    });
  }

  /** Interrupts and ends the interpreters of one caller and starts a new one; what others have goes on. */
  restart(owner: string): Promise<SandboxStatus> {
    const pool = this.#pool;
    return this.#changes.run(async () => {
      this.release(owner);
      pool.replaceSpare(undefined);
      await pool.whenReleased();
      try {
        pool.replaceSpare(await pool.startNew(pool.settings));
      } catch (cause) {
        const step = cause instanceof ApiError ? cause.message : 'it did not start';
        throw new ApiError('sandbox-restart-failed', `Failed to restart sandbox: ${step}`, { cause });
      }
      return this.status();
    });
  }

  /** Interrupts what one caller runs in one agent, or in every agent; returns the agents. What others run goes on. */
  interrupt(owner: string, agentId?: string): string[] {
    const running = [...this.#pool.agents()].filter(
      (agent) =>
        agent.running && agent.tenant.owner === owner && (agentId === undefined || agent.tenant.agentId === agentId),
    );
    for (const agent of running) agent.running?.interrupt.abort();
    return running.map((agent) => agent.tenant.agentId);
  }

  /** The interpreters that a caller may see: its own, and with `seesAll` those of all. */
  interpreters({ owner, seesAll }: { readonly owner: string; readonly seesAll: boolean }) {
    return [...this.#pool.agents()].flatMap(({ tenant, state, lastUsed, sandbox }) => {
      if (!sandbox || (tenant.owner !== owner && !seesAll)) return [];
      const { agentId, owner: key } = tenant;
      return [
        { agentId, key, state, variant: sandbox.variant, lastUsedAt: lastUsed && performance.timeOrigin + lastUsed },
      ];
    });
  }

  /** Interrupts what one caller runs, and ends the interpreters of this caller; none is started. */
  release(owner: string): void {
    this.#pool.releaseOf(owner, 'the sandbox was restarted');
  }

  /** Whether code of the agent for this caller has run in an interpreter that goes on. */
  keepsVariables(tenant: Tenant): boolean {
    const agent = this.#pool.find(tenant);
    return agent?.sandbox !== undefined && agent.isUsed;
  }

  /** The variables of the agent for this caller, and where its interpreter stands: none while code runs, and none is started. */
  async variables(tenant: Tenant): Promise<VariablesNow> {
    const agent = this.#pool.find(tenant);
    if (!agent) return { state: 'ended', idleMs: null, variables: [], more: 0 };
    const idleMs = agent.lastUsed ? performance.now() - agent.lastUsed : null;
    if (agent.state !== 'ready' || (agent.isBusy && !agent.looking)) {
      return { state: agent.isBusy ? 'busy' : agent.state, idleMs, variables: [], more: 0 };
    }
    agent.looking ??= agent
      .enqueue(this.#limits.maxWaiting, () => listVariables(agent, this.#pool))
      .finally(() => {
        agent.looking = undefined;
      });
    const listed = await agent.looking;
    return { state: agent.state, idleMs, ...listed };
  }

  /** Runs code in the interpreter of the agent for this caller, behind the executions already waiting there. Rejects when there is nothing to run it, not for what it does. */
  async execute(tenant: Tenant, code: string, options: ExecuteOptions = {}): Promise<ManagedExecution> {
    if (this.#pool.isClosed) throw new ApiError('draining', 'The server is shutting down');
    const agent = this.#pool.findOrAdd(tenant);
    const askedAt = performance.now();
    const surroundings = {
      pool: this.#pool,
      host: this.#host,
      limits: this.#limits,
      keepsElsewhere: this.#keepsElsewhere,
    };
    return agent.enqueue(this.#limits.maxWaiting, () => executeFor(agent, { ...options, code, askedAt }, surroundings));
  }

  /** Calls a tool on behalf of the execution that runs there, within its limits: for calls that come from a kernel over HTTP. */
  async callTool(tenant: Tenant, ...call: Parameters<ToolCallHandler>): Promise<ToolCallAnswer> {
    const gate = this.#pool.find(tenant)?.running?.gate;
    if (!gate) return { success: false, kind: 'denied', error: 'No execution of this agent is running' };
    return gate.call(...call);
  }

  /** Ends what an agent has, for all its callers, such as when it is deleted. */
  async closeAgent(agentId: string): Promise<void> {
    this.#pool.remove(agentId);
    await this.#pool.whenReleased();
  }

  /** Ends everything; no kernel and no process stays. */
  async close(): Promise<void> {
    await Promise.all([this.#snapshots.close(), this.#pool.close(this.#changes.settled())]);
  }

  /** Ends every process at once, without waiting. */
  kill(): void {
    this.#snapshots.kill();
    this.#pool.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #create(settings: SandboxSettings): Sandbox {
    const limits = this.#limits;
    return settings.variant === 'local-eval'
      ? new LocalEval({ limits, snapshots: this.#snapshots, engine: this.#localEvalEngine })
      : new LocalJupyter({ limits, address: settings.jupyter, kernels: this.#kernels, log: this.#log });
  }
}
