/** Every handler of the contract, composed from the features. */
import type { AppHandlers } from '../contract/index.ts';
import { createAgentHandlers } from './agents/agent-handlers.ts';
import { createAgentMcpServerHandlers } from './agents/agent-mcp-server-handlers.ts';
import type { Agents } from './agents/agent-registry.ts';
import { createAgentServerHandlers } from './agents/agent-server-handlers.ts';
import { createConfigureHandlers } from './configure/configure-handlers.ts';
import { createConversationHandlers } from './conversations/conversation-handlers.ts';
import { createHealthHandlers, type HealthParts } from './health/health-handlers.ts';
import type { RequestContext } from './implement.ts';
import type { Mcp } from './mcp/open-mcp.ts';
import { createProxyHandlers } from './mcp/proxy-handlers.ts';
import { createServerHandlers } from './mcp/server-handlers.ts';
import { createServerToolset } from './mcp/toolset.ts';
import { createPageTools } from './mcp-ui-parts.ts';
import type { Models } from './models/models.ts';
import { createPromptHandlers, type PromptedAgent } from './prompts/prompt-handlers.ts';
import { createA2aHandlers } from './protocols/a2a-handlers.ts';
import { createA2uiHandlers } from './protocols/a2ui-handlers.ts';
import { createAgUiHandlers } from './protocols/ag-ui-handlers.ts';
import type { AgUiProtobuf } from './protocols/ag-ui-protobuf.ts';
import { createMcpUiHandlers } from './protocols/mcp-ui-handlers.ts';
import { newId } from './runs/ids.ts';
import type { Runs } from './runs/runs.ts';
import type { Toolset } from './runs/toolset.ts';
import { createSandboxHandlers } from './sandbox/sandbox-handlers.ts';
import type { SandboxManager } from './sandbox/sandbox-manager.ts';
import type { Store } from './store/store.ts';
import { version } from './version.ts';

/** The parts of the server that handlers call. */
export interface Parts {
  readonly store: Store;
  readonly models: Models;
  readonly mcp: Mcp;
  readonly agents: Agents;
  readonly runs: Runs;
  readonly sandboxes: SandboxManager;
  readonly health: HealthParts;
  readonly protobuf: AgUiProtobuf;
}

/** Finds agents with what a run needs of them. Throws `agent-not-found`. */
export function createAgentLookup({ agents, mcp }: Pick<Parts, 'agents' | 'mcp'>): (id: string) => PromptedAgent {
  return (id) => {
    agents.get(id);
    return {
      agent: () => agents.get(id),
      toolset: createServerToolset(mcp.servers, () => agents.get(id).selectedMcpServers),
    };
  };
}

interface WordRunRequest {
  readonly agentId: string;
  readonly conversationId: string;
  readonly text: string;
  readonly extend?: (toolset: Toolset) => Toolset;
  readonly instructions?: string;
  readonly signal: AbortSignal;
}

/** One handler for each endpoint. */
export function createHandlers(parts: Parts): AppHandlers<RequestContext> {
  const { store, models, mcp, agents, runs, sandboxes, health, protobuf } = parts;
  const { servers } = mcp;
  const getAgent = createAgentLookup(parts);
  /** A run on what a user says, for protocols that do not hold the conversation. */
  const startWordRun = async ({ agentId, conversationId, text, extend, instructions, signal }: WordRunRequest) => {
    const { agent, toolset } = getAgent(agentId);
    const run = await runs.start({
      agent,
      toolset: extend?.(toolset) ?? toolset,
      conversationId,
      messages: [{ id: newId('msg'), role: 'user', content: [{ type: 'text', text }] }],
      history: 'stored',
      instructions,
      signal,
    });
    return run.events({ signal });
  };
  return {
    health: createHealthHandlers(health),
    agents: createAgentHandlers({
      agents,
      effectiveModel: (model) => model ?? models.defaultModelNow() ?? 'default',
      isRunning: (agentId) => runs.activeRuns(agentId).length > 0,
      cancelRuns: (agentId) => {
        void sandboxes.closeAgent(agentId);
        return runs.cancelAgent(agentId, 'the agent was deleted');
      },
    }),
    agentMcpServers: { ...createAgentMcpServerHandlers({ agents }), ...createAgentServerHandlers({ agents, servers }) },
    mcpServers: createServerHandlers(mcp),
    mcpProxy: createProxyHandlers({ servers }),
    configure: createConfigureHandlers({
      servers,
      configServers: mcp.config,
      listModels: () => models.list(),
      defaultModel: () => models.defaultModel(),
    }),
    sandbox: createSandboxHandlers({ manager: sandboxes, requireAgent: (id) => agents.get(id) }),
    prompts: createPromptHandlers({ runs, getAgent }),
    conversations: createConversationHandlers({
      conversations: store.conversations,
      endRun: (conversationId) => runs.cancelConversation(conversationId, 'the conversation was deleted'),
    }),
    a2a: createA2aHandlers({ agents, version }),
    a2ui: createA2uiHandlers({ agents, startRun: startWordRun }),
    mcpUi: createMcpUiHandlers({ agents, pageTools: createPageTools(agents, servers), startRun: startWordRun }),
    agUi: createAgUiHandlers({
      agents,
      version,
      protobuf,
      startRun: async ({ agentId, threadId, extend, signal, ...request }) => {
        const { agent, toolset } = getAgent(agentId);
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
      terminate: (threadId, runId) => runs.cancel(threadId, runId),
    }),
  };
}
