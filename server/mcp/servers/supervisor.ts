import type { ErrorCode } from '../../../contract/errors.ts';
import { untilAborted } from '../../async/until-aborted.ts';
import { ApiError } from '../../call/errors.ts';
import type { ServerDefinition } from '../definitions/server-definition.ts';
import type { ServerLog } from '../processes/server-log.ts';
import type { Connection, ConnectionSettings, OpeningConnection } from './connection.ts';
import type { ListedTools } from './list-tools.ts';
import { openConnection } from './open-connection.ts';
import { type RestartPolicy, Restarts } from './restarts.ts';
import type { LaunchPolicy, ServerLaunch } from './server-launch.ts';
import { ServerLines } from './server-lines.ts';
import { StartTimeoutError } from './start-deadline.ts';

/** failed: it never ran, or its last start failed. restarting: it ran, died, and is being brought back. */
export type ServerStatus = 'stopped' | 'starting' | 'running' | 'failed' | 'restarting';

/** What all supervised servers have in common. */
export interface SupervisorOptions extends ConnectionSettings, LaunchPolicy, RestartPolicy {
  readonly log?: ServerLog | undefined;
  /** From 0 to 999, what tells this process from others that run the same servers; absent: none does. */
  readonly tag?: number | undefined;
  /** Called on each change of status, definition or tools. */
  onChange(changed: ServerState): void;
  /** Called with each sign of life of a server, beside the work that its processes do. */
  onHeard?(definition: ServerDefinition): void;
}

/** Which server, and where it stands. */
export interface ServerState {
  readonly definition: ServerDefinition;
  readonly status: ServerStatus;
}

/** A start that was given up because the server was stopped. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/** Keeps one server running: started once however many ask, brought back when it dies, ended for good when told to. */
export class Supervisor {
  /** The lines of its standard error, of all its processes. */
  readonly lines: ServerLines;
  readonly #launch: ServerLaunch;
  readonly #options: SupervisorOptions;
  readonly #restarts: Restarts;
  #status: ServerStatus = 'stopped';
  #error: string | undefined;
  #connection: Connection | undefined;
  /** The start that is under way. */
  #attempt: { readonly promise: Promise<void>; readonly abort: AbortController; readonly since: number } | undefined;
  #stopping: Promise<void> | undefined;
  #keepsTrying = false;
  #listed: ListedTools = NOTHING;
  #hasHung = false;
  /** The connection it has, or had last, or tries to open. */
  #lastConnection: OpeningConnection | undefined;

