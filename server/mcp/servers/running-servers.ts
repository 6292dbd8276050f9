import { join } from 'node:path';
import { drainingError } from '../../call/errors.ts';
import { type Publish, publishNothing } from '../../live-events/publish.ts';
import { ORIGINS, type ServerDefinition, type ServerOrigin } from '../definitions/server-definition.ts';
import { missingVariables } from '../processes/launch.ts';
import { ProcessRecords, sweepOrphans } from '../processes/process-records.ts';
import { StartTurns } from '../processes/start-turns.ts';
import { DEFAULT_LIMITS } from './connection-limits.ts';
import { OwnServers } from './own-servers.ts';
import { defaultBackoffMs } from './restarts.ts';
import { ServerWishes, type WishOptions } from './server-wishes.ts';
import { SupervisedServer } from './supervised-server.ts';
import type { ServerState, ServerStatus, SupervisorOptions } from './supervisor.ts';

/** An id, which is looked up in {@link ORIGINS}, or an id and where it is defined. */
export type ServerReference = string | { readonly id: string; readonly origin: ServerOrigin };

/** Where servers are found by what an agent, or a caller, selects. */
export type ServerFinder = Pick<RunningServers, 'revision' | 'find' | 'findAll'>;

/** What the servers of this process have in common; what is left out has a default. */
export interface RunningServersOptions
  extends Partial<Omit<SupervisorOptions, 'onChange' | 'records' | 'turns'>>,
    Omit<WishOptions, 'log'> {
  readonly environment: SupervisorOptions['environment'];
  readonly version: string;
  /** Where the process groups are written down, so that the next process can end what a kill has left; absent: nowhere. */
  readonly dataFolder?: string | undefined;
  /** Told of each change of a server; absent: nobody is. */
  readonly publish?: Publish | undefined;
}

/** All MCP servers this process knows, whether they run or not: the one place that starts, finds and ends them. */
export class RunningServers {
  /** How they are started and stopped by name. */
  readonly wishes: ServerWishes;
  readonly #servers = new Map<string, SupervisedServer>();
  readonly #own = new Set<OwnServers>();
  readonly #options: SupervisorOptions;
  readonly #recordsFolder: string | undefined;
  readonly #records: ProcessRecords;
  readonly #publish: Publish;
  readonly #listeners = new Set<() => void>();
  #revision = 0;
  #closing: Promise<void> | undefined;

