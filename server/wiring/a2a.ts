/** What A2A is given of the other features. */
import type { Agents } from '../agents/agents.ts';
import type { AnswerApproval } from '../approvals/answer-approvals.ts';
import type { RunningServers } from '../mcp/servers/running-servers.ts';
import type { PromptedAgent } from '../prompts/prompt-handlers.ts';
import type { A2a } from '../protocols/a2a/open-a2a.ts';
import type { A2aServerOptions } from '../protocols/a2a/server.ts';
import type { TaskAnswer, TaskRun, TaskRunRequest } from '../protocols/a2a/task-ports.ts';
import type { Run } from '../runs/active-run.ts';
import { newId } from '../runs/ids.ts';
import type { Runs } from '../runs/runs.ts';
import type { Store } from '../store/store.ts';

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

interface TaskRunParts {
  readonly runs: Runs;
  readonly approvals: Pick<Store['approvals'], 'open' | 'cancelOpen'>;
  readonly getAgent: (id: string) => PromptedAgent;
  readonly answerApproval: AnswerApproval;
}

/** What tasks do with runs. They start on the conversation that is the context of the task, once that is free, and go on without readers. */
export function createTaskRuns({ runs, approvals, getAgent, answerApproval }: TaskRunParts) {
  return {
    async startRun({ agentId, principal, contextId, parts, extend, signal }: TaskRunRequest): Promise<TaskRun> {
      const { agent, toolset } = getAgent(agentId);
      const run = await runs.start({
        agent,
        toolset: extend(toolset),
        principal,
        conversationId: contextId,
        messages: [{ id: newId('msg'), role: 'user', content: parts }],
        history: 'stored',
        whenBusy: 'queue',
        detached: true,
        signal,
      });
      return toTaskRun(run);
    },
    answer: ({ principal, extend, ...decision }: TaskAnswer) => answerApproval(decision, { principal, extend }),
    async pending(contextId: string): Promise<string[]> {
      const open = await approvals.open(contextId);
      return open.filter(({ status }) => status === 'pending').map(({ id }) => id);
    },
    cancelApprovals: (contextId: string) => approvals.cancelOpen(contextId),
  };
}

/** Tells A2A of every run that starts. */
export function tellOfRuns(runs: Runs, a2a: Pick<A2a, 'runStarted'>): void {
  runs.onStart((run, { isResumed }) =>
    a2a.runStarted({ contextId: run.conversationId, isResumed, follow: () => toTaskRun(run) }),
  );
}

// A task holds its whole answer, however fast the model speaks and however slow the store is.
const toTaskRun = (run: Run): TaskRun => ({
  events: run.events({ isAwaited: true }),
  cancel: (reason) => run.cancel(reason),
});
