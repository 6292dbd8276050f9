import { type AppHandlers, BASE_PATH, contract } from '../../contract/index.ts';
import { implement, type RequestContext } from '../call/implement.ts';
import { readApiKeyFile } from '../http/auth.ts';
import { createConsole } from '../http/console.ts';
import { createDocs } from '../http/docs.ts';
import { DOCS_PATHS } from '../http/docs-pages.ts';
import { RPC_PATH } from '../http/exchange.ts';
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
import type { SharedRecords } from './shared-records.ts';

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
  readonly shared: SharedRecords;
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
  shared,
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
    refresh: shared.refresh && ((route) => (usesRecords(route) ? shared.refresh?.() : undefined)),
    log,
  };
}

/** What tells whether this process is there must not wait for another. */
const LOOKS = new Set([`${BASE_PATH}/health`, `${BASE_PATH}/ready`]);
/** Whether a request may be about records that another process has written; documents and the page for people are not. */
const usesRecords = (route: string) => USERS.some((prefix) => route.startsWith(prefix)) && !LOOKS.has(route);
const USERS = [`${BASE_PATH}/`, `${RPC_PATH}/`, '/.well-known/'];

/** The keys that callers may send; none: no key is asked for. */
export function readApiKeys(options: Options): string[] {
  const keyFile = options['api-key-file'];
  return [...options['api-keys'], ...(keyFile === undefined ? [] : readApiKeyFile(keyFile))];
}
