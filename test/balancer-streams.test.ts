/** What the balancer passes on, as it comes, and what it gives up. */
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { startBalancer } from '../scripts/cluster/balancer.ts';
import { openSocket, readAnswer } from './support/http-raw.ts';
import { answerOf, begin, endOf, startReplica } from './support/small-replica.ts';

describe('the balancer', () => {
  test('passes each part of an answer, and of a request, on as it comes', async () => {
    await using replica = await startReplica(async (incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      for await (const part of incoming) response.write(`${part}!`);
      response.end('over');
    });
    await using balancer = await startBalancer({ targets: [replica.url] });
    const asked = begin(balancer.url, { method: 'POST' });
    asked.flushHeaders();
    const answer = await answerOf(asked);
    const parts = answer.setEncoding('utf8')[Symbol.asyncIterator]();
    for (const part of ['one', 'two', 'three']) {
      asked.write(part);
      expect((await parts.next()).value).toBe(`${part}!`);
    }
    asked.end();
    expect([(await parts.next()).value, (await parts.next()).done]).toEqual(['over', true]);
  });

  test('ends what a client was in the middle of when it leaves', async () => {
    const left: string[] = [];
    await using replica = await startReplica((incoming, response) => {
      response.once('close', () => left.push(`${incoming.url} ${response.writableFinished}`));
      if (incoming.url === '/streams') response.write('begins');
      else incoming.resume();
    });
    await using balancer = await startBalancer({ targets: [replica.url] });
    const streams = begin(`${balancer.url}/streams`);
    streams.end();
    await once(await answerOf(streams), 'data');
    const waits = begin(`${balancer.url}/waits`);
    waits.end();
    const sends = begin(`${balancer.url}/sends`, { method: 'POST' });
    sends.write('begins');
    await expect.poll(() => replica.asked).toBe(3);
    for (const asked of [streams, waits, sends]) asked.destroy();
    await expect.poll(() => left.toSorted()).toEqual(['/sends false', '/streams false', '/waits false']);
  });

  test('breaks the connection of an answer whose replica is lost in its middle', async () => {
    await using replica = await startReplica((incoming, response) => {
      response.write('begins', () => incoming.socket.destroy());
    });
    await using balancer = await startBalancer({ targets: [replica.url] });
    const asked = begin(balancer.url);
    asked.end();
    const answer = await answerOf(asked);
    await endOf(answer);
    expect([answer.statusCode, answer.complete]).toEqual([200, false]);
  });

  test('gives up a replica that is silent, and none that says something now and then', async () => {
    await using replica = await startReplica(async (incoming, response) => {
      if (incoming.url === '/silent') return;
      for (let tick = 0; tick < 20; tick++) {
        response.write('.');
        await sleep(100);
      }
      if (incoming.url === '/steady') response.end();
    });
    await using balancer = await startBalancer({ targets: [replica.url], timings: { silenceMs: 1500 } });
    const get = async (path: string) => {
      const asked = begin(`${balancer.url}${path}`);
      asked.end();
      const answer = await answerOf(asked);
      let body = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      await endOf(answer);
      return [answer.statusCode, body, answer.complete];
    };
    const silent = '{"detail":"The replica was silent for 1500 ms","status_code":504,"code":"replica-silent"}';
    expect(await Promise.all(['/silent', '/steady', '/stops'].map(get))).toEqual([
      [504, silent, true],
      [200, '.'.repeat(20), true],
      [200, '.'.repeat(20), false],
    ]);
  });

  test('holds little of what a client does not read, and gives that client up', async () => {
    const part = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const over = Promise.withResolvers<void>();
    await using replica = await startReplica((_, response) => {
      response.once('close', () => over.resolve());
      const send = () => {
        while (!response.destroyed && sent < 500) {
          sent++;
          if (!response.write(part)) return;
        }
      };
      response.on('drain', send);
      send();
    });
    await using balancer = await startBalancer({ targets: [replica.url], timings: { silenceMs: 1000 } });
    const asked = begin(balancer.url);
    asked.end();
    const answer = await answerOf(asked);
    await over.promise;
    expect(sent).toBeLessThan(100);
    await endOf(answer);
    expect(answer.complete).toBe(false);
  });
});

