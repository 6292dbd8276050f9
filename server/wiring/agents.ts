import { createAgentHandlers } from '../agents/agent-handlers.ts';
import { createAgentMcpServersHandlers } from '../agents/agent-mcp-servers-handlers.ts';
import { stopUnselected } from '../agents/agent-servers.ts';
import { type Agents, loadAgents } from '../agents/agents.ts';
import { ensureCommandAgent } from '../agents/command-agent.ts';
import { ensureDemoAgent } from '../agents/demo-agent.ts';
import type { Publish } from '../live-events/publish.ts';
import type { Models } from '../models/models.ts';
import type { Options } from '../options.ts';
import type { Runs } from '../runs/runs.ts';
import type { SandboxManager } from '../sandbox/sandbox-manager.ts';
import type { SharedSettings } from '../sandbox/shared-settings.ts';
import type { Store } from '../store/store.ts';
import type { CodemodeParts } from './codemode.ts';
import type { McpServers } from './mcp.ts';
import type { SharedRecords } from './shared-records.ts';
import type { Skills } from './skills.ts';

interface AgentsOptions {
  readonly store: Store;
  readonly models: Models;
  readonly mcp: McpServers;
  readonly skills: Skills;
  readonly shared: SharedRecords;
  readonly publish: Publish;
}

/** Opens the stored agents. Servers that no agent selects any more end with the change that says so. */
export async function openAgents({ store, models, mcp, skills: { library }, shared, publish }: AgentsOptions) {
  const { servers } = mcp;
  const agents = await loadAgents(store.agents, {
    checkModel: (model) => models.check(model),
    findUnknownServers: (selection) =>
      selection.filter((one) => !servers.find(one)).map((one) => (typeof one === 'string' ? one : one.id)),
    async findUnknownSkills(names) {
      await library.refresh();
      return { unknown: names.filter((one) => !library.find(one)), known: library.list().map(({ name }) => name) };
    },
  });
  shared.follow('agents', agents);
  agents.onChange(({ isForeign, ...change }) => {
    // The process that has changed it has told of it.
    if (!isForeign) {
      publish({ type: 'agent', ...change });
      shared.tell('agents', change.id);
    }
    // A new agent selects more, never less.
    if (change.status !== 'created') void stopUnselected(servers, agents.list());
  });
  return agents;
}

/** Makes the agents that the options ask for, where there are none yet. */
export async function ensureAgents(
  agents: Agents,
  options: Options,
  { store, mcp }: Pick<AgentsOptions, 'store' | 'mcp'>,
) {
  if (options.demo) await ensureDemoAgent(agents, store.facts);
  await ensureCommandAgent(agents, options, (id) => mcp.servers.find(id) !== undefined);
}

/** The features that the endpoints of agents reach. */
export interface AgentEndpointsOptions extends Omit<AgentsOptions, 'store' | 'shared' | 'publish'> {
  readonly agents: Agents;
  readonly codemode: CodemodeParts;
  readonly sandboxes: SandboxManager;
  readonly settings: SharedSettings;
  readonly runs: Runs;
}

/** The endpoints of agents and of the MCP servers they select. */
export function openAgentEndpoints(options: AgentEndpointsOptions) {
  const { agents, models, mcp, skills, codemode, sandboxes, settings, runs } = options;
  return {
    handlers: {
      agents: createAgentHandlers({
        agents,
        defaultModel: () => models.defaultModelNow() ?? 'default',
        isCodemode: (setting) => setting ?? codemode.isDefault,
        effectiveSkills: (names) => names ?? skills.defaults,
        isRunning: (agentId) => runs.isActive(agentId),
        cancelRuns: (agentId) => {
          void sandboxes.closeAgent(agentId);
          return runs.cancelAgent(agentId, 'the agent was deleted');
        },
      }),
      agentMcpServers: createAgentMcpServersHandlers({
        agents,
        servers: mcp.servers,
        async configureSandbox({ jupyterUrl, mcpProxyUrl }) {
          const proxy = codemode.host.checkProxy(mcpProxyUrl);
          return settings.configureWithProxy({ variant: 'local-jupyter', jupyter_url: jupyterUrl }, proxy);
        },
        rebuildCodemode: (agentIds) => codemode.host.rebuild(agentIds),
      }),
    },
  };
}
