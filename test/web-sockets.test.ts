/** WebSockets at the front door: the same checks as every request, and bounds of their own. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { StartHttpServer } from '../server/http/server.ts';
import type { SocketCaller, SocketRoute } from '../server/http/socket-routes.ts';
import { listenToUpgrades } from '../server/http/upgrade.ts';
import { MAX_MESSAGE_BYTES, type TextSocket } from '../server/http/web-socket.ts';
import { sendRaw } from './support/http-raw.ts';
import { startTestServer } from './support/http-server.ts';

/** A server that echoes at `/api/v1/echo/{name}`, with the sockets and the callers that have come. */
async function startEcho(options: Partial<StartHttpServer> = {}) {
  const opened: { socket: TextSocket; caller: SocketCaller }[] = [];
  const route: SocketRoute = {
    path: '/api/v1/echo/',
    operation: 'echo.socket',
    protocol: 'echo',
    check(name) {
      if (name === 'broken') throw new Error('the check broke');
    },
    serve(socket, caller) {
      opened.push({ socket, caller });
      void socket.readable.pipeTo(socket.writable).catch(() => undefined);
    },
  };
  const server = await startTestServer({ sockets: [route], ...options });
  const url = `${server.url.replace('http', 'ws')}/api/v1/echo/`;
  return { server, url, opened };
}

type Options = NonNullable<ConstructorParameters<typeof WebSocket>[2]>;

async function open(url: string, { protocols = [], ...options }: Options & { protocols?: string[] } = {}) {
  const socket = new WebSocket(url, protocols, options);
  await once(socket, 'open');
  return socket;
}

/** The status and the body that refuse a socket. */
async function refusal(url: string, options: Options & { protocols?: string[] } = {}) {
  const { protocols = [], ...rest } = options;
  const socket = new WebSocket(url, protocols, rest);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const chunks = await Array.fromAsync(response);
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) };
}

const say = async (socket: WebSocket, text: string) => {
  const answer = once(socket, 'message');
  socket.send(text);
  return String((await answer)[0]);
};

