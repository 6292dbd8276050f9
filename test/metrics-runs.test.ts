/** What a run leaves in the metrics of a whole server, exactly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../client/index.ts';
import { KEYS, type MeteredServer, startMeteredServer } from './support/metered-server.ts';
import { countOf, type Series, scrape } from './support/read-metrics.ts';

let metered: MeteredServer;
beforeAll(async () => {
  metered = await startMeteredServer();
});
afterAll(() => metered[Symbol.asyncDispose]());

/** What has grown between two readings, of everything that is counted of runs; how long things took is left out. */
function growth(before: readonly Series[], after: readonly Series[]): Record<string, number> {
  const runs =
    /^agent_runtimes_(runs_total|tokens|cost|unpriced|model_retries|tool_calls|time_to_first_token_seconds_count)/;
  const keyOf = ({ name, labels }: Series) =>
    `${name.replace('agent_runtimes_', '')} ${Object.values(labels).join(' ')}`;
  const known = new Map(before.map((one) => [keyOf(one), one.value]));
  return Object.fromEntries(
    after
      .filter(({ name }) => runs.test(name))
      .map((one): [string, number] => [keyOf(one), Number((one.value - (known.get(keyOf(one)) ?? 0)).toFixed(9))])
      .filter(([, grown]) => grown !== 0),
  );
}

/** What is counted of a run that asked gpt-4o so often. */
const asked = (times: number) => ({
  'time_to_first_token_seconds_count openai:gpt-4o': times,
  'tokens_total openai:gpt-4o input': 150 * times,
  'tokens_total openai:gpt-4o output': 200 * times,
  'cost_dollars_total openai:gpt-4o': Number(((150 * 2.5 + 200 * 10) * times * 1e-6).toFixed(9)),
});

describe('the metrics have', () => {
  it('of a run with a tool call that fails: both steps, and the call as an error', async () => {
    const before = await metered.scrape();
    expect((await metered.ask('a', 'tool fail {}')).status).toBe(200);
    expect(growth(before, await metered.scrape())).toEqual({
      'runs_total a finished': 1,
      'tool_calls_total fixture error': 1,
      ...asked(2),
    });
  });

  it('of a run that fails: its outcome', async () => {
    const before = await metered.scrape();
    expect((await metered.ask('a', 'refuse')).status).toBe(502);
    expect(growth(before, await metered.scrape())).toEqual({ 'runs_total a failed': 1 });
  });

  it('of a model that was asked again: the retry', async () => {
    const before = await metered.scrape();
    expect((await metered.ask('a', 'overloaded')).status).toBe(200);
    expect(growth(before, await metered.scrape())).toEqual({
      'runs_total a finished': 1,
      'model_retries_total openai:gpt-4o': 1,
      ...asked(1),
    });
  });

  it('of a model without a price: its tokens, and no cost', async () => {
    const before = await metered.scrape();
    expect((await metered.ask('odd', 'Hello')).status).toBe(200);
    expect(growth(before, await metered.scrape())).toEqual({
      'runs_total odd finished': 1,
      'time_to_first_token_seconds_count openai-compatible:mystery': 1,
      'tokens_total openai-compatible:mystery input': 150,
      'tokens_total openai-compatible:mystery output': 200,
      'unpriced_steps_total openai-compatible:mystery': 1,
    });
  });

  it('of a server that dies: one restart, and where it stands', async () => {
    const before = await metered.scrape();
    await metered.ask('a', 'tool die {}');
    await metered.until('mcp_servers', { state: 'restarting' }, 0);
    const after = await metered.until('mcp_servers', { state: 'running' }, 1);
    const restarts = (series: readonly Series[]) => countOf(series, 'mcp_server_restarts_total', { server: 'fixture' });
    expect(restarts(after) - restarts(before)).toBe(1);
    expect(growth(before, after)).toMatchObject({ 'tool_calls_total fixture error': 1 });
  });

  it('of a stream whose caller leaves: it goes on, it is over, and its run was cancelled', async () => {
    const before = await metered.scrape();
    const leaving = new AbortController();
    const response = await metered.open('/agents/a/prompt', { message: 'hold left' }, leaving.signal);
    expect(response.status).toBe(200);
    await metered.models.held('left');
    const during = await metered.scrape();
    expect([countOf(during, 'streams_active'), countOf(during, 'runs_active')]).toEqual([1, 1]);
    leaving.abort();
    await metered.until('runs_active', {}, 0);
    const after = await metered.until('streams_active', {}, 0);
    metered.models.release('left');
    expect(growth(before, after)).toMatchObject({ 'runs_total a cancelled': 1 });
  });

  it('of a stream over tRPC the same', async () => {
    const client = createClient(metered.server.url, { apiKey: KEYS[0] });
    const events = await client.prompts.stream.mutate({ agent_id: 'a', message: 'hold rpc' });
    await metered.models.held('rpc');
    expect(countOf(await metered.scrape(), 'streams_active')).toBe(1);
    metered.models.release('rpc');
    for await (const event of events) expect(event).toHaveProperty('type');
    await metered.until('streams_active', {}, 0);
  });

  it('of a caller who left before the answer began: status 499', async () => {
    const labels = { operation: 'prompts.sync', status: '499' };
    const before = countOf(await metered.scrape(), 'http_requests_total', labels);
    const leaving = new AbortController();
    const left = metered.open('/agents/a/prompt/sync', { message: 'hold early' }, leaving.signal);
    await metered.models.held('early');
    leaving.abort();
    await expect(left).rejects.toThrow();
    await metered.until('http_requests_total', labels, before + 1);
    metered.models.release('early');
  });

  it('the same numbers for every key', async () => {
    const of = async (key: string) =>
      (await scrape(metered.server.url, key)).filter(({ name }) => name === 'agent_runtimes_runs_total');
    await metered.ask('a', 'Hello');
    const mine = await of(KEYS[0]);
    expect(mine.length).toBeGreaterThan(0);
    expect(await of(KEYS[1])).toEqual(mine);
  });
});
