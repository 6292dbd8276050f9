import { useQuery } from '@tanstack/react-query';
import type { Outputs } from '../../index.ts';
import { client } from '../api.ts';
import { Answer, Failure } from '../ui/states.tsx';
import { bytesOf, countOf, dollarsOf, durationOf } from '../ui/text.tsx';
import { type Seen, Sparkline } from './sparkline.tsx';

type Summary = Outputs['health']['summary'];
type Sample = Summary['samples'][number] & { readonly tokens?: number };

const READ_MS = 5_000;
/** An hour of samples. */
const MAX_SAMPLES = 720;
/** What was seen since the console was opened, and what the server had seen before; by its time. */
const samples = new Map<string, Sample>();

/** What the server takes and does now, read again every few seconds. */
export function Gauges() {
  const summary = useQuery({
    queryKey: ['health-summary'],
    queryFn: async () => keep(await client.health.summary.query()),
    refetchInterval: READ_MS,
  });
  return (
    <section aria-labelledby="health-now">
      <h2 id="health-now">Now</h2>
      {summary.isError && summary.data && <Failure cause={summary.error} />}
      <Answer of={summary} rows={3}>
        {(now) => (
          <>
            <Facts now={now} />
            <div className="health-gauges">
              <Sparkline title="Memory" seen={seenOf(now.seen, ({ rss_bytes }) => rss_bytes)} format={bytesOf} />
              <Sparkline
                title="Event-loop delay"
                seen={seenOf(now.seen, ({ event_loop_delay_ms }) => event_loop_delay_ms)}
                format={(ms) => `${ms.toFixed(1)} ms`}
              />
              <Sparkline
                title="Runs going on"
                seen={seenOf(now.seen, ({ active_runs }) => active_runs)}
                format={String}
              />
              <Sparkline
                title="Streams"
                seen={seenOf(now.seen, ({ active_streams }) => active_streams)}
                format={String}
              />
              <Sparkline
                title="Tokens of the last day"
                seen={seenOf(now.seen, ({ tokens }) => tokens)}
                format={(count) => count.toLocaleString()}
              />
            </div>
          </>
        )}
      </Answer>
    </section>
  );
}

function Facts({ now: { version, runtime, uptime_seconds: uptime, last_day: day } }: { readonly now: Summary }) {
  const { finished, failed, cancelled, interrupted } = day.runs;
  const ended = [`${finished} finished`, `${failed} failed`, `${cancelled} cancelled`, `${interrupted} interrupted`];
  return (
    <dl className="facts">
      <dt>Versions</dt>
      <dd>
        agent-runtimes {version}, Node.js {runtime.node}, SQLite {runtime.sqlite}
      </dd>
      <dt>Up for</dt>
      <dd>{uptimeOf(uptime)}</dd>
      <dt>Runs of the last day</dt>
      <dd>{ended.join(', ')}</dd>
      <dt>Their tokens</dt>
      <dd>
        {countOf(day.usage.prompt_tokens, 'token')} in, {countOf(day.usage.completion_tokens, 'token')} out
      </dd>
      <dt>Their cost</dt>
      <dd>{dollarsOf(day.cost)}</dd>
    </dl>
  );
}

/** Adds what the server has seen to what is known. */
function keep(summary: Summary): Summary & { readonly seen: readonly Sample[] } {
  const { prompt_tokens: prompt, completion_tokens: completion } = summary.last_day.usage;
  for (const sample of summary.samples) if (!samples.has(sample.at)) samples.set(sample.at, sample);
  const latest = summary.samples.at(-1);
  if (latest) samples.set(latest.at, { ...latest, tokens: prompt + completion });
  for (const at of [...samples.keys()].slice(0, -MAX_SAMPLES)) samples.delete(at);
  return { ...summary, seen: [...samples.values()] };
}

const seenOf = (seen: readonly Sample[], read: (sample: Sample) => number | undefined): Seen[] =>
  seen.flatMap((sample) => {
    const value = read(sample);
    return value === undefined ? [] : [{ at: Date.parse(sample.at), value }];
  });

function uptimeOf(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  if (hours === 0) return durationOf(seconds * 1000);
  return hours < 48 ? `${hours} h ${Math.floor((seconds % 3600) / 60)} min` : countOf(Math.floor(hours / 24), 'day');
}
