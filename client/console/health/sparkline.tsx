/** A value over time in a small picture. */

const WIDTH = 200;
const HEIGHT = 40;
const EDGE = 3;

/** One value as it was seen. */
export interface Seen {
  /** In milliseconds of `Date.now`. */
  readonly at: number;
  readonly value: number;
}

/** The latest value, and how it came there; `format` writes a value. */
export function Sparkline({
  title,
  seen,
  format,
}: {
  readonly title: string;
  /** The oldest first. */
  readonly seen: readonly Seen[];
  readonly format: (value: number) => string;
}) {
  const latest = seen.at(-1);
  const values = seen.map(({ value }) => value);
  const range = values.length ? `${format(Math.min(...values))} to ${format(Math.max(...values))}` : '';
  return (
    <figure className="health-gauge">
      <figcaption>
        {title} <strong>{latest ? format(latest.value) : 'unknown'}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${range || 'unknown'}`}
      >
        <polyline points={pointsOf(seen)} />
      </svg>
      <small>{range}</small>
    </figure>
  );
}

/** The line from the left edge to the right one; of a single value, a level one. */
function pointsOf(seen: readonly Seen[]): string {
  const [first, last] = [seen[0], seen.at(-1)];
  if (!first || !last) return '';
  const values = seen.map(({ value }) => value);
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const yOf = (value: number) =>
    span === 0 ? HEIGHT / 2 : HEIGHT - EDGE - ((value - low) / span) * (HEIGHT - 2 * EDGE);
  if (last.at === first.at) return `0,${yOf(last.value)} ${WIDTH},${yOf(last.value)}`;
  const xOf = (at: number) => ((at - first.at) / (last.at - first.at)) * WIDTH;
  return seen.map(({ at, value }) => `${xOf(at).toFixed(1)},${yOf(value).toFixed(1)}`).join(' ');
}
