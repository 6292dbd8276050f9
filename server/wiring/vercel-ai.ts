import { ApiError } from '../call/errors.ts';
import type { OfferedAgents } from '../protocols/offered-agents.ts';
import { createVercelAiHandlers } from '../protocols/vercel-ai/handlers.ts';
import type { FoundRun } from '../runs/found-run.ts';
import type { ProtocolParts } from './protocols.ts';

/** Opens the UI message stream of the Vercel AI SDK. */
export function openVercelAi({
  agents,
  agentRuns,
  runs,
  store,
}: Pick<ProtocolParts, 'runs' | 'store'> & {
  readonly agents: OfferedAgents;
  readonly agentRuns: Pick<ProtocolParts['agentRuns'], 'startRun' | 'answerApproval'>;
}) {
  const toChatRun = ({ record, events }: FoundRun) => ({ storedId: record.id, events });
  const vercelAi = createVercelAiHandlers({
    agents,
    async startRun(agentId, request) {
      const run = await agentRuns.startRun(agentId, { ...request, history: 'stored', detached: true });
      return { storedId: run.storedId, events: (signal) => run.events({ signal }) };
    },
    async answer(decision, chatId, principal) {
      const { id } = decision;
      const approval = await store.approvals.get(id, principal);
      if (approval?.conversationId !== chatId) throw new ApiError('approval-not-found', `Approval not found: ${id}`);
      const { resumedBy } =
        approval.status === 'pending' ? await agentRuns.answerApproval(decision, { principal }) : approval;
      const found = resumedBy === null ? undefined : await runs.findById(resumedBy, principal);
      return found && toChatRun(found);
    },
    async findChat(id, principal) {
      const conversation = await store.conversations.get(id, principal);
      if (!conversation) return undefined;
      const latest = await runs.findLatest(id, { principal });
      const [messages, approvals] = await Promise.all([
        store.conversations.messages(conversation.key),
        store.approvals.open(conversation.key),
      ]);
      return { messages, approvals, latest: latest && { ...latest.record, ...toChatRun(latest) } };
    },
  });
  return { handlers: { vercelAi } };
}
