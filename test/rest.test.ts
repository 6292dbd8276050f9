import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { sendRaw } from './support/http-raw.ts';
import { startTestServer } from './support/http-server.ts';

const answerOf = async (response: Response) => ({
  status: response.status,
  body: (await response.json()) as { code?: string; errors?: { path: string }[] },
});

test('an answer has the declared status and only the declared fields', async () => {
  await using server = await startTestServer();
  const response = await server.call('GET', '/things/a');
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await answerOf(response)).toEqual({ status: 200, body: { id: 'a', size: 1 } });
});

test('a created resource is answered with 201 and its absolute, encoded Location', async () => {
  await using server = await startTestServer();
  const response = await server.call('POST', '/things', { id: 'grün ?#1' });
  expect(response.headers.get('location')).toBe('/api/v1/things/gr%C3%BCn%20%3F%231');
  expect(await answerOf(response)).toEqual({ status: 201, body: { id: 'grün ?#1', size: 1 } });
});

test('a 204 has neither body nor content type', async () => {
  await using server = await startTestServer();
  const response = await server.call('DELETE', '/things/a');
  expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([204, '', null]);
});

test('HEAD answers as GET does, without the body', async () => {
  await using server = await startTestServer();
  const response = await server.call('HEAD', '/things/a');
  expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '19', '']);
});

test('a literal segment outranks a parameter', async () => {
  await using server = await startTestServer();
  expect(await answerOf(await server.call('GET', '/things/config'))).toEqual({ status: 200, body: { literal: true } });
});

test('path parameters are decoded once', async () => {
  await using server = await startTestServer();
  for (const [path, id] of [
    ['a%20b', 'a b'],
    ['a%2Fb', 'a/b'],
    ['a%252Fb', 'a%2Fb'],
    ['%F0%9F%90%A7', '🐧'],
    ['__proto__', '__proto__'],
  ]) {
    expect(await answerOf(await server.call('GET', `/things/${path}`))).toEqual({ status: 200, body: { id, size: 1 } });
  }
});

