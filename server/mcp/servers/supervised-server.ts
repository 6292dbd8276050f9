/** One MCP server under supervision: started once however many ask, brought back when it dies, ended for good when told to. */
import type { ErrorCode } from '../../../contract/errors.ts';
import { untilAborted } from '../../async/until-aborted.ts';
import { ApiError } from '../../call/errors.ts';
import type { ServerDefinition } from '../definitions/server-definition.ts';
import { missingVariables, type ResolvedLaunch, resolveLaunch, type Variables } from '../processes/launch.ts';
import type { CallToolResult, ReadResourceResult, Tool } from '../wire/mcp-sdk.ts';
import { isSessionLost } from '../wire/remote-transports.ts';
import { type CallOptions, type Connection, openConnection } from './connection.ts';
import { Restarts } from './restarts.ts';
import type { ServerStatus, StartOptions, SupervisorOptions } from './supervision.ts';

export class SupervisedServer {
  readonly #options: SupervisorOptions;
  readonly #restarts: Restarts;
  #definition: ServerDefinition;
  #status: ServerStatus = 'stopped';
  #error: string | undefined;
  #connection: Connection | undefined;
  #attempt: { readonly promise: Promise<void>; readonly abort: AbortController } | undefined;
  #stopping: Promise<void> | undefined;
  #keepTrying = false;
  #isHeld = false;
  #isForUse = false;
  #given: Variables = {};
  #tools: readonly Tool[] = [];
  /** What its last lines are read from: the connection it has, had, or tries to have. */
  #spokenTo: Pick<Connection, 'stderrLines'> | undefined;