describe('a WebSocket through the balancer', () => {
  async function startEchoes() {
    const replica = await startReplica();
    const sockets = new WebSocketServer({ server: replica.server, path: '/echo' });
    sockets.on('connection', (socket, { headers }) => {
      socket.send(`you are ${headers['x-who']}`);
      socket.on('message', (message) => socket.send(`${message}!`)).on('close', (code) => closed.resolve(code));
    });
    const closed = Promise.withResolvers<number>();
    return Object.assign(replica, { sockets, closed: closed.promise });
  }
  const open = (url: string) => new WebSocket(url.replace('http', 'ws'), { headers: { 'x-who': 'me' } });

  test('carries messages both ways, and the code of either end', async () => {
    await using replica = await startEchoes();
    await using balancer = await startBalancer({ targets: [replica.url] });
    const socket = open(`${balancer.url}/echo`);
    const upgraded = once(socket, 'upgrade');
    const greeting = once(socket, 'message');
    expect((await upgraded)[0].headers['x-served-by']).toBe(replica.url);
    expect(String((await greeting)[0])).toBe('you are me');
    const large = 'ä'.repeat(300_000);
    const answer = once(socket, 'message');
    socket.send(large);
    expect(String((await answer)[0])).toBe(`${large}!`);
    socket.close(4001, 'over');
    expect(await replica.closed).toBe(4001);

    const other = open(`${balancer.url}/echo`);
    await once(other, 'message');
    for (const one of replica.sockets.clients) one.close(4002, 'enough');
    const [code, reason] = await once(other, 'close');
    expect([code, String(reason)]).toEqual([4002, 'enough']);
  });

  test('that is refused is told the whole answer', async () => {
    await using replica = await startReplica();
    replica.server.on('upgrade', (_, socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\nX-Why: key\r\n\r\nno key');
    });
    await using balancer = await startBalancer({ targets: [replica.url] });
    const [, answer] = await once(open(balancer.url), 'unexpected-response');
    expect([answer.statusCode, answer.headers['x-why'], String(await buffer(answer))]).toEqual([401, 'key', 'no key']);
    await balancer.setTargets([]);
    const [, none] = await once(open(balancer.url), 'unexpected-response');
    expect([none.statusCode, none.headers['retry-after']]).toEqual([503, '1']);
    none.destroy();
  });

  test('ends with its replica, with its client, with the balancer, and when both are silent', async () => {
    await using replica = await startEchoes();
    await using balancer = await startBalancer({ targets: [replica.url], timings: { silenceMs: 1500 } });
    const codeOf = async (end: (socket: WebSocket) => unknown) => {
      const socket = open(`${balancer.url}/echo`);
      await once(socket, 'message');
      end(socket);
      return (await once(socket, 'close'))[0];
    };
    expect(await codeOf(() => undefined)).toBe(1006);
    expect(await codeOf(() => replica.sockets.clients.forEach((one) => void one.terminate()))).toBe(1006);
    expect(await codeOf((socket) => socket.terminate())).toBe(1006);
    await expect.poll(() => replica.sockets.clients.size).toBe(0);
    expect(await codeOf(() => balancer.close())).toBe(1006);
    await expect.poll(() => replica.sockets.clients.size).toBe(0);
  });
});

test('a request for another protocol than WebSocket is answered as any other', async () => {
  await using replica = await startReplica();
  await using balancer = await startBalancer({ targets: [replica.url] });
  const socket = await openSocket(balancer.port);
  socket.write('GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n');
  const { status, body } = await readAnswer(socket);
  socket.destroy();
  expect([status, JSON.parse(body)]).toEqual([200, { method: 'GET', url: '/x', body: '' }]);
});
