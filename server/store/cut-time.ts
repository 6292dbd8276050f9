/** Cuts ranges of time into the spans that sums are added up by. */
import type { Span } from './schema.ts';

/** From `from` on and before `to`, both RFC 3339 or the beginning of it; undefined is without a bound. */
export interface Range {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** A range that holds whole spans, named as these are. */
export interface CutRange {
  readonly span: Span;
  readonly range: Range;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How much of a time names a span, and what added to its beginning lies in the next one. The longest first. */
const SPANS = [
  { span: 'month', chars: '2026-11'.length, lengthMs: 31 * DAY_MS },
  { span: 'day', chars: '2026-11-23'.length, lengthMs: DAY_MS },
  { span: 'minute', chars: '2026-11-23T10:05'.length, lengthMs: MINUTE_MS },
] as const;
type Unit = (typeof SPANS)[number];

/** The name of the span of a time. */
export const nameSpan = (span: Span, time: string): string =>
  time.slice(0, SPANS.find((unit) => unit.span === span)?.chars);

/** A range as whole months, or `longest` instead, days and minutes, and what is left of it at its edges. */
export function cutTime(range: Range, longest: Span = 'month'): { spans: CutRange[]; edges: Range[] } {
  const { from, to } = range;
  const first = from && fromMinute(from);
  const last = to && toMinute(to);
  if (first && last && first > last) return { spans: [], edges: [range] };
  const units = SPANS.slice(SPANS.findIndex(({ span }) => span === longest));
  return {
    spans: cutSpans({ from: first, to: last }, units),
    edges: [
      ...(from && first && from < first ? [{ from, to: first }] : []),
      ...(to && last && to > last ? [{ from: last, to }] : []),
    ],
  };
}

/** The beginning of the minute that a time is in. */
export const toMinute = (time: string): string => startOf(nameSpan('minute', time));

/** The beginning of the first minute that begins from a time on. */
export const fromMinute = (time: string): string => toMinute(later(time, MINUTE_MS - 1));

/** The longest spans that lie in a range, and shorter ones before and behind them. The range begins and ends with one of the shortest. */
function cutSpans({ from, to }: Range, [unit, ...shorter]: readonly Unit[]): CutRange[] {
  if (!unit) return [];
  const first = from && firstFrom(from, unit);
  const last = to?.slice(0, unit.chars);
  if (first && last && first > last) return cutSpans({ from, to }, shorter);
  return [
    { span: unit.span, range: { from: first, to: last } },
    ...(from && first && from < startOf(first) ? cutSpans({ from, to: startOf(first) }, shorter) : []),
    ...(to && last && to > startOf(last) ? cutSpans({ from: startOf(last), to }, shorter) : []),
  ];
}

/** The name of the first span that begins from a time on. */
function firstFrom(time: string, { chars, lengthMs }: Unit): string {
  const name = time.slice(0, chars);
  return startOf(name) < time ? later(startOf(name), lengthMs).slice(0, chars) : name;
}

const startOf = (name: string) => `${name}${'0000-01-01T00:00:00.000Z'.slice(name.length)}`;

// Times are compared as text, where a year beyond 9999 would come first.
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');
const later = (time: string, addedMs: number) =>
  new Date(Math.min(Date.parse(time) + addedMs, LAST_TIME)).toISOString();
