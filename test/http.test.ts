import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openSocket, readAnswer, sendRaw } from './support/http-raw.ts';
import { startTestServer } from './support/http-server.ts';
import { until } from './support/processes.ts';

const KEY = 'k-0123456789abcdef';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
const get = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;

test('every answer has the security headers and a request id', async () => {
  await using server = await startTestServer();
  for (const path of ['/api/v1/health', '/api/v1/nothing', '/nothing', '/trpc/things.config']) {
    const { headers } = await fetch(server.url + path);
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBe(null);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('a sane request id is kept, echoed and logged; any other is replaced', async () => {
  await using server = await startTestServer();
  const echo = async (id: string) =>
    (await server.call('GET', '/things/a', undefined, { 'x-request-id': id })).headers.get('x-request-id');
  expect(await echo('trace-1:a.b')).toBe('trace-1:a.b');
  expect(server.witness.headers?.['x-request-id']).toBe('trace-1:a.b');
  await expect.poll(() => server.lines[0]?.request_id).toBe('trace-1:a.b');
  for (const id of ['a b', '{"level":50}', 'x'.repeat(200), '../..']) {
    expect(await echo(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  }
});

test('a request is one line in the log, without its query, its headers or its body', async () => {
  await using server = await startTestServer({ apiKeys: [KEY] });
  await server.call('POST', '/things?token=CANARY-1', { id: 'CANARY-2' }, { ...bearer(KEY), cookie: 'a=CANARY-3' });
  await server.call('GET', '/things/a?api_key=CANARY-4', undefined, bearer('CANARY-5'));
  await expect.poll(() => server.lines.length).toBe(2);
  expect(server.lines[0]).toEqual({
    level: 30,
    time: expect.any(Number),
    request_id: expect.any(String),
    method: 'POST',
    path: '/api/v1/things',
    operation: 'things.create',
    status: 422,
    ms: expect.any(Number),
    caller: expect.stringMatching(/^key-[0-9a-f]{12}$/),
    msg: 'request',
  });
  expect(server.log.join('')).not.toMatch(/CANARY|0123456789abcdef/);
});

test('a request whose caller left before it was answered has no status of an answer in the log', async () => {
  await using server = await startTestServer();
  const leaving = new AbortController();
  const left = fetch(`${server.url}/api/v1/things/wait`, { method: 'POST', signal: leaving.signal });
  await until(() => server.witness.started === 1, 'the request is being answered');
  leaving.abort();
  await expect(left).rejects.toThrow();
  await until(() => server.lines.length === 1, 'the request is logged');
  expect(server.lines).toMatchObject([{ path: '/api/v1/things/wait', status: 499, cut: true }]);
});

test('a path cannot break a line of the log', async () => {
  await using server = await startTestServer();
  await sendRaw(server.port, get('/api/v1/a%0d%0a{"level":50}', 'host: localhost'));
  await expect.poll(() => server.log.length).toBe(1);
  expect(server.log[0]?.split('\n')).toHaveLength(2);
});

test('without keys only this machine is a host', async () => {
  await using server = await startTestServer({ allowedHosts: ['agents.example'] });
  const statusFor = async (host: string) =>
    (await sendRaw(server.port, get('/api/v1/things/a', `host: ${host}`))).status;
  for (const host of [
    'localhost',
    `LOCALHOST:${server.port}`,
    '127.0.0.1:1',
    '127.9.9.9',
    '[::1]:80',
    'app.localhost',
    'agents.example:80',
  ]) {
    expect([host, await statusFor(host)]).toEqual([host, 200]);
  }
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil', '10.0.0.1', '[::2]', '0.0.0.0']) {
    expect([host, await statusFor(host)]).toEqual([host, 403]);
  }
  for (const host of [
    '',
    'a/b@c',
    'localhost/x',
    'localhost@evil',
    'localhost:x',
    'localhost:123456',
    '[::1',
    'a b',
    'localhost, evil',
  ]) {
    expect([host, await statusFor(host)]).toEqual([host, 400]);
  }
  expect(server.witness.calls).toBe(7);
});

test('a foreign Host executes nothing on any surface', async () => {
  await using server = await startTestServer();
  const body = '{"id":"a"}';
  const post = (path: string) =>
    `POST ${path} HTTP/1.1\r\nhost: evil.example\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  for (const path of ['/api/v1/things', '/trpc/things.create', '/api/v1/ticks', '/elsewhere']) {
    const { status, body: answer } = await sendRaw(server.port, post(path));
    expect([path, status, JSON.parse(answer).code]).toEqual([path, 403, 'host-not-allowed']);
  }
  expect([server.witness.calls, server.witness.started]).toEqual([0, 0]);
});

test('two Host headers, none, or a target that is no path are a 400', async () => {
  await using server = await startTestServer();
  for (const request of [
    get('/api/v1/health', 'host: localhost', 'Host: evil.example'),
    get('/api/v1/health'),
    get('http://localhost/api/v1/health', 'host: localhost'),
    get('evil.example:80', 'host: localhost'),
  ]) {
    const { status, body } = await sendRaw(server.port, request);
    expect([request, status, JSON.parse(body).status_code]).toEqual([request, 400, 400]);
  }
});

test('with keys any well-formed Host will do, unless hosts are named', async () => {
  await using server = await startTestServer({ apiKeys: [KEY] });
  expect((await sendRaw(server.port, get('/api/v1/health', 'host: any.example'))).status).toBe(200);
  expect((await sendRaw(server.port, get('/api/v1/health', 'host: a/b@c'))).status).toBe(400);
  await using strict = await startTestServer({ apiKeys: [KEY], allowedHosts: ['agents.example'] });
  expect((await sendRaw(strict.port, get('/api/v1/health', 'host: any.example'))).status).toBe(403);
});

test('a page of another origin is refused, and told no origin', async () => {
  await using server = await startTestServer();
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost:1',
    'http://127.0.0.1.evil.example',
    'file://',
  ]) {
    const response = await server.call('POST', '/things', { id: 'a' }, { origin });
    expect([origin, response.status, await codeOf(response)]).toEqual([origin, 403, 'origin-not-allowed']);
    expect(response.headers.get('access-control-allow-origin')).toBe(null);
  }
  const preflight = await server.call('OPTIONS', '/things', undefined, {
    origin: 'https://evil.example',
    'access-control-request-method': 'POST',
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  expect(server.witness.calls).toBe(0);
  expect((await server.call('POST', '/things', { id: 'a' }, { origin: server.url })).status).toBe(201);
});

test('a page of an allowed origin may call, and gets an answer to its preflight without a key', async () => {
  const origin = 'https://app.example';
  await using server = await startTestServer({ corsOrigins: [`${origin}/`], apiKeys: [KEY] });
  const preflight = await server.call('OPTIONS', '/things', undefined, {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
  expect(preflight.headers.get('access-control-allow-credentials')).toBe(null);
  expect(preflight.headers.get('vary')).toBe('origin');
  const response = await server.call('POST', '/things', { id: 'a' }, { origin, ...bearer(KEY) });
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([201, origin]);
  expect(response.headers.get('access-control-expose-headers')).toMatch(/location/);
  const refused = await server.call('POST', '/things', { id: 'a' }, { origin: 'https://evil.example', ...bearer(KEY) });
  expect(refused.status).toBe(403);
  const unauthorized = await server.call('POST', '/things', { id: 'a' }, { origin });
  expect([unauthorized.status, unauthorized.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
});

test('with keys every route but the open ones needs one', async () => {
  await using server = await startTestServer({ apiKeys: [KEY, 'second-key'] });
  for (const path of [
    '/api/v1/things/a',
    '/api/v1/nothing',
    '/api/v1/things/',
    '/elsewhere',
    '/docsx',
    '/trpc/things.config',
  ]) {
    const response = await fetch(server.url + path, { redirect: 'manual' });
    expect([path, response.status, response.headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
  }
  for (const path of [
    '/api/v1/health',
    '/api/v1/ready',
    '/health',
    '/health/live',
    '/health/ready',
    '/trpc/health.check',
  ]) {
    expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200]);
  }
  expect((await fetch(`${server.url}/docs/x`)).status).toBe(404);
  for (const headers of [
    bearer(KEY),
    bearer('second-key'),
    { authorization: `bearer  ${KEY}` },
    { authorization: `BEARER ${KEY}` },
  ]) {
    expect((await server.call('GET', '/things/a', undefined, headers)).status).toBe(200);
    expect((await server.call('GET', '/things/a', undefined, headers)).status).toBe(200);
  }
});

test('a wrong key, another scheme or a key in the query is a 401', async () => {
  await using server = await startTestServer({ apiKeys: [KEY] });
  for (const authorization of [
    `Bearer ${KEY}x`,
    `Bearer ${KEY.slice(0, -1)}`,
    'Bearer ',
    'Bearer',
    KEY,
    `Basic ${Buffer.from(`x:${KEY}`).toString('base64')}`,
    `Bearer ${KEY} ${KEY}`,
    `Bearer ${KEY.toUpperCase()}`,
  ]) {
    const response = await server.call('GET', '/things/a', undefined, { authorization });
    expect([authorization, response.status, await codeOf(response)]).toEqual([authorization, 401, 'unauthorized']);
  }
  for (const query of [`api_key=${KEY}`, `access_token=${KEY}`, `token=${KEY}`]) {
    expect((await server.call('GET', `/things/a?${query}`)).status).toBe(401);
  }
  expect(server.witness.calls).toBe(0);
});

test('the requests over a limit are a 429 that says when to come back', async () => {
  await using server = await startTestServer({ rateLimits: ['5/min'] });
  const remaining: (string | null)[] = [];
  for (let n = 0; n < 5; n++) {
    const response = await server.call('GET', '/things/a', undefined, { 'x-forwarded-for': `10.0.0.${n}` });
    remaining.push(response.headers.get('ratelimit-remaining'));
  }
  expect(remaining).toEqual(['4', '3', '2', '1', '0']);
  const refused = await server.call('GET', '/things/a');
  expect([refused.status, refused.headers.get('ratelimit-limit'), refused.headers.get('ratelimit-remaining')]).toEqual([
    429,
    '5',
    '0',
  ]);
  const retryAfter = Number(refused.headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(55);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect(await codeOf(refused)).toBe('rate-limited');
  expect((await fetch(`${server.url}/trpc/things.config`)).status).toBe(429);
  expect((await server.call('GET', '/health')).status).toBe(200);
  expect((await server.call('GET', '/ready')).status).toBe(200);
});

test('a limit counts each key apart, and guesses of keys by address', async () => {
  await using server = await startTestServer({ rateLimits: ['2/h'], apiKeys: [KEY, 'second-key'] });
  const statuses = async (key: string) => {
    const found: number[] = [];
    for (let n = 0; n < 3; n++) found.push((await server.call('GET', '/things/a', undefined, bearer(key))).status);
    return found;
  };
  expect(await statuses(KEY)).toEqual([200, 200, 429]);
  expect(await statuses('wrong')).toEqual([401, 401, 429]);
  expect(await statuses('second-key')).toEqual([200, 200, 429]);
});

test('a limit of one operation counts it over REST and tRPC alike, and no other', async () => {
  await using server = await startTestServer({ rateLimits: ['things.create=2/min', '100/min'] });
  expect((await server.call('POST', '/things', { id: 'a' })).status).toBe(201);
  const rpc = () =>
    fetch(`${server.url}/trpc/things.create`, {
      method: 'POST',
      body: '{"id":"b"}',
      headers: { 'content-type': 'application/json' },
    });
  expect((await rpc()).status).toBe(200);
  const refused = await rpc();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  expect((await server.call('POST', '/things', { id: 'c' })).status).toBe(429);
  const other = await server.call('GET', '/things/a');
  expect([other.status, other.headers.get('ratelimit-limit')]).toEqual([200, '100']);
  expect(server.witness.calls).toBe(3);
});

test('a wrong limit is refused at start', async () => {
  for (const rule of ['600', '0/min', '5/week', 'x/min', '-1/s', 'things.nothing=5/min']) {
    await expect(startTestServer({ rateLimits: [rule] })).rejects.toThrow(`Rate limit '${rule}'`);
  }
});

test('listening for others without a key is refused, and says what to set', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.1', 'example.com']) {
    await expect(startTestServer({ host })).rejects.toThrow(
      `Refusing to listen on ${host} without an API key: anyone who reaches it could run agents and start processes. Set AGENT_RUNTIMES_API_KEYS or --api-key-file, or listen on 127.0.0.1`,
    );
  }
  await using server = await startTestServer({ host: '0.0.0.0', apiKeys: [KEY] });
  expect((await sendRaw(server.port, get('/api/v1/health', 'host: any.example'))).status).toBe(200);
});

test('a taken port is refused in one sentence, or the next free one is taken', async () => {
  await using first = await startTestServer();
  await expect(startTestServer({ port: first.port })).rejects.toThrow(
    `Port ${first.port} of 127.0.0.1 is taken: use --port or --find-free-port`,
  );
  await using second = await startTestServer({ port: first.port, findFreePort: true });
  expect(second.port).toBeGreaterThan(first.port);
  expect((await second.call('GET', '/health')).status).toBe(200);
});

test('an address that is not of this machine is refused with the reason', async () => {
  await expect(startTestServer({ host: '192.0.2.1', apiKeys: [KEY] })).rejects.toThrow(
    'Cannot listen on 192.0.2.1, port 0: EADDRNOTAVAIL',
  );
});

test('what is no HTTP request gets the error body and a closed connection', async () => {
  await using server = await startTestServer();
  for (const [bytes, status, code] of [
    ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'malformed-request'],
    ['GET\r\n\r\n', 400, 'malformed-request'],
    ['GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n', 400, 'malformed-request'],
    [
      'GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
      'malformed-request',
    ],
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
  ] as const) {
    const socket = await openSocket(server.port);
    const closed = once(socket, 'close');
    socket.write(bytes, 'latin1');
    const answer = await readAnswer(socket);
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
    socket.end();
    await closed;
  }
  expect((await server.call('GET', '/health')).status).toBe(200);
});

test('one connection carries many requests, also after errors', async () => {
  await using server = await startTestServer();
  const socket = await openSocket(server.port);
  for (const [request, status] of [
    [get('/api/v1/nothing', 'host: localhost'), 404],
    [
      'POST /api/v1/things HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\nabc',
      415,
    ],
    [get('/api/v1/things/a', 'host: localhost'), 200],
    ['DELETE /api/v1/things/a HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nabcde', 204],
    [get('/api/v1/things/a', 'host: localhost'), 200],
  ] as const) {
    socket.write(request);
    expect((await readAnswer(socket)).status).toBe(status);
  }
  socket.destroy();
});

test('a thousand half-open requests do not keep others waiting', async () => {
  await using server = await startTestServer();
  const sockets = await Promise.all(Array.from({ length: 1_000 }, () => openSocket(server.port)));
  for (const socket of sockets)
    socket.write('POST /api/v1/things HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{');
  const startedAt = performance.now();
  expect((await server.call('GET', '/health')).status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  for (const socket of sockets) socket.destroy();
});

test('a request that takes too long to arrive is a 408; an answer may take as long as it likes', async () => {
  await using server = await startTestServer({ readTimings: { headersMs: 150, requestMs: 300 } });
  const stream = server.call('POST', '/ticks', { count: 40, delay_ms: 25 });
  const post =
    'POST /api/v1/things HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{';
  for (const bytes of ['', 'GET /api/v1/health HTTP/1.1\r\nhost: lo', post]) {
    const socket = await openSocket(server.port);
    const closed = once(socket, 'close');
    socket.write(bytes);
    const answer = await readAnswer(socket);
    expect([bytes, answer.status, JSON.parse(answer.body).code]).toEqual([bytes, 408, 'request-timeout']);
    socket.end();
    await closed;
  }
  expect((await (await stream).text()).match(/^id: /gm)).toHaveLength(40);
  expect(server.witness.calls).toBe(0);
});
