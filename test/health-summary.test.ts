/** `GET /health/summary`: how a server is and what it did, in a few numbers. */
import { expect, test } from 'vitest';
import { health } from '../contract/health.ts';
import packageJson from '../package.json' with { type: 'json' };
import { follow } from './support/following.ts';
import { holderOf, type KeyHolder } from './support/key-holder.ts';
import { startWholeServer } from './support/whole-server.ts';

const ANNA = 'anna-0123456789';
const BEN = 'ben-0123456789';
const read = async (caller: KeyHolder) => {
  const { status, body } = await caller('GET', '/health/summary');
  expect(status).toBe(200);
  return health.summary.output.parse(body);
};

test('a summary counts what the key may see, and what goes on for all', async () => {
  const environment = { AGENT_RUNTIMES_API_KEYS: `anna:${ANNA},ben:${BEN}` };
  await using server = await startWholeServer({ apiKey: ANNA, environment });
  const [anna, ben] = [holderOf(server.url, ANNA), holderOf(server.url, BEN)];
  await anna('POST', '/agents', { id: 'a' });
  await anna('POST', '/agents', { id: 'broken', model: 'openai:gpt-4o' });
  const none = { finished: 0, failed: 0, cancelled: 0, interrupted: 0 };
  const before = await read(anna);
  expect(before).toMatchObject({
    version: packageJson.version,
    runtime: { node: process.versions.node, sqlite: expect.stringMatching(/^\d+\.\d+/) },
    active_runs: 0,
    active_streams: 0,
    last_day: { runs: none, cost: 0 },
  });
  expect(before.rss_bytes).toBeGreaterThan(10_000_000);
  const { rss_bytes, event_loop_delay_ms } = before;
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  expect(before.samples).toEqual([{ at, rss_bytes, event_loop_delay_ms, active_runs: 0, active_streams: 0 }]);

  await anna('POST', '/agents/a/prompt/sync', { message: 'Hello' });
  await anna('POST', '/agents/broken/prompt/sync', { message: 'Hello' });
  await using reader = await follow(`${server.url}/api/v1/events`, { key: BEN });
  expect((await reader.next()).type).toBe('ready');
  const after = await read(anna);
  expect(after).toMatchObject({ active_streams: 1, last_day: { runs: { ...none, finished: 1, failed: 1 } } });
  expect(after.last_day.usage.completion_tokens).toBeGreaterThan(0);
  // Sooner than five seconds later nothing more is kept.
  expect(after.samples.length).toBeLessThanOrEqual(2);
  expect((await read(ben)).last_day).toMatchObject({ runs: none, usage: { completion_tokens: 0 } });
  expect(await holderOf(server.url, 'nobody-0123456789')('GET', '/health/summary')).toMatchObject({ status: 401 });
});
