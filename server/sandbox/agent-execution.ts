import { randomUUID } from 'node:crypto';
import { createDeadline } from '../async/deadline.ts';
import type { CallWatch } from '../runs/call-watch.ts';
import type { AgentSandbox } from './agent-sandbox.ts';
import type { Execution, OutputEvent, Sandbox, SandboxVariant } from './sandbox.ts';
import type { SandboxHost } from './sandbox-host.ts';
import type { SandboxPool } from './sandbox-pool.ts';
import type { Tenant } from './tenant.ts';
import { ToolCallGate, type ToolCallLimits } from './tool-calls.ts';

/** How one execution is to run. */
export interface ExecuteOptions {
  /** Absent: 30 seconds. */
  readonly timeoutMs?: number | undefined;
  /** How long the interpreter is waited for, whose start goes on all the same; absent: as long as it comes nearer. */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal;
  readonly onOutput?: (event: OutputEvent) => void;
  /** Is told of the tool calls that the code makes. */
  readonly watch?: CallWatch | undefined;
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

/** The parts of the manager that every execution uses. */
interface Surroundings {
  readonly pool: SandboxPool;
  readonly host: SandboxHost;
  readonly limits: ToolCallLimits;
  /** Whether another process keeps variables of the agent for its caller. */
  keepsElsewhere(tenant: Tenant): Promise<boolean>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const NO_LIMIT_MS = 2 ** 31 - 1;

/** Runs code in the interpreter of the agent for its caller, which is started and set up first; `askedAt` is when it was asked for. */
export async function executeFor(
  agent: AgentSandbox,
  { code, askedAt, ...options }: ExecuteOptions & { readonly code: string; readonly askedAt: number },
  { pool, host, limits, keepsElsewhere }: Surroundings,
): Promise<ManagedExecution> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, waitMs = NO_LIMIT_MS, onOutput = () => {} } = options;
  options.signal?.throwIfAborted();
  const interrupt = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, interrupt.signal]) : interrupt.signal;
  const ended = new AbortController();
  const gate = createGate(agent.tenant, { host, limits, watch: options.watch, ended: ended.signal });
  agent.running = { interrupt, gate };
  agent.stopIdleWatch();
  // What is not known is not told.
  const elsewhere = agent.sandbox ? undefined : keepsElsewhere(agent.tenant).catch(() => false);
  try {
    const sandbox = await readySandbox(agent, { pool, host }, { signal, waitMs });
    const startedAt = performance.now();
    if (!sandbox) return toLate({ variant: pool.settings.variant, waitMs, queuedMs: round(startedAt - askedAt) });
    agent.become('busy');
    const execution = await sandbox.run(code, { timeoutMs, signal, onOutput, onToolCall: gate.call });
    if (await elsewhere) agent.noteLoss('another process of the service has them');
    return {
      ...withLoss(execution, agent),
      id: randomUUID(),
      variant: sandbox.variant,
      durationMs: round(performance.now() - startedAt),
      queuedMs: round(startedAt - askedAt),
      toolCalls: gate.count,
    };
  } finally {
    ended.abort();
    agent.running = undefined;
    pool.keepFor(agent);
  }
}

/** Makes the gate through which an execution's tool calls reach the host. */
function createGate(
  tenant: Tenant,
  {
    host,
    ended,
    ...bounds
  }: { host: SandboxHost; limits: ToolCallLimits; watch: CallWatch | undefined; ended: AbortSignal },
): ToolCallGate {
  return new ToolCallGate({
    handler: (server, tool, args, { signal, onStart }) =>
      host.callTool(tenant, server, tool, args, { signal: AbortSignal.any([signal, ended]), onStart }),
    ...bounds,
  });
}

/** The interpreter of the agent, started and set up; undefined when that takes longer than `waitMs`. */
async function readySandbox(
  agent: AgentSandbox,
  { pool, host }: Pick<Surroundings, 'pool' | 'host'>,
  { signal, waitMs }: { readonly signal: AbortSignal; readonly waitMs: number },
): Promise<Sandbox | undefined> {
  using wait = createDeadline(signal, waitMs);
  try {
    const sandbox = await pool.startFor(agent, wait.signal);
    await setUp(agent, sandbox, host, wait.signal);
    return sandbox;
  } catch (cause) {
    const isLate = wait.signal.aborted && !signal.aborted;
    if (isLate) return undefined;
    throw cause;
  }
}

/** The execution of code that has not run, because its caller waits no longer for the interpreter. */
function toLate({ waitMs, ...facts }: Pick<ManagedExecution, 'variant' | 'queuedMs'> & { readonly waitMs: number }) {
  const message = `The sandbox was not ready within ${waitMs / 1000} s and goes on starting; the code has not run`;
  return {
    ...facts,
    id: randomUUID(),
    status: 'timeout' as const,
    stdout: '',
    stderr: '',
    result: null,
    displays: [],
    error: { name: 'TimeoutError', message, traceback: '' },
    exitCode: null,
    isTruncated: false,
    variablesLost: false,
    notices: [],
    durationMs: 0,
    toolCalls: 0,
  };
}

/** Gives the interpreter the variables and modules of its agent that have changed since it was last given some. */
async function setUp(agent: AgentSandbox, sandbox: Sandbox, host: SandboxHost, signal: AbortSignal): Promise<void> {
  const variables = await host.environment?.(agent.tenant, sandbox.variant);
  const environment = JSON.stringify(variables);
  if (variables && environment !== agent.environment) {
    await sandbox.setEnvironment(variables);
    agent.environment = environment;
  }
  const wanted = await host.modules?.(agent.tenant, sandbox.variant, signal);
  signal.throwIfAborted();
  if (wanted && wanted.version !== agent.modulesVersion) {
    await sandbox.setModules(wanted.modules);
    agent.modulesVersion = wanted.version;
  }
}

/** Adds to an execution that variables of earlier ones are lost, if they are. */
function withLoss(execution: Execution, agent: AgentSandbox): Execution {
  const lossReason = agent.takeLossReason();
  agent.markUsed();
  if (execution.variablesLost) agent.forgetLoss();
  if (lossReason === undefined) return execution;
  const notice = `Variables of earlier executions are lost: ${lossReason}.`;
  return { ...execution, variablesLost: true, notices: [notice, ...execution.notices] };
}

const round = (ms: number) => Math.round(ms * 100) / 100;
