/** What the front door is told by the options. */
import { readApiKeyFile } from '../http/auth.ts';
import { DOCS_PATHS } from '../http/docs-pages.ts';
import type { Log } from '../http/log.ts';
import type { StartHttpServer } from '../http/server.ts';
import type { Options } from '../options.ts';

/** How the HTTP server is started, from the options and from what the other parts bring to it. */
export function toHttpOptions(
  options: Options,
  log: Log,
  rest: Pick<StartHttpServer, 'operations' | 'streamFormats' | 'mounts' | 'identifyFor' | 'isDraining' | 'apiKeys'>,
): StartHttpServer {
  return {
    ...rest,
    host: options.host,
    port: options.port,
    findFreePort: options['find-free-port'],
    allowedHosts: options['allowed-host'],
    corsOrigins: options['cors-origin'],
    rateLimits: options['rate-limit'],
    mounts: [...rest.mounts, { path: '/', load: loadDocs }],
    openPaths: DOCS_PATHS,
    log,
  };
}

/** The keys that callers may send; none: no key is asked for. */
export function readApiKeys(options: Options): string[] {
  const keyFile = options['api-key-file'];
  return [...options['api-keys'], ...(keyFile === undefined ? [] : readApiKeyFile(keyFile))];
}

// Loaded with Express, after the server listens.
async function loadDocs() {
  const { createDocs } = await import('../http/docs.ts');
  return createDocs();
}
