import { useQuery } from '@tanstack/react-query';
import type { Outputs } from '../../index.ts';
import { apiKey, client, serverRoot } from '../api.ts';
import { Gauges } from '../health/gauges.tsx';
import { UsageByDay } from '../health/usage-by-day.tsx';
import { Answer, Failure } from '../ui/states.tsx';

const READ_MS = 10_000;

/** How the server is: its parts, what it takes, and what its runs used. */
export function HealthPage() {
  const ready = useQuery({
    queryKey: ['health', 'ready'],
    queryFn: () => client.health.ready.query(),
    refetchInterval: READ_MS,
  });
  return (
    <div className="pane health">
      <h1>Health</h1>
      <section aria-labelledby="health-parts">
        <h2 id="health-parts">Parts</h2>
        {/* What could not be read anew is not as it was. */}
        {ready.isError ? (
          <Failure cause={ready.error} retry={() => void ready.refetch()} />
        ) : (
          <Answer of={ready} rows={2}>
            {(answer) => <Parts {...answer} />}
          </Answer>
        )}
      </section>
      <Gauges />
      <UsageByDay />
      <p className="soft">
        All numbers, for programs:{' '}
        {apiKey() === undefined ? (
          <a href={`${serverRoot}/metrics`}>metrics</a>
        ) : (
          // A link carries no key.
          <>
            <code>{serverRoot}/metrics</code> with the API key
          </>
        )}
        , and <a href={`${serverRoot}/docs`}>the API</a>.
      </p>
    </div>
  );
}

function Parts({ status, parts }: Outputs['health']['ready']) {
  return (
    <>
      <p>
        The server is <span className={`chip ${styleOf(status)}`}>{status}</span>
        {status === 'degraded' && ': it answers, without what failed.'}
      </p>
      <ul className="health-parts">
        {Object.entries(parts).map(([name, part]) => (
          <li key={name}>
            <strong>{name.replaceAll('_', ' ')}</strong>
            <span className={`chip ${styleOf(part.status)}`}>{part.status}</span>
            {part.detail && <span className="health-detail">{part.detail}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

const styleOf = (status: string) => (status === 'ready' ? 'ready' : 'waiting');
