/** The balancer before replicas that are small HTTP servers: which of them is asked. */
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { startBalancer } from '../scripts/cluster/balancer.ts';
import { findFreePort } from '../scripts/free-port.ts';
import { openSocket, readAnswer } from './support/http-raw.ts';
import { type Answer, answerOf, begin, endOf, servedBy, startReplica } from './support/small-replica.ts';

/** Of those that are asked only once, what they said then goes on being believed. */
const ONCE = { probeMs: 3_600_000 };
const OFTEN = { probeMs: 20 };

describe('the balancer', () => {
  test('gives each replica a request in turn, whole and with its headers, and says which one has answered', async () => {
    const seen: { url: string | undefined; headers: string[]; body: string }[] = [];
    const answer: Answer = async (incoming, response) => {
      seen.push({ url: incoming.url, headers: incoming.rawHeaders, body: await text(incoming) });
      response.writeHead(201, 'Made', [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'Connection',
        'x-own',
        'X-Own',
        'yes',
      ]);
      response.end('done');
    };
    await using first = await startReplica(answer);
    await using second = await startReplica(answer);
    await using balancer = await startBalancer({ targets: [first.url, `${second.url}/`] });
    const ask = async () => {
      const headers = { 'x-a': ['1', '2'], connection: 'keep-alive, x-private', 'x-private': 'p', te: 'trailers' };
      const asked = begin(`${balancer.url}/a%20b/?c=d&c=e`, { method: 'POST', headers });
      asked.write('body');
      asked.end();
      return answerOf(asked);
    };
    const answers = [await ask(), await ask(), await ask()];
    expect(answers.map(({ headers }) => headers['x-served-by'])).toEqual([first.url, second.url, first.url]);
    expect(await Promise.all(answers.map((one) => text(one)))).toEqual(['done', 'done', 'done']);
    const [one] = answers;
    expect([one?.statusCode, one?.statusMessage, one?.headers['set-cookie'], one?.headers['x-own']]).toEqual([
      201,
      'Made',
      ['a=1', 'b=2'],
      undefined,
    ]);
    const host = `127.0.0.1:${balancer.port}`;
    expect(seen[0]).toEqual({
      url: '/a%20b/?c=d&c=e',
      headers: ['x-a', '1', 'x-a', '2', 'Host', host, 'connection', 'close', 'transfer-encoding', 'chunked'],
      body: 'body',
    });
  });

  test('announces no body where there is none', async () => {
    await using replica = await startReplica((incoming, response) =>
      response.end(JSON.stringify([incoming.headers['content-length'], incoming.headers['transfer-encoding']])),
    );
    await using balancer = await startBalancer({ targets: [replica.url] });
    const socket = await openSocket(balancer.port);
    const said: string[] = [];
    for (const method of ['GET', 'POST', 'DELETE']) {
      socket.write(`${method} / HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      said.push((await readAnswer(socket)).body);
    }
    socket.destroy();
    expect(said).toEqual(['[null,null]', '["0",null]', '["0",null]']);
  });

  test('passes a replica by that is not ready, until it is', async () => {
    await using first = await startReplica();
    await using second = await startReplica();
    first.isReady = false;
    await using balancer = await startBalancer({ targets: [first.url, second.url], timings: OFTEN });
    const three = async () => [
      await servedBy(balancer.url),
      await servedBy(balancer.url),
      await servedBy(balancer.url),
    ];
    expect(await three()).toEqual([second.url, second.url, second.url]);
    first.isReady = true;
    await expect.poll(three).toContain(first.url);
    second.isReady = false;
    await expect.poll(three).toEqual([first.url, first.url, first.url]);
  });

  test('answers 503 with Retry-After when no replica is ready, and none is there', async () => {
    await using replica = await startReplica();
    replica.isReady = false;
    const port = await findFreePort();
    await using balancer = await startBalancer({ targets: [replica.url, `http://127.0.0.1:${port}`] });
    const response = await fetch(`${balancer.url}/x`, { method: 'POST', body: 'x'.repeat(1_000_000) });
    expect([response.status, response.headers.get('retry-after'), await response.json(), replica.asked]).toEqual([
      503,
      '1',
      { detail: 'No replica is ready', status_code: 503, code: 'not-ready' },
      0,
    ]);
    await balancer.setTargets([]);
    expect((await fetch(balancer.url)).status).toBe(503);
  });

  test('tries a request at the next replica when the connection is refused, and all that follow', async () => {
    await using gone = await startReplica();
    await using other = await startReplica();
    await using balancer = await startBalancer({ targets: [gone.url, other.url], timings: ONCE });
    await gone.close();
    const answers = await Promise.all(
      ['1', '2', '3', '4'].map(async (body) => {
        const response = await fetch(`${balancer.url}/x`, { method: 'POST', body });
        return [response.status, response.headers.get('x-served-by'), await response.json()];
      }),
    );
    expect(answers).toEqual(['1', '2', '3', '4'].map((body) => [200, other.url, { method: 'POST', url: '/x', body }]));
    expect([gone.asked, other.asked]).toEqual([0, 4]);
    await other.close();
    expect((await fetch(balancer.url)).status).toBe(503);
  });

  test('sends nothing twice: a replica that is lost before it answers is a 502', async () => {
    const breakOff: Answer = (incoming) => incoming.socket.destroy();
    await using first = await startReplica(breakOff);
    await using second = await startReplica(breakOff);
    await using balancer = await startBalancer({ targets: [first.url, second.url], timings: ONCE });
    const response = await fetch(balancer.url, { method: 'POST', body: 'once' });
    expect([response.status, await response.json(), first.asked + second.asked]).toEqual([
      502,
      { detail: 'The replica was lost before it answered', status_code: 502, code: 'replica-lost' },
      1,
    ]);
  });

  test('keeps a session of MCP at the replica that has made it, and takes it to another when that is lost', async () => {
    const sessions = (id: string): Answer => {
      const known = new Set<string>();
      return ({ headers }, response) => {
        const asked = headers['mcp-session-id']?.toString();
        if (asked === undefined) known.add(id);
        const isKnown = known.has(asked ?? id);
        response.writeHead(isKnown ? 200 : 404, isKnown ? { 'mcp-session-id': asked ?? id } : {}).end();
      };
    };
    await using first = await startReplica(sessions('one'));
    await using second = await startReplica(sessions('two'));
    await using balancer = await startBalancer({ targets: [first.url, second.url], timings: OFTEN });
    const begun = [await fetch(balancer.url), await fetch(balancer.url)];
    expect(begun.map(({ headers }) => headers.get('mcp-session-id'))).toEqual(['one', 'two']);
    const ask = async (id: string) => {
      const { status, headers } = await fetch(balancer.url, { headers: { 'mcp-session-id': id } });
      return [status, headers.get('x-served-by')];
    };
    const asked = ['one', 'one', 'two', 'one', 'two', 'two', 'one'];
    expect(await Promise.all(asked.map(ask))).toEqual(asked.map((id) => [200, id === 'one' ? first.url : second.url]));
    // They take nobody's turn.
    expect([await servedBy(balancer.url), await ask('two'), await servedBy(balancer.url)]).toEqual([
      first.url,
      [200, second.url],
      second.url,
    ]);
    // One that drains still answers what goes on in its sessions.
    first.isReady = false;
    await expect
      .poll(async () => [await servedBy(balancer.url), await servedBy(balancer.url)])
      .not.toContain(first.url);
    expect(await ask('one')).toEqual([200, first.url]);
    await first.close();
    expect(await ask('one')).toEqual([404, second.url]);
    await balancer.setTargets([second.url]);
    expect([await ask('one'), await ask('two'), await ask('never')]).toEqual([
      [404, second.url],
      [200, second.url],
      [404, second.url],
    ]);
  });

  test('lets what goes on at a replica go on that it is no longer told of', async () => {
    const going = Promise.withResolvers<ServerResponse>();
    await using first = await startReplica((_, response) => {
      response.write('begins, ');
      going.resolve(response);
    });
    await using second = await startReplica();
    await using balancer = await startBalancer({ targets: [first.url] });
    const answer = fetch(balancer.url);
    const response = await going.promise;
    await balancer.setTargets([second.url]);
    expect([await servedBy(balancer.url), await servedBy(balancer.url)]).toEqual([second.url, second.url]);
    response.end('ends');
    expect(await (await answer).text()).toBe('begins, ends');
  });

  test('cuts what goes on when it is closed, and says so at once of a port that is taken', async () => {
    await using replica = await startReplica((_, response) => response.write('begins'));
    const balancer = await startBalancer({ targets: [replica.url] });
    await expect(startBalancer({ targets: [], port: balancer.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const asked = begin(balancer.url);
    asked.end();
    const answer = await answerOf(asked);
    const cut = endOf(answer);
    await Promise.all([balancer.close(), balancer.close(), cut]);
    await expect(fetch(balancer.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});
