/** The peers of the benchmark do what the product does, or a ratio to them would say nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, serve } from '../scripts/bench/child.ts';

const headers = { authorization: 'Bearer bench-key', 'content-type': 'application/json' };
const servers = new Map<string, Served>();

beforeAll(async () => {
  servers.set('product', await serve('product.ts', '{"agents":3}'));
  for (const peer of ['fastify', 'hono', 'express']) servers.set(peer, await serve('peers/peer.ts', peer));
}, 60_000);
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())));

async function ask(name: string, path: string, init: RequestInit = { headers }) {
  const base = name === 'product' ? '/api/v1' : '';
  const response = await fetch(`http://127.0.0.1:${servers.get(name)?.port}${base}${path}`, init);
  const sent = [...response.headers].filter(([header]) => header !== 'date');
  return { status: response.status, headers: Object.fromEntries(sent), body: await response.json() };
}

const change = (body: string) => ({ method: 'PATCH', headers, body });
const PATCH = '/agents/agent-1/mcp-servers';

describe.each(['fastify', 'hono', 'express'])('%s', (peer) => {
  test.each([['/health'], ['/agents/agent-1'], ['/agents']])('GET %s has the headers of the product', async (path) => {
    const [ours, theirs] = await Promise.all([ask('product', path), ask(peer, path)]);
    expect(Object.keys(theirs.headers)).toEqual(Object.keys(ours.headers));
    expect(theirs.status).toBe(200);
    for (const name of ['content-security-policy', 'x-frame-options', 'ratelimit-limit']) {
      expect(theirs.headers[name]).toBe(ours.headers[name]);
    }
  });

  test('a PATCH is answered as by the product, and changes the agent', async () => {
    const selected = change('{"selected_mcp_servers":["toolbox"]}');
    const [ours, theirs] = [await ask('product', PATCH, selected), await ask(peer, PATCH, selected)];
    expect(theirs.body).toEqual(ours.body);
    expect((await ask(peer, PATCH, change('{"selected_mcp_servers":[]}'))).status).toBe(200);
    expect((await ask(peer, '/agents/agent-1')).body).toMatchObject({ id: 'agent-1', selected_mcp_servers: [] });
  });

  test('a wrong key and a wrong body are refused', async () => {
    const wrong = { headers: { authorization: 'Bearer bench-kez' } };
    expect((await ask(peer, '/agents', wrong)).status).toBe(401);
    expect([400, 422]).toContain((await ask(peer, PATCH, change('{"selected_mcp_servers":[7]}'))).status);
  });
});
