import type { Tally } from './try-stage.ts';

const COLUMNS = ['cases', 'right', 'wrong', 'whole losses', '5xx'];

/** The figures of one pass, a line for each group, and their sum. */
export function formatTable(pass: string, rows: readonly (readonly [group: string, tally: Tally])[]): string {
  const cells = ({ cases, right, wrong, losses, failures }: Tally) => [cases, right, wrong, losses, failures];
  const lines = rows.map(([group, tally]) => [group, ...cells(tally)]);
  const sums = COLUMNS.map((_, column) => rows.reduce((sum, [, tally]) => sum + (cells(tally)[column] ?? 0), 0));
  const all = [[pass, ...COLUMNS], ...lines, ...(rows.length > 1 ? [['all', ...sums]] : [])];
  const width = Math.max(...all.map(([name]) => String(name).length));
  const format = ([name, ...figures]: readonly (string | number)[]) =>
    [
      String(name).padEnd(width),
      ...figures.map((figure, at) => String(figure).padStart(COLUMNS[at]?.length ?? 0)),
    ].join(' | ');
  const total = (key: 'askedFailures' | 'others') => rows.reduce((sum, [, tally]) => sum + tally[key], 0);
  const notes = [
    `${total('askedFailures')} answers of 500 and above that cases ask for`,
    ...(total('others') ? [`${total('others')} questions of others meanwhile`] : []),
  ];
  return `${all.map(format).join('\n')}\n${notes.join(', ')}`;
}
