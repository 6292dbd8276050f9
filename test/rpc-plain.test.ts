/** Plain calls are answered without tRPC's own handler: each request is sent twice, the second time so that only that handler takes it. */
import { expect, test, vi } from 'vitest';
import { openSocket, type RawAnswer, sendRaw } from './support/http-raw.ts';
import { startTestServer, type TestServer } from './support/http-server.ts';

const KEY = 'k-0123456789abcdef';
const LINES = 'trpc-accept: application/jsonl';
const JSON_TYPE = 'content-type: application/json';
const encode = (input: unknown) => encodeURIComponent(JSON.stringify(input));
const times = (count: number, name: string) => Array(count).fill(name).join();
const ids = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [index, { agent_id: `a${index}` }]));

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

function toBytes({ method = 'GET', path, headers = [], body }: Sent, extra = ''): string {
  const [place, query] = path.split('?');
  const url = `/trpc${place}?${[query, extra].filter(Boolean).join('&')}`;
  const lines = body === undefined ? headers : [...headers, `content-length: ${Buffer.byteLength(body)}`];
  return `${method} ${url} HTTP/1.1\r\nhost: localhost\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body ?? ''}`;
}

/** No client sends them with a plain call, so that tRPC's own handler takes the request; they change nothing in its answer. */
const FOR_TRPC = 'connectionParams=%7B%7D';

function toAnswer({ status, head, body }: RawAnswer) {
  const headers = head
    .split('\r\n')
    .slice(1)
    .filter((line) => !/^(date|x-request-id):/i.test(line));
  return { status, headers: headers.sort(), body };
}

const batch = (names: string, input: unknown) => `/${names}?batch=1&input=${encode(input)}`;
const post = (path: string, body: string, ...headers: string[]) => ({
  method: 'POST',
  path,
  body,
  headers: [JSON_TYPE, ...headers],
});

/** What is answered without tRPC's handler. */
const PLAIN: readonly Sent[] = [
  ...['', LINES].flatMap((accept) => {
    const headers = accept ? [accept] : [];
    return [
      { path: batch('things.get', { 0: { agent_id: 'a' } }), headers },
      {
        path: batch('things.get,things.list', { 0: { agent_id: 'a' }, 1: { limit: 3, tag: ['\u2028', '💡', 'é"\\'] } }),
        headers,
      },
      { path: batch(times(10, 'things.get'), ids(10)), headers },
      { path: batch(times(100, 'things.get'), ids(100)), headers },
      {
        path: batch('things.get,things.broken,things.list,things.lying,things.get', { 0: { agent_id: 'none' }, 4: {} }),
        headers,
      },
      { path: batch('things.broken', {}), headers },
      { path: '/things.config,things.list?batch=1', headers },
      { path: batch('things.list,things.list', { 0: null, 1: 7 }), headers },
      { path: batch('things.list', { 0: { limit: 5 }, 1: 'more', x: 1 }), headers },
      post('/things.create?batch=1', '{"0":{"id":"a"}}', ...headers),
      post('/things.remove?batch=1', '{"0":{"agent_id":"a"}}', ...headers),
      post(
        '/things.create,things.replace,things.create?batch=1',
        '{"0":{"id":""},"1":{"agent_id":"a","size":2}}',
        ...headers,
      ),
      post('/things.create?batch=1', '', ...headers),
    ];
  }),
  { path: batch('things.config', {}), headers: ['accept: text/html, application/jsonl'] },
  { path: batch('things.config', {}), headers: ['trpc-accept: text/plain', 'accept: application/jsonl'] },
  { path: `/things.get?input=${encode({ agent_id: 'a' })}` },
  {
    path: `/things.get?input=${encode({ agent_id: 'a' })}`,
    headers: ['content-type: Application/JSON ; charset=utf-8'],
  },
  { path: `/things.get?input=${encode({ agent_id: 'none' })}` },
  { path: `/things.list?input=${encode({ limit: 500 })}&other=1` },
  { path: '/things.list?input=null' },
  { path: '/things.list?input=' },
  { path: '/things.list?batch=0' },
  { path: '/things.broken' },
  { path: '/things.lying' },
  post('/things.create', '{"id":"a","size":3,"__proto__":{"polluted":1}}'),
  post('/things.create', '{"id":7}'),
  post('/things.create', '{"id":"a"}', 'origin: http://localhost'),
  post('/things.remove', '{"agent_id":"a"}'),
  post('/things.change', '{"agent_id":"a","size":null}'),
  { ...post('/things.create', '{"id":"a"}'), headers: ['content-type: application/json; charset=UTF-8'] },
];