  constructor(definition: ServerDefinition, options: SupervisorOptions) {
    this.#definition = definition;
    this.#options = options;
    this.#restarts = new Restarts(options, () => {
      this.#begin().catch(() => undefined); // written down and retried where it failed
    });
  }

  get definition(): ServerDefinition {
    return this.#definition;
  }

  get status(): ServerStatus {
    return this.#status;
  }

  /** Why it is not running: one sentence and its last words. */
  get error(): string | undefined {
    return this.#error;
  }

  /** The tools it has, or, while it is being brought back, had. */
  get tools(): readonly Tool[] {
    return this.#tools;
  }

  get pid(): number | undefined {
    return this.#connection?.pid;
  }

  /** Whether somebody wants it to run: it runs, starts, or is to be brought back. */
  get isWanted(): boolean {
    return this.#status !== 'stopped' && (this.#status !== 'failed' || this.#keepTrying);
  }

  /** Whether it waits to be started by name: somebody stopped it, so mere use does not bring it back. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether it runs only because agents use it. */
  get isForUse(): boolean {
    return this.#isForUse;
  }

  /** Keeps it from being started by mere use, until {@link start} or {@link release}. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
  }

  /** The names of the variables it was given. */
  get givenNames(): string[] {
    return Object.keys(this.#given);
  }

  /** Whether all variables it needs are set; found out without starting anything. */
  get isAvailable(): boolean {
    return this.#connection !== undefined || this.missing(this.#given).length === 0;
  }

  missing(given: Variables): string[] {
    return missingVariables(this.#definition, given, this.#options.environment);
  }

  #valueOf(name: string): string | undefined {
    return this.#given[name] || this.#definition.withheld?.[name] || this.#options.environment[name];
  }

  /** The last lines of its standard error, also of a life that has ended. Secrets are masked. */
  stderrLines(count: number): string[] {
    return this.#spokenTo?.stderrLines(count) ?? [];
  }

  /** Runs it. Resolves when it does; callers at the same time share one start. Throws why it could not. */
  async start({ given, keepTrying, forUse = false }: StartOptions): Promise<void> {
    while (this.#stopping) await this.#stopping;
    this.#isHeld = false;
    this.#isForUse = forUse && (this.#isForUse || !this.isWanted);
    if (given) this.#given = { ...this.#given, ...given };
    this.#keepTrying ||= keepTrying;
    if (this.#connection) return;
    await this.#begin();
  }

  /** Resolves when no start is under way. */
  async settled(): Promise<void> {
    await this.#attempt?.promise.catch(() => undefined);
  }

  /** Whether a variable that its definition refers to, or that it was given before, is given another value than it runs with. */
  wouldChange(given: Variables): boolean {
    const names = [...this.#definition.requiredEnvVars, ...this.givenNames];
    return names.some((name) => given[name] && given[name] !== this.#valueOf(name));
  }

  /** Runs it because somebody named it, with variables for it alone; says whether it ran with them before. Throws why it could not. */
  async startByName(given: Variables): Promise<'running' | 'started'> {
    if (this.#status === 'running') {
      this.#isForUse = false;
      if (!this.wouldChange(given)) return 'running';
      await this.restart({ given, keepTrying: false });
    } else {
      // A start that is under way has begun without these variables.
      if (this.#attempt && this.wouldChange(given)) await this.stop();
      await this.start({ given, keepTrying: false });
    }
    return 'started';
  }

  /** Ends it; it then waits to be started by name. */
  stopByName(): Promise<void> {
    this.#isHeld = true;
    return this.stop();
  }

  /** Ends it, also in the middle of a start, and forgets the variables it was given. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  /** Ends it and starts it anew with further variables. */
  async restart(options: StartOptions): Promise<void> {
    const given = { ...this.#given, ...options.given };
    await this.stop();
    await this.start({ ...options, given });
  }

  /** Ends it and starts it anew with another definition, when it was wanted. */
  async redefine(definition: ServerDefinition): Promise<void> {
    const { isWanted, isForUse: forUse } = this;
    const given = this.#given;
    const keepTrying = this.#keepTrying;
    this.#definition = definition;
    this.#options.onChange();
    if (isWanted) await this.stop();
    if (isWanted && definition.enabled) await this.start({ given, keepTrying, forUse });
  }

  /** Calls a tool; of a server that is coming up it waits for that, within `signal`. */
  async call(
    name: string,
    args: Record<string, unknown>,
    { signal, onProgress, meta }: Omit<CallOptions, 'timeoutMs'> = {},
  ): Promise<CallToolResult> {
    const options = { signal, onProgress, meta, timeoutMs: this.#definition.callTimeoutMs };
    const connection = this.#connection ?? (await this.#comeUp(signal));
    try {
      return await connection.call(name, args, options);
    } catch (cause) {
      if (!(cause instanceof Error) || !isSessionLost(cause.cause)) throw cause;
      return (await this.#comeUp(signal)).call(name, args, options);
    }
  }

  /** Reads a resource; of a server that is coming up it waits for that, within `signal`. */
  async readResource(uri: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<ReadResourceResult> {
    const connection = this.#connection ?? (await this.#comeUp(signal));
    return connection.readResource(uri, { signal });
  }

  /** What it takes to run one more of it, for a caller who has it to himself. Throws why it must not run. */
  prepareOwn(): Pick<SupervisorOptions, 'limits' | 'records' | 'turns'> & { readonly resolved: ResolvedLaunch } {
    const { environment, records, turns, limits, checkMayRun } = this.#options;
    checkMayRun?.(this.#definition);
    return { resolved: resolveLaunch(this.#definition, this.#given, environment), limits, records, turns };
  }

  async #comeUp(signal: AbortSignal | undefined): Promise<Connection> {
    const { id } = this.#definition;
    if (!this.isWanted || this.#stopping) {
      throw new ApiError('mcp-server-not-running', `MCP server '${id}' is not running`);
    }
    try {
      await untilAborted(this.#begin(), signal);
    } catch (cause) {
      signal?.throwIfAborted();
      throw new ApiError('mcp-server-failed', cause instanceof Error ? cause.message : `MCP server '${id}' failed`, {
        cause,
      });
    }
    if (this.#connection) return this.#connection;
    throw new ApiError('mcp-server-failed', `MCP server '${id}' died as soon as it ran`);
  }

  #begin(): Promise<void> {
    this.#restarts.noteStart();
    if (!this.#attempt) {
      const abort = new AbortController();
      // What went wrong before stays to be read until it runs.
      this.#become(this.#restarts.hasRun ? 'restarting' : 'starting', this.#error);
      this.#attempt = { abort, promise: Promise.resolve().then(() => this.#run(abort.signal)) };
      this.#attempt.promise.catch(() => undefined);
    }
    return this.#attempt.promise;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { limits, version, records, turns, environment } = this.#options;
    try {
      this.#options.checkMayRun?.(this.#definition);
      const resolved = resolveLaunch(this.#definition, this.#given, environment);
      const connection: Connection = await openConnection(
        resolved,
        {
          serverId: this.#definition.id,
          limits,
          version,
          records,
          turns,
          onBegun: (begun) => {
            this.#spokenTo = begun;
          },
          onLost: (reason) => this.#lost(connection, reason),
          onToolsChanged: () => {
            this.#tools = connection.tools;
            this.#options.onChange();
          },
        },
        signal,
      );
      this.#connection = connection;
      this.#tools = connection.tools;
      this.#restarts.noteRunning();
      this.#attempt = undefined;
      this.#become('running');
    } catch (cause) {
      this.#attempt = undefined;
      const { id } = this.#definition;
      if (signal.aborted) {
        throw new ApiError('mcp-start-failed', `MCP server '${id}' was stopped while it started`, { cause });
      }
      // Without its variables it can never start, so nothing is gained by trying: the next use or start does.
      const isHopeless = cause instanceof ApiError && HOPELESS.includes(cause.code);
      this.#become(this.#restarts.hasRun && this.#keepTrying ? 'restarting' : 'failed', messageOf(cause));
      if (this.#keepTrying && !isHopeless) this.#restarts.scheduleAfterFailedStart();
      throw cause;
    }
  }

  #lost(connection: Connection, reason: string): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    void connection.close();
    // It ran, so somebody relies on it, whatever was said about its start.
    this.#keepTrying = true;
    this.#become('restarting', `MCP server '${this.#definition.id}' ${reason}`);
    this.#restarts.scheduleAfterDeath();
  }

  async #stop(): Promise<void> {
    this.#restarts.forget();
    this.#keepTrying = false;
    const attempt = this.#attempt;
    attempt?.abort.abort(new Error('stopped'));
    await attempt?.promise.catch(() => undefined);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
    // Once more: a start that was under way may have come up after all.
    this.#restarts.forget();
    this.#given = {};
    this.#tools = [];
    if (this.#status !== 'stopped') this.#become('stopped');
  }

  #become(status: ServerStatus, error?: string): void {
    // Most servers of a catalog never run: that they are ended with the rest is no news.
    const isNews = status !== 'stopped' || this.#status !== 'stopped';
    this.#status = status;
    this.#error = error;
    if (status === 'failed') this.#tools = [];
    const { log, onChange } = this.#options;
    const details = {
      mcp_server: this.#definition.id,
      origin: this.#definition.origin,
      status,
      ...(error && { error }),
    };
    const message = `MCP server '${this.#definition.id}' ${status === 'failed' ? 'has failed' : `is ${status}`}`;
    if (error) log?.warn(details, message);
    else if (isNews) log?.info(details, message);
    onChange();
  }
}

const HOPELESS: readonly ErrorCode[] = ['mcp-variables-missing', 'spawn-forbidden', 'draining'];
const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
