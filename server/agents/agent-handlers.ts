import type { AppHandlers } from '../../contract/index.ts';
import { PAGE_SIZE } from '../../contract/pages.ts';
import type { RequestContext } from '../call/implement.ts';
import type { Agents } from './agents.ts';
import { type AgentNow, createShownAgents } from './shown-agents.ts';

interface AgentHandlerOptions extends AgentNow {
  readonly agents: Agents;
  /** Ends the runs of an agent; resolves when they have ended. */
  cancelRuns(agentId: string): Promise<void>;
}

/** Agents over the wire. */
export function createAgentHandlers(options: AgentHandlerOptions): AppHandlers<RequestContext>['agents'] {
  const { agents, cancelRuns } = options;
  const shown = createShownAgents(options);
  return {
    list({ input: { limit, cursor } }) {
      if (limit === undefined && cursor === undefined) return shown.list(agents.list());
      const page = agents.page({ limit: limit ?? PAGE_SIZE, cursor });
      return { agents: shown.some(page.agents), next_cursor: page.nextCursor };
    },
    get: ({ input }) => shown.detail(agents.get(input.agent_id)),
    create: async ({ input }) => shown.detail(await agents.create({ id: input.id, ...toFields(input) })),
    update: async ({ input }) => shown.detail(await agents.update(input.agent_id, toFields(input))),
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
  durable: body.durable,
});
