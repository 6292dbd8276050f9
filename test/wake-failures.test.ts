/** Wake-ups while the way to PostgreSQL fails: connections that break or say nothing, poolers, addresses that lead nowhere. */
import { describe, expect, test } from 'vitest';
import { startDroppingProxy } from '../scripts/dropping-proxy.ts';
import { openPostgresWake } from '../server/replicas/postgres-wake.ts';
import { hasNoBouncer, hasNoDatabase, openBouncer, openDatabase, query } from './support/postgres.ts';
import { until } from './support/processes.ts';
import { openClient, openWake } from './support/wakes.ts';

const ADVICE =
  'Set --database-direct-url to an address of the same database and schema that leads through no pooler in transaction mode';
const sentences = (log: readonly string[]): string[] => log.map((line) => JSON.parse(line).msg);

/** What the log says when LISTEN does not work, with a look each 20 ms. */
const deaf = (error: string) => ({
  level: 40,
  error,
  msg: `Wake-ups do not come through: this server looks every 20 ms. ${ADVICE}`,
});

/** Has the database refuse one of its functions, on connections to the `url` that is returned. `tries` counts the calls. */
async function refuse(database: string, signature: string) {
  await using client = await openClient(database);
  await client.client.query(
    `create schema refusing;
     create sequence refusing.tries;
     create function refusing.${signature} language plpgsql as $$ begin
       perform nextval('refusing.tries');
       raise 'Refused';
     end $$`,
  );
  const url = `${database}?options=${encodeURIComponent('-c search_path=refusing,pg_catalog')}`;
  const tries = async () => Number((await query(database, 'select last_value from refusing.tries'))[0]);
  return { url, tries };
}

