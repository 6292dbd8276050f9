/** Wake-ups between processes, by LISTEN and NOTIFY of a real PostgreSQL. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startDroppingProxy } from '../scripts/dropping-proxy.ts';
import { createMemoryWake } from '../server/replicas/wake.ts';
import { hasNoDatabase, openDatabase } from './support/postgres.ts';
import { until } from './support/processes.ts';
import { openClient, openWake } from './support/wakes.ts';

/** `{"from":"a","events":["…"]}` without its id, and the most that PostgreSQL takes. */
const AROUND = '{"from":"a","events":[""]}'.length;
const MOST = 7999;

test('a process that is the only one tells nobody', async () => {
  const wake = createMemoryWake();
  const heard: string[] = [];
  const end = wake.on('events', (id) => heard.push(id));
  const endLost = wake.onLost(() => heard.push('lost'));
  wake.tell('events', 'r1');
  end();
  endLost();
  await wake.close();
  expect([wake.way, heard]).toEqual(['memory', []]);
});

describe.skipIf(hasNoDatabase)('on PostgreSQL', () => {
  test('a wake-up reaches every other process, and not the one that told', async () => {
    await using database = await openDatabase();
    await using a = await openWake({ ...database, replica: 'a' });
    await using b = await openWake({ ...database, replica: 'b' });
    await using c = await openWake({ ...database, replica: 'c' });
    expect([a.wake.way, b.wake.way, c.wake.way]).toEqual(['listen', 'listen', 'listen']);
    a.wake.tell('events', 'r1');
    a.wake.tell('cancel', 'r1');
    a.wake.tell('ended', 'c1');
    a.wake.tell('changed', 'agents:x');
    await until(() => b.heard.length === 4 && c.heard.length === 4, 'both were told');
    b.wake.tell('ended', 'c2');
    await until(() => a.heard.length > 0, 'the first was told');
    expect(a.heard).toEqual(['ended c2']);
    expect(b.heard).toEqual(['events r1', 'cancel r1', 'ended c1', 'changed agents:x']);
    expect([a.lost(), b.lost(), c.lost(), a.log]).toEqual([0, 0, 0, []]);
  });

  test('a listener that has left is not called, and one that throws keeps nothing from the others', async () => {
    await using database = await openDatabase();
    await using a = await openWake({ ...database });
    await using b = await openWake({ ...database, replica: 'b' });
    const heard: string[] = [];
    b.wake.on('ended', () => heard.push('left'))();
    b.wake.on('ended', () => {
      throw new Error('no luck');
    });
    b.wake.on('ended', (id) => heard.push(id));
    a.wake.tell('ended', 'c1');
    await until(() => heard.length > 0, 'the last one was called');
    expect(heard).toEqual(['c1']);
    expect(b.log.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, err: { message: 'no luck' }, msg: 'A listener of wake-ups failed' },
    ]);
  });

  test('what is told together goes in one text, each id once', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    await using a = await openWake({ ...database });
    for (const id of ['r1', 'r2', 'r1']) a.wake.tell('events', id);
    await Promise.resolve();
    a.wake.tell('events', 'r3');
    await until(() => client.texts.length > 0, 'it came');
    expect(client.texts).toEqual(['{"from":"a","events":["r1","r2","r3"]}']);
  });

  test('what is told while another is under way goes in one text', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await using client = await openClient(database.url);
    await using a = await openWake({ url: proxy.url, directUrl: database.url });
    proxy.stall();
    for (let number = 0; number <= 50; number++) {
      a.wake.tell('events', `r${number}`);
      await nextTurn();
    }
    await proxy.resume();
    const ids = () => client.texts.flatMap((text) => JSON.parse(text).events);
    await until(() => ids().length === 51, 'all came');
    expect(ids()).toEqual(Array.from({ length: 51 }, (_, number) => `r${number}`));
    expect(client.texts.length).toBeLessThanOrEqual(2);
  });

  test('5,000 ids arrive, in texts that PostgreSQL takes', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    await using a = await openWake({ ...database });
    await using b = await openWake({ ...database, replica: 'b' });
    const ids = Array.from({ length: 5000 }, (_, number) => `${'é'.repeat(number % 30)}${number}`);
    for (const id of ids) a.wake.tell('events', id);
    await until(() => b.heard.length === 5000, 'all came');
    expect(b.heard).toEqual(ids.map((id) => `events ${id}`));
    expect(b.lost()).toBe(0);
    expect(client.texts.length).toBeLessThan(100);
  });

  test('when too many wait, the others look at everything', async () => {
    await using database = await openDatabase();
    await using a = await openWake({ ...database });
    await using b = await openWake({ ...database, replica: 'b' });
    for (let number = 0; number < 10_001; number++) a.wake.tell('events', `r${number}`);
    await until(() => b.lost() > 0, 'it was told to look');
    a.wake.tell('ended', 'c1');
    await until(() => b.heard.length > 0, 'it was told of the next');
    expect([b.heard, b.lost(), a.lost()]).toEqual([['ended c1'], 1, 0]);
  });

  test('an id that fills a text arrives, and one that is longer makes the others look at everything', async () => {
    await using database = await openDatabase();
    await using a = await openWake({ ...database });
    await using b = await openWake({ ...database, replica: 'b' });
    const longest = 'x'.repeat(MOST - AROUND);
    a.wake.tell('events', longest);
    await until(() => b.heard.length > 0, 'the longest came');
    a.wake.tell('events', `${longest}x`);
    await until(() => b.lost() > 0, 'it was told to look');
    a.wake.tell('events', 'last');
    await until(() => b.heard.length > 1, 'the last came');
    expect([b.heard, b.lost(), a.log]).toEqual([[`events ${longest}`, 'events last'], 1, []]);
  });

  test('two ids that fill a text together go in one, and in two when they are longer', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    await using a = await openWake({ ...database });
    const first = 'x'.repeat(4000);
    const second = 'y'.repeat(MOST - AROUND - 4000 - '"",'.length);
    for (const id of [first, second]) a.wake.tell('events', id);
    await until(() => client.texts.length > 0, 'the first came');
    for (const id of [first, `${second}y`]) a.wake.tell('events', id);
    await until(() => client.texts.length > 2, 'the others came');
    expect(client.texts.map((text) => text.length)).toEqual([7999, AROUND + 4000, AROUND + second.length + 1]);
  });

  test('an id may be any text', async () => {
    await using database = await openDatabase();
    await using a = await openWake({ ...database, replica: 'ä"\\' });
    await using b = await openWake({ ...database, replica: 'b' });
    const ids = ['', ' ', '\0', '\ud800', 'a\udfff\ud83d', '😀', '\u2028\u007f\u0080', `'"\\:,]}`, 'é'.repeat(256)];
    for (const id of ids) a.wake.tell('changed', id);
    await until(() => b.heard.length === ids.length, 'all came');
    expect(b.heard).toEqual(ids.map((id) => `changed ${id}`));
    expect(a.heard).toEqual([]);
  });

  test('in a database of another encoding an id may be any text, too', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    const url = new URL(database.url);
    url.pathname += '_latin1';
    await client.client.query(
      `create database ${url.pathname.slice(1)} encoding 'LATIN1' locale 'C' template template0`,
    );
    try {
      await using a = await openWake({ url: url.href });
      await using b = await openWake({ url: url.href, replica: 'b' });
      a.wake.tell('ended', '\0 Ж 😀');
      await until(() => b.heard.length > 0, 'it came');
      expect(b.heard).toEqual(['ended \0 Ж 😀']);
    } finally {
      await client.client.query(`drop database ${url.pathname.slice(1)}`);
    }
  });

  test('what others say on the channel is read as far as it has a meaning', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    await using a = await openWake({ ...database });
    const texts = [
      '',
      'hello',
      'null',
      '{"events":["nobody"]}',
      '{"from":"z","look":1,"events":"none","ended":["c1",2,null]}',
      '{"from":"z","newer":["x"],"echo":7,"cancel":["r1"]}',
    ];
    for (const text of texts) await client.client.query(`select pg_notify('agent_runtimes_wake_2200', $1)`, [text]);
    await until(() => a.heard.length === 2, 'what has a meaning came');
    expect([a.heard, a.lost(), a.log]).toEqual([['ended c1', 'cancel r1'], 0, []]);
  });

  test('services in two schemas of a database do not hear each other', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    await client.client.query('create schema "Ä b"');
    const other = `${database.url}?options=${encodeURIComponent(String.raw`-c search_path="Ä\ b"`)}`;
    await using a = await openWake({ ...database });
    await using b = await openWake({ url: other, replica: 'b' });
    await using c = await openWake({ url: other, replica: 'c' });
    expect([b.wake.way, c.wake.way]).toEqual(['listen', 'listen']);
    a.wake.tell('events', 'of a');
    await until(() => client.texts.some((text) => text.includes('of a')), 'it was told');
    b.wake.tell('events', 'of b');
    await until(() => c.heard.length > 0, 'the one of its schema was told');
    expect([a.heard, c.heard]).toEqual([[], ['events of b']]);
  });

  test('what was told before a close is sent, and nothing after it', async () => {
    await using database = await openDatabase();
    await using a = await openWake({ ...database });
    await using b = await openWake({ ...database, replica: 'b' });
    a.wake.tell('ended', 'c1');
    const closing = a.wake.close();
    a.wake.tell('ended', 'c2');
    await closing;
    await a.wake.close();
    await until(() => b.heard.length > 0, 'it came');
    await using client = await openClient(database.url);
    const { rows } = await client.client.query(
      "select application_name from pg_stat_activity where datname = current_database() and application_name like '% a'",
    );
    expect([b.heard, rows]).toEqual([['ended c1'], []]);
  });

  test('the database shows what each connection is for', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    await using _a = await openWake({ ...database });
    const { rows } = await client.client.query(
      `select application_name as name from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() order by 1`,
    );
    expect(rows).toEqual([{ name: 'agent-runtimes listens a' }, { name: 'agent-runtimes notifies a' }]);
  });
});
