/** The composition root: builds each part of the server once and closes them in reverse. */
import { join } from 'node:path';
import { BASE_PATH, contract } from '../../contract/index.ts';
import { stopUnselected } from '../agents/agent-servers.ts';
import { loadAgents } from '../agents/agents.ts';
import { ensureCommandAgent } from '../agents/command-agent.ts';
import { ensureDemoAgent } from '../agents/demo-agent.ts';
import { createAnswerApproval } from '../approvals/answer-approvals.ts';
import { implement } from '../call/implement.ts';
import { Codemode, type CodingAgent } from '../codemode/codemode.ts';
import { findExample } from '../examples/example-handlers.ts';
import { createReadiness } from '../health/readiness.ts';
import { exchangeOf } from '../http/exchange.ts';
import type { Log } from '../http/log.ts';
import { readJsonText } from '../http/read-json.ts';
import type { StartHttpServer } from '../http/server.ts';
import { McpDoors } from '../mcp/doors/doors.ts';
import { openMcp } from '../mcp/open-mcp.ts';
import { Models } from '../models/models.ts';
import type { Options } from '../options.ts';
import { openA2a } from '../protocols/a2a/open-a2a.ts';
import { a2uiJsonLines } from '../protocols/a2ui/json-lines.ts';
import { createAgUiProtobuf } from '../protocols/ag-ui/protobuf.ts';
import { Runs } from '../runs/runs.ts';
import { needsApproval } from '../runs/tool-approvals.ts';
import { SandboxManager } from '../sandbox/sandbox-manager.ts';
import { createSkillLibrary } from '../skills/skill-library.ts';
import { BUNDLED_SKILLS, findSkillsFolder } from '../skills/skills-folder.ts';
import { openStore } from '../store/sqlite.ts';
import type { AgentRecord } from '../store/store.ts';
import { version } from '../version.ts';
import { createCardAgents, createTaskRuns, tellOfRuns } from './a2a.ts';
import { createAgentLookup } from './agent-lookup.ts';
import { createHandlers } from './handlers.ts';
import { readApiKeys, toHttpOptions } from './http.ts';
import { createPageTools } from './mcp-ui.ts';
import { defaultCodeFolder, identifySandbox, ownerOf, toSandboxRequest } from './sandbox.ts';