describe('a WebSocket', () => {
  test('carries texts both ways, and is one line in the log when it has ended', async () => {
    const { server, url, opened } = await startEcho();
    await using _ = server;
    const socket = await open(`${url}a%20name`);
    const long = 'ä'.repeat(1_000_000);
    expect(await say(socket, 'Hello')).toBe('Hello');
    expect((await say(socket, long)) === long).toBe(true);
    expect(opened[0]?.caller).toMatchObject({ name: 'a name', principal: { seesAll: true } });
    expect(server.lines).toEqual([]);
    socket.close(1000);
    expect(await opened[0]?.socket.closed).toEqual({ code: 1000, reason: '' });
    await expect
      .poll(() => server.lines)
      .toMatchObject([{ method: 'GET', path: '/api/v1/echo/a%20name', operation: 'echo.socket', status: 101 }]);
    expect(server.lines[0]).not.toHaveProperty('cut');
  });

  test('is refused as any request is: by its key, its host, its origin, its name and its form', async () => {
    const { server, url } = await startEcho({ apiKeys: ['ada:secret'], corsOrigins: ['https://app.example'] });
    await using _ = server;
    const headers = { authorization: 'Bearer secret' };
    expect(await refusal(`${url}x`)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    const wrong = { headers: { authorization: 'Bearer wrong' } };
    expect(await refusal(`${url}x`, wrong)).toMatchObject({ status: 401 });
    const evil = { headers, origin: 'https://evil.example' };
    expect(await refusal(`${url}x`, evil)).toMatchObject({ status: 403, body: { code: 'origin-not-allowed' } });
    expect(await refusal(`${url}broken`, { headers })).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(await refusal(`${url}x/y`, { headers })).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await refusal(`${url}%ff`, { headers })).toMatchObject({ status: 400, body: { code: 'malformed-url' } });
    const plain = await server.call('GET', '/echo/x', undefined, headers);
    expect([plain.status, plain.headers.get('upgrade'), await plain.json()]).toMatchObject([
      426,
      'websocket',
      { code: 'upgrade-required' },
    ]);
    const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\nauthorization: Bearer secret';
    const noKey = await sendRaw(server.port, `GET /api/v1/echo/x HTTP/1.1\r\nhost: localhost\r\n${upgrade}\r\n\r\n`);
    expect([noKey.status, JSON.parse(noKey.body)]).toMatchObject([400, { code: 'malformed-request' }]);
    expect(server.lines.filter(({ status }) => status === 401)).toHaveLength(2);
    (await open(`${url}x`, { headers, origin: 'https://app.example' })).terminate();
  });

  test('is led from the path with a slash behind it to its own', async () => {
    const { server, url } = await startEcho({ apiKeys: ['ada:secret'] });
    await using _ = server;
    const headers = { authorization: 'Bearer secret' };
    const led = await fetch(`${server.url}/api/v1/echo/a%20name/?q=1`, { headers, redirect: 'manual' });
    expect([led.status, led.headers.get('location')]).toEqual([307, '/api/v1/echo/a%20name?q=1']);
    const socket = await open(`${url}x/`, { headers, followRedirects: true });
    expect(new URL(socket.url).pathname).toBe('/api/v1/echo/x');
    socket.terminate();
    expect((await fetch(`${server.url}/api/v1/echo/x/`, { redirect: 'manual' })).status).toBe(401);
  });

  test('of a server without keys is open to no host but its own', async () => {
    const { server, url } = await startEcho();
    await using _ = server;
    const rebound = { headers: { host: 'evil.example' } };
    expect(await refusal(`${url}x`, rebound)).toMatchObject({ status: 403, body: { code: 'host-not-allowed' } });
  });

  test('of a page has its key among its protocols, and no log has it', async () => {
    const { server, url, opened } = await startEcho({ apiKeys: ['ada:se/cr+et=='] });
    await using _ = server;
    const keyed = (key: string) => ['echo', `base64url.bearer.${Buffer.from(key).toString('base64url')}`];
    const socket = await open(`${url}x`, { protocols: keyed('se/cr+et==') });
    expect(socket.protocol).toBe('echo');
    expect(opened[0]?.caller.principal.name).toBe('ada');
    expect(await refusal(`${url}x`, { protocols: keyed('wrong') })).toMatchObject({ status: 401 });
    socket.close();
    await expect.poll(() => server.lines).toHaveLength(2);
    expect(server.log.join('')).not.toContain(Buffer.from('se/cr+et==').toString('base64url'));
  });

  test('counts against the rate limit when it is opened, and with each request over it', async () => {
    const { server, url, opened } = await startEcho({ rateLimits: ['2/h'] });
    await using _ = server;
    await open(`${url}x`);
    await opened[0]?.caller.admit();
    await expect(opened[0]?.caller.admit()).rejects.toMatchObject({ code: 'rate-limited' });
    expect(await refusal(`${url}x`)).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
  });

  test('is closed over a message that is too large, and over one that is no text', async () => {
    const { server, url } = await startEcho();
    await using _ = server;
    const large = await open(`${url}x`);
    large.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
    expect((await once(large, 'close'))[0]).toBe(1009);
    const binary = await open(`${url}x`);
    binary.send(Buffer.from('bytes'));
    expect((await once(binary, 'close'))[0]).toBe(1003);
  });

  test('whose other side is silent is broken, and one that answers pings stays', async () => {
    const { server, url, opened } = await startEcho({ socketTimings: { pingMs: 50, maxUnanswered: 2 } });
    await using _ = server;
    const silent = await open(`${url}silent`, { autoPong: false });
    const alive = await open(`${url}alive`);
    expect(await opened[0]?.socket.closed).toMatchObject({ code: 1006 });
    expect(await say(alive, 'still there')).toBe('still there');
    silent.terminate();
  });

  test('is refused by a server that shuts down, and cut with what outlives its grace', async () => {
    const { server, url, opened } = await startEcho();
    const stuck = await open(`${url}x`);
    const closing = server.close({ graceMs: 200 });
    expect(await refusal(`${url}x`)).toMatchObject({ status: 503, body: { code: 'draining' } });
    await closing;
    expect(await opened[0]?.socket.closed).toMatchObject({ code: 1006 });
    stuck.terminate();
  });
});

describe('a request that offers another protocol is served as if it had not', () => {
  const offer = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA';

  test('at the front door, with its body', async () => {
    const { server } = await startEcho();
    await using _ = server;
    const body = JSON.stringify({ id: 'a' });
    const type = `content-type: application/json\r\ncontent-length: ${body.length}`;
    const request = `POST /api/v1/things HTTP/1.1\r\nhost: localhost\r\n${offer}\r\n${type}\r\n\r\n${body}`;
    expect(await sendRaw(server.port, request)).toMatchObject({ status: 201, body: '{"id":"a","size":1}' });
  });

  test('where Node hands over every upgrade, as before 24.9', async () => {
    const server = createServer(({ url, headers }, response) => {
      response.end(JSON.stringify({ url, upgrade: headers.upgrade ?? null, host: headers.host }));
    });
    await using _ = { [Symbol.asyncDispose]: async () => void server.close() };
    listenToUpgrades(server, () => {
      throw new Error('nobody asked for a WebSocket');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await sendRaw(port, `GET /a?b HTTP/1.1\r\nhost: localhost\r\n${offer}\r\n\r\n`);
    expect(answer).toMatchObject({ status: 200, body: '{"url":"/a?b","upgrade":null,"host":"localhost"}' });
  });
});