/** What is left to it. */
const OTHER: readonly Sent[] = [
  { path: '/things.nothing' },
  { path: batch('things.get,things.nothing', {}) },
  { path: batch('things.get,things.create', {}), headers: [LINES] },
  { path: '/things.create' },
  { path: '/things.get,things.get' },
  { path: '/things.get', headers: [LINES] },
  { path: '/things.get/' },
  { path: '/other/things.config' },
  { path: '/' },
  { path: '/things.con%66ig' },
  { path: '/things.config%2Cthings.config?batch=1' },
  { path: batch(times(101, 'things.get'), ids(101)) },
  { path: '/things.get?input={bad' },
  { path: '/things.get?batch=1&input={bad', headers: [LINES] },
  { path: '/things.get?batch=1&input=[]' },
  { path: '/things.get?batch=1&input=null' },
  { path: '/things.get?input={"agent_id":"a","agent_id":"b"}' },
  { path: `/things.get?input=${'['.repeat(300)}` },
  { path: '/things.get?input=%FF' },
  { path: '/things.config', headers: ['content-type: text/plain'] },
  { path: '/things.config', headers: ['content-type: multipart/form-data; boundary=x'] },
  { method: 'HEAD', path: '/things.config' },
  post('/things.get', '{"agent_id":"a"}'),
  post('/things.create', '{bad'),
  post('/things.create?batch=1', '7', LINES),
  { method: 'POST', path: '/things.create', body: '{"id":"a"}', headers: ['content-type: text/plain'] },
  { method: 'POST', path: '/things.create', body: '{"id":"a"}', headers: ['content-type: application/ld+json'] },
  { method: 'POST', path: '/things.create', body: '' },
  post('/streams.ticks', '{"count":2}'),
  post('/streams.ticks?batch=1', '{"0":{"count":2}}', LINES),
  post('/foreign.answer?batch=1', '{"0":{"as":"whole"}}', LINES),
];

/** Sends a request as it is, then for tRPC's own handler. Tells what each was answered, and whether that handler took the first one too. */
async function sendTwice(server: TestServer, sent: Sent) {
  using made = vi.spyOn(globalThis, 'Request');
  const answer = toAnswer(await sendRaw(server.port, toBytes(sent)));
  const isPlain = made.mock.calls.length === 0;
  const expected = toAnswer(await sendRaw(server.port, toBytes(sent, FOR_TRPC)));
  expect(made, 'the second request is for tRPC').toHaveBeenCalled();
  return { answer, expected, isPlain };
}

test('a plain request is answered with the bytes of tRPC, without its handler', async () => {
  await using server = await startTestServer();
  for (const sent of PLAIN) {
    const { answer, expected, isPlain } = await sendTwice(server, sent);
    expect({ sent, isPlain, ...answer }).toEqual({ sent, isPlain: true, ...expected });
  }
});

test('every other request is left to the handler of tRPC', async () => {
  await using server = await startTestServer();
  for (const sent of OTHER) {
    const { answer, expected, isPlain } = await sendTwice(server, sent);
    expect({ sent, isPlain, ...answer }).toEqual({ sent, isPlain: false, ...expected });
  }
});

test('calls without a key are refused with the bytes of tRPC, the open ones beside them too', async () => {
  await using server = await startTestServer({ apiKeys: [KEY] });
  const sents = [undefined, LINES].flatMap((accept) =>
    ['health.check', 'things.config', 'health.check,things.config'].map((names) => ({
      path: batch(names, {}),
      headers: accept ? [accept] : [],
    })),
  );
  for (const sent of [...sents, { path: '/things.config' }, { path: '/health.check' }]) {
    const { answer, expected, isPlain } = await sendTwice(server, sent);
    expect({ sent, isPlain, ...answer }).toEqual({ sent, isPlain: true, ...expected });
  }
});

