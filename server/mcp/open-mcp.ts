import { join } from 'node:path';
import { type ApiError, toApiError } from '../call/errors.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { toolboxServer } from './definitions/bundled-servers.ts';
import { catalogServers } from './definitions/catalog.ts';
import { applyFields, type ServerFields } from './definitions/custom-definition.ts';
import type { ServerDefinition } from './definitions/server-definition.ts';
import { toServerId } from './definitions/server-id.ts';
import { checkSpawnPolicy, type SpawnPolicy } from './definitions/spawn-policy.ts';
import type { ServerLog } from './processes/server-log.ts';
import { ConfigServers } from './servers/config-servers.ts';
import { CustomServers, type ServerRecords } from './servers/custom-servers.ts';
import type { OwnServers } from './servers/own-servers.ts';
import { RunningServers, type RunningServersOptions, type ServerReference } from './servers/running-servers.ts';

/** What the MCP half of the server is opened with. */
export interface OpenMcpOptions extends Omit<RunningServersOptions, 'checkMayRun'> {
  readonly log: ServerLog;
  readonly dataFolder: string;
  readonly records: ServerRecords;
  /** Told of each custom server that was stored, changed or removed here. */
  readonly onStored?: (id: string) => void;
  readonly configFile: string;
  /** False: config servers are known, and run once somebody names them. */
  readonly startConfigServers: boolean;
  /** False: servers of the catalog do not start because an agent uses them. */
  readonly startUsedCatalogServers: boolean;
  /** Servers of the catalog to start at boot, by id. */
  readonly startAtBoot: readonly string[];
  readonly policy: SpawnPolicy;
  /** What the secrets of custom servers are stored with; absent: they are kept in memory only. */
  readonly secrets?: SecretBox | undefined;
}

/** A server that a caller brings. */
export interface OwnServer extends Omit<ServerFields, 'name' | 'enabled'> {
  /** What it is called, by the caller. */
  readonly name: string;
}

/** Servers of a caller alone. */
export interface OwnServersOpened {
  readonly servers: OwnServers;
  readonly refused: readonly { readonly name: string; readonly error: ApiError }[];
}

/** The MCP half of the server. Everything is known once it is open; nothing runs before {@link start}. */
export interface Mcp {
  readonly servers: RunningServers;
  readonly config: ConfigServers;
  readonly custom: CustomServers;
  /** Makes servers known to a caller alone, and starts none. What must not run, or cannot be read, is left out. */
  openOwn(wanted: readonly OwnServer[]): OwnServersOpened;
  /** Begins to start what is to run from the beginning, and does not wait for it: what agents use, which `findUsed` tells, among it. */
  start(findUsed: () => Promise<readonly ServerReference[]>): Promise<void>;
  close(): Promise<void>;
}

/** Makes the servers of the catalog, of the config file and of callers known, and starts none. */
export async function openMcp(options: OpenMcpOptions): Promise<Mcp> {
  const { dataFolder, records, policy, secrets, onStored, log } = options;
  const servers = new RunningServers({ ...options, checkMayRun: (definition) => checkSpawnPolicy(policy, definition) });
  const config = new ConfigServers(servers, { file: options.configFile, startThem: options.startConfigServers, log });
  const custom = new CustomServers({ servers, records, policy, secrets, onStored, log });
  for (const definition of [...catalogServers(), toolboxServer(join(dataFolder, 'compile-cache'))]) {
    const server = await servers.define(definition);
    if (!options.startUsedCatalogServers) server.hold();
  }
  await config.learn();
  await custom.open();
  return {
    servers,
    config,
    custom,
    openOwn: (wanted) => openOwn(wanted, servers, policy),
    async start(findUsed) {
      const swept = servers.sweep();
      if (swept > 0) log.warn({ groups: swept }, 'ended MCP servers that an earlier server left behind');
      custom.startEnabled();
      for (const id of options.startAtBoot) {
        const server = servers.find({ id, origin: 'catalog' });
        if (server && !servers.wishes.isStopped(server.definition)) server.startInBackground();
        else if (!server) log.warn({ mcp_server: id }, 'The catalog has no such MCP server');
      }
      await Promise.all([config.open(), startUsed(servers, findUsed)]);
      servers.wishes.startWished();
    },
    async close() {
      config.close();
      await servers.close();
    },
  };
}

/** Begins to start what agents use, but not what lacks a variable: to say so is for the run that needs it. */
async function startUsed(servers: RunningServers, findUsed: () => Promise<readonly ServerReference[]>): Promise<void> {
  for (const server of servers.findAll(await findUsed())) if (server.isAvailable) void server.startForUse();
}

function openOwn(wanted: readonly OwnServer[], servers: RunningServers, policy: SpawnPolicy): OwnServersOpened {
  const definitions = new Map<string, ServerDefinition>();
  const refused: { name: string; error: ApiError }[] = [];
  for (const { name, ...fields } of wanted) {
    const id = toOwnId(name, definitions);
    try {
      const { definition } = applyFields(id, { ...fields, name }, undefined);
      checkSpawnPolicy(policy, definition);
      definitions.set(id, definition);
    } catch (cause) {
      refused.push({ name, error: toApiError(cause) });
    }
  }
  return { servers: servers.openOwn([...definitions.values()]), refused };
}

/** The id of a server whose caller calls it anything. */
function toOwnId(name: string, taken: ReadonlyMap<string, unknown>): string {
  const id = toServerId(name);
  let unique = id;
  for (let count = 2; taken.has(unique); count++) unique = `${id}-${count}`;
  return unique;
}
