import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import type { ApprovalRecord, Store } from '../store/store.ts';
import type { AnswerApproval } from './answer-approvals.ts';

interface ApprovalHandlersOptions {
  readonly approvals: Pick<Store['approvals'], 'list'>;
  readonly answer: AnswerApproval;
}

/** Approvals over the wire. */
export function createApprovalHandlers({
  approvals,
  answer,
}: ApprovalHandlersOptions): AppHandlers<RequestContext>['approvals'] {
  return {
    async list({ input: { agent_id: agentId, conversation_id: conversationId, ...page }, context: { principal } }) {
      const found = await approvals.list({ agentId, conversationId, principal, ...page });
      return { approvals: found.approvals.map(toApproval), next_cursor: found.nextCursor };
    },
    async answer({ input: { approval_id: id, approved: isApproved, reason = null }, context: { principal } }) {
      return toApproval(await answer({ id, isApproved, reason }, { principal }));
    },
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
  stands_for: approval.standsFor,
  created_at: approval.createdAt,
  resolved_at: approval.resolvedAt,
  resolved_by: approval.resolvedBy,
});
