import { ApiError } from '../../call/errors.ts';
import type { ServerDefinition } from '../definitions/server-definition.ts';
import type { ResolvedLaunch, Variables } from '../processes/launch.ts';
import type { CallToolResult, ReadResourceResult, Tool } from '../wire/mcp-sdk.ts';
import type { ToolProblem } from '../wire/read-tool.ts';
import { isSessionLost } from '../wire/remote-transports.ts';
import type { Connection, ConnectionSettings } from './connection.ts';
import type { CallOptions } from './requests.ts';
import { ServerLaunch } from './server-launch.ts';
import type { ServerLines } from './server-lines.ts';
import { type ServerStatus, Supervisor, type SupervisorOptions } from './supervisor.ts';
import { ToolNotes } from './tool-notes.ts';

/** How a server is started. */
export interface StartOptions {
  /** Variables for this server alone; kept in memory until it is stopped. */
  readonly variables?: Variables | undefined;
  /** Whether to go on trying in the background when the start fails. */
  readonly keepTrying: boolean;
  /** Started because an agent uses it, not because somebody named it: ends when no agent selects it any more. */
  readonly forUse?: boolean | undefined;
}

/** One MCP server to start, stop and call, which is kept running in between. */
export class SupervisedServer {
  readonly #options: SupervisorOptions;
  readonly #launch: ServerLaunch;
  readonly #supervisor: Supervisor;
  readonly #notes = new ToolNotes();
  #isHeld = false;
  #isForUse = false;
  /** How often it was told to end. */
  #stops = 0;

  constructor(definition: ServerDefinition, options: SupervisorOptions) {
    this.#options = options;
    this.#launch = new ServerLaunch(definition, options);
    this.#supervisor = new Supervisor(this.#launch, options);
  }

  get definition(): ServerDefinition {
    return this.#launch.definition;
  }

  get status(): ServerStatus {
    return this.#supervisor.status;
  }

  /** Why it is not running, or what a start waits for that takes long: one sentence and its last words. */
  get error(): string | undefined {
    return this.#supervisor.error;
  }

  /** The tools it has, or, while it is being brought back, had. */
  get tools(): readonly Tool[] {
    return this.#supervisor.listed.tools;
  }

