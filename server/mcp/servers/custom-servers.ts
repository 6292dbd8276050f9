import { Mutex } from '../../async/mutex.ts';
import { ApiError } from '../../call/errors.ts';
import { applyFields, readStored, type ServerFields } from '../definitions/custom-definition.ts';
import type { ServerDefinition } from '../definitions/server-definition.ts';
import { checkSpawnPolicy, type SpawnPolicy } from '../definitions/spawn-policy.ts';
import type { ServerLog } from '../processes/server-log.ts';
import type { RunningServers } from './running-servers.ts';
import type { SupervisedServer } from './supervised-server.ts';

/** Where custom servers are stored. */
export interface ServerRecords {
  list(): Promise<{ readonly id: string; readonly definition: Record<string, unknown>; readonly createdAt: string }[]>;
  save(record: {
    id: string;
    definition: Record<string, unknown>;
    createdAt: string;
    updatedAt: string;
  }): Promise<void>;
  delete(id: string): Promise<void>;
}

interface CustomServersOptions {
  readonly servers: RunningServers;
  readonly records: ServerRecords;
  readonly policy: SpawnPolicy;
  readonly log: ServerLog;
}

/** The MCP servers callers have added: kept over restarts, without their secrets. */
export class CustomServers {
  readonly #options: CustomServersOptions;
  readonly #createdAt = new Map<string, string>();
  /** One change after the other, so that what is stored last is what runs. */
  readonly #changes = new Mutex();

  constructor(options: CustomServersOptions) {
    this.#options = options;
  }

  /** Makes the stored servers known; {@link startEnabled} runs them. */
  async open(): Promise<void> {
    const { servers, records, log } = this.#options;
    for (const { id, definition, createdAt } of await records.list()) {
      const stored = readStored(id, definition);
      if (!stored) {
        log.warn({ mcp_server: id }, 'A stored MCP server cannot be read and is left out');
        continue;
      }
      if (stored.isOdd) log.warn({ mcp_server: id }, 'A stored MCP server is odd and is read without what is odd');
      this.#createdAt.set(id, createdAt);
      await servers.define(stored.definition);
    }
  }

  /** Begins to start every enabled one. */
  startEnabled(): void {
    for (const server of this.#options.servers.list('custom')) {
      if (server.definition.enabled) server.startInBackground();
    }
  }

  /** Adds a server and begins to start it. Throws when there is one, when it is incomplete, and when the policy forbids it. */
  create(id: string, fields: ServerFields): Promise<SupervisedServer> {
    return this.#changes.run(async () => {
      this.#refuseKnown(id);
      return this.#save(id, new Date().toISOString(), fields, undefined);
    });
  }

  /** The definition of the server that {@link create} would add; throws what that would. */
  check(id: string, fields: ServerFields): ServerDefinition {
    this.#refuseKnown(id);
    const { definition } = applyFields(id, fields, undefined);
    checkSpawnPolicy(this.#options.policy, definition);
    return definition;
  }

  /** Changes what is said of a server; one that runs is restarted. */
  update(id: string, fields: ServerFields): Promise<SupervisedServer> {
    return this.#changes.run(async () => {
      const server = this.#get(id);
      return this.#save(id, this.#createdAt.get(id) ?? new Date().toISOString(), fields, server.definition);
    });
  }

  /** Ends a server and forgets it. */
  delete(id: string): Promise<void> {
    return this.#changes.run(async () => {
      this.#get(id);
      await this.#options.records.delete(id);
      this.#createdAt.delete(id);
      await this.#options.servers.remove('custom', id);
    });
  }

  #refuseKnown(id: string): void {
    if (this.#createdAt.has(id)) throw new ApiError('mcp-server-exists', `Server already exists: ${id}`);
  }

  #get(id: string): SupervisedServer {
    const server = this.#options.servers.find({ id, origin: 'custom' });
    if (server) return server;
    const other = this.#options.servers.find(id)?.definition.origin;
    const hint = other
      ? `: the one of the ${other === 'config' ? 'config file' : 'catalog'} cannot be changed here`
      : '';
    throw new ApiError('mcp-server-not-found', `Server not found: ${id}${hint}`);
  }

  async #save(id: string, createdAt: string, fields: ServerFields, before: ServerDefinition | undefined) {
    const { servers, records, policy } = this.#options;
    const { stored, definition } = applyFields(id, fields, before);
    checkSpawnPolicy(policy, definition);
    await records.save({ id, definition: { ...stored }, createdAt, updatedAt: new Date().toISOString() });
    this.#createdAt.set(id, createdAt);
    const server = await servers.define(definition, { inBackground: true });
    // To enable a server is to name it; any other change leaves one that somebody has stopped as it is.
    const mayStart = fields.enabled === true || (definition.enabled && !server.isHeld);
    if (mayStart && (!before?.enabled || !server.isWanted)) server.startInBackground();
    return server;
  }
}
