/** How long it takes until runs whose replica was lost have their ends. */
import type { Replica } from './fleet.ts';
import type { Rows } from './rows.ts';
import type { Round } from './tried-run.ts';

/** Times in milliseconds after a replica was lost. */
export interface Times {
  /** When its runs had their ends at readers elsewhere. */
  readonly endedMs: readonly number[];
  /** When they had them in the rows; of durable runs: when another replica had them. */
  readonly storedMs: readonly number[];
}

/** A run has its end at every reader so long after its replica was lost. */
const MOST_MS = 12_000;

interface Measure {
  /** The replicas that were lost, and when on the clock of `Date`, which is that of PostgreSQL too. */
  readonly lost: ReadonlyMap<Replica, number>;
  readonly isDurable: boolean;
}

/** Measures the runs that a replica had when it was lost. */
export function measureEnds(
  { runs, fleet }: Round,
  { changes, runs: rows }: Rows,
  { lost, isDurable }: Measure,
): Times {
  const endedMs: number[] = [];
  const storedMs: number[] = [];
  const isLost = (name: string) => fleet.all.some((replica) => replica.name === name && lost.has(replica));
  for (const [replica, lostAt] of lost) {
    for (const { key, id } of rows) {
      const own = changes.filter((change) => change.key === key && change.what === 'run');
      const before = own.findLast(({ at }) => at <= lostAt)?.after;
      if (before?.replica !== replica.id || before.status !== 'running') continue;
      const later = own.filter(({ at }) => at > lostAt);
      const ended = later.find(
        ({ after }) => after.status !== 'running' || (isDurable && after.replica !== replica.id),
      );
      if (ended) storedMs.push(ended.at - lostAt);
      // A durable run goes on, for as long as it has something to say.
      if (isDurable) continue;
      const ends = runs.find((run) => run.id === id)?.readers.flatMap(({ end }) => end ?? []) ?? [];
      endedMs.push(...ends.filter((end) => !isLost(end.replica)).map(({ at }) => at - lostAt));
    }
  }
  return { endedMs, storedMs };
}

/** The times that are too long, in a line. */
export function findLate({ endedMs, storedMs }: Times): string[] {
  const late = [...endedMs, ...storedMs].filter((ms) => ms > MOST_MS);
  return late.length ? [`${late.length} ends came late, the last one after ${Math.round(Math.max(...late))} ms`] : [];
}