  /** Why some of its tools are left out. */
  get problems(): readonly ToolProblem[] {
    const { listed } = this.#supervisor;
    return [...listed.problems, ...this.#notes.of(listed)];
  }

  /** Keeps and logs, once, why one of its tools is not offered to somebody. */
  noteProblem(problem: ToolProblem): void {
    if (!this.#notes.add(this.#supervisor.listed, problem)) return;
    const { id, origin } = this.definition;
    const details = { mcp_server: id, origin, ...problem };
    this.#options.log?.warn(details, `MCP server '${id}' has a tool that is left out`);
  }

  /** The process behind it, when there is one. */
  get pid(): number | undefined {
    return this.#supervisor.connection?.pid;
  }

  /** Whether somebody wants it to run: it runs, starts, or is to be brought back. */
  get isWanted(): boolean {
    return this.#supervisor.isWanted;
  }

  /** Whether its last start was given up because nothing was heard of it: the next one is worth nobody's wait. */
  get hasHung(): boolean {
    return this.#supervisor.hasHung;
  }

  /** Whether it waits to be started by name: somebody stopped it, so mere use does not bring it back. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether it runs only because agents use it. */
  get isForUse(): boolean {
    return this.#isForUse;
  }

  /** The names of the variables that were set for it alone. */
  get variableNames(): string[] {
    return Object.keys(this.#launch.variables);
  }

  /** Whether it runs, or all variables it needs are set; found out without starting anything. */
  get isAvailable(): boolean {
    return this.#supervisor.connection !== undefined || this.#launch.isComplete;
  }

  /** The last lines of its standard error, also of a run that has ended. Secrets are masked. */
  stderrLines(count: number): string[] {
    return this.#supervisor.stderrLines(count);
  }

  /** The lines of its standard error as they come, over all its processes. Secrets are masked. */
  get lines(): ServerLines {
    return this.#supervisor.lines;
  }

  /** Keeps it from being started by mere use, until {@link start}. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Runs it. Resolves when it does; callers at the same time share one start. Throws why it could not. */
  async start({ variables, keepTrying, forUse = false }: StartOptions): Promise<void> {
    while (this.#supervisor.stopping) await this.#supervisor.stopping;
    this.#isHeld = false;
    this.#isForUse = forUse && (this.#isForUse || !this.isWanted);
    if (variables) this.#launch.addVariables(variables);
    await this.#supervisor.start({ keepTrying });
  }

  /** Starts it and keeps trying; what goes wrong is in its status. */
  startInBackground(): void {
    this.start({ keepTrying: true }).catch(() => undefined);
  }

  /** Begins to start it because it is used, unless it is wanted already, or somebody has stopped or disabled it. Resolves when no start is under way. */
  async startForUse(): Promise<void> {
    const isIdle = !this.isWanted && !this.#isHeld && this.definition.enabled;
    if (!isIdle) return this.settled();
    await this.start({ keepTrying: true, forUse: true }).catch(() => undefined); // its status says what went wrong
    // It may be started anew meanwhile, with another definition or with variables.
    await this.settled();
  }

  /** Resolves when no start is under way, nor a stop. */
  settled(): Promise<void> {
    return this.#supervisor.settled();
  }

  /** Runs it because somebody named it, with variables for it alone; says whether it ran with them before. Throws why it could not. */
  async startByName(variables: Variables): Promise<'running' | 'started'> {
    // What is about to end does not run.
    while (this.#supervisor.stopping) await this.#supervisor.stopping;
    const wouldChange = this.#launch.wouldChange(variables);
    if (this.status !== 'running') {
      // A start that is under way has begun without these variables.
      if (this.#supervisor.isStarting && wouldChange) await this.#endToStartAnew();
      await this.start({ variables, keepTrying: false });
      return 'started';
    }
    this.#isForUse = false;
    if (!wouldChange) return 'running';
    const before = this.#launch.variables;
    await this.#endToStartAnew();
    await this.start({ variables: { ...before, ...variables }, keepTrying: false });
    return 'started';
  }

  /** Ends it; it then waits to be started by name. */
  stopByName(): Promise<void> {
    this.#isHeld = true;
    return this.stop();
  }

  /** Ends it, also in the middle of a start, and forgets the variables it was started with. */
  stop(): Promise<void> {
    this.#stops++;
    return this.#supervisor.stop();
  }

  /** Ends it. Throws when somebody has told it to end meanwhile, which finds an end under way and must not be the first half of a start. */
  async #endToStartAnew(): Promise<void> {
    const stops = this.#stops;
    await this.#supervisor.stop();
    if (stops === this.#stops) return;
    throw new ApiError('mcp-start-failed', `MCP server '${this.definition.id}' was stopped before it was started anew`);
  }

  /** Gives it another definition and, when it is wanted, starts it anew with that. */
  async redefine(definition: ServerDefinition): Promise<void> {
    const { isWanted, isForUse: forUse } = this;
    const { variables } = this.#launch;
    const { keepsTrying: keepTrying } = this.#supervisor;
    this.#launch.redefine(definition);
    this.#supervisor.noteChange();
    if (!isWanted) return;
    const stops = this.#stops;
    await this.#supervisor.stop();
    // It may have got another one meanwhile, which found nothing to end; or be stopped, or forgotten with all that it runs.
    if (this.definition.enabled && stops === this.#stops) await this.start({ variables, keepTrying, forUse });
  }

  /** Calls a tool; of a server that is coming up it waits for that, within `signal`. */
  call(
    name: string,
    args: Record<string, unknown>,
    { signal, onProgress, meta }: Omit<CallOptions, 'timeoutMs'> = {},
  ): Promise<CallToolResult> {
    const options = { signal, onProgress, meta, timeoutMs: this.definition.callTimeoutMs };
    return this.#ask(signal, (connection) => connection.call(name, args, options));
  }

  /** Reads a resource; of a server that is coming up it waits for that, within `signal`. */
  readResource(uri: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<ReadResourceResult> {
    return this.#ask(signal, (connection) => connection.readResource(uri, { signal }));
  }

  /** What a request comes to; one whose session the server has forgotten has not run, and is made again in the next session. */
  async #ask<Answer>(
    signal: AbortSignal | undefined,
    request: (connection: Connection) => Promise<Answer>,
  ): Promise<Answer> {
    const connection = await this.#supervisor.connected(signal);
    try {
      return await request(connection);
    } catch (cause) {
      if (!(cause instanceof Error) || !isSessionLost(cause.cause)) throw cause;
      return request(await this.#supervisor.connected(signal));
    }
  }

  /** What it takes to open one more connection to it, for a caller who has it to himself. Throws why it must not run. */
  prepareConnection(): Omit<ConnectionSettings, 'version'> & { readonly resolved: ResolvedLaunch } {
    const { limits, records, turns } = this.#options;
    return { resolved: this.#launch.resolve(), limits, records, turns };
  }
}
