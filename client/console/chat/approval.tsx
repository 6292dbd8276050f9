/** A call that waits for a person, and what that person says. */
import { useMutation } from '@tanstack/react-query';
import { createContext, useContext, useState } from 'react';
import type { Outputs } from '../../index.ts';
import { client, problemOf, queries } from '../api.ts';
import { Failure } from '../ui/states.tsx';
import type { Thread } from './thread.ts';

/** A call that waits. */
export type PendingApproval = Outputs['approvals']['list']['approvals'][number];

const Pending = createContext<readonly PendingApproval[]>([]);
/** Gives the cards below the calls of the conversation that wait. */
export const PendingApprovals = Pending.Provider;

/** What the call of this id waits for; undefined when it does not. */
export const usePendingApproval = (callId: string): PendingApproval | undefined =>
  useContext(Pending).find(({ tool_call_id }) => tool_call_id === callId);

/** Asks whether one call may run. It is answered alone; the agent goes on when all of its calls are. */
export function ApprovalQuestion({
  approval,
  thread,
}: {
  readonly approval: PendingApproval;
  readonly thread: Thread;
}) {
  const [reason, setReason] = useState('');
  const answer = useMutation({
    mutationFn: (approved: boolean) =>
      client.approvals.answer.mutate({
        approval_id: approval.id,
        approved,
        ...(reason.trim() && { reason: reason.trim() }),
      }),
    onSuccess: ({ resumed_by: runId }) => {
      if (runId !== null) thread.follow(runId, { isLive: true });
      else thread.refreshDetails();
    },
    // Also when somebody else was faster: then it waits no more.
    onSettled: () => void queries.invalidateQueries({ queryKey: ['approvals'] }),
  });
  const isTaken = answer.isError && problemOf(answer.error).code === 'approval-resolved';
  return (
    <div className="chat-approval">
      <p>
        The agent wants to call <code>{approval.tool}</code>, exactly as it is shown.
      </p>
      {approval.description && <p className="soft">{approval.description}</p>}
      <div className="row">
        <button
          type="button"
          className="primary"
          disabled={answer.isPending || answer.isSuccess}
          onClick={() => answer.mutate(true)}
        >
          Approve
        </button>
        <button type="button" disabled={answer.isPending || answer.isSuccess} onClick={() => answer.mutate(false)}>
          Deny
        </button>
        <input
          aria-label="Reason for denying, told to the agent"
          placeholder="Reason, if you deny (optional)"
          value={reason}
          maxLength={4000}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      {answer.isError && !isTaken && <Failure cause={answer.error} />}
    </div>
  );
}