test('a malformed escape in the path is a 400', async () => {
  await using server = await startTestServer();
  for (const segment of ['%', '%zz', '%E0%A4%A', '%ff']) {
    const { status, body } = await sendRaw(
      server.port,
      `GET /api/v1/things/${segment} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    );
    expect([segment, status, JSON.parse(body).code]).toEqual([segment, 400, 'malformed-url']);
  }
});

test('the other spelling of a trailing slash is a 307 with the query kept, both ways', async () => {
  await using server = await startTestServer();
  for (const [method, path, location] of [
    ['GET', '/slashed/a?x=1&y=%20', '/api/v1/slashed/a/?x=1&y=%20'],
    ['GET', '/things/?limit=2', '/api/v1/things?limit=2'],
    ['POST', '/ticks/', '/api/v1/ticks'],
    ['POST', '/things/a%20b/stop/', '/api/v1/things/a%20b/stop'],
  ] as const) {
    const response = await server.call(method, path);
    expect([response.status, response.headers.get('location')]).toEqual([307, location]);
  }
});

test('a redirected POST arrives with its body', async () => {
  await using server = await startTestServer();
  const response = await fetch(`${server.url}/api/v1/things/`, {
    method: 'POST',
    body: '{"id":"a"}',
    headers: { 'content-type': 'application/json' },
  });
  expect(await answerOf(response)).toEqual({ status: 201, body: { id: 'a', size: 1 } });
});

test('a wrong method is a 405 with Allow', async () => {
  await using server = await startTestServer();
  const response = await server.call('PUT', '/things');
  expect(response.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: {
      detail: 'PUT is not allowed here; allowed: GET, POST, HEAD, OPTIONS',
      status_code: 405,
      code: 'method-not-allowed',
    },
  });
});

test('an unknown path is a 404 in the shape of every error', async () => {
  await using server = await startTestServer();
  const notFound = { detail: 'Not Found', status_code: 404, code: 'not-found' };
  for (const path of [
    '/api/v1/nothing',
    '/api/v1',
    '/api/v1/',
    '/elsewhere',
    '/',
    '/api/v1/Health',
    '/api/v1//health',
  ]) {
    expect([path, await answerOf(await fetch(server.url + path))]).toEqual([path, { status: 404, body: notFound }]);
  }
});

test('query values are read as the contract declares them', async () => {
  await using server = await startTestServer();
  const query = async (text: string) => (await server.call('GET', `/things${text}`)).json();
  expect(await query('')).toEqual({ limit: 50, tag: [], all: false });
  expect(await query('?limit=7&tag=a&tag=b%20c&all=true')).toEqual({ limit: 7, tag: ['a', 'b c'], all: true });
  expect(await query('?all=false&tag=')).toEqual({ limit: 50, tag: [''], all: false });
});

test('wrong, unknown and repeated query parameters are a 422 that names them', async () => {
  await using server = await startTestServer();
  for (const [query, path] of [
    ['limit=-1', 'limit'],
    ['limit=1e9', 'limit'],
    ['limit=abc', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['nope=1', 'nope'],
    ['__proto__=1', '__proto__'],
    ['all=maybe', 'all'],
  ]) {
    const { status, body } = await answerOf(await server.call('GET', `/things?${query}`));
    expect([query, status, body.code, body.errors?.[0]?.path]).toEqual([query, 422, 'validation-failed', path]);
  }
});

test('a query value that is no number is said to have to be one', async () => {
  await using server = await startTestServer();
  expect(await answerOf(await server.call('GET', '/things?limit=abc'))).toMatchObject({
    status: 422,
    body: { detail: 'limit: must be a number', errors: [{ path: 'limit', message: 'must be a number' }] },
  });
});

test('a body may be left out where nothing in it is required', async () => {
  await using server = await startTestServer();
  const bare = await sendRaw(server.port, 'POST /api/v1/things/q/stop HTTP/1.1\r\nhost: localhost\r\n\r\n');
  expect([bare.status, bare.body]).toEqual([200, '{"stopped":"q"}']);
  const patch = await sendRaw(
    server.port,
    'PATCH /api/v1/things/q HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n',
  );
  expect([patch.status, patch.body]).toEqual([200, '{"id":"q","size":null,"on":null}']);
});

test('a body that names a path parameter does not move the request', async () => {
  await using server = await startTestServer();
  const response = await server.call('PATCH', '/things/a', { agent_id: 'b', size: 2 });
  expect(await response.json()).toEqual({ id: 'a', size: 2, on: null });
});

test('values in a body are never coerced', async () => {
  await using server = await startTestServer();
  for (const body of [{ size: '7' }, { on: 'false' }, { on: 1 }, { size: null }]) {
    const { status } = await answerOf(await server.call('PATCH', '/things/a', body));
    expect([body, status]).toEqual([body, 422]);
  }
});

test('JSON with a utf-8 charset or a +json type is JSON', async () => {
  await using server = await startTestServer();
  for (const type of [
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/merge-patch+json',
    'application/json, application/json',
  ]) {
    const response = await server.call('PATCH', '/things/a', '{"size":3}', { 'content-type': type });
    expect([type, response.status]).toEqual([type, 200]);
  }
});

test('a body of another type, charset or encoding is a 415', async () => {
  await using server = await startTestServer();
  const cases: Record<string, string>[] = [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': 'application/json, text/plain' },
    { 'content-type': 'application/json; charset=iso-8859-1' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  ];
  for (const headers of cases) {
    const { status, body } = await answerOf(await server.call('POST', '/things', '{"id":"a"}', headers));
    expect([headers, status, body.code]).toEqual([headers, 415, 'not-json']);
  }
  expect(server.witness.calls).toBe(0);
});

test('a body that is not JSON is a 400', async () => {
  await using server = await startTestServer();
  for (const text of ['{bad', '{"id":"a"', '\uFEFF{"id":"a"}', "{'id':'a'}", '{"id":"a"}}', 'undefined']) {
    const { status, body } = await answerOf(await server.call('POST', '/things', text));
    expect([text, status, body.code]).toEqual([text, 400, 'malformed-json']);
  }
  const latin = Buffer.from('{"id":"\xe9"}', 'latin1');
  const head = `POST /api/v1/things HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${latin.length}\r\n\r\n`;
  const { status, body } = await sendRaw(server.port, Buffer.concat([Buffer.from(head), latin]));
  expect([status, JSON.parse(body).detail]).toEqual([400, 'The body is not UTF-8']);
});

test('a body that is JSON but no object is a 422', async () => {
  await using server = await startTestServer();
  for (const text of ['null', '[]', '"x"', '7', 'true']) {
    expect(await answerOf(await server.call('POST', '/things', text))).toEqual({
      status: 422,
      body: {
        detail: 'body: expected a JSON object',
        status_code: 422,
        code: 'validation-failed',
        errors: [{ path: 'body', message: 'expected a JSON object' }],
      },
    });
  }
});

test('a field that is missing is said to be required', async () => {
  await using server = await startTestServer();
  expect(await answerOf(await server.call('POST', '/things'))).toMatchObject({
    status: 422,
    body: { detail: 'id: is required', errors: [{ path: 'id', message: 'is required' }] },
  });
});

test('a body nested ten thousand levels deep is a 422', async () => {
  await using server = await startTestServer();
  for (const open of ['[', '{"a":']) {
    const { status } = await answerOf(await server.call('POST', '/things', `{"id":"a","any":${open.repeat(10_000)}`));
    expect(status).toBe(422);
  }
  const text = JSON.stringify({ id: 'a', any: ['[{'.repeat(5_000), '"\\"['] });
  expect((await server.call('POST', '/things', text)).status).toBe(201);
});

test('a key __proto__ pollutes nothing', async () => {
  await using server = await startTestServer();
  for (const key of ['__proto__', '\\u005f_proto__', '\\u005F\\u005Fproto\\u005f_']) {
    const text = `{"id":"a","${key}":{"polluted":1},"any":{"${key}":{"polluted":1}}}`;
    expect(await answerOf(await server.call('POST', '/things', text))).toEqual({
      status: 201,
      body: { id: 'a', size: 1 },
    });
  }
  expect('polluted' in {}).toBe(false);
});

test('1e400 is no number', async () => {
  await using server = await startTestServer();
  expect((await server.call('POST', '/things', '{"id":"a","size":1e400}')).status).toBe(422);
});

test('names in any script come back as they were sent', async () => {
  await using server = await startTestServer();
  for (const id of ['שלום', 'a\u200Bb', '𝒳👩‍👩‍👧', 'e\u0301', '\u202Eabc', 'nul\u0000']) {
    expect(await answerOf(await server.call('POST', '/things', { id }))).toEqual({
      status: 201,
      body: { id, size: 1 },
    });
  }
});

test('a body over 1 MiB is a 413, and the caller gets to read it', async () => {
  await using server = await startTestServer();
  const large = JSON.stringify({ id: 'x'.repeat(8 * 1024 * 1024) });
  const announced = await server.call('POST', '/things', large);
  expect([announced.status, (await answerOf(announced)).body.code]).toEqual([413, 'body-too-large']);
  const chunks = Array.from({ length: 64 }, () => new TextEncoder().encode('x'.repeat(64 * 1024)));
  const streamed = await fetch(`${server.url}/api/v1/things`, {
    method: 'POST',
    body: ReadableStream.from(chunks),
    duplex: 'half',
    headers: { 'content-type': 'application/json' },
  } as RequestInit);
  expect([streamed.status, (await answerOf(streamed)).body.code]).toEqual([413, 'body-too-large']);
  expect(server.witness.calls).toBe(0);
});

test('where a body may hold files it may have 16 MiB, and no more', async () => {
  await using server = await startTestServer();
  const ask = (mebibytes: number) =>
    server.call('POST', '/foreign/answer', { as: 'whole', file: 'x'.repeat(mebibytes * 1024 * 1024) });
  expect((await ask(15)).status).toBe(200);
  const large = await ask(17);
  expect([large.status, await large.json()]).toEqual([
    413,
    { error: { message: 'The body is over 16777216 bytes', code: 'body-too-large' } },
  ]);
});

test('what is held of long bodies that are on their way is bounded, and given back when they are gone', async () => {
  await using server = await startTestServer();
  const head = `POST /api/v1/foreign/answer HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${15 * 1024 * 1024}\r\n\r\n`;
  const part = Buffer.concat([Buffer.from(head), Buffer.alloc(14 * 1024 * 1024, 'x')]);
  const sockets = Array.from({ length: 20 }, () => connect(server.port, '127.0.0.1'));
  const heads = sockets.map(async (socket) => {
    socket.on('error', () => undefined).write(part);
    const [first] = await once(socket, 'data', { signal: AbortSignal.timeout(15_000) }).catch(() => ['']);
    return String(first).split('\r\n')[0];
  });
  expect(await Promise.race(heads)).toBe('HTTP/1.1 503 Service Unavailable');
  for (const socket of sockets) socket.destroy();
  await Promise.all(heads.map((each) => each.catch(() => undefined)));
  const body = { as: 'whole', file: 'x'.repeat(15 * 1024 * 1024) };
  await expect
    .poll(async () => (await server.call('POST', '/foreign/answer', body)).status, { timeout: 15_000 })
    .toBe(200);
});

test('a caller that asks before it sends is told to go on, or is refused without sending', async () => {
  await using server = await startTestServer();
  const head = (length: number) =>
    `POST /api/v1/things HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
  const small = await sendRaw(server.port, head(10));
  expect(small.head).toBe('HTTP/1.1 100 Continue');
  const large = await sendRaw(server.port, head(2 * 1024 * 1024));
  expect(large.status).toBe(413);
});

test('what a handler throws by accident is a 500 that says nothing, and the log says it', async () => {
  await using server = await startTestServer();
  for (const path of ['/things/broken', '/things/lying']) {
    expect(await answerOf(await server.call('GET', path))).toEqual({
      status: 500,
      body: { detail: 'Internal Server Error', status_code: 500, code: 'internal' },
    });
  }
  const messages = server.lines.filter(({ level }) => level === 50).map(({ err }) => (err as Error).message);
  expect(messages).toEqual([
    'postgres://[redacted]@db/things refused the connection at /srv/secret/path.ts',
    'things.lying returned id: Invalid input: expected string, received number; size: Invalid input: expected number, received string',
  ]);
});

test('a caller who leaves aborts the signal of the handler', async () => {
  await using server = await startTestServer();
  const leave = new AbortController();
  const response = fetch(`${server.url}/api/v1/things/wait`, { method: 'POST', signal: leave.signal });
  await expect.poll(() => server.witness.started).toBe(1);
  leave.abort();
  await expect(response).rejects.toThrow();
  await expect.poll(() => server.witness.aborted).toBe(1);
});

test('a stream that can answer whole does so by what its handler returns: events without ids and with a mark at the end, one body, or none', async () => {
  await using server = await startTestServer();
  const ask = (body: object) => server.call('POST', '/foreign/answer', body);
  expect(await (await ask({ as: 'events' })).text()).toBe(
    'data: {"type":"tick","n":1}\n\ndata: {"type":"tick","n":2}\n\ndata: [DONE]\n\n',
  );
  const whole = await ask({ as: 'whole' });
  expect([whole.headers.get('content-type'), await whole.json()]).toEqual(['application/json', { count: 2 }]);
  const none = await ask({ as: 'none' });
  expect([none.status, await none.text(), none.headers.get('content-type')]).toEqual([204, '', null]);
});

test('a stream that breaks off has its mark behind the event that says so', async () => {
  await using server = await startTestServer();
  const response = await server.call('POST', '/foreign/answer', { as: 'events', fail: true });
  expect((await response.text()).split('\n\n').slice(1)).toEqual([
    'data: {"type":"broken","code":"model-failed","detail":"The model provider failed","count":1}',
    'data: [DONE]',
    '',
  ]);
});

test('errors have the form of their group, also of paths below it that are not there', async () => {
  await using server = await startTestServer();
  const refused = await server.call('POST', '/foreign/answer', { as: 'nothing' });
  expect([refused.status, Object.keys(Object(await refused.json()))]).toEqual([422, ['error']]);
  expect(refused.headers.get('x-client-error')).toBe('true');
  const missing = await server.call('GET', '/foreign/nowhere');
  expect([missing.status, await missing.json()]).toEqual([404, { error: { message: 'Not Found', code: 'not-found' } }]);
  expect(await (await server.call('GET', '/foreigner')).json()).toMatchObject({ detail: 'Not Found' });
});
