/** The composition root: builds each part of the server once and closes them in reverse. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BASE_PATH, contract } from '../contract/index.ts';
import { createCardAgents, createTaskRuns } from './a2a-parts.ts';
import { loadAgents } from './agents/agent-registry.ts';
import { stopUnselected } from './agents/agent-servers.ts';
import { ensureDemoAgent } from './agents/demo-agent.ts';
import { createAgentLookup, createHandlers } from './handlers.ts';
import { createReadiness } from './health/readiness.ts';
import { readApiKeyFile } from './http/auth.ts';
import { DOCS_PATHS } from './http/docs-pages.ts';
import type { Log } from './http/log.ts';
import type { StartHttpServer } from './http/server.ts';
import { implement } from './implement.ts';
import { createGatewayHandler } from './mcp/gateway-handler.ts';
import { openMcp } from './mcp/open-mcp.ts';
import { createPageTools } from './mcp-ui-parts.ts';
import { Models } from './models/models.ts';
import type { Options } from './options.ts';
import { createAgUiProtobuf } from './protocols/ag-ui-protobuf.ts';
import { openA2a } from './protocols/open-a2a.ts';
import { Runs } from './runs/runs.ts';
import { SandboxManager } from './sandbox/sandbox-manager.ts';
import { openStore } from './store/sqlite.ts';
import { version } from './version.ts';

/** Slow enough to see the demo model's answer stream. */
const DEMO_PACE_MS = 15;

interface RuntimeOptions {
  readonly options: Options;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
}

/** A server that is built and does not listen yet. */
export interface Runtime {
  /** What the HTTP server is started with. */
  readonly http: StartHttpServer;
  readonly models: Models;
  /** Begins what may take a while: MCP servers come up in the background. */
  start(): void;
  /** Refuses new runs and waits for those that go on, at most for the grace. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
  /** Ends every child process at once, without waiting. */
  kill(): void;
}

/** Opens the store and builds everything on it. Throws one sentence when the data folder or the default model cannot be used. */
export async function createRuntime({ options, environment, log }: RuntimeOptions): Promise<Runtime> {
  const models = new Models({ environment, defaultModel: options.model, demoPaceMs: options.demo ? DEMO_PACE_MS : 0 });
  models.checkDefault();
  const dataFolder = options['data-dir'];
  const store = await openStore({ folder: dataFolder });
  const mcp = await openMcp({
    environment,
    version,
    dataFolder,
    log,
    records: store.servers,
    configFile: options['mcp-config'],
    startConfigServers: !options['no-config-mcp-servers'],
    startUsedCatalogServers: !options['no-catalog-mcp-servers'],
    startAtBoot: options['mcp-servers'],
    policy: { allowsCustomServers: !options['no-custom-mcp-servers'], commands: options['mcp-commands'] },
  });
  const { servers } = mcp;
  let isDraining = false;
  try {
    const runs = new Runs({ store, models, log });
    const interrupted = await runs.interruptOpen();
    if (interrupted.length) log.warn({ runs: interrupted.length }, 'runs were cut off when the server last stopped');
    const agents = await loadAgents(store.agents, {
      checkModel: (model) => models.check(model),
      findUnknownServers: (selection) =>
        selection.filter((one) => !servers.find(one)).map((one) => (typeof one === 'string' ? one : one.id)),
      agentsChanged: () => void stopUnselected(servers, agents.list()),
    });
    if (options.demo) await ensureDemoAgent(agents, store.facts);
    const sandboxes = new SandboxManager({
      cacheFolder: join(dataFolder, 'cache'),
      owner: ownerOf(dataFolder),
      localEvalEngine: options['local-eval-engine'],
      log: (message) => log.warn(message),
    });
    const health = createReadiness({ store, configServers: mcp.config, servers, isDraining: () => isDraining });
    const protobuf = createAgUiProtobuf();
    const handlers = createHandlers({ store, models, mcp, agents, runs, sandboxes, health, protobuf });
    const apiKeys = readApiKeys(options);
    const a2a = await openA2a({
      agents: createCardAgents(agents, servers),
      tasks: store.tasks,
      startRun: createTaskRuns(runs, createAgentLookup({ agents, mcp })),
      webhookHosts: options['webhook-host'],
      hasKeys: apiKeys.length > 0,
      version,
      log,
    });
    const loadPages = async () => {
      const { createMcpUiPages } = await import('./protocols/mcp-ui-pages.ts');
      return createMcpUiPages({
        agents,
        pageTools: createPageTools(agents, servers),
        frameAncestors: options['cors-origin'],
      });
    };
    return {
      http: toHttpOptions(options, log, {
        operations: implement(contract, handlers),
        streamFormats: { 'agUi.run': [protobuf.format] },
        isDraining: () => isDraining,
        apiKeys,
        mounts: [
          { path: `${BASE_PATH}/mcp`, handler: createGatewayHandler(mcp.gateway) },
          ...a2a.mounts,
          { path: `${BASE_PATH}/mcp-ui`, load: loadPages },
        ],
      }),
      models,
      start() {
        void models.defaultModel();
        mcp.start().catch((cause) => log.error({ err: cause }, 'the MCP config file cannot be read'));
      },
      async drain(graceMs) {
        isDraining = true;
        await runs.drain(graceMs);
        await a2a.settled();
      },
      async close() {
        a2a.close();
        await sandboxes.close();
        await mcp.close();
        await store.close();
      },
      kill() {
        sandboxes.kill();
        servers.kill();
      },
    };
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

/** The same for each run on a data folder, so that a run finds the kernels that the one before left behind. */
function ownerOf(dataFolder: string): string {
  return createHash('sha256').update(`${hostname()}:${dataFolder}`).digest('hex').slice(0, 16);
}

function toHttpOptions(
  options: Options,
  log: Log,
  rest: Pick<StartHttpServer, 'operations' | 'streamFormats' | 'mounts' | 'isDraining' | 'apiKeys'>,
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

function readApiKeys(options: Options): string[] {
  const keyFile = options['api-key-file'];
  return [...options['api-keys'], ...(keyFile === undefined ? [] : readApiKeyFile(keyFile))];
}

// Loaded with Express, after the server listens.
async function loadDocs() {
  const { createDocs } = await import('./http/docs.ts');
  return createDocs({ contract, version });
}
