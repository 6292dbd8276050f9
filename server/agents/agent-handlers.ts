import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import type { AgentRecord } from '../store/store.ts';
import type { Agents } from './agents.ts';

interface AgentHandlerOptions {
  readonly agents: Agents;
  /** The id of the model an agent with this setting has now. */
  effectiveModel(model: string | null): string;
  isRunning(agentId: string): boolean;
  /** Whether an agent with this setting calls its tools from code. */
  isCodemode(setting: boolean | null): boolean;
  /** The skills an agent with this setting may use. */
  effectiveSkills(skills: readonly string[] | null): readonly string[];
  /** Ends the runs of an agent; resolves when they have ended. */
  cancelRuns(agentId: string): Promise<void>;
}

/** Agents over the wire. */
export function createAgentHandlers(options: AgentHandlerOptions): AppHandlers<RequestContext>['agents'] {
  const { agents, cancelRuns } = options;
  const toAgent = (agent: AgentRecord) => ({
    id: agent.id,
    name: agent.name,
    description: agent.description,
    transport: 'streaming' as const,
    model: options.effectiveModel(agent.model),
    status: options.isRunning(agent.id) ? ('running' as const) : ('idle' as const),
    system_prompt: agent.systemPrompt,
    selected_mcp_servers: [...agent.selectedMcpServers],
    max_steps: agent.maxSteps,
    temperature: agent.temperature,
    codemode: options.isCodemode(agent.codemode),
    skills: [...options.effectiveSkills(agent.skills)],
    approvals: { tools: [...agent.approvals.tools] },
    agents: [...agent.agents],
    offer_as_tool: agent.offerAsTool,
    output_schema: agent.outputSchema && { ...agent.outputSchema },
    created_at: agent.createdAt,
    updated_at: agent.updatedAt,
  });
  const toAgentDetail = (agent: AgentRecord) => ({ ...toAgent(agent), mcp_toolsets: toServerIds(agent) });
  return {
    list: () => ({ agents: agents.list().map(toAgent) }),
    get: ({ input }) => toAgentDetail(agents.get(input.agent_id)),
    create: async ({ input }) => toAgentDetail(await agents.create({ id: input.id, ...toFields(input) })),
    update: async ({ input }) => toAgentDetail(await agents.update(input.agent_id, toFields(input))),
    async delete({ input: { agent_id } }) {
      // First the agent, so that no new run can start while the running ones end.
      await agents.delete(agent_id);
      await cancelRuns(agent_id);
      return { message: `Agent ${agent_id} deleted successfully` };
    },
  };
}

type AgentBody = Parameters<AppHandlers<RequestContext>['agents']['create' | 'update']>[0]['input'];

const toFields = (body: Omit<AgentBody, 'id' | 'agent_id'>) => ({
  name: body.name,
  description: body.description,
  model: body.model,
  systemPrompt: body.system_prompt,
  selectedMcpServers: body.selected_mcp_servers,
  maxSteps: body.max_steps,
  temperature: body.temperature,
  codemode: body.enable_codemode,
  skills: body.skills,
  approvals: body.approvals,
  agents: body.agents,
  offerAsTool: body.offer_as_tool,
  outputSchema: body.output_schema,
});

function toServerIds({ selectedMcpServers }: AgentRecord): string[] {
  return [...new Set(selectedMcpServers.map((server) => (typeof server === 'string' ? server : server.id)))];
}
