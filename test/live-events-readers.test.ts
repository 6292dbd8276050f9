/** Readers of live events that break off, come late, are slow or leave; over real sockets. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../client/index.ts';
import { events as contract } from '../contract/events.ts';
import { implement } from '../server/call/implement.ts';
import { createLog } from '../server/http/log.ts';
import { type HttpServer, startHttpServer } from '../server/http/server.ts';
import { createLiveEventHandlers } from '../server/live-events/live-event-handlers.ts';
import { LiveEvents } from '../server/live-events/live-events.ts';
import { startCuttingProxy } from './support/cutting-proxy.ts';
import { follow, type Told } from './support/following.ts';
import { openSocket } from './support/http-raw.ts';
import { until } from './support/processes.ts';

const MAX_EVENTS = 100;
const KEYS = ['anna:anna-0123456789', 'ben:ben-0123456789'];
const ANNA = 'anna-0123456789';
const BEN = 'ben-0123456789';

let live: LiveEvents;
let server: HttpServer;
let url: string;
beforeEach(async () => {
  live = new LiveEvents({ maxEvents: MAX_EVENTS });
  server = await startHttpServer({
    operations: implement({ events: contract }, { events: createLiveEventHandlers(live) }),
    host: '127.0.0.1',
    port: 0,
    apiKeys: KEYS,
    allowedHosts: [],
    corsOrigins: [],
    rateLimits: [],
    mounts: [],
    openPaths: [],
    log: createLog({ level: 'silent' }),
    isDraining: () => false,
  });
  url = `${server.url}/api/v1/events`;
});
afterEach(() => server.close({ graceMs: 0 }));

const happen = (id: string, owner: string | null = null) =>
  live.publish({ type: 'agent', id, status: 'changed' }, owner);
const happenOften = (count: number, owner: string | null = null) => {
  for (let index = 0; index < count; index++) happen(`n${index}`, owner);
};
const idsOf = (told: readonly Told[]) => told.map(({ id, type }) => id ?? type);
const readNow = async (key: string, after: number): Promise<Told[]> => {
  await using reader = await follow(`${url}?until=now`, { key, lastEventId: after });
  return await reader.rest();
};

test('a reader whose connection breaks goes on behind the last event it has read', async () => {
  await using proxy = await startCuttingProxy(server.url, (connection) =>
    connection < 3 ? { after: 4, how: 'cut' } : undefined,
  );
  const told: Told[] = [];
  let last: number | undefined;
  for (let next = 0; told.filter(({ type }) => type === 'agent').length < 8; ) {
    await using reader = await follow(`${proxy.url}/api/v1/events`, { key: ANNA, lastEventId: last });
    for (;;) {
      const event = await reader.next().catch(() => undefined);
      if (!event) break;
      told.push(event);
      last = event.number;
      if (next < 8) happen(`n${next++}`);
      else if (event.id === 'n7') break;
    }
  }
  expect(proxy.connections()).toBe(3);
  expect(idsOf(told).filter((id) => id !== 'ready')).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']);
  expect(told.filter(({ type }) => type === 'missed')).toEqual([]);
});

test('a reader that comes back too late is told that it has missed some, then what is held', async () => {
  await using reader = await follow(url, { key: ANNA });
  const { number } = await reader.next();
  happenOften(MAX_EVENTS + 1);
  const [missed, ...held] = await readNow(ANNA, number);
  expect(missed?.type).toBe('missed');
  expect(idsOf(held)).toEqual(Array.from({ length: MAX_EVENTS }, (_, index) => `n${index + 1}`));
  // From there it misses nothing.
  expect((await readNow(ANNA, missed?.number ?? 0))[0]?.type).toBe('ready');
});

test('what was lost of another key is nothing that a reader has missed', async () => {
  await using reader = await follow(url, { key: BEN });
  await reader.next();
  happen('for all');
  const { number } = await reader.next();
  happenOften(3 * MAX_EVENTS, 'anna');
  expect(idsOf(await readNow(BEN, number))).toEqual(['ready']);
  happen('for all again');
  expect(idsOf(await reader.take(1))).toEqual(['for all again']);
  expect(idsOf(await readNow(ANNA, number)).slice(0, 1)).toEqual(['missed']);
});

test.each([
  ['of a server before a restart', (now: number) => now - 3_600_000_000],
  ['from the future, where the clock was set back', (now: number) => now + 3_600_000_000],
])('a number %s is not taken for one of this server', async (_, other) => {
  happen('here');
  await using reader = await follow(url, { key: ANNA });
  const { number } = await reader.next();
  expect(idsOf(await readNow(ANNA, other(number)))).toEqual(['missed', 'here']);
});

test('a reader that reads slowly costs no memory, and is told that it has missed some', async () => {
  const socket = await openSocket(server.port);
  socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${ANNA}\r\n\r\n`);
  await until(() => live.readers === 1, 'the reader is there');
  socket.pause();
  // More than the buffers of both ends of a connection hold.
  const size = 20_000;
  const rounds = 60;
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < MAX_EVENTS / 2; index++) happen(`${round}-${index}-${'x'.repeat(size)}`);
    await new Promise(setImmediate);
  }
  happen('last');
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  socket.resume();
  await until(() => text.includes('"id":"last"'), 'it has read up to the newest event');
  const types = [...text.matchAll(/^data: \{"type":"(\w+)"/gm)].map(([, type]) => type);
  expect(types.filter((type) => type === 'missed').length).toBeGreaterThan(0);
  expect(types.length).toBeLessThan((rounds * MAX_EVENTS) / 2);
  socket.destroy();
  await until(() => live.readers === 0, 'it has left');
});

test('a reader that leaves leaves nothing behind, over REST and over tRPC', async () => {
  const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(server.port)));
  for (const socket of sockets)
    socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${BEN}\r\n\r\n`);
  const leave = new AbortController();
  const told = await createClient(server.url, { apiKey: ANNA }).events.follow.mutate(undefined, {
    signal: leave.signal,
  });
  const iterator = told[Symbol.asyncIterator]();
  await iterator.next();
  await until(() => live.readers === 21, 'all are there');
  for (const socket of sockets) socket.destroy();
  await until(() => live.readers === 1, 'those have left');
  happen('more');
  expect((await iterator.next()).value).toMatchObject({ id: 'more' });
  leave.abort();
  await until(() => live.readers === 0, 'everybody has left');
});

test('at a shutdown each reader is told everything, then the end, and its connection ends whole', async () => {
  await using reader = await follow(url, { key: ANNA });
  await using narrow = await follow(`${url}?types=run`, { key: BEN });
  await reader.next();
  await narrow.next();
  happenOften(3);
  live.close();
  const end = { type: 'error', code: 'draining', detail: 'The server is shutting down' };
  expect(await reader.rest()).toMatchObject([{ id: 'n0' }, { id: 'n1' }, { id: 'n2' }, end]);
  expect(await narrow.rest()).toEqual([end]);
  await until(() => live.readers === 0, 'everybody has left');
  happen('after the end');
  await using late = await follow(url, { key: ANNA });
  expect((await late.rest()).map(({ type }) => type)).toEqual(['ready']);
});
