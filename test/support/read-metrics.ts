/** Reads metrics as Prometheus does, and strictly: what is none of its text format fails. */
import { expect } from 'vitest';

/** One number of a metric. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format: each family with its help and its type before its series, each series once, buckets that add up. */
export function readText(text: string): Series[] {
  expect(text.endsWith('\n')).toBe(true);
  const types = new Map<string, string>();
  const seen = new Set<string>();
  const series: Series[] = [];
  let family = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) ([a-z_]+) (\S.*)$/.exec(line) ?? [];
    if (what === 'HELP') {
      expect(types.has(name), `${name} once`).toBe(false);
      family = name;
    } else if (what === 'TYPE') {
      expect(name).toBe(family);
      expect(['counter', 'gauge', 'histogram']).toContain(rest);
      types.set(name, rest);
    } else {
      const one = readSeries(line);
      const isHistogram = types.get(family) === 'histogram';
      expect(isHistogram ? one.name.replace(/_(bucket|sum|count)$/, '') : one.name, line).toBe(family);
      const key = JSON.stringify([one.name, Object.entries(one.labels).sort()]);
      expect(seen.has(key), `${line} once`).toBe(false);
      seen.add(key);
      series.push(one);
    }
  }
  checkBuckets(series);
  return series;
}

function readSeries(line: string): Series {
  const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no line of the text format: ${line}`);
  const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/g)];
  expect(pairs.map(([pair]) => pair).join(''), line).toBe(labels);
  expect(Number(value), line).not.toBeNaN();
  return { name, labels: Object.fromEntries(pairs.map(([, key = '', one = '']) => [key, one])), value: Number(value) };
}

function checkBuckets(series: readonly Series[]): void {
  for (const { name, labels, value } of series) {
    if (!name.endsWith('_count')) continue;
    const own = series
      .filter((one) => one.name === name.replace(/_count$/, '_bucket'))
      .filter((one) => Object.entries(labels).every(([key, label]) => one.labels[key] === label));
    expect(own.at(-1), name).toMatchObject({ labels: { le: '+Inf' }, value });
    const values = own.map((one) => one.value);
    expect(values, name).toEqual(values.toSorted((a, b) => a - b));
  }
}

/** Scrapes a server with a key of it. */
export async function scrape(url: string, key: string): Promise<Series[]> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readText(await response.text());
}

/** The sum of the series of `agent_runtimes_NAME` that have these labels. */
export function countOf(
  series: readonly Series[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = series.filter(
    (one) =>
      one.name === `agent_runtimes_${name}` &&
      Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}
