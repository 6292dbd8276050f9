import type { Agents } from '../agents/agents.ts';
import type { AnswerApproval } from '../approvals/answer-approvals.ts';
import { exchangeOf } from '../http/exchange.ts';
import { MAX_FILES_BODY_BYTES, readJson } from '../http/read-json.ts';
import type { RunningServers } from '../mcp/servers/running-servers.ts';
import { createA2aHandlers } from '../protocols/a2a/handlers.ts';
import { type A2a, openA2a as openProtocol } from '../protocols/a2a/open-a2a.ts';
import type { A2aServerOptions } from '../protocols/a2a/server.ts';
import type { TaskAnswer, TaskRun, TaskRunRequest } from '../protocols/a2a/task-ports.ts';
import type { Run } from '../runs/active-run.ts';
import type { Runs } from '../runs/runs.ts';
import { type StartRun, toUserMessages } from '../runs/start-run.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import { MOUNTED } from './mounted.ts';
import type { ProtocolParts } from './protocols.ts';

/** Opens A2A: tasks are runs on the conversations that are their contexts. */
export async function openA2a({ options, hasKeys, agents, mcp, agentRuns, runs, store, log }: ProtocolParts) {
  const a2a = await openProtocol({
    agents: createCardAgents(agents, mcp.servers),
    tasks: store.tasks,
    ...createTaskRuns({ ...agentRuns, approvals: store.approvals }),
    webhookHosts: options['webhook-host'],
    hasKeys,
    principalOf: (request) => exchangeOf(request).principal,
    readJson: readA2aJson,
    version,
    log,
  });
  announceRuns(runs, a2a);
  return {
    ...a2a,
    mounts: a2a.mounts.map((mount) => ({ ...mount, operation: MOUNTED.a2a })),
    handlers: { a2a: createA2aHandlers({ agents, version }) },
  };
}

/** Reads the body of a request to A2A. */
export const readA2aJson: A2aServerOptions['readJson'] = (request, response, { holdFiles }) =>
  readJson(request, () => response.writeContinue(), holdFiles ? MAX_FILES_BODY_BYTES : undefined);

/** Agents as their cards show them: with the tools of the servers they select that run. Starts none of them. */
function createCardAgents(agents: Agents, servers: RunningServers): A2aServerOptions['agents'] {
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
  readonly startRun: StartRun;
  readonly approvals: Pick<Store['approvals'], 'open' | 'cancelOpen'>;
  readonly answerApproval: AnswerApproval;
}

/** What tasks do with runs. They start on the conversation that is the context of the task, once that is free, and go on without readers. */
export function createTaskRuns({ startRun, approvals, answerApproval }: TaskRunParts) {
  return {
    async startRun({ agentId, contextId, parts, ...request }: TaskRunRequest): Promise<TaskRun> {
      const run = await startRun(agentId, {
        ...request,
        conversationId: contextId,
        messages: toUserMessages(parts),
        history: 'stored',
        whenBusy: 'queue',
        detached: true,
      });
      return toTaskRun(run);
    },
    answer: ({ principal, extend, ...decision }: TaskAnswer) => answerApproval(decision, { principal, extend }),
    async pending(conversationKey: string): Promise<string[]> {
      const open = await approvals.open(conversationKey);
      return open.filter(({ status }) => status === 'pending').map(({ id }) => id);
    },
    cancelApprovals: (conversationKey: string) => approvals.cancelOpen(conversationKey),
  };
}

/** Announces every run that starts to A2A: a task may wait for it. */
export function announceRuns(runs: Runs, a2a: Pick<A2a, 'runStarted'>): void {
  runs.onStart((run, { isResumed }) =>
    a2a.runStarted({ conversationKey: run.conversationKey, isResumed, follow: () => toTaskRun(run) }),
  );
}

// A task holds its whole answer, however fast the model speaks and however slow the store is.
const toTaskRun = (run: Run): TaskRun => ({
  conversationKey: run.conversationKey,
  events: run.events({ isAwaited: true, signal: run.left }),
  left: run.left,
  cancel: (reason) => run.cancel(reason),
});
