import type { LiveChange } from '../../contract/events.ts';
import type { EndedCall } from '../runs/call-watch.ts';
import type { EndedRun } from '../runs/run-end.ts';
import { isUnpriced, type RunStep, type StepToolCall } from '../store/stored-steps.ts';
import { BoundedNames, Counter, type Family, Histogram, OTHER } from './families.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const FINE_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];
const MAX_AGENTS = 200;
const MAX_NAMES = 200;

/** A request that was answered, or broken off. */
export interface EndedRequest {
  /** The operation that served it, or several with commas between them; undefined for anything else. */
  readonly operation: string | undefined;
  readonly status: number;
  readonly ms: number;
}

/** What the store has done: a statement, or a transaction with all of its statements. */
type StoreWork = 'read' | 'write' | 'commit' | 'transaction';

/** An interpreter that was started, or could not be. */
interface SandboxStart {
  readonly variant: string;
  readonly hasStarted: boolean;
  readonly ms: number;
}

const counter = (name: string, help: string, ...labels: string[]) =>
  new Counter({ name: `agent_runtimes_${name}`, help, labels });
const histogram = (name: string, help: string, bounds: readonly number[], ...labels: string[]) =>
  new Histogram({ name: `agent_runtimes_${name}`, help, bounds, labels });

/** Counts what happens on this server. Nothing here is done for each event of a run. */
export class Metrics {
  readonly #operations: ReadonlySet<string>;
  readonly #agents = new BoundedNames(MAX_AGENTS);
  readonly #models = new BoundedNames(MAX_NAMES);
  readonly #servers = new BoundedNames(MAX_NAMES);
  /** The MCP servers that are being brought back. */
  readonly #restarting = new Set<string>();

