import { Mutex } from '../../async/mutex.ts';
import { ApiError } from '../../call/errors.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import { applyFields, readStored, type ServerFields } from '../definitions/custom-definition.ts';
import { type SealedSecrets, sealSecrets, unsealSecrets } from '../definitions/sealed-secrets.ts';
import type { ServerDefinition } from '../definitions/server-definition.ts';
import { checkSpawnPolicy, type SpawnPolicy } from '../definitions/spawn-policy.ts';
import type { ServerLog } from '../processes/server-log.ts';
import type { RunningServers } from './running-servers.ts';
import type { SupervisedServer } from './supervised-server.ts';

interface StoredServer {
  readonly id: string;
  readonly definition: Record<string, unknown>;
  readonly secrets: SealedSecrets;
  readonly createdAt: string;
}

/** Where custom servers are stored. */
export interface ServerRecords {
  list(): Promise<StoredServer[]>;
  save(record: StoredServer & { readonly updatedAt: string }): Promise<void>;
  /** Stores other secrets, unless what is stored has changed. */
  replaceSecrets(id: string, before: SealedSecrets, after: SealedSecrets): Promise<void>;
  delete(id: string): Promise<void>;
}

interface CustomServersOptions {
  readonly servers: RunningServers;
  readonly records: ServerRecords;
  readonly policy: SpawnPolicy;
  /** What secrets are stored with; absent: they are kept in memory only. */
  readonly secrets?: SecretBox | undefined;
  readonly log: ServerLog;
}

/** The MCP servers callers have added: kept over restarts, with their secrets where something seals them. */
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
    for (const record of await records.list()) {
      const { id, createdAt } = record;
      const stored = readStored(id, record.definition);
      if (!stored) {
        log.warn({ mcp_server: id }, 'A stored MCP server cannot be read and is left out');
        continue;
      }
      if (stored.isOdd) log.warn({ mcp_server: id }, 'A stored MCP server is odd and is read without what is odd');
      this.#createdAt.set(id, createdAt);
      await servers.define(await this.#unseal(stored.definition, record.secrets));
    }
  }

  /** Whether secrets are stored; if not, they are kept in memory only. */
  get storesSecrets(): boolean {
    return this.#options.secrets !== undefined;
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

  /** A definition with its secrets. Those of an older key are sealed anew, so that it can be taken away one day. */
  async #unseal(stored: ServerDefinition, sealed: SealedSecrets): Promise<ServerDefinition> {
    const { records, secrets, log } = this.#options;
    const { id } = stored;
    const { definition, isStale } = unsealSecrets(stored, sealed, secrets);
    if (definition.unopened) {
      const why = secrets ? 'with no key that is in the secret key file' : 'and there is no secret key file';
      log.warn(
        { mcp_server: id, variables: Object.keys(definition.unopened) },
        `Secrets of an MCP server were sealed ${why}: they are as good as not set`,
      );
    }
    if (isStale) {
      await records.replaceSecrets(id, sealed, sealSecrets(definition, secrets)).catch((cause) => {
        // What is stored still opens.
        log.warn({ mcp_server: id, err: cause }, 'Secrets of an MCP server could not be sealed with the first key');
      });
    }
    return definition;
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
    await records.save({
      id,
      definition: { ...stored },
      secrets: sealSecrets(definition, this.#options.secrets),
      createdAt,
      updatedAt: new Date().toISOString(),
    });
    this.#createdAt.set(id, createdAt);
    const server = await servers.define(definition, { inBackground: true });
    // To enable a server is to name it; any other change leaves one that somebody has stopped as it is.
    const mayStart = fields.enabled === true || (definition.enabled && !server.isHeld);
    if (mayStart && (!before?.enabled || !server.isWanted)) server.startInBackground();
    return server;
  }
}
