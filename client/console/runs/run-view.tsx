import { useMutation, useQuery } from '@tanstack/react-query';
import { client, queries } from '../api.ts';
import { pathOf, useRoute } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Empty, Failure } from '../ui/states.tsx';
import { Code, Copy } from '../ui/text.tsx';
import { EventsTab } from './events-tab.tsx';
import { LinkedRuns } from './linked-runs.tsx';
import { ReplayTab } from './replay-tab.tsx';
import { RunFacts } from './run-facts.tsx';
import { keptFilters } from './run-filters.tsx';
import { type Run, shortId } from './run-types.ts';
import { StepsTable } from './steps-table.tsx';
import { useSteps } from './use-steps.ts';
import { Waterfall } from './waterfall.tsx';

const TABS = { waterfall: 'Waterfall', table: 'Table', events: 'Events', replay: 'Replay' } as const;

/** One run: what is known of it, what it did and when, and its events. */
export function RunView({ id }: { readonly id: string }) {
  const run = useQuery({ queryKey: ['runs', id, 'facts'], queryFn: () => client.runs.get.query({ run_id: id }) });
  return (
    <Answer of={run}>
      {(found) => (
        <div className="stack">
          <header className="row">
            <h1 className="runs-title" title={found.id}>
              Run <span className="mono">{shortId(found.id)}</span>
            </h1>
            <Copy text={found.id} label="Copy the id of the run" />
            <span className={`chip ${found.status}`}>{found.status}</span>
            {found.status === 'running' && <CancelButton id={id} />}
          </header>
          <Outcome run={found} />
          <RunFacts run={found} />
          <LinkedRuns run={found} />
          <Tabs id={id} />
          <Tab run={found} />
        </div>
      )}
    </Answer>
  );
}

function CancelButton({ id }: { readonly id: string }) {
  const cancellation = useMutation({
    mutationFn: () => client.runs.cancel.mutate({ run_id: id }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runs'] }),
  });
  return (
    <>
      <button type="button" disabled={cancellation.isPending} onClick={() => cancellation.mutate()}>
        <Icon name="stop" />
        {cancellation.isPending ? 'Cancelling' : 'Cancel run'}
      </button>
      {cancellation.isError && <Failure cause={cancellation.error} />}
    </>
  );
}

function Outcome({ run: { outcome } }: { readonly run: Run }) {
  if (!outcome) return null;
  const { detail, code, stopped_by, missing_servers, output } = outcome;
  return (
    <>
      {detail && (
        <div className={code ? 'failure' : undefined}>
          {detail} {code && <code>{code}</code>}
        </div>
      )}
      {stopped_by && <p className="soft">It would have gone on, but was ended by {stopped_by}.</p>}
      {missing_servers && <p className="soft">It went without the MCP servers {missing_servers.join(', ')}.</p>}
      {output !== undefined && (
        <details>
          <summary>Output</summary>
          <Code text={JSON.stringify(output, null, 2)} label="the output" />
        </details>
      )}
    </>
  );
}

function Tabs({ id }: { readonly id: string }) {
  const { parts, query } = useRoute();
  const [, tab = 'waterfall'] = parts;
  return (
    <nav className="runs-tabs" aria-label="Views of the run">
      {Object.entries(TABS).map(([name, title]) => (
        <Link
          key={name}
          href={pathOf(['runs', id, name], keptFilters(query))}
          aria-current={name === tab ? 'page' : undefined}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}

function Tab({ run }: { readonly run: Run }) {
  const [, tab = 'waterfall'] = useRoute().parts;
  if (tab === 'events') return <EventsTab run={run} />;
  if (tab === 'replay') return <ReplayTab run={run} />;
  return <StepsTab run={run} isTable={tab === 'table'} />;
}

function StepsTab({ run, isTable }: { readonly run: Run; readonly isTable: boolean }) {
  const steps = useSteps(run);
  const View = isTable ? StepsTable : Waterfall;
  return (
    <Answer of={steps}>
      {(found) =>
        found.steps.length ? (
          <View run={run} steps={found.steps} />
        ) : (
          <Empty>
            {run.status === 'running'
              ? 'Its first step is shown here as soon as a model is asked.'
              : 'This run asked no model and called no tool.'}
          </Empty>
        )
      }
    </Answer>
  );
}
