/** `POST /mcp-ui/{agent_id}/ticket`: a page for a frame, which cannot send a key. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTicketMemory, PageTickets } from '../server/protocols/mcp-ui/page-tickets.ts';
import { holderOf, type KeyHolder } from './support/key-holder.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

// Servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const app = { command: process.execPath, args: [fileURLToPath(new URL('fixtures/mcp/app.mjs', import.meta.url))] };
const KEY = 'anna-0123456789';
const PAGE = { uri: 'ui://app/page.html', server: 'app' };

let server: WholeServer;
let anna: KeyHolder;
beforeAll(async () => {
  const environment = { AGENT_RUNTIMES_API_KEYS: `anna:${KEY},ben:ben-0123456789` };
  server = await startWholeServer({ apiKey: KEY, environment, mcpServers: { app } });
  anna = holderOf(server.url, KEY);
  for (const [id, ...selected] of [['a', 'app'], ['plain']])
    await anna('POST', '/agents', { id, selected_mcp_servers: selected });
  await anna('POST', '/agents/a/mcp-servers/start');
});
afterAll(() => server?.[Symbol.asyncDispose]());

const ask = async () => (await anna('POST', '/mcp-ui/a/ticket', PAGE)).body as { url: string; expires_at: string };
const load = (url: string, init: RequestInit = {}) => fetch(server.url + url, init);

test('a page is loaded without a key, once, under the policy that it has with one', async () => {
  const { url, expires_at } = await ask();
  expect(url).toMatch(/^\/api\/v1\/mcp-ui-page\?ticket=[\w-]{43}$/);
  expect(url).not.toContain(KEY);
  const left = Date.parse(expires_at) - Date.now();
  expect(left > 0 && left <= 60_000).toBe(true);
  const response = await load(url);
  expect([response.status, await response.text()]).toEqual([200, '<!DOCTYPE html><p>The page</p>']);
  const keyed = await anna('GET', `/mcp-ui/a/resource?uri=${PAGE.uri}`);
  const names = ['content-security-policy', 'permissions-policy', 'cache-control', 'content-type', 'x-frame-options'];
  const of = (headers: Headers) => names.map((name) => headers.get(name));
  expect(of(response.headers)).toEqual(of(keyed.headers));
  expect(response.headers.get('content-security-policy')).toContain('sandbox allow-scripts');
  const again = await load(url);
  expect([again.status, await again.json()]).toEqual([
    410,
    {
      detail: 'This page was shown before, or its address has expired: ask for it again',
      status_code: 410,
      code: 'page-ticket-gone',
    },
  ]);
  expect(server.logged()).not.toContain(url.slice(url.indexOf('=') + 1));
});

test('a frame is told in a page of its own why there is none', async () => {
  const response = await load('/api/v1/mcp-ui-page?ticket=guessed', { headers: { accept: 'text/html,*/*;q=0.8' } });
  expect([response.status, response.headers.get('content-type'), response.headers.get('x-frame-options')]).toEqual([
    410,
    'text/html; charset=utf-8',
    null,
  ]);
  expect(await response.text()).toContain('This page was shown before, or its address has expired');
});

test('nothing else is open without a key, and a ticket opens nothing else', async () => {
  const { url } = await ask();
  const query = url.slice(url.indexOf('?'));
  const paths = ['/mcp-ui/a/resource', '/agents', '/mcp-ui/a/ticket', '/mcp-ui-page/a'];
  expect(await Promise.all(paths.map(async (path) => (await load(`/api/v1${path}${query}`)).status))).toEqual([
    401, 401, 401, 404,
  ]);
  const posted = await load(url, { method: 'POST' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  expect((await load('/api/v1/mcp-ui-page')).status).toBe(410);
  expect((await load(url)).status).toBe(200);
});

test('there is none of a page that the agent does not have, or has no more', async () => {
  for (const [agent, page] of [
    ['a', { ...PAGE, server: 'other' }],
    ['a', { ...PAGE, uri: 'ui://app/other.html' }],
    ['plain', PAGE],
  ] as const) {
    expect(await anna('POST', `/mcp-ui/${agent}/ticket`, page)).toMatchObject({
      status: 404,
      body: { code: 'ui-resource-not-found' },
    });
  }
  const [{ url }, { url: framed }] = [await ask(), await ask()];
  await anna('PATCH', '/agents/a/mcp-servers', { selected_mcp_servers: [] });
  expect((await load(url)).status).toBe(404);
  const page = await load(framed, { headers: { accept: 'text/html,*/*;q=0.8' } });
  const [type, policy, framing] = ['content-type', 'content-security-policy', 'x-frame-options'].map((name) =>
    page.headers.get(name),
  );
  expect([page.status, type, framing]).toEqual([404, 'text/html; charset=utf-8', null]);
  expect(policy).toMatch(/frame-ancestors 'self'.*; sandbox allow-scripts$/);
  expect(await page.text()).toContain(`No tool of this agent has the page ${PAGE.uri}`);
  await anna('PATCH', '/agents/a/mcp-servers', { selected_mcp_servers: ['app'] });
  await anna('POST', '/agents/a/mcp-servers/start');
});

test('a ticket ends after a minute, and the oldest of a caller when it has 200', async () => {
  let now = Date.UTC(2026, 10, 23, 10);
  const tickets = new PageTickets(createTicketMemory(() => now));
  const page = { agentId: 'a', ...PAGE };
  const issue = async (caller?: string) => {
    const { url, expires_at } = await tickets.issue(page, caller);
    return { ticket: url.slice(url.indexOf('=') + 1), expires_at };
  };
  const late = await issue();
  expect(late.expires_at).toBe('2026-11-23T10:01:00.000Z');
  now += 59_999;
  const intime = await issue();
  now += 1;
  expect(await tickets.take(late.ticket)).toBeUndefined();
  expect(await tickets.take(intime.ticket)).toMatchObject(page);
  const others = await issue('ben');
  const own = await Promise.all(Array.from({ length: 201 }, () => issue('anna')));
  const [first, second] = own.map(({ ticket }) => ticket);
  expect(await tickets.take(first ?? '')).toBeUndefined();
  expect(await tickets.take(second ?? '')).toMatchObject(page);
  expect(await tickets.take(others.ticket)).toMatchObject(page);
});
