import { type AppHandlers, contract } from '../../contract/index.ts';
import { implement, type RequestContext } from '../call/implement.ts';
import { readApiKeyFile } from '../http/auth.ts';
import { createConsole } from '../http/console.ts';
import { createDocs } from '../http/docs.ts';
import { DOCS_PATHS } from '../http/docs-pages.ts';
import type { Log } from '../http/log.ts';
import type { StartHttpServer } from '../http/server.ts';
import type { Options } from '../options.ts';
import type { Runs } from '../runs/runs.ts';
import type { McpServers } from './mcp.ts';
import type { openMcpDoors } from './mcp-doors.ts';
import type { McpProxy } from './mcp-proxy.ts';
import type { openMetrics } from './metrics.ts';
import type { Protocols } from './protocols.ts';
import type { RateLimitParts } from './rate-limits.ts';

interface HttpParts {
  readonly options: Options;
  readonly log: Log;
  readonly apiKeys: readonly string[];
  readonly handlers: AppHandlers<RequestContext>;
  readonly runs: Runs;
  readonly mcp: McpServers;
  readonly doors: ReturnType<typeof openMcpDoors>;
  readonly metrics: ReturnType<typeof openMetrics>;
  readonly proxy: McpProxy;
  readonly protocols: Protocols;
  readonly rateLimits: RateLimitParts;
  readonly openTrace: StartHttpServer['openTrace'];
}

/** How the HTTP server is started. */
export function toHttpOptions({
  options,
  log,
  apiKeys,
  handlers,
  runs,
  mcp,
  doors,
  metrics,
  proxy,
  protocols,
  rateLimits,
  openTrace,
}: HttpParts): StartHttpServer {
  return {
    operations: implement(contract, handlers, log),
    streamFormats: protocols.streamFormats,
    sockets: protocols.sockets,
    mounts: [...doors.mounts, ...protocols.mounts],
    docs: createDocs(),
    openPaths: [...DOCS_PATHS, ...protocols.openPaths],
    console: createConsole(),
    textPages: metrics.page({ runs, mcp }),
    watch: metrics.requests,
    apiKeys,
    identifyFor: proxy.identifyFor,
    isDraining: () => runs.isDraining,
    host: options.host,
    port: options.port,
    findFreePort: options['find-free-port'],
    allowedHosts: options['allowed-host'],
    corsOrigins: options['cors-origin'],
    rateLimits: options['rate-limit'],
    openRateWindow: rateLimits.openWindow,
    openTrace,
    log,
  };
}

/** The keys that callers may send; none: no key is asked for. */
export function readApiKeys(options: Options): string[] {
  const keyFile = options['api-key-file'];
  return [...options['api-keys'], ...(keyFile === undefined ? [] : readApiKeyFile(keyFile))];
}
