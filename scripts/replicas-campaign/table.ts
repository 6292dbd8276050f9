/** A campaign in figures. */
import { quantile } from '../bench/figures.ts';
import type { Outcome } from './campaign.ts';

const COLUMNS = [
  'rounds',
  'runs',
  'finished',
  'interrupted',
  'cancelled',
  'streams',
  'frames',
  'p50 ms',
  'p99 ms',
  'max ms',
  'wrong',
];

/** The rounds of each kind, a line for each, and all of them. The times are those from the loss of a replica to the ends of its runs at readers. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const byKind = Map.groupBy(outcomes, ({ kind }) => kind.name);
  const lines = [...byKind].map(([name, own]) => [name, ...cellsOf(own)]);
  const all = [['', ...COLUMNS], ...lines, ['all', ...cellsOf(outcomes)]];
  const widths = ['', ...COLUMNS].map((_, column) => Math.max(...all.map((line) => String(line[column] ?? '').length)));
  return all
    .map((line) =>
      line
        .map((cell, column) =>
          column ? String(cell).padStart(widths[column] ?? 0) : String(cell).padEnd(widths[column] ?? 0),
        )
        .join(' | '),
    )
    .join('\n');
}

function cellsOf(outcomes: readonly Outcome[]): (string | number)[] {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const status = (name: string) => sum(({ statuses }) => statuses[name] ?? 0);
  // Durable runs go on: of those it is told when another replica had them.
  const times = outcomes.flatMap(({ endedMs, storedMs, kind }) => (kind.isDurable ? storedMs : endedMs));
  const at = (share: number) => (times.length ? Math.round(quantile(times, share)) : '');
  return [
    outcomes.length,
    sum(({ statuses }) => Object.values(statuses).reduce((total, count) => total + count, 0)),
    status('finished'),
    status('interrupted'),
    status('cancelled'),
    sum(({ streams }) => streams),
    sum(({ frames }) => frames),
    at(0.5),
    at(0.99),
    at(1),
    sum(({ problems }) => problems.length),
  ];
}
