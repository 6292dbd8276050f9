import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { startDroppingProxy } from '../scripts/dropping-proxy.ts';
import { hasNoDatabase, openDatabase, query } from './support/postgres.ts';
import { until } from './support/processes.ts';

describe.skipIf(hasNoDatabase)('a proxy before PostgreSQL', () => {
  test('cuts every connection, and takes new ones', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    expect(await query(proxy.url, 'select 1')).toEqual([1]);
    const clients = [new Client(proxy.url), new Client(proxy.url)] as const;
    for (const client of clients) {
      client.on('error', () => undefined);
      await client.connect();
    }
    await until(() => proxy.connections() === 2, 'the first is gone');
    const asked = clients.map((client) => expect(client.query('select pg_sleep(600)')).rejects.toThrow());
    proxy.cut();
    await Promise.all(asked);
    expect(await query(proxy.url, 'select 2')).toEqual([2]);
    await until(() => proxy.connections() === 0, 'all are gone');
  });

  test('refuses new connections until it is told to resume, and keeps those that are open', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    const client = new Client(proxy.url);
    await client.connect();
    proxy.refuse();
    await expect(query(proxy.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await proxy.resume();
    expect(await query(proxy.url, 'select 1')).toEqual([1]);
    await client.end();
  });

  test('holds answers back that PostgreSQL has given, so that a cut loses them after the commit', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await query(database.url, 'create table a (b int)');
    const client = new Client(proxy.url);
    client.on('error', () => undefined);
    await client.connect();
    proxy.stall('answers');
    const lost = expect(client.query('insert into a values (1)')).rejects.toThrow();
    await until(async () => (await query(database.url, 'select b from a')).length > 0, 'it is stored');
    proxy.cut();
    await lost;
    await proxy.resume();
    expect(await query(proxy.url, 'select b from a')).toEqual([1]);
  });
});

test('a proxy that is stalled passes nothing on, not even an end, and later everything in order', async () => {
  await using echo = await startEcho();
  await using proxy = await startDroppingProxy(`postgres://user@127.0.0.1:${echo.port}/name`);
  await using other = await startDroppingProxy(`postgres://127.0.0.1:${echo.port}`);
  const { port, pathname, username } = new URL(proxy.url);
  expect([pathname, username]).toEqual(['/name', 'user']);
  const client = speak(Number(port));
  client.socket.write('one ');
  await until(() => client.heard() === 'one ', 'it is echoed');
  proxy.stall();
  client.socket.end('two');
  const late = speak(Number(port));
  late.socket.end('three');
  await until(() => echo.connections() === 2, 'the second is connected as well');
  // What the proxy would pass on arrives before what is said after it goes all the way and back twice.
  const control = speak(Number(new URL(other.url).port));
  for (const text of ['once ', 'once twice ']) {
    control.socket.write(text.slice(control.heard().length));
    await until(() => control.heard() === text, 'the control is echoed');
  }
  expect([client.heard(), late.heard(), proxy.connections()]).toEqual(['one ', '', 2]);
  await proxy.resume();
  await until(() => client.heard() === 'one two|' && late.heard() === 'three|', 'what was held up has come');
  control.socket.destroy();
});

/** A server that says what it hears. */
async function startEcho() {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => undefined).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** A connection that notes what it hears, with a bar for the end. */
function speak(port: number) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  socket
    .setEncoding('utf8')
    .on('data', (text: string) => {
      heard += text;
    })
    .on('end', () => {
      heard += '|';
    })
    .on('error', () => undefined);
  return { socket, heard: () => heard };
}
