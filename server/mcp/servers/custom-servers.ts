/** The MCP servers callers have added: kept over restarts, without their secrets. */

import { z } from 'zod';
import { Mutex } from '../../async/mutex.ts';
import { ApiError } from '../../call/errors.ts';
import { invalidField } from '../../call/validation-error.ts';
import { classifyHost, isReachable } from '../../network/outgoing-address.ts';
import { type Launch, requiredVariables, type ServerDefinition } from '../definitions/server-definition.ts';
import { checkSpawnPolicy, type SpawnPolicy } from '../definitions/spawn-policy.ts';
import { withholdSecrets } from '../definitions/withhold-secrets.ts';
import type { ServerLog } from '../processes/server-log.ts';
import type { RunningServers } from './running-servers.ts';
import type { SupervisedServer } from './supervised-server.ts';

/** Where their records are kept. */
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

/** What a caller says of a server; a field that is undefined is not said. */
export interface ServerFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly command?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly transport?: Launch['type'] | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly enabled?: boolean | undefined;
}

interface CustomServersOptions {
  readonly servers: RunningServers;
  readonly records: ServerRecords;
  readonly policy: SpawnPolicy;
  readonly log?: ServerLog | undefined;
}

const texts = z.record(z.string(), z.string());
const StoredDefinition = z.object({
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  launch: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('stdio'),
      command: z.string(),
      args: z.array(z.string()),
      env: texts,
      cwd: z.string().optional(),
    }),
    z.object({ type: z.enum(['http', 'sse']), url: z.string(), headers: texts }),
  ]),
  callTimeoutMs: z.number().optional(),
});

export class CustomServers {
  readonly #options: CustomServersOptions;
  readonly #createdAt = new Map<string, string>();
  /** So that what is stored last is what runs. */
  readonly #changes = new Mutex();

  constructor(options: CustomServersOptions) {
    this.#options = options;
  }

  /** Makes the stored servers known; {@link startEnabled} runs them. */
  async open(): Promise<void> {
    for (const { id, definition, createdAt } of await this.#options.records.list()) {
      const stored = StoredDefinition.safeParse(definition);
      this.#createdAt.set(id, createdAt);
      if (stored.success) await this.#options.servers.define(toDefinition(id, stored.data));
      else this.#options.log?.warn({ mcp_server: id }, 'A stored MCP server cannot be read and is left out');
    }
  }

  /** Begins to start every enabled one. */
  startEnabled(): void {
    for (const server of this.#options.servers.list('custom')) {
      if (server.definition.enabled) server.start({ keepTrying: true }).catch(() => undefined); // its status tells
    }
  }

  /** Adds a server and begins to start it. Throws when there is one, when it is incomplete, and when the policy forbids it. */
  create(id: string, fields: ServerFields): Promise<SupervisedServer> {
    return this.#changes.run(async () => {
      if (this.#createdAt.has(id)) throw new ApiError('mcp-server-exists', `Server already exists: ${id}`);
      return this.#save(id, new Date().toISOString(), fields, undefined);
    });
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
    const { launch, values } = withholdSecrets(id, toLaunch(fields, before?.launch));
    const timeoutMs = fields.timeout === undefined ? before?.callTimeoutMs : fields.timeout * 1000;
    const stored = {
      name: fields.name ?? before?.name ?? id,
      description: fields.description ?? before?.description ?? '',
      enabled: fields.enabled ?? before?.enabled ?? true,
      launch,
      ...(timeoutMs !== undefined && { callTimeoutMs: timeoutMs }),
    };
    const definition = toDefinition(id, stored);
    const withheld = Object.entries({ ...before?.withheld, ...values }).filter(([name]) =>
      definition.requiredEnvVars.includes(name),
    );
    checkSpawnPolicy(this.#options.policy, definition);
    await this.#options.records.save({ id, definition: stored, createdAt, updatedAt: new Date().toISOString() });
    this.#createdAt.set(id, createdAt);
    const { servers } = this.#options;
    const server = await servers.define(
      { ...definition, withheld: Object.fromEntries(withheld) },
      { inBackground: true },
    );
    // To enable a server is to name it; any other change leaves one that somebody has stopped as it is.
    const mayStart = fields.enabled === true || (stored.enabled && !server.isHeld);
    if (mayStart && (!before?.enabled || !server.isWanted)) {
      server.start({ keepTrying: true }).catch(() => undefined); // its status tells
    }
    return server;
  }
}

function toDefinition(id: string, stored: z.output<typeof StoredDefinition> | StoredParts): ServerDefinition {
  return { ...stored, id, origin: 'custom', requiredEnvVars: requiredVariables(stored.launch) };
}

type StoredParts = Pick<ServerDefinition, 'name' | 'description' | 'enabled' | 'launch' | 'callTimeoutMs'>;

/** What `fields` say of how to run it, over what was said before. A command takes the place of a URL, and a URL that of a command. */
function toLaunch(fields: ServerFields, before: Launch | undefined): Launch {
  const { command, url, transport } = fields;
  if (command !== undefined && url !== undefined) throw invalidField('url', 'must not be there beside a command');
  const stdio = before?.type === 'stdio' ? before : undefined;
  const remote = before?.type !== 'stdio' ? before : undefined;
  const isStdio = command !== undefined || (url === undefined && stdio !== undefined);
  if (isStdio) {
    if (transport !== undefined && transport !== 'stdio') throw invalidField('transport', `${transport} needs a url`);
    return {
      type: 'stdio',
      command: command ?? stdio?.command ?? '',
      args: fields.args ?? stdio?.args ?? [],
      env: fields.env ?? stdio?.env ?? {},
      ...((fields.cwd ?? stdio?.cwd) !== undefined && { cwd: fields.cwd ?? stdio?.cwd }),
    };
  }
  const target = url ?? remote?.url;
  if (target === undefined) throw invalidField('command', 'is required when there is no url');
  if (transport === 'stdio') throw invalidField('transport', 'stdio needs a command');
  const address = URL.parse(target);
  if (address && !isReachable(classifyHost(address))) {
    throw invalidField('url', 'must not lead to a link-local or metadata address');
  }
  // Headers hold keys, and a key of one host is not for another.
  const known = remote && originOf(remote.url) === originOf(target) ? remote.headers : {};
  return { type: transport ?? remote?.type ?? 'http', url: target, headers: fields.headers ?? known };
}

/** The origin of a URL; of one with references in its host, the text before its path. */
const originOf = (url: string) => /^[^/]*\/\/[^/?#]*/.exec(url)?.[0] ?? url;
