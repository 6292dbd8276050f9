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

/** Where custom servers are stored: each write has a revision. */
export interface ServerRecords {
  list(): Promise<StoredServer[]>;
  /** Returns the revision; undefined when another process has stored one of this id. */
  insert(record: StoredServer & { readonly updatedAt: string }): Promise<number | undefined>;
  /** Returns the revision; undefined when another process has stored another one since `before`. */
  update(record: StoredServer & { readonly updatedAt: string }, before: number): Promise<number | undefined>;
  /** Stores other secrets, unless what is stored has changed. */
  replaceSecrets(id: string, before: SealedSecrets, after: SealedSecrets): Promise<void>;
  delete(id: string): Promise<void>;
  /** What time it is where they are stored. */
  now(): string;
  /** What was stored since a revision, and the ids of all when some may be gone; absent where no other process stores any. */
  readonly changes?:
    | ((since: number) => Promise<{
        readonly revision: number;
        readonly written: readonly { readonly record: StoredServer; readonly revision: number }[];
        readonly ids: ReadonlySet<string> | undefined;
      }>)
    | undefined;
}

interface CustomServersOptions {
  readonly servers: RunningServers;
  readonly records: ServerRecords;
  readonly policy: SpawnPolicy;
  /** What secrets are stored with; absent: they are kept in memory only. */
  readonly secrets?: SecretBox | undefined;
  readonly log: ServerLog;
  /** Told of each change that was stored here. */
  readonly onStored?: ((id: string) => void) | undefined;
}

/** What is held of a stored server beside what runs. */
interface Held {
  readonly createdAt: string;
  readonly revision: number;
  /** Whether it can be read: one that cannot is in nobody's way. */
  readonly isReadable: boolean;
}

/** How often a change is made anew that another process comes before. */
const MAX_TRIES = 50;
const NOTHING_READ = -1;

/** The MCP servers callers have added: kept over restarts, with their secrets where something seals them. */
export class CustomServers {
  readonly #options: CustomServersOptions;
  readonly #held = new Map<string, Held>();
  /** One change after the other, so that what is stored last is what runs. */
  readonly #changes = new Mutex();
  /** Those that were deleted here and have not ended yet. */
  readonly #ending = new Map<string, Promise<void>>();
  #revision = NOTHING_READ;
  #isStarted = false;

  constructor(options: CustomServersOptions) {
    this.#options = options;
  }

  /** Up to which write all are known; less than any where one process has them alone. */
  get revision(): number {
    return this.#revision;
  }

  /** Makes the stored servers known; {@link startEnabled} runs them. */
  async open(): Promise<void> {
    const { records } = this.#options;
    if (records.changes) return this.catchUp();
    for (const record of await records.list()) await this.#learn(record, 0);
  }

  /** Takes what other processes have changed, and starts, restarts and ends servers accordingly. */
  catchUp(): Promise<void> {
    return this.#changes.run(() => this.#takeChanges());
  }

  /** Whether secrets are stored; if not, they are kept in memory only. */
  get storesSecrets(): boolean {
    return this.#options.secrets !== undefined;
  }

  /** Begins to start every enabled one that nobody has stopped. */
  startEnabled(): void {
    const { servers } = this.#options;
    this.#isStarted = true;
    for (const server of servers.list('custom')) {
      if (server.definition.enabled && !servers.wishes.isStopped(server.definition)) server.startInBackground();
    }
  }

