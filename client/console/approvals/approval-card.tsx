import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Outputs } from '../../index.ts';
import { client, problemOf, queries } from '../api.ts';
import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Failure } from '../ui/states.tsx';
import { Ago, Code } from '../ui/text.tsx';

/** A tool call that waits for a person, or waited. */
export type Approval = Outputs['approvals']['answer'];

const MAX_REASON_CHARS = 4_000;
/** Said of an approval that can be answered no more. */
const OVER: readonly (string | undefined)[] = ['approval-resolved', 'approval-not-found'];

interface ApprovalCardProps {
  readonly approval: Approval;
  /** Whether it can be answered. */
  readonly isOpen: boolean;
  /** The server refused the answer, as somebody else may have answered. */
  readonly onRefused?: () => void;
  /** The reader has seen that. */
  readonly onRead?: () => void;
}

/** One call with its arguments, where it comes from, and its answer, or the means to give one. */
export function ApprovalCard({ approval, isOpen, onRefused, onRead }: ApprovalCardProps) {
  const titleId = useId();
  const answer = useMutation({
    mutationFn: (body: { approved: boolean; reason?: string }) =>
      client.approvals.answer.mutate({ approval_id: approval.id, ...body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['approvals'] }),
    onError: (cause) => {
      if (OVER.includes(problemOf(cause).code)) onRefused?.();
      void queries.invalidateQueries({ queryKey: ['approvals'] });
    },
  });
  return (
    <li className="approvals-card" aria-labelledby={titleId}>
      <header className="row">
        <h3 id={titleId} className="mono">
          {approval.tool}
        </h3>
        {!isOpen && approval.status !== 'pending' && (
          <span className={`chip ${approval.status}`}>{approval.status}</span>
        )}
        <small>
          <Ago at={approval.created_at} />
        </small>
      </header>
      {approval.description && <p className="soft">{approval.description}</p>}
      <Code text={JSON.stringify(approval.args, null, 2)} label="the arguments" />
      {approval.stands_for !== null && (
        <p className="soft">It stands for an approval that the agent it asked waits for: one answer answers both.</p>
      )}
      <Origin approval={approval} />
      <Answered approval={approval} />
      {answer.isError && <Failure cause={answer.error} />}
      {isOpen && (
        <AnswerForm
          tool={approval.tool}
          isBusy={answer.isPending || answer.isSuccess}
          onAnswer={(approved, reason) => answer.mutate({ approved, ...(reason && { reason }) })}
        />
      )}
      {!isOpen && onRead && (
        <p className="actions">
          <button type="button" onClick={onRead}>
            Close
          </button>
        </p>
      )}
    </li>
  );
}

const Origin = ({ approval: { agent_id, conversation_id, run_id } }: { readonly approval: Approval }) => (
  <p className="approvals-origin">
    <Link href={pathOf(['agents', agent_id])}>{agent_id}</Link>
    <Link href={pathOf(['chat', agent_id, conversation_id])}>Conversation</Link>
    <Link href={pathOf(['runs', run_id])}>Run</Link>
  </p>
);

const OUTCOMES: Readonly<Record<string, string>> = {
  approved: 'Approved',
  denied: 'Denied',
  cancelled: 'Cancelled: nobody answered',
  void: 'Approved, but not run: the tool was no longer the one shown',
};

function Answered({ approval }: { readonly approval: Approval }) {
  const { status, resolved_by, resolved_at, resumed_by, reason } = approval;
  if (status === 'pending') return null;
  return (
    <p>
      {OUTCOMES[status]}
      {resolved_by !== null && ` by ${resolved_by}`}
      {resolved_at !== null && (
        <>
          {' · '}
          <Ago at={resolved_at} />
        </>
      )}
      {reason && ` · “${reason}”`}
      {resumed_by !== null && (
        <>
          {' · '}
          <Link href={pathOf(['runs', resumed_by])}>the run that went on</Link>
        </>
      )}
    </p>
  );
}

interface AnswerFormProps {
  readonly tool: string;
  readonly isBusy: boolean;
  readonly onAnswer: (approved: boolean, reason: string) => void;
}

function AnswerForm({ tool, isBusy, onAnswer }: AnswerFormProps) {
  const [reason, setReason] = useState('');
  return (
    <form className="stack" onSubmit={(event) => event.preventDefault()}>
      <label className="field">
        Reason
        <textarea
          rows={1}
          maxLength={MAX_REASON_CHARS}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        <small>Kept with the answer; told to the model when the call is denied</small>
      </label>
      <p className="actions">
        <button
          type="button"
          className="primary"
          aria-label={`Approve ${tool}`}
          disabled={isBusy}
          onClick={() => onAnswer(true, reason.trim())}
        >
          Approve
        </button>
        <button
          type="button"
          aria-label={`Deny ${tool}`}
          disabled={isBusy}
          onClick={() => onAnswer(false, reason.trim())}
        >
          Deny
        </button>
        {isBusy && <small role="status">Answering</small>}
      </p>
    </form>
  );
}
