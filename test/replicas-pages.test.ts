/** Pages of tools, at a server that did not call the tool. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { hasNoDatabase, openDatabase, query } from './support/postgres.ts';
import { openReplicas, type Replicas } from './support/replicas.ts';
import type { WholeServer } from './support/whole-server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const app = { command: process.execPath, args: [fileURLToPath(new URL('fixtures/mcp/app.mjs', import.meta.url))] };
const PAGE = { uri: 'ui://app/page.html', server: 'app' };
const HTML = '<!DOCTYPE html><p>The page</p>';

describe.skipIf(hasNoDatabase)('of servers on one database', () => {
  let replicas: Replicas;
  let one: WholeServer;
  let other: WholeServer;
  beforeAll(async () => {
    replicas = await openReplicas({ mcpServers: { app } });
    [one, other] = await Promise.all([replicas.start(), replicas.start()]);
    await one.call('POST', '/agents', { id: 'a', selected_mcp_servers: ['app'] });
  });
  afterAll(() => replicas?.[Symbol.asyncDispose]());

  const askAt = async (server: WholeServer) => {
    const { status, body } = await server.call('POST', '/mcp-ui/a/ticket', PAGE);
    expect(status).toBe(200);
    return (body as { url: string }).url;
  };
  const loadAt = async (server: WholeServer, url: string) => {
    const response = await fetch(server.url + url);
    return { status: response.status, text: await response.text() };
  };

  test('any opens the page of a ticket that another has given, once', async () => {
    const url = await askAt(one);
    expect(await loadAt(other, url)).toEqual({ status: 200, text: HTML });
    for (const server of [one, other]) expect(await loadAt(server, url)).toMatchObject({ status: 410 });
    const twice = await askAt(other);
    const loaded = await Promise.all([one, other].map((server) => loadAt(server, twice)));
    expect(loaded.map(({ status }) => status).toSorted()).toEqual([200, 410]);
    const secret = (await askAt(one)).split('=')[1];
    const held = `select count(*)::int from page_tickets where page_tickets::text like '%${secret}%'`;
    expect(await query(replicas.databaseUrl, held)).toEqual([0]);
    expect(await query(replicas.databaseUrl, 'select uri from page_tickets')).toEqual([PAGE.uri]);
  });

  test('any answers what the page asks of its server, which it starts for that', async () => {
    const third = await replicas.start();
    const call = { uri: PAGE.uri, method: 'tools/call', params: { name: 'show', arguments: {} } };
    expect(await third.call('POST', '/mcp-ui/a/call', call)).toMatchObject({
      status: 200,
      body: { result: { content: [{ text: 'Shown' }, { type: 'image' }] } },
    });
    // Who has stopped it by name has stopped it for pages, too.
    await one.call('POST', '/mcp/servers/app/stop', {});
    await vi.waitFor(async () => expect((await third.call('POST', '/mcp-ui/a/call', call)).status).toBe(404), 10_000);
    await third.call('POST', '/mcp/servers/app/start', {});
    await third.close();
  });

  test('any tells of the page of a run that another has', async () => {
    const fourth = await replicas.start();
    const run = { message: '/tool app__show {}', run_id: 'shows', conversation_id: 'c', background: true };
    const read = async (server: WholeServer, headers: Record<string, string>) => {
      const response = await fetch(`${server.url}/api/v1/mcp-ui/a/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(run),
      });
      return response.text();
    };
    const told = await read(one, {});
    expect(told).toContain('"type":"ui"');
    expect(told).toContain('The page');
    expect(await read(fourth, { 'last-event-id': '0' })).toBe(told);
    await fourth.close();
  });
});

describe.skipIf(hasNoDatabase)('tickets that are stored', () => {
  test('end after their time and when their caller has too many, and go', async () => {
    await using database = await openDatabase();
    await using store = await openPostgresStore({ url: database.url, replica: 'keeps' });
    const tickets = store.service?.pageTickets;
    if (!tickets) throw new Error('Nothing is shared');
    const page = { agentId: 'a', ...PAGE };
    const keep = (digest: string, caller: string | undefined, lastsMs = 60_000) =>
      tickets.keep(digest, page, { caller, lastsMs, most: 2 });
    const left = (await keep('first', 'anna')) - Date.now();
    expect(left > 55_000 && left < 65_000).toBe(true);
    await keep('of ben', 'ben');
    await keep('of nobody', undefined);
    await keep('late', 'carl', 0);
    await keep('second', 'anna');
    await keep('third', 'anna');
    const kept = 'select digest from page_tickets order by digest';
    expect(await query(database.url, kept)).toEqual(['of ben', 'of nobody', 'second', 'third']);
    expect(await tickets.take('first')).toBeUndefined();
    expect(await Promise.all([tickets.take('second'), tickets.take('second')])).toEqual(
      expect.arrayContaining([page, undefined]),
    );
    await keep('late', 'carl', 0);
    expect(await tickets.take('late')).toBeUndefined();
    expect(await query(database.url, kept)).toEqual(['of ben', 'of nobody', 'third']);
  });
});
