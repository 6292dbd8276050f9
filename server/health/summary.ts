/** How the server is, in a few numbers, looked at when somebody asks and at no other time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AppHandlers } from '../../contract/index.ts';
import type { Principal } from '../call/principal.ts';

type Summary = Awaited<ReturnType<AppHandlers<unknown>['health']['summary']>>;
type LastDay = Summary['last_day'];
/** What a set of runs came to. */
type RunSums = Pick<LastDay, 'usage' | 'cost'> & { readonly runs: number };
type Status = keyof LastDay['runs'];
type Sample = Summary['samples'][number];

/** What the summary looks at. */
export interface SummaryParts {
  readonly version: string;
  activeRuns(): number;
  activeStreams(): number;
  /** What the runs came to that a principal may see and that began from `since` on: those that have ended so, or all. */
  sums(query: { principal: Principal; since: string; status?: Status }): Promise<RunSums>;
}

const DAY_MS = 86_400_000;
const SAMPLE_MS = 5000;
const MAX_SAMPLES = 60;
/** How far ahead it is asked when the event loop comes to what is due. */
const DUE_MS = 5;

/** Makes summaries for callers; all of them see the same samples. */
export function createSummary({ version, activeRuns, activeStreams, sums }: SummaryParts) {
  const samples: Sample[] = [];
  let sampledAt = Number.NEGATIVE_INFINITY;

  const look = async () => {
    const beganAt = performance.now();
    await pause(DUE_MS);
    const lateMs = Math.max(0, performance.now() - beganAt - DUE_MS);
    return {
      rss_bytes: process.memoryUsage.rss(),
      event_loop_delay_ms: Math.round(lateMs * 100) / 100,
      active_runs: activeRuns(),
      active_streams: activeStreams(),
    };
  };
  const keep = (gauges: Omit<Sample, 'at'>) => {
    const now = performance.now();
    if (now - sampledAt < SAMPLE_MS) return;
    sampledAt = now;
    samples.push({ at: new Date().toISOString(), ...gauges });
    if (samples.length > MAX_SAMPLES) samples.shift();
  };
  const readDay = async (principal: Principal): Promise<LastDay> => {
    const since = new Date(Date.now() - DAY_MS).toISOString();
    const count = async (status: Status) => (await sums({ principal, since, status })).runs;
    const [{ usage, cost }, finished, failed, cancelled, interrupted] = await Promise.all([
      sums({ principal, since }),
      count('finished'),
      count('failed'),
      count('cancelled'),
      count('interrupted'),
    ]);
    return { runs: { finished, failed, cancelled, interrupted }, usage, cost };
  };
  return async (principal: Principal): Promise<Summary> => {
    const [gauges, lastDay] = await Promise.all([look(), readDay(principal)]);
    keep(gauges);
    const uptimeSeconds = Math.round(process.uptime());
    const { node, sqlite = 'unknown' } = process.versions;
    const runtime = { node, sqlite };
    return { version, runtime, uptime_seconds: uptimeSeconds, ...gauges, last_day: lastDay, samples: [...samples] };
  };
}
