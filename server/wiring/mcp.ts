import type { Log } from '../http/log.ts';
import type { Publish } from '../live-events/publish.ts';
import { openMcp } from '../mcp/open-mcp.ts';
import { createServerHandlers } from '../mcp/server-handlers.ts';
import { createFindStarted } from '../mcp/servers/find-started.ts';
import type { Options } from '../options.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import type { SharedRecords } from './shared-records.ts';

/** The MCP servers as the rest of the server is given them. */
export type McpServers = Awaited<ReturnType<typeof openMcpServers>>;

interface McpServersOptions {
  readonly options: Options;
  readonly environment: NodeJS.ProcessEnv;
  readonly store: Store;
  /** What secrets are stored with; undefined: they are not stored. */
  readonly secrets: SecretBox | undefined;
  readonly shared: SharedRecords;
  readonly log: Log;
  readonly publish: Publish;
}

/** Makes the MCP servers known. */
export async function openMcpServers({
  options,
  environment,
  store,
  secrets,
  shared,
  log,
  publish,
}: McpServersOptions) {
  const mcp = await openMcp({
    environment,
    version,
    dataFolder: options['data-dir'],
    log,
    publish,
    records: store.servers,
    secrets,
    desires: shared.desires,
    tag: shared.tag,
    onStored: (id) => shared.tell('servers', id),
    configFile: options['mcp-config'],
    startConfigServers: !options['no-config-mcp-servers'],
    startUsedCatalogServers: !options['no-catalog-mcp-servers'],
    startAtBoot: options['mcp-servers'],
    policy: { allowsCustomServers: !options['no-custom-mcp-servers'], commands: options['mcp-commands'] },
  });
  const { servers, config } = mcp;
  shared.follow('servers', mcp.custom);
  return {
    servers,
    config,
    findStarted: createFindStarted(servers, shared.asks),
    openOwn: mcp.openOwn,
    handlers: { mcpServers: createServerHandlers(mcp) },
    /** Starts the servers that are to run from the beginning, those that `findUsed` tells among them. Resolves when each runs or has failed. */
    start(findUsed: Parameters<typeof mcp.start>[0]): Promise<void> {
      return mcp.start(findUsed).catch((cause) => log.error({ err: cause }, 'not every MCP server was started'));
    },
    endLogs: () => servers.endLogs(),
    close: () => mcp.close(),
  };
}