  readonly #requests = counter('http_requests_total', 'Requests answered', 'operation', 'status');
  readonly #requestSeconds = histogram(
    'http_request_duration_seconds',
    'How long requests took, streams to their end',
    SECONDS,
    'operation',
  );
  readonly #runs = counter('runs_total', 'Runs that have ended', 'agent', 'outcome');
  readonly #runSeconds = histogram('run_duration_seconds', 'How long runs took', SECONDS, 'agent');
  readonly #firstToken = histogram(
    'time_to_first_token_seconds',
    'From asking a model until its first token',
    SECONDS,
    'model',
  );
  readonly #tokens = counter('tokens_total', 'Tokens, as providers count them', 'model', 'kind');
  readonly #cost = counter('cost_dollars_total', 'What models cost by the price table', 'model');
  readonly #unpriced = counter('unpriced_steps_total', 'Answers of models whose cost is not known', 'model');
  readonly #retries = counter('model_retries_total', 'Attempts to ask a model that failed and were repeated', 'model');
  readonly #toolCalls = counter('tool_calls_total', 'Tool calls', 'server', 'outcome');
  readonly #toolSeconds = histogram('tool_call_duration_seconds', 'How long tool calls took', SECONDS, 'server');
  readonly #restarts = counter('mcp_server_restarts_total', 'MCP servers that died and are brought back', 'server');
  readonly #sandboxStarts = counter('sandbox_starts_total', 'Starts of sandboxes', 'variant', 'outcome');
  readonly #sandboxSeconds = histogram(
    'sandbox_start_duration_seconds',
    'How long sandboxes took to start',
    SECONDS,
    'variant',
  );
  readonly #statements = histogram(
    'store_statement_duration_seconds',
    'How long statements of the store took, and whole transactions',
    FINE_SECONDS,
    'kind',
  );

  /** `operations` are the names that requests are told apart by. */
  constructor(operations: Iterable<string>) {
    this.#operations = new Set(operations);
  }

  /** All that is counted here. */
  get families(): readonly Family[] {
    return [
      this.#requests,
      this.#requestSeconds,
      this.#runs,
      this.#runSeconds,
      this.#firstToken,
      this.#tokens,
      this.#cost,
      this.#unpriced,
      this.#retries,
      this.#toolCalls,
      this.#toolSeconds,
      this.#restarts,
      this.#sandboxStarts,
      this.#sandboxSeconds,
      this.#statements,
    ];
  }

  readonly noteRequest = ({ operation, status, ms }: EndedRequest): void => {
    const name = this.#nameOf(operation);
    this.#requests.add(1, name, String(status));
    this.#requestSeconds.observe(ms / 1000, name);
  };

  readonly noteStatement = (kind: StoreWork, ms: number): void => this.#statements.observe(ms / 1000, kind);

  readonly noteRun = ({ agentId, status, startedAt, endedAt, steps }: EndedRun): void => {
    const agent = this.#agents.name(agentId);
    this.#runs.add(1, agent, status);
    // One that was cut off does not tell how long runs take.
    if (status !== 'interrupted')
      this.#runSeconds.observe(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000 || 0, agent);
    for (const step of steps) {
      if (step.model !== null) this.#noteModel(step, this.#models.name(step.model));
      for (const call of step.toolCalls) if (!isCounted(call)) this.#noteStepCall(call);
    }
  };

  /** Takes a tool call that no model has made itself: as soon as it has ended, as a run may make more of them than it keeps. */
  readonly noteCall = ({ isError, ...call }: EndedCall): void => this.#noteToolCall(call, isError ? 'error' : 'ok');

  /** Takes what this server tells of itself while it happens. */
  readonly noteChange = (change: LiveChange): void => {
    if (change.type === 'mcp_server') this.#noteServer(change);
  };

  readonly noteSandbox = ({ variant, hasStarted, ms }: SandboxStart): void => {
    this.#sandboxStarts.add(1, variant, hasStarted ? 'ok' : 'failed');
    if (hasStarted) this.#sandboxSeconds.observe(ms / 1000, variant);
  };

  #nameOf(operation: string | undefined): string {
    if (operation === undefined) return OTHER;
    const isBatch = operation.includes(',');
    return isBatch ? 'batch' : this.#operations.has(operation) ? operation : OTHER;
  }

  #noteModel(step: RunStep, model: string): void {
    const { usage, cost, retries, askedAt, firstTokenAt } = step;
    if (askedAt !== null && firstTokenAt !== null) this.#firstToken.observe((firstTokenAt - askedAt) / 1000, model);
    if (retries.length) this.#retries.add(retries.length, model);
    if (cost !== null) this.#cost.add(cost, model);
    if (isUnpriced(step)) this.#unpriced.add(1, model);
    if (!usage) return;
    this.#tokens.add(usage.inputTokens, model, 'input');
    this.#tokens.add(usage.outputTokens, model, 'output');
    this.#tokens.add(usage.cachedInputTokens, model, 'cached');
    this.#tokens.add(usage.reasoningTokens, model, 'reasoning');
  }

  #noteStepCall({ isError, isPending, ...call }: StepToolCall): void {
    this.#noteToolCall(call, isPending ? 'waiting' : isError === null ? 'interrupted' : isError ? 'error' : 'ok');
  }

  #noteToolCall(
    { server, startedAt, endedAt }: Pick<StepToolCall, 'server' | 'startedAt' | 'endedAt'>,
    outcome: string,
  ): void {
    // What was refused or waits never came to its server.
    const name = server === null || startedAt === null ? 'none' : this.#servers.name(server);
    this.#toolCalls.add(1, name, outcome);
    if (startedAt !== null && endedAt !== null && outcome !== 'interrupted')
      this.#toolSeconds.observe((endedAt - startedAt) / 1000, name);
  }

  #noteServer({ id, origin, status }: Extract<LiveChange, { type: 'mcp_server' }>): void {
    const key = `${origin}/${id}`;
    if (status !== 'restarting') {
      this.#restarting.delete(key);
      return;
    }
    // Told again with each attempt to bring it back: it has died once.
    if (this.#restarting.has(key)) return;
    this.#restarting.add(key);
    this.#restarts.add(1, this.#servers.name(id));
  }
}

/** Whether it was counted when it ended, before its run did. */
const isCounted = ({ parentCallId, isError }: StepToolCall): boolean => parentCallId !== null && isError !== null;
