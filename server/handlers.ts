/** Every handler of the contract, composed from the features. */
import type { AppHandlers } from '../contract/index.ts';
import { createAgentHandlers } from './agents/agent-handlers.ts';
import { createAgentMcpServerHandlers } from './agents/agent-mcp-server-handlers.ts';
import type { Agents } from './agents/agent-registry.ts';
import { createAgentServerHandlers } from './agents/agent-server-handlers.ts';
import { joinToolsets } from './agents/agent-toolset.ts';
import { createApprovalHandlers } from './approvals/approval-handlers.ts';
import type { Codemode } from './codemode/codemode.ts';
import { createCodemodeToolset } from './codemode/codemode-toolset.ts';
import { switchToolset } from './codemode/switch-toolset.ts';
import { createConfigureHandlers } from './configure/configure-handlers.ts';
import { createConversationHandlers } from './conversations/conversation-handlers.ts';
import { createHealthHandlers, type HealthParts } from './health/health-handlers.ts';
import type { RequestContext } from './implement.ts';
import type { Mcp } from './mcp/open-mcp.ts';
import { createProxyHandlers } from './mcp/proxy-handlers.ts';
import { createServerHandlers } from './mcp/server-handlers.ts';
import { createServerToolset } from './mcp/toolset.ts';
import type { Models } from './models/models.ts';
import { createPromptHandlers, type PromptedAgent } from './prompts/prompt-handlers.ts';
import { createRunHandlers } from './prompts/run-handlers.ts';
import { createAgUiHandlers } from './protocols/ag-ui-handlers.ts';
import type { AgUiProtobuf } from './protocols/ag-ui-protobuf.ts';
import type { Runs } from './runs/runs.ts';
import { createSandboxHandlers } from './sandbox/sandbox-handlers.ts';
import type { SandboxManager } from './sandbox/sandbox-manager.ts';
import { createSkillHandlers } from './skills/skill-handlers.ts';
import { addSkills } from './skills/skill-instructions.ts';
import type { SkillLibrary } from './skills/skill-library.ts';
import { createSkillToolset } from './skills/skill-toolset.ts';
import type { AgentRecord, Store } from './store/store.ts';
import { version } from './version.ts';

/** The parts of the server that handlers call. */
export interface Parts {
  readonly store: Store;
  readonly models: Models;
  readonly mcp: Mcp;
  readonly agents: Agents;
  readonly runs: Runs;
  readonly sandboxes: SandboxManager;
  readonly codemode: CodemodeParts;
  readonly skills: SkillParts;
  readonly health: HealthParts;
  readonly protobuf: AgUiProtobuf;
}

/** Codemode, and how this server was started. */
interface CodemodeParts {
  readonly host: Codemode;
  /** Whether agents that say nothing call their tools from code. */
  readonly isDefault: boolean;
  readonly allowsDirectCalls: boolean;
}

/** Skills, and how this server was started. */
interface SkillParts {
  readonly library: SkillLibrary;
  /** The skills of agents that say nothing. */
  readonly defaults: readonly string[];
}

/** Where scripts run that no agent has asked for: no agent can have this id. */
const NO_AGENT = ':skills';

/** One handler for each endpoint. */
export function createHandlers(parts: Parts): AppHandlers<RequestContext> {
  const { store, models, mcp, agents, runs, sandboxes, codemode, skills, health, protobuf } = parts;
  const { servers } = mcp;
  const { library } = skills;
  const skillsOf = (agent: AgentRecord) => library.pick(agent.skills ?? skills.defaults);
  const skillTools = (sandboxId: string, available: () => ReturnType<SkillLibrary['list']>) =>
    createSkillToolset({
      library,
      skills: available,
      execute: (code, options) => sandboxes.execute(sandboxId, code, options),
    });
  const getAgent = (id: string): PromptedAgent => {
    agents.get(id);
    return {
      agent() {
        const agent = agents.get(id);
        return { ...agent, systemPrompt: addSkills(agent.systemPrompt, skillsOf(agent)) };
      },
      toolset: joinToolsets([
        skillTools(id, () => skillsOf(agents.get(id))),
        switchToolset(
          () => codemode.host.isOn(id),
          createCodemodeToolset({
            codemode: codemode.host,
            agentId: id,
            allowsDirectCalls: codemode.allowsDirectCalls,
            execute: (code, options) => sandboxes.execute(id, code, options),
          }),
          createServerToolset(servers, () => agents.get(id).selectedMcpServers),
        ),
      ]),
    };
  };
  return {
    health: createHealthHandlers(health),
    agents: createAgentHandlers({
      agents,
      effectiveModel: (model) => model ?? models.defaultModelNow() ?? 'default',
      isCodemode: (setting) => setting ?? codemode.isDefault,
      effectiveSkills: (names) => names ?? skills.defaults,
      isRunning: (agentId) => runs.activeRuns(agentId).length > 0,
      cancelRuns: (agentId) => {
        void sandboxes.closeAgent(agentId);
        return runs.cancelAgent(agentId, 'the agent was deleted');
      },
    }),
    agentMcpServers: {
      ...createAgentMcpServerHandlers({ agents }),
      ...createAgentServerHandlers({
        agents,
        servers,
        async configureSandbox({ jupyterUrl, mcpProxyUrl }) {
          const proxy = codemode.host.checkProxy(mcpProxyUrl);
          const { variant } = await sandboxes.configure({ variant: 'local-jupyter', jupyter_url: jupyterUrl });
          return { variant, mcpProxyUrl: codemode.host.useProxy(proxy) };
        },
        rebuildCodemode: (agentIds) => codemode.host.rebuild(agentIds),
      }),
    },
    mcpServers: createServerHandlers(mcp),
    mcpProxy: createProxyHandlers({
      servers,
      builtIn: new Map([['skills', skillTools(NO_AGENT, () => library.list())]]),
      callForSandbox(authorization, { server, tool, args }, signal) {
        const agentId = codemode.host.callerOf(authorization);
        return agentId === undefined ? undefined : sandboxes.callTool(agentId, server, tool, args, { signal });
      },
    }),
    configure: createConfigureHandlers({
      servers,
      configServers: mcp.config,
      listModels: () => models.list(),
      defaultModel: () => models.defaultModel(),
    }),
    sandbox: createSandboxHandlers({
      manager: sandboxes,
      requireAgent: (id) => agents.get(id),
      isDraining: health.isDraining,
    }),
    skills: createSkillHandlers(skills),
    prompts: createPromptHandlers({ runs, getAgent }),
    runs: createRunHandlers({ runs, store: store.runs }),
    approvals: createApprovalHandlers({ runs, approvals: store.approvals, getAgent }),
    conversations: createConversationHandlers({
      conversations: store.conversations,
      endRun: (conversationId) => runs.cancelConversation(conversationId, 'the conversation was deleted'),
    }),
    agUi: createAgUiHandlers({
      agents,
      version,
      protobuf,
      startRun: async ({ agentId, threadId, signal, ...request }) => {
        const run = await runs.start({
          ...getAgent(agentId),
          conversationId: threadId,
          ...request,
          history: 'given',
          signal,
        });
        return { events: run.events({ signal }) };
      },
      async findRun(threadId, runId) {
        const found = await runs.findLatest(threadId, runId);
        if (!found) return undefined;
        const { agentId, givenId, historyCount } = found.record;
        return { agentId, runId: givenId, historyCount, events: found.events };
      },
      messages: (threadId) => store.conversations.messages(threadId),
      terminate: (threadId, runId) => runs.cancel(threadId, runId),
    }),
  };
}