test('each call of a batch counts, and tells what is left, as with tRPC', async () => {
  const batches = [
    'things.config,things.config',
    'things.list',
    'things.list',
    'health.check',
    'things.config,things.config',
  ];
  for (const headers of [[], [LINES]]) {
    const answersOf = async (extra: string) => {
      await using server = await startTestServer({ rateLimits: ['5/h', 'things.list=1/h'] });
      const answers: unknown[] = [];
      for (const names of batches) {
        answers.push([
          names,
          toAnswer(await sendRaw(server.port, toBytes({ path: batch(names, {}), headers }, extra))),
        ]);
      }
      return answers;
    };
    const answers = await answersOf('');
    expect(answers).toEqual(await answersOf(FOR_TRPC));
    expect(JSON.stringify(answers).match(/rate-limited/g)).toHaveLength(3);
  }
});

/** What became of each call of a batch in lines: an answer, or the text of one. */
function readLines(body: string): unknown {
  type Value = readonly [readonly [unknown], ...(readonly [string | null, number, number])[]];
  const [head = '{}', ...lines] = body.trim().split('\n');
  const settled = new Map<number, Value>(lines.map((line) => JSON.parse(line)).map(([id, , value]) => [id, value]));
  expect(settled.size, 'each promise is settled once').toBe(lines.length);
  const read = ([[value], ...promises]: Value): unknown => {
    const inner = promises.map(([key, , id]) => [key, read(settled.get(id) ?? [[`no ${id}`]])] as const);
    return inner[0]?.[0] === null ? inner[0][1] : Object.assign(value as object, Object.fromEntries(inner));
  };
  return Object.values<Value>(JSON.parse(head)).map(read);
}

test('calls that end one after the other are answered as by tRPC', async () => {
  await using server = await startTestServer();
  const names = 'things.later,things.create,things.later,things.create,things.later';
  const inputs = { 0: { delay_ms: 60 }, 1: { id: 'a' }, 2: { delay_ms: 30 }, 3: { id: '' }, 4: { delay_ms: 60 } };
  const { answer, expected, isPlain } = await sendTwice(
    server,
    post(`/${names}?batch=1`, JSON.stringify(inputs), LINES),
  );
  const answers = readLines(answer.body);
  expect([isPlain, answers]).toEqual([true, readLines(expected.body)]);
  expect(answers).toMatchObject([
    { result: { data: { delay_ms: 60 } } },
    { result: { data: { id: 'a' } } },
    {},
    { error: {} },
    {},
  ]);
  const single = await sendTwice(server, post('/things.later?batch=1', '{"0":{"delay_ms":30}}', LINES));
  expect([single.isPlain, single.answer]).toEqual([true, single.expected]);
});

test('a call that takes long holds up no other of its batch, is made once, and ends when its caller leaves', async () => {
  await using server = await startTestServer();
  const socket = await openSocket(server.port);
  socket.write(toBytes(post('/things.wait,things.create?batch=1', '{"1":{"id":"a"}}', LINES)));
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes('{"id":"a","size":1}')) break;
  }
  await expect.poll(() => server.witness.aborted).toBe(1);
  expect([server.witness.started, server.witness.calls]).toEqual([1, 1]);
});

test('a stream shares its batch with plain calls', async () => {
  await using server = await startTestServer();
  const sent = post('/streams.ticks,things.create?batch=1', '{"0":{"count":2},"1":{"id":"a"}}', LINES);
  const { answer, expected, isPlain } = await sendTwice(server, sent);
  const lines = (body: string) => body.split('\n').sort();
  expect([isPlain, lines(answer.body)]).toEqual([false, lines(expected.body)]);
  expect(answer.body).toContain('{"type":"tick","n":1}');
});

test('an answer to a page of another origin says that it differs by origin', async () => {
  await using server = await startTestServer({ corsOrigins: ['https://app.example'] });
  const response = await fetch(`${server.url}/trpc/things.config`, { headers: { origin: 'https://app.example' } });
  expect(response.headers.get('vary')).toBe('origin, trpc-accept, accept');
});
