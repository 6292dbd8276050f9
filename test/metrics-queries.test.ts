/** The dashboard and the rules for alerts ask for what a server really tells. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startMeteredServer } from './support/metered-server.ts';

const Dashboard = z.object({
  panels: z
    .array(
      z.object({
        title: z.string(),
        targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).min(1),
      }),
    )
    .min(10),
});
const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z
        .array(
          z.object({
            alert: z.string(),
            expr: z.string(),
            labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
            annotations: z.object({ summary: z.string() }),
          }),
        )
        .min(5),
    }),
  ),
});

/** A query, and the words that are filled with labels of its results. */
interface Query {
  readonly expr: string;
  readonly text: string;
}

async function readQueries(): Promise<Query[]> {
  const read = (name: string) => readFile(fileURLToPath(new URL(`../scripts/pod/${name}`, import.meta.url)), 'utf8');
  const { panels } = Dashboard.parse(JSON.parse(await read('grafana-dashboard.json')));
  const { groups } = Rules.parse(parse(await read('alerts.yaml')));
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr, legendFormat: text }) => ({ expr, text }))),
    ...groups.flatMap(({ rules }) => rules.map(({ expr, annotations }) => ({ expr, text: annotations.summary }))),
  ];
}

const FUNCTIONS = ['absent', 'by', 'histogram_quantile', 'increase', 'rate', 'sum', 'topk'];

/** The metrics of a query with the values their labels are compared to, and the labels it groups by. Throws at a word that it does not know. */
function readQuery(expr: string) {
  const groupedBy = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  const metrics = [...expr.matchAll(/\b((?:agent_runtimes|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', matchers = '']) => ({
      name,
      matchers: [...matchers.matchAll(/(\w+)(!=|=~|=)"([^"]*)"/g)].map(([, label = '', , value = '']) => ({
        label,
        value,
      })),
    }),
  );
  const rest = expr
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[(\d+[mh]|\$__rate_interval)\]/g, '')
    .replace(/\bby \([^)]*\)/g, 'by');
  for (const word of rest.match(/[a-z_]\w*/gi) ?? []) {
    if (!FUNCTIONS.includes(word) && !metrics.some(({ name }) => name === word)) throw new Error(`${word} in ${expr}`);
  }
  return { groupedBy, metrics };
}

it('every name and label that the dashboard and the alerts ask for is there once something has happened', async () => {
  await using metered = await startMeteredServer();
  for (const message of ['tool echo {}', 'overloaded', 'refuse', 'tool die {}']) await metered.ask('a', message);
  await metered.ask('odd', 'Hello');
  await metered.server.call('POST', '/agents/a/execute', { code: '1 + 1' });
  await metered.until('mcp_server_restarts_total', {}, 1);
  const series = await metered.scrape();
  const queries = await readQueries();
  expect(queries.length).toBeGreaterThan(30);
  for (const { expr, text } of queries) {
    const { groupedBy, metrics } = readQuery(expr);
    expect(metrics, expr).not.toEqual([]);
    for (const { name, matchers } of metrics) {
      const own = series.filter((one) => one.name === name);
      expect(own, `${name} in ${expr}`).not.toEqual([]);
      const labels = Object.keys(own[0]?.labels ?? {});
      expect(labels, expr).toEqual(expect.arrayContaining([...groupedBy, ...matchers.map(({ label }) => label)]));
    }
    const filled = [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label]) => label);
    const kept = groupedBy.length
      ? groupedBy
      : series.flatMap((one) => (expr === one.name ? Object.keys(one.labels) : []));
    for (const label of filled) expect(kept, `${text} of ${expr}`).toContain(label);
  }
}, 120_000);

it('a query with a word that is neither a function nor a metric is refused', () => {
  expect(() => readQuery('sum(rte(agent_runtimes_runs_total[5m]))')).toThrow('rte');
});
