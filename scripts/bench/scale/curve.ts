/** Costs at several sizes of one thing, and how they grow. */
import { median } from '../figures.ts';
import type { Figure, Report } from '../report.ts';

/** What was measured at one size. */
export interface Point {
  readonly size: number;
  readonly values: readonly number[];
}

/** `constant`: the same at each size; `n log n`: at most so much of it. */
export type Growth = 'constant' | 'n log n';

interface Curve {
  readonly unit: string;
  readonly growth: Growth;
  readonly points: readonly Point[];
}

/** More than the power that is expected: 100 times the size may cost twice as much, and figures vary. */
const TOLERANCE = 0.15;

/** Prints the costs by size, and `power`: they grow as the size to the power of it, 0 for what is constant, 1 for what grows as the size does. */
export function addCurve(report: Report, row: string, { unit, growth, points }: Curve): void {
  const figures: [string, Figure][] = points.map(({ size, values }) => [toCount(size), { values, unit }]);
  const [least, most] = [points[0], points.at(-1)];
  if (least && most && least !== most) {
    const cost = median(most.values) / median(least.values);
    const power = Math.log(cost) / Math.log(most.size / least.size);
    figures.push(['power', { values: [power], unit: '', atMost: expectedPower(growth, least.size, most.size) }]);
  }
  report.row(row, figures);
}

/** The power that two sizes grow with, and a little for measurements. */
export function expectedPower(growth: Growth, least: number, most: number): number {
  if (growth === 'constant') return TOLERANCE;
  const cost = (most * Math.log(most)) / (least * Math.log(least));
  return Number((Math.log(cost) / Math.log(most / least) + TOLERANCE).toFixed(2));
}

/** A count with its thousands apart. */
export const toCount = (count: number): string => count.toLocaleString('en-US');
