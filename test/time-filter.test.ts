/** Spans of time that lists and sums are narrowed to, over both surfaces. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contract } from '../contract/index.ts';
import { listEndpoints } from '../contract/kit.ts';
import { startServer, type TestServer } from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const narrowed = [...listEndpoints(contract)].filter(([, { query }]) => query && 'since' in query.shape);
const EARLY = '2026-01-01';
const LATE = '2026-01-02T00:00:00+01:00';

/** Asks an endpoint by REST, and by tRPC. */
async function askBoth(name: string, path: string, times: { since?: string; until?: string }) {
  const query = { ...times, ...(name === 'usage.get' && { group_by: 'agent' }) };
  const rest = await server.call('GET', `${path}?${new URLSearchParams(query)}`);
  const response = await fetch(`${server.url}/trpc/${name}?input=${encodeURIComponent(JSON.stringify(query))}`);
  const body: unknown = await response.json();
  return { rest: [rest.status, rest.body], rpc: [response.status, Object(body).error?.data] };
}

test('runs and usage are what can be narrowed to a time', () => {
  expect(narrowed.map(([name]) => name)).toEqual(['runs.list', 'usage.get']);
});

test.each(narrowed)('%s refuses a time that ends before it begins, and says so', async (name, { path }) => {
  const refusal = {
    detail: 'until: must not be before since',
    status_code: 422,
    code: 'validation-failed',
    errors: [{ path: 'until', message: 'must not be before since' }],
  };
  expect(await askBoth(name, path, { since: LATE, until: EARLY })).toEqual({
    rest: [422, refusal],
    rpc: [422, refusal],
  });
});

test.each(narrowed)(
  '%s takes a time in its order, an empty one, and one that is open at an end',
  async (name, { path }) => {
    for (const times of [
      { since: EARLY, until: LATE },
      { since: EARLY, until: EARLY },
      { since: LATE },
      { until: EARLY },
    ]) {
      const { rest, rpc } = await askBoth(name, path, times);
      expect([rest[0], rpc[0]], JSON.stringify(times)).toEqual([200, 200]);
    }
  },
);
