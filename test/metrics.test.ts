/** The metrics of a whole server, as Prometheus reads them. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { BoundedNames, Counter, Histogram } from '../server/metrics/families.ts';
import { Metrics } from '../server/metrics/metrics.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const KEY = 'metrics-key';

interface Series {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

/** Reads the text format strictly: any line that is none of it fails. */
function readText(text: string): Series[] {
  return text.split('\n').flatMap((line) => {
    if (line === '' || /^# (HELP|TYPE) [a-z_]+ \S/.test(line)) return [];
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no line of the text format: ${line}`);
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
    expect(pairs.map(([pair]) => pair).join(''), line).toBe(labels);
    return {
      name,
      labels: Object.fromEntries(pairs.map(([, key = '', one = '']) => [key, one])),
      value: Number(value),
    };
  });
}

async function scrape(url: string): Promise<Series[]> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readText(await response.text());
}

function countOf(series: readonly Series[], name: string, labels: Record<string, string> = {}): number {
  const found = series.filter(
    (one) =>
      one.name === `agent_runtimes_${name}` &&
      Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}

describe('the metrics of a server', () => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer({ args: ['--demo'], apiKey: KEY });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('count a run with its model and its tool', async () => {
    const before = await scrape(server.url);
    const { body } = await server.call('POST', '/agents/demo/prompt/sync', { message: 'What is 17 * 23?' });
    expect(body).toMatchObject({ tool_calls: [{ name: 'toolbox__calculate' }] });
    const after = await scrape(server.url);
    const grown = (name: string, labels?: Record<string, string>) =>
      countOf(after, name, labels) - countOf(before, name, labels);
    expect(grown('runs_total', { agent: 'demo', outcome: 'finished' })).toBe(1);
    expect(grown('http_requests_total', { operation: 'prompts.sync', status: '200' })).toBe(1);
    expect(grown('http_request_duration_seconds_count', { operation: 'prompts.sync' })).toBe(1);
    expect(grown('tool_calls_total', { server: 'toolbox', outcome: 'ok' })).toBe(1);
    expect(grown('tool_call_duration_seconds_bucket', { server: 'toolbox', le: '+Inf' })).toBe(1);
    expect(grown('time_to_first_token_seconds_count', { model: 'demo:rules' })).toBe(2);
    const { prompt_tokens: input, completion_tokens: output } = Object(body).usage;
    expect(grown('tokens_total', { kind: 'input' })).toBe(input);
    expect(grown('tokens_total', { kind: 'output' })).toBe(output);
    expect(grown('cost_dollars_total', { model: 'demo:rules' })).toBe(0);
    expect(grown('unpriced_steps_total')).toBe(0);
    expect(countOf(after, 'mcp_servers', { state: 'running' })).toBe(1);
    for (const kind of ['read', 'write', 'commit']) {
      expect(grown('store_statement_duration_seconds_count', { kind }), kind).toBeGreaterThan(0);
    }
    const names = after.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['process_resident_memory_bytes', 'process_cpu_seconds_total']));
  });

  it('show a stream while it goes on, also one whose reader just leaves', async () => {
    expect(countOf(await scrape(server.url), 'streams_active')).toBe(0);
    const leaving = new AbortController();
    const response = await fetch(`${server.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${KEY}` },
      signal: leaving.signal,
    });
    expect(response.status).toBe(200);
    expect(countOf(await scrape(server.url), 'streams_active')).toBe(1);
    leaving.abort();
    await expect.poll(async () => countOf(await scrape(server.url), 'streams_active')).toBe(0);
  });

  it('count the start of a sandbox', async () => {
    const before = countOf(await scrape(server.url), 'sandbox_starts_total');
    const ran = await server.call('POST', '/agents/demo/execute', { code: '1 + 1' });
    expect(ran.status).toBe(200);
    const after = await scrape(server.url);
    expect(countOf(after, 'sandbox_starts_total', { outcome: 'ok' }) - before).toBe(1);
    expect(countOf(after, 'sandbox_start_duration_seconds_count')).toBe(1);
  }, 120_000);

  it('count what is no operation, and what is refused, without its path', async () => {
    const before = countOf(await scrape(server.url), 'http_requests_total', { operation: 'other', status: '404' });
    for (const path of ['/none', '/api/v1/none', '/a/%2e%2e/b"\\']) await fetch(server.url + path);
    await expect
      .poll(async () => countOf(await scrape(server.url), 'http_requests_total', { operation: 'other' }))
      .toBeGreaterThan(before + 2);
  });

  it('are for callers with a key, by GET and HEAD', async () => {
    const refused = await fetch(`${server.url}/metrics`);
    expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'unauthorized' }]);
    const headers = { authorization: `Bearer ${KEY}` };
    const head = await fetch(`${server.url}/metrics`, { method: 'HEAD', headers });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const posted = await fetch(`${server.url}/metrics`, { method: 'POST', headers });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('have every name and label that the dashboard and the alerts ask for', async () => {
    const series = await scrape(server.url);
    const labelsOf = new Map<string, Set<string>>();
    for (const { name, labels } of series) {
      const known = labelsOf.get(name) ?? new Set();
      for (const label of Object.keys(labels)) known.add(label);
      labelsOf.set(name, known);
    }
    // Counters that have counted nothing have no series, but they have a type.
    const text = await (await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } })).text();
    const typed = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    for (const query of await readQueries()) {
      const names = [...query.matchAll(/\b(agent_runtimes_[a-z_]+|process_[a-z_]+)(?:\{([^}]*)\})?/g)];
      expect(names.length, query).toBeGreaterThan(0);
      for (const [, name = '', matchers = ''] of names) {
        expect(typed.has(name.replace(/_(bucket|sum|count)$/, '')) || typed.has(name), `${name} in ${query}`).toBe(
          true,
        );
        const own = labelsOf.get(name);
        const asked = [...matchers.matchAll(/([a-z_]+)(?==|!=|=~|!~)/g)].map(([label]) => label);
        const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
        for (const label of [...asked, ...(own ? grouped : [])]) {
          if (own) expect([...own, 'le'], `${label} of ${name} in ${query}`).toContain(label);
        }
      }
    }
  });
});

const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) })).min(10),
});
const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })).min(5) })),
});

async function readQueries(): Promise<string[]> {
  const read = (name: string) => readFile(fileURLToPath(new URL(`../scripts/pod/${name}`, import.meta.url)), 'utf8');
  const { panels } = Dashboard.parse(JSON.parse(await read('grafana-dashboard.json')));
  const { groups } = Rules.parse(parse(await read('alerts.yaml')));
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ];
}

it('--open-metrics lets everybody read them', async () => {
  await using server = await startWholeServer({ args: ['--open-metrics'], apiKey: KEY });
  const response = await fetch(`${server.url}/metrics`);
  expect(response.status).toBe(200);
  expect(readText(await response.text()).length).toBeGreaterThan(10);
});

describe('what is counted', () => {
  const steps = [
    {
      number: 1,
      model: 'm',
      status: 'finished',
      startedAt: 1000,
      askedAt: 1000,
      firstTokenAt: 1500,
      answeredAt: 2000,
      endedAt: 2000,
      usage: { ...NO_USAGE, inputTokens: 3 },
      cost: null,
      stopReason: 'stop',
      failure: null,
      retries: [{ at: 1, code: 'model-failed', detail: '', waitMs: 1 }],
      toolCalls: [
        {
          callId: 'a',
          tool: 't',
          server: 's',
          queuedAt: 1,
          startedAt: 1,
          endedAt: null,
          bytes: null,
          isError: null,
          isPending: false,
          approvalId: null,
        },
        {
          callId: 'b',
          tool: 't',
          server: 's',
          queuedAt: 1,
          startedAt: null,
          endedAt: null,
          bytes: null,
          isError: null,
          isPending: true,
          approvalId: null,
        },
        {
          callId: 'c',
          tool: 't',
          server: 's',
          queuedAt: 1,
          startedAt: 1,
          endedAt: 2,
          bytes: 1,
          isError: true,
          isPending: false,
          approvalId: null,
        },
      ],
    },
  ] as const;
  const ended = (agentId: string, status: 'failed' | 'cancelled' | 'interrupted' = 'failed') => ({
    id: 'r',
    key: 'r',
    agentId,
    conversationId: 'c',
    status,
    startedAt: '2026-11-23T10:00:00.000Z',
    endedAt: '2026-11-23T10:00:05.000Z',
    outcome: { status: 'failed', code: 'internal', detail: '' } as const,
    usage: NO_USAGE,
    steps,
    traceparent: null,
    tracestate: null,
  });
  const read = async (metrics: Metrics, name: string) => {
    const family = metrics.families.find((one) => one.name === `agent_runtimes_${name}`);
    return (await family?.samples())?.map(({ labels, value }) => [...Object.values(labels), value]);
  };

  it('an answer that was broken off is none whose price is not known', async () => {
    const metrics = new Metrics([]);
    const [step] = steps;
    const brokenOff = { ...step, status: 'cancelled', usage: null, stopReason: null } as const;
    metrics.noteRun({ ...ended('a', 'cancelled'), steps: [step, brokenOff] });
    metrics.noteRun({ ...ended('a'), steps: [{ ...step, usage: null }] });
    expect(await read(metrics, 'unpriced_steps_total')).toEqual([['m', 2]]);
  });

  it('of a run are its outcome, retries, unknown costs and the ends of its tool calls', async () => {
    const metrics = new Metrics(['runs.list']);
    metrics.noteRun(ended('a'));
    expect(await read(metrics, 'runs_total')).toEqual([['a', 'failed', 1]]);
    expect(await read(metrics, 'unpriced_steps_total')).toEqual([['m', 1]]);
    expect(await read(metrics, 'model_retries_total')).toEqual([['m', 1]]);
    expect(await read(metrics, 'tool_calls_total')).toEqual([
      ['s', 'interrupted', 1],
      ['s', 'waiting', 1],
      ['s', 'error', 1],
    ]);
  });

  it('of more than 200 agents is told apart for 200', async () => {
    const metrics = new Metrics([]);
    for (let index = 0; index < 300; index++) metrics.noteRun(ended(`agent-${index}`));
    const counted = (await read(metrics, 'runs_total')) ?? [];
    expect(counted).toHaveLength(201);
    expect(counted.at(-1)).toEqual(['other', 'failed', 100]);
  });

  it('of servers and sandboxes comes from what they tell of themselves', async () => {
    const metrics = new Metrics([]);
    const at = { number: 1, at: '2026-11-23T10:00:00.000Z' };
    metrics.noteChange({ ...at, type: 'mcp_server', id: 's', origin: 'config', status: 'restarting' });
    metrics.noteChange({ ...at, type: 'mcp_server', id: 's', origin: 'config', status: 'running' });
    expect(await read(metrics, 'mcp_server_restarts_total')).toEqual([['s', 1]]);
    metrics.noteChange({ ...at, type: 'sandbox', agent_id: 'a', status: 'starting' }, 'anna');
    metrics.noteChange({ ...at, type: 'sandbox', agent_id: 'a', status: 'ended' }, 'ben');
    metrics.noteChange({ ...at, type: 'sandbox', agent_id: 'a', status: 'ended' }, 'anna');
    expect(await read(metrics, 'sandbox_starts_total')).toEqual([['failed', 1]]);
  });

  it('has bounds: series beyond a thousand are one, and buckets add up', async () => {
    const counter = new Counter({ name: 'n', help: 'h', labels: ['a', 'b'] });
    for (let index = 0; index < 1500; index++) counter.add(1, `${index}`, 'x');
    expect(counter.samples()).toHaveLength(1001);
    expect(counter.samples().at(-1)).toEqual({ value: 500, labels: { a: 'other', b: 'other' } });
    const histogram = new Histogram({ name: 'n', help: 'h', bounds: [1, 2] });
    for (const measured of [0.5, 1, 1.5, 9]) histogram.observe(measured);
    expect(histogram.samples().map(({ value }) => value)).toEqual([2, 3, 4, 12, 4]);
    const names = new BoundedNames(1);
    expect([names.name('x'.repeat(300)).length, names.name('b'), names.name('other')]).toEqual([200, 'other', 'other']);
  });
});