  constructor({ dataFolder, publish = publishNothing, desires, secrets, ...options }: RunningServersOptions) {
    this.wishes = new ServerWishes((reference) => this.find(reference), { desires, secrets, log: options.log });
    this.#publish = publish;
    this.#recordsFolder = dataFolder === undefined ? undefined : join(dataFolder, 'mcp-processes');
    this.#records = new ProcessRecords(this.#recordsFolder, options.log);
    this.#options = {
      limits: DEFAULT_LIMITS,
      backoffMs: defaultBackoffMs,
      healthyMs: 60_000,
      ...options,
      records: this.#records,
      turns: new StartTurns(),
      checkMayRun: (definition) => {
        // What is started while everything ends would be left behind.
        if (this.#closing) throw drainingError();
        options.checkMayRun?.(definition);
      },
      onChange: (changed) => {
        this.#revision++;
        this.#tell(changed, changed.status);
        for (const listener of this.#listeners) listener();
      },
    };
  }

  /** Goes up with each change of a server, of its status or of its tools. */
  get revision(): number {
    return this.#revision;
  }

  /** Calls `listener` on each change of a server or its tools, until the function it returns is called. */
  onToolsChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the processes that a predecessor left behind when it was killed, and returns how many groups there were. */
  sweep(): number {
    return this.#recordsFolder === undefined ? 0 : sweepOrphans(this.#recordsFolder);
  }

  /**
   * Makes a server known. One that is known already gets the new definition and, when it runs and the definition differs, is restarted;
   * waits for that unless `inBackground`.
   */
  async define(
    definition: ServerDefinition,
    { inBackground = false }: { inBackground?: boolean } = {},
  ): Promise<SupervisedServer> {
    const key = keyOf(definition.origin, definition.id);
    const known = this.#servers.get(key);
    if (known) {
      if (JSON.stringify(known.definition) === JSON.stringify(definition)) return known;
      const restarted = known.redefine(definition);
      if (!inBackground) await restarted;
      else restarted.catch(() => undefined); // its status says what went wrong
      return known;
    }
    const server = new SupervisedServer(definition, this.#options);
    if (this.wishes.isStopped(definition)) server.hold();
    this.#servers.set(key, server);
    this.#revision++;
    this.#tell(server, server.status);
    return server;
  }

  /** Makes servers for a caller alone, and starts none: they are not found here, and nobody is told of them. They end with all others. */
  openOwn(definitions: readonly ServerDefinition[]): OwnServers {
    const own: OwnServers = new OwnServers(definitions, this.#options, () => this.#own.delete(own));
    this.#own.add(own);
    return own;
  }

  /** Ends a server and forgets it. */
  async remove(origin: ServerOrigin, id: string): Promise<void> {
    const key = keyOf(origin, id);
    const server = this.#servers.get(key);
    this.#servers.delete(key);
    this.#revision++;
    if (!server) return;
    // Whoever holds it still does not bring it back.
    await server.stopByName();
    this.#tell(server, 'removed');
    server.lines.close('removed');
  }

  /** Ends the streams of those who follow the logs of servers: this server shuts down. */
  endLogs(): void {
    for (const server of this.#servers.values()) server.lines.close('draining');
  }

  /** The server a reference means, whether it runs or not. */
  find(reference: ServerReference): SupervisedServer | undefined {
    if (typeof reference !== 'string') return this.#servers.get(keyOf(reference.origin, reference.id));
    for (const origin of ORIGINS) {
      const server = this.#servers.get(keyOf(origin, reference));
      if (server) return server;
    }
    return undefined;
  }

  /** The servers that references mean, each once; what means none is left out. */
  findAll(references: readonly ServerReference[]): SupervisedServer[] {
    const found = references.map((reference) => this.find(reference)).filter((server) => server !== undefined);
    return [...new Set(found)];
  }

  /** The variables that a server needs and nobody has set. */
  missingVariables(definition: ServerDefinition): string[] {
    return missingVariables(definition, {}, this.#options.environment);
  }

  /** Every server that runs, those of the config file first. */
  listRunning(): SupervisedServer[] {
    return ORIGINS.flatMap((origin) => this.list(origin)).filter(({ status }) => status === 'running');
  }

  /** The server of this id that runs or, when none does, the one that is coming up; of several the one of `from`, else the first in {@link ORIGINS}. */
  findActive(id: string, from?: ServerOrigin): SupervisedServer | undefined {
    const all = (from ? [from] : ORIGINS).map((origin) => this.find({ id, origin }));
    return all.find((server) => server?.status === 'running') ?? all.find((server) => server?.isWanted);
  }

  /** All of them, or those of one origin, in the order in which they became known. */
  list(origin?: ServerOrigin): SupervisedServer[] {
    const servers = [...this.#servers.values()];
    return origin === undefined ? servers : servers.filter((server) => server.definition.origin === origin);
  }

  /** Ends all of them, at the same time. */
  close(): Promise<void> {
    this.#closing ??= Promise.all([
      ...this.list().map((server) => server.stop()),
      ...[...this.#own].map((own) => own.close()),
    ]).then(() => undefined);
    return this.#closing;
  }

  #tell({ definition: { id, origin } }: Pick<ServerState, 'definition'>, status: ServerStatus | 'removed'): void {
    this.#publish({ type: 'mcp_server', id, origin, status });
  }

  /** Ends every child process at once, without waiting. */
  kill(): void {
    this.#records.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const keyOf = (origin: ServerOrigin, id: string) => `${origin}/${id}`;
