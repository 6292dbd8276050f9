import { expect, test } from 'vitest';
import { ErrorResponse } from '../contract/errors.ts';
import { openSocket, readAnswer } from './support/http-raw.ts';
import { startTestServer } from './support/http-server.ts';

/** The same numbers each time (mulberry32), so that a failure can be seen again. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
const random = createRandom(20261123);
const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE'];
const PARTS = [
  'things',
  'ticks',
  'a',
  'config',
  '..',
  '.',
  '',
  '%2e%2e',
  '%',
  '%00',
  '%zz',
  '{agent_id}',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  '%F0%9F%90%A7',
  'a;b',
  'a:b',
  '*',
  'stop',
];
const QUERIES = [
  '',
  '?',
  '?limit=1',
  '?limit=NaN',
  '?limit[]=1',
  '?&&&',
  '?=',
  '?__proto__[x]=1',
  '?tag=%',
  '?limit=1&limit=1',
  '??',
  '?a=b?c',
];
const TYPES = [
  'application/json',
  'application/json',
  'application/json',
  'text/plain',
  'application/json; charset=utf-16',
  'x',
  '',
  'multipart/form-data; boundary=x',
];
const VALUES = [
  '1',
  '"a"',
  'null',
  '[]',
  '{}',
  '1e999',
  '-0',
  '"\\ud800"',
  'true',
  '{"__proto__":1}',
  '[[[[[[]]]]]]',
  '"\\u0000"',
  '9007199254740993',
  '""',
  '{"id":{}}',
  'NaN',
  "'a'",
];
const KEYS = [
  'id',
  'size',
  'any',
  'on',
  '__proto__',
  'constructor',
  'agent_id',
  'count',
  'toString',
  '',
  'hasOwnProperty',
];

function makePath(): string {
  const prefix = pick(['/api/v1/', '/api/v1/', '/api/v1/', '/', '/trpc/', '/health/', '//']);
  return prefix + Array.from({ length: random(4) }, () => pick(PARTS)).join('/') + pick(QUERIES);
}

function makeBody(): Buffer {
  const fields = Array.from({ length: random(4) }, () => `"${pick(KEYS)}":${pick(VALUES)}`);
  const bytes = Buffer.from(
    pick([`{${fields.join()}}`, `{${fields.join()}}`, pick(VALUES), '{', '[', '\uFEFF{}', '{"id":"a",}', '']),
  );
  if (bytes.length && random(5) === 0) bytes[random(bytes.length)] = random(256);
  return bytes;
}

test('two thousand bad requests get no 5xx, and each error has the shape of errors', { timeout: 30_000 }, async () => {
  await using server = await startTestServer({ openPaths: [] });
  const statuses = new Map<number, number>();
  let socket = await openSocket(server.port);
  for (let n = 0; n < 2_000; n++) {
    const method = pick(METHODS);
    const path = makePath();
    // These fail on purpose, or wait for their caller to leave.
    if (/broken|lying|wait|%0[ad]/i.test(path)) continue;
    const body = method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : makeBody();
    const head = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\ncontent-type: ${pick(TYPES)}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head), body]));
    const answer = await readAnswer(socket);
    socket.destroy();
    const shown = `${n}: ${method} ${path} ${body} -> ${answer.status} ${answer.body}`;
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    expect(answer.status, shown).toBeGreaterThanOrEqual(200);
    expect(answer.status, shown).toBeLessThan(500);
    if (answer.status >= 400 && method !== 'HEAD') {
      const parsed = JSON.parse(answer.body);
      const error = path.startsWith('/trpc') ? (parsed.error ? parsed.error.data : parsed) : parsed;
      expect(ErrorResponse.safeParse(error).success, shown).toBe(true);
      expect(error.status_code, shown).toBe(answer.status);
    }
    socket = await openSocket(server.port);
  }
  socket.destroy();
  expect([...statuses.keys()].toSorted()).toEqual(expect.arrayContaining([200, 400, 404, 405, 415, 422]));
  expect('polluted' in {}).toBe(false);
});
