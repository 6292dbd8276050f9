import { type InfiniteData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Outputs } from '../../index.ts';
import { client } from '../api.ts';
import { pathOf, useRoute } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Answer, Empty, Failure } from '../ui/states.tsx';
import { Ago, countOf, dollarsOf, durationOf } from '../ui/text.tsx';
import { filtersOf, keptFilters } from './run-filters.tsx';
import { type Run, runMs } from './run-types.ts';

type Page = Outputs['runs']['list'];

const PAGE = 50;
const TITLES = 200;

/** The runs that match the filters, newest first, and what they all came to. */
export function RunList() {
  const filters = filtersOf(useRoute().query);
  const runs = useInfiniteQuery<Page, Error, InfiniteData<Page, string | null>, readonly unknown[], string | null>({
    queryKey: ['runs', 'list', filters],
    queryFn: ({ pageParam }) =>
      client.runs.list.query({ ...filters, limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) }),
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  return (
    <Answer of={runs}>
      {({ pages }) => {
        const found = pages.flatMap((page) => page.runs);
        if (!found.length) return <Empty>{emptyOf(Object.keys(filters).length > 0)}</Empty>;
        return (
          <>
            {pages[0] && <SumsLine sums={pages[0].sums} />}
            <Groups runs={found} />
            {runs.isFetchNextPageError && <Failure cause={runs.error} />}
            {runs.hasNextPage && (
              <button type="button" disabled={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
                More
              </button>
            )}
          </>
        );
      }}
    </Answer>
  );
}

const emptyOf = (isFiltered: boolean) =>
  isFiltered
    ? 'No run matches these filters.'
    : 'Every answer of an agent is listed here, whichever protocol asked for it.';

function SumsLine({ sums }: { readonly sums: Page['sums'] }) {
  const { prompt_tokens, completion_tokens } = sums.usage;
  const unpriced = sums.unpriced_steps > 0 && `without ${countOf(sums.unpriced_steps, 'answer')} of unknown price`;
  return (
    <dl className="runs-sums" aria-label="Sums of the runs that have ended">
      <Sum name="ended" value={countOf(sums.runs, 'run')} />
      <Sum name="time" value={durationOf(sums.duration_seconds * 1000)} />
      <Sum name="tokens in" value={prompt_tokens.toLocaleString()} />
      <Sum name="tokens out" value={completion_tokens.toLocaleString()} />
      <Sum name="cost" value={dollarsOf(sums.cost)} note={unpriced || undefined} />
    </dl>
  );
}

function Sum({
  name,
  value,
  note,
}: {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <small> {note}</small>}
      </dd>
    </div>
  );
}

/** Runs of one conversation that follow each other stand together below its title. */
function Groups({ runs }: { readonly runs: readonly Run[] }) {
  const titles = useTitles();
  return groupsOf(runs).map((group) => {
    const [{ id, agent_id, conversation_id }] = group;
    return (
      <section className="runs-group" key={id} aria-label={`Conversation ${conversation_id}`}>
        <h2>
          <Link href={pathOf(['chat', agent_id, conversation_id])}>
            {titles.get(`${agent_id} ${conversation_id}`) || conversation_id}
          </Link>
          <small>{agent_id}</small>
        </h2>
        <ul className="cards">
          {group.map((run) => (
            <Item key={run.id} run={run} />
          ))}
        </ul>
      </section>
    );
  });
}

function Item({ run }: { readonly run: Run }) {
  const { parts, query } = useRoute();
  const [selected, tab] = parts;
  const tokens = run.usage.prompt_tokens + run.usage.completion_tokens;
  return (
    <li>
      <Link
        // The tab stays open from run to run.
        href={pathOf(['runs', run.id, ...(tab ? [tab] : [])], keptFilters(query))}
        aria-current={run.id === selected ? 'page' : undefined}
      >
        <span className={`chip ${run.status}`}>{run.status}</span>
        <span className="runs-item-what">
          {run.ended_at !== null && durationOf(runMs(run))}
          {run.parent_run_id !== null && ' · asked by an agent'}
          {waitsOf(run)}
        </span>
        <small>
          {tokens > 0 && `${tokens.toLocaleString()} tokens · ${dollarsOf(run.cost)} · `}
          <Ago at={run.started_at} />
        </small>
      </Link>
    </li>
  );
}

const waitsOf = ({ outcome }: Run) =>
  outcome && outcome.pending_tool_call_ids.length > 0
    ? ` · left ${countOf(outcome.pending_tool_call_ids.length, 'call')} open`
    : '';

type Group = readonly [Run, ...Run[]];

function groupsOf(runs: readonly Run[]): readonly Group[] {
  const groups: [Run, ...Run[]][] = [];
  for (const run of runs) {
    const last = groups.at(-1);
    if (last?.[0].conversation_id === run.conversation_id && last[0].agent_id === run.agent_id) last.push(run);
    else groups.push([run]);
  }
  return groups;
}

function useTitles(): ReadonlyMap<string, string> {
  const { data } = useQuery({
    queryKey: ['conversations', 'titles'],
    queryFn: () => client.conversations.list.query({ limit: TITLES }),
  });
  return new Map(data?.conversations.map(({ agent_id, id, title }) => [`${agent_id} ${id}`, title ?? '']));
}