  constructor(launch: ServerLaunch, options: SupervisorOptions) {
    this.#launch = launch;
    this.#options = options;
    this.lines = new ServerLines(options.tag);
    this.#restarts = new Restarts(options, () => {
      this.#begin().catch(() => undefined); // logged and retried where it failed
    });
  }

  get status(): ServerStatus {
    return this.#status;
  }

  /** Why it is not running, or what a start waits for that takes long: one sentence and its last words. */
  get error(): string | undefined {
    return this.#waiting() ?? this.#error;
  }

  /** The connection to it while it runs. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** The tools it has, or, while it is being brought back, had; and why others are not among them. */
  get listed(): ListedTools {
    return this.#listed;
  }

  /** Whether somebody wants it to run: it runs, starts, or is to be brought back. */
  get isWanted(): boolean {
    return this.#status !== 'stopped' && (this.#status !== 'failed' || this.#keepsTrying);
  }

  get isStarting(): boolean {
    return this.#attempt !== undefined;
  }

  /** Whether a start that fails is tried again. */
  get keepsTrying(): boolean {
    return this.#keepsTrying;
  }

  /** Whether its last start was given up because nothing was heard of it: the next one is worth nobody's wait. */
  get hasHung(): boolean {
    return this.#hasHung;
  }

  /** Resolves when the stop that is under way has ended; undefined when none is. */
  get stopping(): Promise<void> | undefined {
    return this.#stopping;
  }

  /** The last lines of its standard error, also of a run that has ended. Secrets are masked. */
  stderrLines(count: number): string[] {
    return this.#lastConnection?.stderrLines(count) ?? [];
  }

  /** Tells of a change. */
  noteChange(): void {
    this.#options.onChange({ definition: this.#launch.definition, status: this.#status });
  }

  /** Runs it. Resolves when it does; callers at the same time share one start. Throws why it could not. */
  async start({ keepTrying }: { readonly keepTrying: boolean }): Promise<void> {
    this.#keepsTrying ||= keepTrying;
    if (!this.#connection) await this.#begin();
  }

  /** Resolves when no start is under way, nor a stop, which may be the first half of starting it anew. */
  async settled(): Promise<void> {
    while (this.#attempt || this.#stopping) {
      await this.#attempt?.promise.catch(() => undefined);
      await this.#stopping;
    }
  }

  /** Ends it, also in the middle of a start, and forgets the variables it was started with. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  /** The connection to it; while it is coming up this waits for that, within `signal`. Throws when nobody wants it to run. */
  async connected(signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#connection) return this.#connection;
    const { id } = this.#launch.definition;
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
      const promise = Promise.resolve().then(() => this.#run(abort.signal));
      this.#attempt = { abort, promise, since: performance.now() };
      this.#attempt.promise.catch(() => undefined);
    }
    return this.#attempt.promise;
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      const connection = await this.#open(signal);
      this.#connection = connection;
      this.#take(connection.listed);
      this.#restarts.noteRunning();
      this.#hasHung = false;
      this.#attempt = undefined;
      this.#become('running');
    } catch (cause) {
      this.#attempt = undefined;
      if (signal.aborted) {
        const { id } = this.#launch.definition;
        throw new ApiError('mcp-start-failed', `MCP server '${id}' was stopped while it started`, { cause });
      }
      this.#fail(cause);
      throw cause;
    }
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    const { limits, version, records, turns } = this.#options;
    const connection: Connection = await openConnection(
      this.#launch.resolve(),
      {
        serverId: this.#launch.definition.id,
        limits,
        version,
        records,
        turns,
        onOpening: (opening) => {
          this.#lastConnection = opening;
        },
        onHeard: () => this.#options.onHeard?.(this.#launch.definition),
        onLost: (reason) => this.#lose(connection, reason),
        onLine: (line) => this.lines.add(line),
        onToolsChanged: () => {
          this.#take(connection.listed);
          this.noteChange();
        },
      },
      signal,
    );
    return connection;
  }

  /** Notes that a start has failed, and schedules the next when there is to be one. */
  #fail(cause: unknown): void {
    // Without its variables it can never start, so nothing is gained by trying: the next use or start does.
    const isHopeless = cause instanceof ApiError && HOPELESS.includes(cause.code);
    this.#hasHung = cause instanceof Error && cause.cause instanceof StartTimeoutError;
    this.#become(this.#restarts.hasRun && this.#keepsTrying ? 'restarting' : 'failed', messageOf(cause));
    if (this.#keepsTrying && !isHopeless) this.#restarts.scheduleAfterFailedStart();
  }

  /** Notes that the server has died or its connection broke, and schedules a restart. */
  #lose(connection: Connection, reason: string): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    void connection.close();
    // It ran, so somebody relies on it, whatever was said about its start.
    this.#keepsTrying = true;
    this.#become('restarting', `MCP server '${this.#launch.definition.id}' ${reason}`);
    this.#restarts.scheduleAfterDeath();
  }

  async #stop(): Promise<void> {
    this.#restarts.forget();
    this.#keepsTrying = false;
    this.#hasHung = false;
    const attempt = this.#attempt;
    attempt?.abort.abort(new StoppedError('stopped'));
    await attempt?.promise.catch(() => undefined);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
    // Once more: a start that was under way may have come up after all.
    this.#restarts.forget();
    this.#launch.forgetVariables();
    this.#listed = NOTHING;
    if (this.#status !== 'stopped') this.#become('stopped');
  }

  #become(status: ServerStatus, error?: string): void {
    this.#status = status;
    this.#error = error;
    if (status === 'failed') this.#listed = NOTHING;
    this.#logStatus();
    this.noteChange();
  }

  #waiting(): string | undefined {
    const { sayWaitingMs } = this.#options.limits;
    if (!this.#attempt || performance.now() - this.#attempt.since < sayWaitingMs || !this.#lastConnection)
      return undefined;
    const { id } = this.#launch.definition;
    return `MCP server '${id}' ${this.#lastConnection.waitsFor}${this.#lastConnection.stderrTail()}`;
  }

  #take(listed: ListedTools): void {
    this.#listed = listed;
    const { problems } = listed;
    if (problems.length === 0) return;
    const { id, origin } = this.#launch.definition;
    this.#options.log?.warn({ mcp_server: id, origin, problems }, `MCP server '${id}' has tools that are left out`);
  }

  #logStatus(): void {
    const { id, origin } = this.#launch.definition;
    const details = { mcp_server: id, origin, status: this.#status, ...(this.#error && { error: this.#error }) };
    const message = `MCP server '${id}' ${this.#status === 'failed' ? 'has failed' : `is ${this.#status}`}`;
    if (this.#error) this.#options.log?.warn(details, message);
    else this.#options.log?.info(details, message);
  }
}

const NOTHING: ListedTools = { tools: [], problems: [] };
const HOPELESS: readonly ErrorCode[] = ['mcp-variables-missing', 'spawn-forbidden', 'draining'];
const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
