import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api.ts';
import { type Approval, ApprovalCard } from '../approvals/approval-card.tsx';
import { go, pathOf, useRoute } from '../route.ts';
import { Answer, Empty, Failure } from '../ui/states.tsx';

const PAGE = 50;
const ANSWERED = ['approved', 'denied', 'cancelled', 'void'] as const;

/** The tool calls that wait for a person, and those that were answered. */
export function ApprovalsPage() {
  const agent = useRoute().query.get('agent') ?? '';
  return (
    <div className="pane approvals">
      <h1>Approvals</h1>
      <AgentFilter agent={agent} />
      <section aria-labelledby="approvals-waiting">
        <h2 id="approvals-waiting">Waiting</h2>
        <Waiting agent={agent} key={agent} />
      </section>
      <section aria-labelledby="approvals-answered">
        <h2 id="approvals-answered">Answered</h2>
        <Answered agent={agent} />
      </section>
    </div>
  );
}

function AgentFilter({ agent }: { readonly agent: string }) {
  const agents = useQuery({ queryKey: ['agents', 'list'], queryFn: () => client.agents.list.query() });
  const ids = new Set(agents.data?.agents.map(({ id }) => id));
  if (agent) ids.add(agent);
  return (
    <label className="field approvals-agent">
      Agent
      <select
        value={agent}
        onChange={({ target }) => go(pathOf(['approvals'], { agent: target.value }), { replace: true })}
      >
        <option value="">All</option>
        {[...ids].map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
}

interface OfAgent {
  /** Empty: of all. */
  readonly agent: string;
}

function Waiting({ agent }: OfAgent) {
  const [refused, setRefused] = useState<readonly Approval[]>([]);
  const waiting = useInfiniteQuery({
    queryKey: ['approvals', 'waiting', agent],
    queryFn: ({ pageParam }) => listApprovals('pending', agent, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const forget = (id: string) => setRefused((before) => before.filter((one) => one.id !== id));
  const keep = (approval: Approval) =>
    setRefused((before) => [...before.filter(({ id }) => id !== approval.id), approval]);
  return (
    <Answer of={waiting}>
      {({ pages }) => {
        const pending = pages.flatMap(({ approvals }) => approvals);
        const ids = new Set(pending.map(({ id }) => id));
        // One that somebody else has answered stays until it was read why.
        const shown = [...refused.filter(({ id }) => !ids.has(id)), ...pending];
        if (!shown.length)
          return <Empty>No call waits. Calls of tools that an agent’s approvals name wait here.</Empty>;
        return (
          <>
            <ul className="approvals-list">
              {shown.map((approval) => (
                <ApprovalCard
                  key={approval.id}
                  approval={approval}
                  isOpen={ids.has(approval.id)}
                  onRefused={() => keep(approval)}
                  onRead={() => forget(approval.id)}
                />
              ))}
            </ul>
            <More of={waiting} />
          </>
        );
      }}
    </Answer>
  );
}

function Answered({ agent }: OfAgent) {
  const answered = useInfiniteQuery({
    queryKey: ['approvals', 'answered', agent],
    queryFn: async ({ pageParam }) => Promise.all(pageParam.map(([status, cursor]) => listOf(status, agent, cursor))),
    initialPageParam: ANSWERED.map((status): Place => [status, undefined]),
    getNextPageParam: (lists): Place[] | undefined => {
      const next = lists.flatMap(({ status, next_cursor }): Place[] => (next_cursor ? [[status, next_cursor]] : []));
      return next.length ? next : undefined;
    },
  });
  return (
    <Answer of={answered}>
      {({ pages }) => {
        const found = pages.flat().flatMap(({ approvals }) => approvals);
        if (!found.length) return <Empty>What was answered, and by whom, is kept here.</Empty>;
        return (
          <>
            <ul className="approvals-list">
              {found.toSorted(byAnswer).map((approval) => (
                <ApprovalCard key={approval.id} approval={approval} isOpen={false} />
              ))}
            </ul>
            <More of={answered} />
          </>
        );
      }}
    </Answer>
  );
}

interface Paged {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly error: unknown;
  readonly fetchNextPage: () => Promise<unknown>;
}

function More({ of }: { readonly of: Paged }) {
  return (
    <>
      {of.isFetchNextPageError && <Failure cause={of.error} />}
      {of.hasNextPage && (
        <button type="button" disabled={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
          More
        </button>
      )}
    </>
  );
}

type Status = Approval['status'];
/** Where the list of a status goes on. */
type Place = readonly [status: Status, cursor: string | undefined];

const listApprovals = (status: Status, agent: string, cursor: string | undefined) =>
  client.approvals.list.query({
    status,
    limit: PAGE,
    ...(agent && { agent_id: agent }),
    ...(cursor !== undefined && { cursor }),
  });

const listOf = async (status: Status, agent: string, cursor: string | undefined) => ({
  status,
  ...(await listApprovals(status, agent, cursor)),
});

const byAnswer = (a: Approval, b: Approval) =>
  (b.resolved_at ?? b.created_at).localeCompare(a.resolved_at ?? a.created_at);
