/** JSON-RPC of A2A is answered without Express: each request is sent twice, the second time so that only Express takes it. */
import { expect, test } from 'vitest';
import { findAskedAgent } from '../server/protocols/a2a/rpc-exchange.ts';
import { says, startA2aServer } from './support/a2a-server.ts';
import { type RawAnswer, sendRaw } from './support/http-raw.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';

const PATH = '/api/v1/a2a/tester/';
const JSON_TYPE = 'application/json';
const STREAM = 'text/event-stream';
const NEWEST = { 'a2a-version': '1.0' };

interface Sent {
  readonly body: string | Buffer;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const call = (method: string, params: unknown, headers: Readonly<Record<string, string>> = NEWEST): Sent => ({
  body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }),
  headers,
});
const bytes = (body: string | Buffer): Sent => ({ body, headers: NEWEST });

const headersOf = ({ headers }: Sent): Record<string, string> => ({ 'content-type': JSON_TYPE, ...headers });

function toBytes(sent: Sent, accept: string | undefined): Buffer {
  const { method = 'POST', path = PATH, body } = sent;
  const headers = { host: 'localhost', ...headersOf(sent), ...(accept && { accept }) };
  const lines = Object.entries({ ...headers, 'content-length': `${Buffer.byteLength(body)}` });
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]);
}

/** Without what differs from one request to the next, whoever answers. */
const toAnswer = ({ status, head, body }: RawAnswer) => ({
  status,
  head: head.replace(/^(date|x-request-id): .*$/gim, '$1'),
  body: body.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|conv-[0-9a-f]+/g, 'id').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time'),
});

const LEGACY = { role: 'user', kind: 'message', messageId: 'm1', parts: [{ kind: 'text', text: 'Hello' }] };
const A2UI = 'https://a2ui.org/a2a-extension/a2ui/v0.9';

const PLAIN: readonly Sent[] = [
  call('ListTasks', {}),
  call('ListTasks', { pageSize: -1 }),
  call('GetTask', { id: 'none' }),
  call('SubscribeToTask', { id: 'none' }, { ...NEWEST, accept: STREAM }),
  call('SendMessage', { message: says('Hello é 💡') }),
  call('SendMessage', { message: says('Hello') }, { ...NEWEST, 'a2a-extensions': A2UI }),
  call('SendStreamingMessage', { message: says('Hello') }, { ...NEWEST, accept: `${STREAM}, ${JSON_TYPE}` }),
  call('SendStreamingMessage', { message: { parts: [] } }, { ...NEWEST, accept: STREAM }),
  call('message/send', { message: LEGACY }, {}),
  call('message/stream', { message: LEGACY }, { accept: STREAM }),
  call('message/stream', { message: { ...LEGACY, parts: 7 } }, { accept: STREAM }),
  call('message/stream', { message: { ...LEGACY, parts: 7 } }, { accept: `${STREAM},application/*` }),
  call('message/stream', { message: { ...LEGACY, parts: 7 } }, { accept: '*/*' }),
  call('tasks/get', { id: 'none' }, {}),
  call('tasks/resubscribe', { id: 'none' }, { accept: STREAM }),
  call('ListTasks', {}, { 'a2a-version': '9.9' }),
  call('Unknown', {}),
  call('ListTasks', {}, { ...NEWEST, 'content-type': 'application/a2a+json' }),
  call('ListTasks', {}, { ...NEWEST, 'content-type': `${JSON_TYPE}; charset=utf-8` }),
  bytes(''),
  bytes('{bad'),
  bytes('[]'),
  bytes('7'),
  bytes('{"jsonrpc":"2.0","id":{},"method":"ListTasks"}'),
  bytes('{"jsonrpc":"2.0","id":1,"id":2,"method":"ListTasks"}'),
  bytes(Buffer.from([0x22, 0xff, 0x22])),
  bytes('['.repeat(300)),
  { ...call('ListTasks', {}), path: '/api/v1/a2a/none/' },
  { ...call('ListTasks', {}), path: `${PATH}?a=1` },
];

/** What Express answers in any case. */
const OTHER: readonly Sent[] = [
  { ...call('ListTasks', {}), path: '/api/v1/a2a/teste%72/' },
  { ...call('ListTasks', {}), path: '/api/v1/a2a/tester' },
  { ...call('ListTasks', {}), path: `${PATH}/` },
  { ...call('ListTasks', {}), path: `${PATH}message:send` },
  { ...call('ListTasks', {}), method: 'PUT' },
  call('ListTasks', {}, { ...NEWEST, 'content-type': 'text/plain' }),
  call('ListTasks', {}, { ...NEWEST, 'content-type': `${JSON_TYPE}; charset` }),
  call('ListTasks', {}, { ...NEWEST, accept: 'nothing' }),
];

const isPlain = (sent: Sent, headers: Readonly<Record<string, string | undefined>>) => {
  const { method = 'POST', path = PATH } = sent;
  const [place = ''] = path.split('?');
  // Of a request nothing else is looked at.
  return findAskedAgent({ method, headers } as Parameters<typeof findAskedAgent>[0], place) !== undefined;
};

test('a request is answered with the bytes of Express, without it', async () => {
  await using server = await startA2aServer({ model: scriptedModel(() => [...text('Good ', 'day é'), finish()]) });
  const port = Number(new URL(server.url).port);
  for (const sent of PLAIN) {
    const { accept = '*/*' } = sent.headers ?? {};
    const forExpress = accept
      .split(',')
      .map((range) => `${range};q=1`)
      .join();
    expect([isPlain(sent, headersOf(sent)), isPlain(sent, { ...headersOf(sent), accept: forExpress })]).toEqual([
      true,
      false,
    ]);
    const answer = toAnswer(await sendRaw(port, toBytes(sent, sent.headers?.accept)));
    const expected = toAnswer(await sendRaw(port, toBytes(sent, forExpress)));
    expect({ sent, ...answer }).toEqual({ sent, ...expected });
  }
});

test('what needs a second look is left to Express', async () => {
  await using server = await startA2aServer({ model: scriptedModel(() => [finish()]) });
  const port = Number(new URL(server.url).port);
  const statuses: number[] = [];
  for (const sent of OTHER) {
    expect(isPlain(sent, headersOf(sent)), JSON.stringify(sent)).toBe(false);
    statuses.push((await sendRaw(port, toBytes(sent, sent.headers?.accept))).status);
  }
  expect(statuses).toEqual([200, 307, 404, 400, 405, 200, 200, 200]);
});
