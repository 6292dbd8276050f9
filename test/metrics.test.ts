/** The metrics of a whole server, as Prometheus reads them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BoundedNames, Counter, Histogram } from '../server/metrics/families.ts';
import { Metrics } from '../server/metrics/metrics.ts';
import { createScrape } from '../server/metrics/scrape.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { countOf, readText, scrape } from './support/read-metrics.ts';
import { startServer } from './support/server.ts';
import { SOURCES } from './support/server-process.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const KEY = 'metrics-key';

describe('the metrics of a server', () => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer({ args: ['--demo'], apiKey: KEY });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('count a run with its model and its tool', async () => {
    const before = await scrape(server.url, KEY);
    const { body } = await server.call('POST', '/agents/demo/prompt/sync', { message: 'What is 17 * 23?' });
    expect(body).toMatchObject({ tool_calls: [{ name: 'toolbox__calculate' }] });
    const after = await scrape(server.url, KEY);
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
    for (const kind of ['read', 'write', 'commit', 'transaction']) {
      expect(grown('store_statement_duration_seconds_count', { kind }), kind).toBeGreaterThan(0);
    }
    const names = after.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['process_resident_memory_bytes', 'process_cpu_seconds_total']));
  });

  it('show a stream while it goes on, also one whose reader just leaves', async () => {
    expect(countOf(await scrape(server.url, KEY), 'streams_active')).toBe(0);
    const leaving = new AbortController();
    const response = await fetch(`${server.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${KEY}` },
      signal: leaving.signal,
    });
    expect(response.status).toBe(200);
    expect(countOf(await scrape(server.url, KEY), 'streams_active')).toBe(1);
    leaving.abort();
    await expect.poll(async () => countOf(await scrape(server.url, KEY), 'streams_active')).toBe(0);
  });

  it('count the start of a sandbox, and one that fails', async () => {
    const ran = await server.call('POST', '/agents/demo/execute', { code: '1 + 1' });
    expect(ran.status).toBe(200);
    const jupyter = { variant: 'local-jupyter', jupyter_url: 'http://127.0.0.1:9/', verify: true };
    expect((await server.call('POST', '/agents/sandbox/configure', jupyter)).status).toBe(502);
    const after = await scrape(server.url, KEY);
    const starts = after.filter(({ name }) => name === 'agent_runtimes_sandbox_starts_total');
    expect(starts.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { variant: 'local-eval', outcome: 'ok', value: 1 },
      { variant: 'local-jupyter', outcome: 'failed', value: 1 },
    ]);
    expect(countOf(after, 'sandbox_start_duration_seconds_count')).toBe(1);
  }, 120_000);

  it('count a sandbox that is started for nobody yet once, also when somebody gets it', async () => {
    const before = countOf(await scrape(server.url, KEY), 'sandbox_starts_total', { outcome: 'ok' });
    expect((await server.call('POST', '/agents/sandbox/restart')).status).toBe(200);
    expect((await server.call('POST', '/agents/demo/execute', { code: '1 + 1' })).status).toBe(200);
    expect(countOf(await scrape(server.url, KEY), 'sandbox_starts_total', { outcome: 'ok' }) - before).toBe(1);
  }, 120_000);

  it('count what is no operation, and what is refused, without its path', async () => {
    const before = countOf(await scrape(server.url, KEY), 'http_requests_total', { operation: 'other', status: '404' });
    for (const path of ['/none', '/api/v1/none', '/a/%2e%2e/b"\\']) await fetch(server.url + path);
    await expect
      .poll(async () => countOf(await scrape(server.url, KEY), 'http_requests_total', { operation: 'other' }))
      .toBeGreaterThan(before + 2);
  });

  it('count what other protocols serve under the name of each, refused requests too', async () => {
    const key = { authorization: `Bearer ${KEY}` };
    const call = { jsonrpc: '2.0', id: 1, method: 'ListTasks', params: {} };
    const post = {
      method: 'POST',
      headers: { ...key, 'content-type': 'application/json' },
      body: JSON.stringify(call),
    };
    const statuses = [
      (await fetch(`${server.url}/api/v1/a2a/demo/`, post)).status,
      (await fetch(`${server.url}/api/v1/a2a/demo/`, { method: 'POST' })).status,
      (await fetch(`${server.url}/.well-known/agent-card.json`, { headers: key })).status,
      (await fetch(`${server.url}/api/v1/mcp`, { method: 'POST' })).status,
      (await fetch(`${server.url}/api/v1/mcp-ui/demo/resource?uri=ui://none`, { headers: key })).status,
    ];
    expect(statuses).toEqual([200, 401, 200, 401, 404]);
    const counted = async () => {
      const series = await scrape(server.url, KEY);
      const of = (operation: string, status: string) => countOf(series, 'http_requests_total', { operation, status });
      return [of('a2a', '200'), of('a2a', '401'), of('mcp', '401'), of('mcpUi.resource', '404')];
    };
    await expect.poll(counted).toEqual([2, 1, 1, 1]);
  });

  it('count their own reads under a name of their own, refused ones too', async () => {
    const read = async () => {
      const series = await scrape(server.url, KEY);
      const of = (operation: string, labels = {}) => countOf(series, 'http_requests_total', { operation, ...labels });
      return { ok: of('metrics', { status: '200' }), refused: of('metrics', { status: '401' }), other: of('other') };
    };
    const before = await read();
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    await expect.poll(read).toMatchObject({ refused: before.refused + 1, other: before.other });
    expect((await read()).ok).toBeGreaterThan(before.ok);
  });

  it('count several calls in one request over tRPC as a batch, and one as what it is', async () => {
    const headers = { authorization: `Bearer ${KEY}` };
    const before = await scrape(server.url, KEY);
    for (const path of ['agents.list', 'agents.list,runs.list'])
      expect((await fetch(`${server.url}/trpc/${path}?batch=1&input={}`, { headers })).status).toBe(200);
    const grown = async (operation: string) =>
      countOf(await scrape(server.url, KEY), 'http_requests_total', { operation, status: '200' }) -
      countOf(before, 'http_requests_total', { operation, status: '200' });
    await expect.poll(() => grown('batch')).toBe(1);
    expect([await grown('agents.list'), await grown('other')]).toEqual([1, 0]);
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
});

it('--open-metrics lets everybody read them', async () => {
  await using server = await startWholeServer({ args: ['--open-metrics'], apiKey: KEY });
  const response = await fetch(`${server.url}/metrics`);
  expect(response.status).toBe(200);
  expect(readText(await response.text()).length).toBeGreaterThan(10);
});

it('what writes them is loaded by the first who reads them', async () => {
  const note = `--import=${new URL('fixtures/note-lazy-modules.mjs', import.meta.url)}`;
  await using server = await startServer({ entry: SOURCES, environment: { NODE_OPTIONS: note } });
  await server.ok('GET', '/agents');
  expect(server.output()).not.toContain('prom-client');
  expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
  await expect.poll(() => server.output()).toMatch(/loaded \S+\/prom-client\//);
}, 60_000);

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
          parentCallId: null,
          tool: 't',
          server: 's',
          queuedAt: 1,
          startedAt: 1,
          endedAt: null,
          bytes: null,
          isError: null,
          isPending: false,
          approvalId: null,
          childRunId: null,
        },
        {
          callId: 'b',
          parentCallId: null,
          tool: 't',
          server: 's',
          queuedAt: 1,
          startedAt: null,
          endedAt: null,
          bytes: null,
          isError: null,
          isPending: true,
          approvalId: null,
          childRunId: null,
        },
        {
          callId: 'c',
          parentCallId: null,
          tool: 't',
          server: 's',
          queuedAt: 1,
          startedAt: 1,
          endedAt: 2,
          bytes: 1,
          isError: true,
          isPending: false,
          approvalId: null,
          childRunId: null,
        },
      ],
      moreToolCalls: 0,
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
      ['none', 'waiting', 1],
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

  it('of a server that dies is each death, however often it is tried to bring it back', async () => {
    const metrics = new Metrics([]);
    const tell = (status: 'running' | 'restarting' | 'removed', id = 's') =>
      metrics.noteChange({ type: 'mcp_server', id, origin: 'config', status });
    for (const status of ['restarting', 'restarting', 'running', 'running', 'restarting', 'removed'] as const)
      tell(status);
    tell('restarting', 't');
    expect(await read(metrics, 'mcp_server_restarts_total')).toEqual([
      ['s', 2],
      ['t', 1],
    ]);
  });

  it('of a run that was cut off is not how long it took', async () => {
    const metrics = new Metrics([]);
    metrics.noteRun(ended('a', 'interrupted'));
    expect(await read(metrics, 'runs_total')).toEqual([['a', 'interrupted', 1]]);
    expect(await read(metrics, 'run_duration_seconds')).toEqual([]);
  });

  it('of a name with odd characters stays in its label', async () => {
    const metrics = new Metrics([]);
    const name = 'a"b\\c\nd{} 1\n# TYPE x';
    metrics.noteRun(ended(name));
    const { text } = await createScrape(metrics.families)();
    const runs = readText(text).filter((one) => one.name === 'agent_runtimes_runs_total');
    expect(runs.map(({ labels }) => JSON.parse(`"${labels.agent}"`))).toEqual([name]);
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
    const long = 'x'.repeat(300);
    expect([names.name(long).length, names.name('b'), names.name(long).length]).toEqual([200, 'other', 200]);
  });
});
