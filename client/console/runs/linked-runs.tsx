import { useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { countOf } from '../ui/text.tsx';
import { type Run, type Step, shortId } from './run-types.ts';
import { useSteps } from './use-steps.ts';

/** The runs that a run belongs with: who asked for it, whom it asked, and the other halves of a turn that a person answered in between. */
export function LinkedRuns({ run }: { readonly run: Run }) {
  const steps = useSteps(run).data?.steps ?? [];
  const calls = steps.flatMap((step) => step.tool_calls);
  const before = useRunBefore(run, steps);
  const after = unique(calls.flatMap(({ approval }) => approval?.resumed_by ?? [])).filter((id) => id !== run.id);
  const asked = unique(calls.flatMap(({ child_run_id }) => child_run_id ?? []));
  const waiting = calls.filter(({ approval }) => approval?.status === 'pending').length;
  if (!run.parent_run_id && !before && !after.length && !asked.length && !waiting) return null;
  return (
    <ul className="runs-links" aria-label="Linked runs">
      {run.parent_run_id && (
        <li>
          Asked for by <RunLink id={run.parent_run_id} />
        </li>
      )}
      {before && (
        <li>
          Goes on after the approval that <RunLink id={before} /> asked for
        </li>
      )}
      {after.map((id) => (
        <li key={id}>
          After the approval, <RunLink id={id} /> went on
        </li>
      ))}
      {asked.map((id) => (
        <li key={id}>
          Asked the agent of <RunLink id={id} />
        </li>
      ))}
      {waiting > 0 && (
        <li>
          {countOf(waiting, 'call')} waiting for an answer:{' '}
          <Link href={pathOf(['approvals'], { agent: run.agent_id })}>answer in the inbox</Link>
        </li>
      )}
    </ul>
  );
}

/** Leads to a run. */
export const RunLink = ({ id }: { readonly id: string }) => (
  <Link href={pathOf(['runs', id])} className="mono" title={id}>
    {shortId(id)}
  </Link>
);

const unique = (ids: readonly string[]) => [...new Set(ids)];

/** The run that ended with the calls which this one begins with; the approval knows it. */
function useRunBefore({ agent_id, conversation_id }: Run, [first]: readonly Step[]): string | undefined {
  const approval = first?.step === 0 ? first.tool_calls.find((call) => call.approval)?.approval : undefined;
  const { id = '', status } = approval ?? {};
  const found = useQuery({
    queryKey: ['approvals', 'of-conversation', agent_id, conversation_id, status],
    enabled: status !== undefined,
    queryFn: () =>
      client.approvals.list.query({ agent_id, conversation_id, limit: 200, ...(status !== undefined && { status }) }),
  });
  return found.data?.approvals.find((one) => one.id === id)?.run_id;
}
