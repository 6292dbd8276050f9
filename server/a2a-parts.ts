/** What A2A is given of the other features. */
import type { Agents } from './agents/agent-registry.ts';
import type { RunningServers } from './mcp/running-servers.ts';
import type { PromptedAgent } from './prompts/prompt-handlers.ts';
import type { A2aServerOptions } from './protocols/a2a-server.ts';
import type { TaskRun, TaskRunRequest } from './protocols/a2a-tasks.ts';
import { newId } from './runs/ids.ts';
import type { Runs } from './runs/runs.ts';

/** Agents as their cards show them: with the tools of the servers they select that run. Starts none of them. */
export function createCardAgents(agents: Agents, servers: RunningServers): A2aServerOptions['agents'] {
  return {
    get(id) {
      const agent = agents.get(id);
      const tools = agent.selectedMcpServers.flatMap((one) => servers.find(one)?.tools ?? []);
      return {
        ...agent,
        tools: tools.map(({ name, title, description }) => ({ name, description: description ?? title ?? name })),
      };
    },
    has: (id) => agents.has(id),
    defaultId: () => agents.list()[0]?.id,
  };
}

/** Starts the run of a task: on the conversation that is its context, when that is free, and with or without readers. */
export function createTaskRuns(
  runs: Runs,
  getAgent: (id: string) => PromptedAgent,
): (request: TaskRunRequest) => Promise<TaskRun> {
  return async ({ agentId, contextId, parts, extend, signal }) => {
    const { agent, toolset } = getAgent(agentId);
    const run = await runs.start({
      agent,
      toolset: extend(toolset),
      conversationId: contextId,
      messages: [{ id: newId('msg'), role: 'user', content: parts }],
      history: 'stored',
      whenBusy: 'queue',
      detached: true,
      signal,
    });
    return { events: run.events(), cancel: (reason) => run.cancel(reason) };
  };
}
