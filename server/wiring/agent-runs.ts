import type { Agents } from '../agents/agents.ts';
import { createAnswerApproval } from '../approvals/answer-approvals.ts';
import { createApprovalHandlers } from '../approvals/approval-handlers.ts';
import { findExample } from '../examples/example-handlers.ts';
import { createPromptHandlers } from '../prompts/prompt-handlers.ts';
import { Attachments } from '../runs/attachments.ts';
import type { Runs } from '../runs/runs.ts';
import { createStartRun, type FindRunnable, type StartRun } from '../runs/start-run.ts';
import type { SandboxManager } from '../sandbox/sandbox-manager.ts';
import type { Store } from '../store/store.ts';
import type { AskPorts } from '../subagents/ask-toolset.ts';
import { createAgentLookup } from './agent-lookup.ts';
import type { CodemodeParts } from './codemode.ts';
import type { McpServers } from './mcp.ts';
import type { Skills } from './skills.ts';

/** Runs of named agents as the protocols are given them. */
export type AgentRuns = ReturnType<typeof openAgentRuns>;

interface AgentRunsOptions {
  readonly agents: Agents;
  readonly store: Store;
  readonly runs: Runs;
  readonly mcp: McpServers;
  readonly skills: Skills;
  readonly codemode: CodemodeParts;
  readonly sandboxes: SandboxManager;
}

/** Opens runs of named agents: prompts start them, and answers to their approvals let them go on. */
export function openAgentRuns({ store, runs, ...parts }: AgentRunsOptions) {
  const { agents } = parts;
  const asking: AskPorts = {
    startRun: (agentId, request) => startRun(agentId, request),
    approvals: store.approvals,
    findRun: (id, principal) => runs.findById(id, principal),
  };
  const find = createAgentLookup({ ...parts, asking });
  runs.goOnWith(find);
  const findAgentOrExample: FindRunnable = (id, principal) => findExample(id) ?? find(id, principal);
  const attachments = new Attachments();
  const join = (start: StartRun) =>
    attachments.joinAnswers(start, async (id, principal) => (await store.conversations.get(id, principal))?.key);
  const startRun = join(createStartRun(runs, find));
  const startAgentOrExample = join(createStartRun(runs, findAgentOrExample));
  const answerApproval = createAnswerApproval({
    startRun: startAgentOrExample,
    approvals: store.approvals,
    runs: store.runs,
  });
  return {
    startRun,
    /** Throws `agent-not-found`. */
    requireAgentOrExample: (id: string) => findExample(id) ?? agents.get(id),
    startAgentOrExample,
    answerApproval,
    attachments,
    handlers: {
      prompts: createPromptHandlers({ runs, startRun, requireAgent: (id) => agents.get(id) }),
      approvals: createApprovalHandlers({ approvals: store.approvals, answer: answerApproval }),
    },
  };
}