describe.skipIf(hasNoDatabase)('wake-ups', () => {
  test('a connection that is cut is made again, and then everybody looks', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await using a = await openWake({ url: database.url, directUrl: proxy.url });
    await using b = await openWake({ url: database.url, replica: 'b' });
    proxy.cut();
    await until(() => a.lost() === 1, 'it was told to look');
    expect(a.wake.way).toBe('listen');
    b.wake.tell('ended', 'c1');
    await until(() => a.heard.length > 0, 'it hears again');
    expect([a.heard, b.lost()]).toEqual([['ended c1'], 0]);
    expect(sentences(a.log)).toEqual([
      'Wake-ups do not come through: this server looks every 3600000 ms. Connecting again',
      'Wake-ups come through again',
    ]);
  });

  test('while the database lets nobody in, everybody looks again and again', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await using a = await openWake({ url: proxy.url, pollMs: 20 });
    proxy.refuse();
    proxy.cut();
    await until(() => a.lost() >= 5, 'it has looked several times');
    expect(a.wake.way).toBe('poll');
    await proxy.resume();
    await until(() => a.wake.way === 'listen', 'it listens again');
    // Three connections at least were refused; each trouble is told once.
    expect(sentences(a.log).toSorted()).toEqual([
      'The other replicas can be woken again',
      'The other replicas cannot be woken. Connecting again',
      'Wake-ups come through again',
      'Wake-ups do not come through: this server looks every 20 ms. Connecting again',
    ]);
  });

  test('a server that ends its connections ends nothing else', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    await using a = await openWake({ ...database });
    await using b = await openWake({ ...database, replica: 'b' });
    await client.client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'agent-runtimes %'`,
    );
    await until(() => a.lost() > 0 && b.lost() > 0, 'both were told to look');
    a.wake.tell('ended', 'c1');
    b.wake.tell('ended', 'c2');
    await until(() => a.heard.length > 0 && b.heard.length > 0, 'both hear again');
    expect([a.heard, b.heard]).toEqual([['ended c2'], ['ended c1']]);
  });

  test('what is told while nobody can be told is told later', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await using a = await openWake({ url: proxy.url, directUrl: database.url });
    await using b = await openWake({ url: database.url, replica: 'b' });
    proxy.refuse();
    proxy.cut();
    await until(() => a.log.length > 0, 'it has seen that');
    a.wake.tell('ended', 'c1');
    await proxy.resume();
    await until(() => b.heard.length > 0 && a.log.length > 1, 'it came, and the other knows');
    expect([b.heard, b.lost()]).toEqual([['ended c1'], 0]);
    expect(sentences(a.log)).toEqual([
      'The other replicas cannot be woken. Connecting again',
      'The other replicas can be woken again',
    ]);
  });

  test('when nobody knows whether something was told, the others look at everything', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await using client = await openClient(database.url);
    await using a = await openWake({ url: proxy.url, directUrl: database.url });
    await using b = await openWake({ url: database.url, replica: 'b' });
    proxy.stall('answers');
    a.wake.tell('ended', 'c1');
    await until(() => client.texts.length > 0, 'the server has it');
    proxy.cut();
    await proxy.resume();
    await until(() => b.lost() > 0 && client.texts.length > 1, 'it was told to look');
    expect(client.texts).toEqual(['{"from":"a","ended":["c1"]}', '{"from":"a","look":true}']);
  });

  test('a connection on which nothing comes any more is found out', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await using a = await openWake({ url: database.url, directUrl: proxy.url, quietMs: 100, echoMs: 500 });
    await using b = await openWake({ url: database.url, replica: 'b' });
    proxy.stall();
    await until(() => a.wake.way === 'poll', 'it was found out');
    await proxy.resume();
    await until(() => a.lost() > 0, 'it was told to look');
    b.wake.tell('ended', 'c1');
    await until(() => a.heard.length > 0, 'it hears again');
    expect(a.log.map((line) => JSON.parse(line).error)).toEqual(['Nothing comes through any more', undefined]);
  });

  test('a connection that answers nothing any more is found out', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await using a = await openWake({ url: proxy.url, directUrl: database.url });
    await using b = await openWake({ url: database.url, replica: 'b' });
    proxy.stall();
    a.wake.tell('ended', 'c1');
    await until(() => a.log.length > 0, 'it was found out');
    await proxy.resume();
    await until(() => b.lost() > 0 && a.log.length > 1, 'the other was told to look');
    expect(a.log.map((line) => JSON.parse(line).error)).toEqual(['The server does not answer', undefined]);
  });

  test('a connection on which only its own words come is kept', async () => {
    await using database = await openDatabase();
    await using client = await openClient(database.url);
    await using a = await openWake({ ...database, quietMs: 10 });
    let echoes = 0;
    client.client.on('notification', ({ payload }) => {
      if (payload?.includes('"echo"')) echoes++;
    });
    await until(() => echoes >= 5, 'it has tried the connection several times');
    expect([a.wake.way, a.lost(), a.log]).toEqual(['listen', 0, []]);
  });

  test.skipIf(hasNoBouncer)(
    'where a pooler keeps LISTEN for itself, everybody looks, and the others are woken',
    async () => {
      await using database = await openDatabase();
      await using pooler = await openBouncer(database.url);
      await using a = await openWake({ url: pooler.url, pollMs: 20, echoMs: 200 });
      await using b = await openWake({ url: database.url, replica: 'b' });
      expect([a.wake.way, b.wake.way]).toEqual(['poll', 'listen']);
      await until(() => a.lost() >= 5, 'it has looked several times');
      a.wake.tell('ended', 'c1');
      await until(() => b.heard.length > 0, 'the other one was woken');
      expect([a.heard, b.heard]).toEqual([[], ['ended c1']]);
      expect(a.log.map((line) => JSON.parse(line))).toEqual([deaf('A word to itself did not come back')]);
    },
  );

  test.skipIf(hasNoBouncer)('beside a pooler, an address of the database itself is enough to be woken', async () => {
    await using database = await openDatabase();
    await using pooler = await openBouncer(database.url);
    await using a = await openWake({ url: pooler.url, directUrl: database.url });
    await using b = await openWake({ url: pooler.url, directUrl: database.url, replica: 'b' });
    a.wake.tell('ended', 'c1');
    await until(() => b.heard.length > 0, 'it came');
    expect([a.wake.way, b.wake.way, a.log]).toEqual(['listen', 'listen', []]);
  });

  test('where listening is refused, everybody looks', async () => {
    await using database = await openDatabase();
    const { url } = await refuse(database.url, 'concat(text, oid) returns text');
    await using a = await openWake({ url: database.url, directUrl: url, pollMs: 20 });
    await until(() => a.lost() >= 5, 'it has looked several times');
    expect(a.wake.way).toBe('poll');
    expect(a.log.map((line) => JSON.parse(line))).toEqual([deaf('Refused')]);
  });

  test('where telling is refused, the log says so once, until it goes', async () => {
    await using database = await openDatabase();
    const { url, tries } = await refuse(database.url, 'pg_notify(text, text) returns void');
    await using a = await openWake({ url, pollMs: 20 });
    await until(async () => (await tries()) >= 4, 'it has tried several times');
    expect(a.wake.way).toBe('poll');
    const troubles = [
      'The other replicas cannot be woken. Connecting again',
      'Wake-ups do not come through: this server looks every 20 ms. Connecting again',
    ];
    expect(sentences(a.log).toSorted()).toEqual(troubles);
    await query(database.url, 'drop function refusing.pg_notify');
    await until(() => a.wake.way === 'listen', 'it listens');
    expect(sentences(a.log).toSorted()).toEqual([
      'The other replicas can be woken again',
      troubles[0],
      'Wake-ups come through again',
      troubles[1],
    ]);
  });

  test('a close waits for no server', async () => {
    await using database = await openDatabase();
    await using proxy = await startDroppingProxy(database.url);
    await using idle = await openWake({ url: proxy.url, replica: 'idle' });
    await using telling = await openWake({ url: proxy.url, replica: 'telling' });
    await using connecting = await openWake({ url: proxy.url, replica: 'connecting' });
    proxy.cut();
    await until(() => [idle, telling, connecting].every(({ lost }) => lost() > 0), 'all have connected again');
    proxy.stall();
    telling.wake.tell('ended', 'c1');
    await Promise.all([idle, telling, connecting].map(({ wake }) => wake.close()));
  });

  test('the password of an address is nowhere in the log', async () => {
    await using database = await openDatabase();
    await using closed = await startDroppingProxy(database.url);
    closed.refuse();
    const urls = [closed.url, 'postgres://x@canary-2.invalid/db', `${database.url}-canary-3`].map((text) => {
      const url = new URL(text);
      url.password = 'canary';
      return url.href;
    });
    for (const url of urls) {
      await using a = await openWake({ url });
      expect(a.wake.way).toBe('poll');
      expect(a.log.length).toBeGreaterThan(0);
      expect(a.log.join('').replaceAll(/canary-\d/g, '')).not.toContain('canary');
    }
  });
});

test('an address that has no meaning is refused, without a word of it', async () => {
  const open = (url: string) => openPostgresWake({ url, replica: 'a', log: { info: fail, warn: fail } });
  const fail = () => expect.unreachable();
  await expect(open('canary')).rejects.toThrow(
    'A database URL has the form postgres://user:password@host:5432/database, with odd characters of the password as %XX',
  );
  await expect(open('postgres://user:1/canary@host/db')).rejects.toThrow(
    'The password in a database URL must have its / ? # and @ as %2F %3F %23 and %40',
  );
});
