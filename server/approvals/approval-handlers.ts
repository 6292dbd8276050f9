import type { AppHandlers } from '../../contract/index.ts';
import { ApiError } from '../errors.ts';
import type { RequestContext } from '../implement.ts';
import type { RunAgent } from '../runs/agent-loop.ts';
import type { Runs } from '../runs/runs.ts';
import type { Toolset } from '../runs/toolset.ts';
import type { ApprovalDecision, ApprovalRecord, Store } from '../store/store.ts';

interface ApprovalHandlersOptions {
  readonly runs: Pick<Runs, 'start'>;
  readonly approvals: Store['approvals'];
  /** Throws `agent-not-found`. */
  readonly getAgent: (id: string) => { readonly agent: () => RunAgent; readonly toolset: Toolset };
}

/** Approvals over the wire. */
export function createApprovalHandlers(options: ApprovalHandlersOptions): AppHandlers<RequestContext>['approvals'] {
  const { approvals } = options;
  const answer = createAnswers(options);
  return {
    async list({ input: { agent_id: agentId, conversation_id: conversationId, ...page } }) {
      const found = await approvals.list({ agentId, conversationId, ...page });
      return { approvals: found.approvals.map(toApproval), next_cursor: found.nextCursor };
    },
    async answer({ input: { approval_id: id, approved: isApproved, reason = null } }) {
      return toApproval(await answer({ id, isApproved, reason }));
    },
  };
}

/** Notes answers; with the last open approval of a conversation its agent goes on. */
function createAnswers({ runs, approvals, getAgent }: ApprovalHandlersOptions) {
  // The answers of one conversation one after the other, so that of two at once one is the last.
  const turns = new Map<string, Promise<unknown>>();
  const find = async (id: string): Promise<ApprovalRecord> => {
    const approval = await approvals.get(id);
    if (!approval) throw new ApiError('approval-not-found', `Approval not found: ${id}`);
    return approval;
  };
  const answer = async (decision: ApprovalDecision, { conversationId, agentId }: ApprovalRecord) => {
    const open = await approvals.open(conversationId);
    const others = open.filter(({ id, status }) => id !== decision.id && status === 'pending');
    // The last answer is stored with the run that acts on it: neither is ever without the other.
    if (others.length) await approvals.decide(decision);
    else {
      await runs.start({
        ...getAgent(agentId),
        conversationId,
        messages: [],
        history: 'stored',
        decisions: [decision],
        detached: true,
      });
    }
    return find(decision.id);
  };
  return async (decision: ApprovalDecision): Promise<ApprovalRecord> => {
    const approval = await find(decision.id);
    const { conversationId } = approval;
    const before = turns.get(conversationId);
    const turn = (async () => {
      await before?.catch(() => undefined);
      return answer(decision, approval);
    })();
    turns.set(conversationId, turn);
    try {
      return await turn;
    } finally {
      if (turns.get(conversationId) === turn) turns.delete(conversationId);
    }
  };
}

const toApproval = (approval: ApprovalRecord) => ({
  id: approval.id,
  status: approval.status,
  agent_id: approval.agentId,
  conversation_id: approval.conversationId,
  run_id: approval.runId,
  tool_call_id: approval.callId,
  tool: approval.tool,
  description: approval.description,
  args: { ...approval.args },
  reason: approval.reason,
  resumed_by: approval.resumedBy,
  created_at: approval.createdAt,
  resolved_at: approval.resolvedAt,
});
