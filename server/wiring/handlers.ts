/** Every handler of the contract, composed from the features. */
import type { AppHandlers } from '../../contract/index.ts';
import { createAgentHandlers } from '../agents/agent-handlers.ts';
import { createAgentMcpServerHandlers } from '../agents/agent-mcp-server-handlers.ts';
import { createAgentServerHandlers } from '../agents/agent-mcp-servers-handlers.ts';
import type { Agents } from '../agents/agents.ts';
import type { AnswerApproval } from '../approvals/answer-approvals.ts';
import { createApprovalHandlers } from '../approvals/approval-handlers.ts';
import type { RequestContext } from '../call/implement.ts';
import type { Principal } from '../call/principal.ts';
import { createConfigureHandlers } from '../configure/configure-handlers.ts';
import { createConversationHandlers } from '../conversations/conversation-handlers.ts';
import { createExampleHandlers, findExample } from '../examples/example-handlers.ts';
import { createHealthHandlers, type HealthParts } from '../health/health-handlers.ts';
import type { Mcp } from '../mcp/open-mcp.ts';
import { createProxyHandlers } from '../mcp/proxy-handlers.ts';
import { createServerHandlers } from '../mcp/server-handlers.ts';
import type { Models } from '../models/models.ts';
import { createPromptHandlers } from '../prompts/prompt-handlers.ts';
import { createA2aHandlers } from '../protocols/a2a/handlers.ts';
import { createA2uiHandlers } from '../protocols/a2ui/handlers.ts';
import { createAgUiHandlers } from '../protocols/ag-ui/handlers.ts';
import type { AgUiProtobuf } from '../protocols/ag-ui/protobuf.ts';
import { createMcpUiHandlers } from '../protocols/mcp-ui/handlers.ts';
import { newId } from '../runs/ids.ts';
import { createRunHandlers } from '../runs/run-handlers.ts';
import type { Runs } from '../runs/runs.ts';
import type { Toolset } from '../runs/toolset.ts';
import { createSandboxHandlers } from '../sandbox/sandbox-handlers.ts';
import type { SandboxManager } from '../sandbox/sandbox-manager.ts';
import { createSkillHandlers } from '../skills/skill-handlers.ts';
import { createSkillToolset } from '../skills/skill-toolset.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import type { AgentLookup, CodemodeParts, SkillParts } from './agent-lookup.ts';
import { createPageTools } from './mcp-ui.ts';

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
  readonly getAgent: AgentLookup;
  readonly answerApproval: AnswerApproval;
  readonly health: HealthParts;
  readonly protobuf: AgUiProtobuf;
}

/** Where scripts run that no agent has asked for: no agent can have this id. */
const NO_AGENT = ':skills';

interface WordRunRequest {
  readonly agentId: string;
  readonly principal: Principal;
  readonly conversationId: string;
  readonly text: string;
  readonly extend?: (toolset: Toolset) => Toolset;
  readonly instructions?: string;
  readonly signal: AbortSignal;
}

/** One handler for each endpoint. */
export function createHandlers(parts: Parts): AppHandlers<RequestContext> {
  const { store, models, mcp, agents, runs, sandboxes, codemode, skills, health, protobuf, getAgent } = parts;
  const { servers } = mcp;
  /** An agent, or an example. */
  const getRunnable = (id: string) => findExample(id) ?? getAgent(id);
  const skillTools = createSkillToolset({
    library: skills.library,
    skills: () => skills.library.list(),
    execute: (code, options) => sandboxes.execute(NO_AGENT, code, options),
  });
  /** A run on what a user says, for protocols that do not hold the conversation. */
  const startWordRun = async ({ agentId, text, extend, ...request }: WordRunRequest) => {
    const { agent, toolset } = getAgent(agentId);
    const run = await runs.start({
      agent,
      toolset: extend?.(toolset) ?? toolset,
      messages: [{ id: newId('msg'), role: 'user', content: [{ type: 'text', text }] }],
      history: 'stored',
      ...request,
    });
    return run.events(request);
  };
  const agUi = createAgUiHandlers({
    agents: { list: () => agents.list(), get: getRunnable },
    version,
    protobuf,
    startRun: async ({ agentId, threadId, extend, signal, ...request }) => {
      const { agent, toolset } = getRunnable(agentId);
      const run = await runs.start({
        agent,
        toolset: extend(toolset),
        conversationId: threadId,
        ...request,
        history: 'given',
        signal,
      });
      return { events: run.events({ signal }) };
    },
    async findRun(threadId, query) {
      const found = await runs.findLatest(threadId, query);
      if (!found) return undefined;
      const { agentId, givenId, historyCount } = found.record;
      return { agentId, runId: givenId, historyCount, events: found.events };
    },
    messages: (threadId) => store.conversations.messages(threadId),
    terminate: async (threadId, runId, principal) =>
      !(await store.conversations.isHidden(threadId, principal)) && runs.cancel(threadId, runId),
  });
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
      builtIn: new Map([['skills', skillTools]]),
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
    approvals: createApprovalHandlers({ approvals: store.approvals, answer: parts.answerApproval }),
    conversations: createConversationHandlers({
      conversations: store.conversations,
      endRun: (conversationId) => runs.cancelConversation(conversationId, 'the conversation was deleted'),
    }),
    a2a: createA2aHandlers({ agents, version }),
    a2ui: createA2uiHandlers({ agents, startRun: startWordRun }),
    mcpUi: createMcpUiHandlers({ agents, pageTools: createPageTools(agents, servers), startRun: startWordRun }),
    agUi,
    examples: createExampleHandlers({ run: agUi.run }),
  };
}