/** Where MCP clients enter. */
const MCP_PATH = `${BASE_PATH}/mcp`;
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
  /** Begins what may take a while: MCP servers come up in the background. `serverUrl` is where the server listens by now. */
  start(serverUrl: string): void;
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
  const doors = new McpDoors({
    servers,
    version,
    base: MCP_PATH,
    readBody: (request, response) => readJsonText(request, () => response.writeContinue()),
    ownerOf: (request) => exchangeOf(request).principal.name ?? '',
  });
  let isDraining = false;
  try {
    const runs = new Runs({ store, models, log });
    const interrupted = await runs.interruptOpen();
    if (interrupted.length) log.warn({ runs: interrupted.length }, 'runs were cut off when the server last stopped');
    const skills = {
      library: createSkillLibrary({
        ...findSkillsFolder({ chosen: options['skills-folder'], dataFolder }),
        bundledFolder: BUNDLED_SKILLS,
        log,
      }),
      defaults: options.skills,
    };
    await skills.library.refresh();
    const missing = skills.defaults.filter((name) => !skills.library.find(name));
    if (missing.length) log.warn({ skills: missing }, 'there are no such skills');
    const agents = await loadAgents(store.agents, {
      checkModel: (model) => models.check(model),
      findUnknownServers: (selection) =>
        selection.filter((one) => !servers.find(one)).map((one) => (typeof one === 'string' ? one : one.id)),
      async findUnknownSkills(names) {
        await skills.library.refresh();
        const { library } = skills;
        return { unknown: names.filter((one) => !library.find(one)), known: library.list().map(({ name }) => name) };
      },
      agentsChanged() {
        void stopUnselected(servers, agents.list());
        codemode.changed();
      },
    });
    const toCodingAgent = ({ id, codemode: setting, selectedMcpServers, approvals }: AgentRecord): CodingAgent => ({
      id,
      isCodemode: setting ?? options.codemode,
      selectedMcpServers,
      needsApproval: (tool) => needsApproval(tool, approvals.tools),
    });
    const codemode = new Codemode({
      servers,
      findAgent: (id) => (agents.has(id) ? toCodingAgent(agents.get(id)) : undefined),
      listAgents: () => agents.list().map(toCodingAgent),
      ownNames: [options.host, ...options['allowed-host']],
      folder: options['generated-code-folder'] ?? defaultCodeFolder(dataFolder),
      log: (message) => log.warn(message),
    });
    codemode.useProxy(codemode.checkProxy(options['mcp-proxy-url']));
    if (options.demo) await ensureDemoAgent(agents, store.facts);
    await ensureCommandAgent(agents, options, (id) => servers.find(id) !== undefined);
    const sandboxes = new SandboxManager({
      cacheFolder: join(dataFolder, 'cache'),
      owner: ownerOf(dataFolder),
      localEvalEngine: options['local-eval-engine'],
      host: codemode,
      log: (message) => log.warn(message),
    });
    await sandboxes.configure(toSandboxRequest(options));
    const health = createReadiness({ store, configServers: mcp.config, servers, isDraining: () => isDraining });
    const protobuf = createAgUiProtobuf();
    const codemodeParts = {
      host: codemode,
      isDefault: options.codemode,
      allowsDirectCalls: options['codemode-direct-calls'],
    };
    const getAgent = createAgentLookup({ agents, servers, sandboxes, codemode: codemodeParts, skills });
    const answerApproval = createAnswerApproval({
      runs,
      approvals: store.approvals,
      getAgent: (id) => findExample(id) ?? getAgent(id),
    });
    const handlers = createHandlers({
      store,
      models,
      mcp,
      agents,
      runs,
      sandboxes,
      codemode: codemodeParts,
      skills,
      health,
      protobuf,
      getAgent,
      answerApproval,
    });
    const apiKeys = readApiKeys(options);
    const a2a = await openA2a({
      agents: createCardAgents(agents, servers),
      tasks: store.tasks,
      ...createTaskRuns({ runs, approvals: store.approvals, getAgent, answerApproval }),
      webhookHosts: options['webhook-host'],
      hasKeys: apiKeys.length > 0,
      principalOf: (request) => exchangeOf(request).principal,
      version,
      log,
    });
    tellOfRuns(runs, a2a);
    const loadPages = async () => {
      const { createMcpUiPages } = await import('../protocols/mcp-ui/pages.ts');
      return createMcpUiPages({
        agents,
        pageTools: createPageTools(agents, servers),
        frameAncestors: options['cors-origin'],
      });
    };
    return {
      http: toHttpOptions(options, log, {
        operations: implement(contract, handlers),
        streamFormats: {
          'agUi.run': [protobuf.format],
          'agUi.connect': [protobuf.format],
          'examples.run': [protobuf.format],
          'a2ui.run': [a2uiJsonLines],
        },
        isDraining: () => isDraining,
        apiKeys,
        identifyFor: (operation, authorization) => identifySandbox(codemode, operation, authorization),
        mounts: [
          { path: MCP_PATH, handler: doors.handler },
          ...a2a.mounts,
          { path: `${BASE_PATH}/mcp-ui`, load: loadPages },
        ],
      }),
      models,
      start(serverUrl) {
        codemode.listensAt(serverUrl);
        if (options.codemode) sandboxes.prepare().catch((cause) => log.warn({ err: cause }, 'the sandbox'));
        void models.defaultModel();
        mcp.start().catch((cause) => log.error({ err: cause }, 'the MCP config file cannot be read'));
      },
      async drain(graceMs) {
        isDraining = true;
        await runs.drain(graceMs);
        await a2a.settled();
        await doors.close();
      },
      async close() {
        a2a.close();
        await doors.close();
        await sandboxes.close();
        await codemode.close();
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