  /** Adds a server and begins to start it. Throws when there is one, when it is incomplete, and when the policy forbids it. */
  create(id: string, fields: ServerFields): Promise<SupervisedServer> {
    return this.#changes.run(async () => {
      this.#refuseKnown(id);
      const saved = await this.#save(id, fields, undefined);
      if (saved) return saved;
      await this.#takeChanges();
      this.#refuseKnown(id);
      throw new ApiError('store-failed', `Server ${id} cannot be stored`);
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
      for (let tries = 1; tries <= MAX_TRIES; tries++) {
        const saved = await this.#save(id, fields, this.#get(id).definition);
        if (saved) return saved;
        await this.#takeChanges();
      }
      throw new ApiError('store-failed', `Server ${id} is changed too often at this moment`);
    });
  }

  /** Ends a server and forgets it. */
  async delete(id: string): Promise<void> {
    const { records, servers, onStored } = this.#options;
    const { ended } = await this.#changes.run(async () => {
      this.#get(id);
      await records.delete(id);
      this.#held.delete(id);
      onStored?.(id);
      return { ended: this.#end(id) };
    });
    await servers.wishes.forget({ id, origin: 'custom' });
    await ended;
  }

  /** Ends a server, which may take a while: who creates another one of its id waits for that. */
  #end(id: string): Promise<void> {
    const ended = this.#options.servers.remove('custom', id).finally(() => {
      if (this.#ending.get(id) === ended) this.#ending.delete(id);
    });
    this.#ending.set(id, ended);
    return ended;
  }

  /** Makes a stored server known as it is stored; undefined when it cannot be read. */
  async #learn(record: StoredServer, revision: number): Promise<SupervisedServer | undefined> {
    const { servers, log } = this.#options;
    const { id, createdAt } = record;
    const stored = readStored(id, record.definition);
    this.#held.set(id, { createdAt, revision, isReadable: stored !== undefined });
    if (!stored) {
      log.warn({ mcp_server: id }, 'A stored MCP server cannot be read and is left out');
      return undefined;
    }
    if (stored.isOdd) log.warn({ mcp_server: id }, 'A stored MCP server is odd and is read without what is odd');
    const before = servers.find({ id, origin: 'custom' })?.definition;
    const definition = keepWithheld(await this.#unseal(stored.definition, record.secrets), before);
    await this.#ending.get(id);
    return servers.define(definition, { inBackground: true });
  }

  async #takeChanges(): Promise<void> {
    const { servers, records, log } = this.#options;
    const changes = await records.changes?.(this.#revision);
    if (!changes) return;
    for (const { record, revision } of changes.written) {
      const { id } = record;
      if (this.#held.get(id)?.revision === revision) continue;
      const wasEnabled = servers.find({ id, origin: 'custom' })?.definition.enabled;
      const server = await this.#learn(record, revision);
      if (server && this.#isStarted) startIfWanted(server, { wasEnabled, isNamed: wasEnabled === false });
    }
    for (const id of changes.ids ? this.#held.keys() : []) {
      if (changes.ids?.has(id)) continue;
      this.#held.delete(id);
      // Nobody waits for it: whoever has deleted it waits for its own process.
      this.#end(id).catch((err) => log.warn({ mcp_server: id, err }, 'A deleted MCP server did not end'));
    }
    this.#revision = changes.revision;
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
    if (this.#held.get(id)?.isReadable) throw new ApiError('mcp-server-exists', `Server already exists: ${id}`);
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

  /** Stores what `fields` make of a server, and runs it accordingly; undefined when another process has stored something else meanwhile. */
  async #save(id: string, fields: ServerFields, before: ServerDefinition | undefined) {
    const { servers, records, policy, secrets, onStored } = this.#options;
    const { stored, definition } = applyFields(id, fields, before);
    checkSpawnPolicy(policy, definition);
    const held = this.#held.get(id);
    const updatedAt = records.now();
    const createdAt = (before && held?.createdAt) ?? updatedAt;
    const record = { id, definition: { ...stored }, secrets: sealSecrets(definition, secrets), createdAt, updatedAt };
    const revision = await (held ? records.update(record, held.revision) : records.insert(record));
    if (revision === undefined) return undefined;
    this.#held.set(id, { createdAt, revision, isReadable: true });
    onStored?.(id);
    await this.#ending.get(id);
    const server = await servers.define(definition, { inBackground: true });
    const { wishes } = servers;
    // What was said of another one of this id, or of this one while it was enabled, is over.
    if (!before || fields.enabled === false) await wishes.forget(definition);
    if (fields.enabled === true && wishes.isStopped(definition)) await wishes.resume(server);
    startIfWanted(server, { wasEnabled: before?.enabled, isNamed: fields.enabled === true });
    return server;
  }
}

/** Begins to start a server that is enabled. To enable one is to name it; any other change leaves one that somebody has stopped as it is. */
function startIfWanted(
  server: SupervisedServer,
  { wasEnabled, isNamed }: { readonly wasEnabled: boolean | undefined; readonly isNamed: boolean },
): void {
  const { enabled } = server.definition;
  const mayStart = enabled && (isNamed || !server.isHeld);
  if (mayStart && (!wasEnabled || !server.isWanted)) server.startInBackground();
}

/** A definition with the secrets that were said here before and are not stored, as far as it refers to them. */
function keepWithheld(definition: ServerDefinition, before: ServerDefinition | undefined): ServerDefinition {
  const kept = Object.entries(before?.withheld ?? {}).filter(([name]) => definition.requiredEnvVars.includes(name));
  if (!kept.length) return definition;
  return { ...definition, withheld: { ...Object.fromEntries(kept), ...definition.withheld } };
}
