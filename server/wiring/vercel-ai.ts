import { ApiError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';
import type { OfferedAgents } from '../protocols/offered-agents.ts';
import { createVercelAiHandlers } from '../protocols/vercel-ai/handlers.ts';
import type { FoundRun } from '../runs/found-run.ts';
import type { RunOutcome } from '../runs/run-events.ts';
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
  const findApproval = async (id: string, chatId: string, principal: Principal) => {
    const approval = await store.approvals.get(id, principal);
    return approval?.conversationId === chatId ? approval : undefined;
  };
  const toChatRun = ({ record, events }: FoundRun) => ({ storedId: record.id, events });
  const vercelAi = createVercelAiHandlers({
    agents,
    async startRun(agentId, request) {
      const run = await agentRuns.startRun(agentId, { ...request, history: 'stored', detached: true });
      return { storedId: run.storedId, events: (signal) => run.events({ signal }) };
    },
    async answer(decision, chatId, principal) {
      const { id } = decision;
      const approval = await findApproval(id, chatId, principal);
      if (!approval) throw new ApiError('approval-not-found', `Approval not found: ${id}`);
      const { resumedBy } =
        approval.status === 'pending' ? await agentRuns.answerApproval(decision, { principal }) : approval;
      const found = resumedBy === null ? undefined : await runs.findById(resumedBy, principal);
      return found && toChatRun(found);
    },
    findApproval,
    async findChat(id, principal) {
      const conversation = await store.conversations.get(id, principal);
      if (!conversation) return undefined;
      const latest = await runs.findLatest(id, { principal });
      const [messages, approvals] = await Promise.all([
        store.conversations.messages(conversation.key),
        store.approvals.open(conversation.key),
      ]);
      return {
        messages,
        approvals: inOrder(approvals, latest?.record.outcome),
        latest: latest && { ...latest.record, ...toChatRun(latest) },
      };
    },
  });
  return { handlers: { vercelAi } };
}

/** Approvals in the order in which the run that waits for them has asked. */
function inOrder<T extends { readonly id: string }>(approvals: readonly T[], outcome: RunOutcome | null | undefined) {
  const asked = outcome?.status === 'finished' ? (outcome.approvals ?? []) : [];
  const places = new Map(asked.map(({ id }, index) => [id, index]));
  const placeOf = ({ id }: T) => places.get(id) ?? asked.length;
  return approvals.toSorted((one, other) => placeOf(one) - placeOf(other));
}
