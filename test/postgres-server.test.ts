import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { findPostgres } from '../scripts/find-postgres.ts';
import {
  hasNoBouncer,
  hasNoDatabase,
  hasNoServer,
  openBouncer,
  openDatabase,
  openServer,
  query,
} from './support/postgres.ts';
import { childrenOf, isAlive, until } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// A busy machine starts a server slowly, and these start several.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(hasNoDatabase)('a database of a test', () => {
  test('is empty, sorts as bytes do, and is gone when it is closed', async () => {
    const first = await openDatabase();
    await using second = await openDatabase();
    await query(first.url, 'create table a (b int)');
    const tables = "select count(*)::int from pg_tables where schemaname = 'public'";
    expect(await query(second.url, tables)).toEqual([0]);
    expect(await query(second.url, "select 'Z' < 'a', current_setting('server_encoding')")).toEqual([true, 'UTF8']);
    await first.close();
    await first.close();
    await expect(query(first.url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });

  test('is dropped under a client that is still connected', async () => {
    const database = await openDatabase();
    const client = new Client(database.url);
    const errors: unknown[] = [];
    client.on('error', (error) => errors.push(error));
    const ended = new Promise<void>((resolve) => void client.once('end', resolve));
    await client.connect();
    await database.close();
    await ended;
    expect(errors[0]).toMatchObject({ code: '57P01' });
  });
});

describe.skipIf(hasNoServer)('a PostgreSQL of a test', () => {
  test('keeps what was committed when it is stopped and when it is killed, at the same address', async () => {
    await using server = await openServer({ fsync: 'off', max_connections: '17' });
    const url = await server.createDatabase('Ä "quoted"');
    expect(await query(url, 'show max_connections')).toEqual(['17']);
    await query(url, 'create table a (b int)');
    const insert = 'insert into a select count(*) from a returning b';
    expect(await query(url, insert)).toEqual([0]);
    await server.restart();
    expect(await query(url, insert)).toEqual([1]);
    await server.kill();
    await expect(query(url, insert)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    expect(await query(url, insert)).toEqual([2]);
    await server.stop();
    await server.stop();
    await expect(query(url, insert)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('leaves no process when it is killed in the middle of a statement', async () => {
    await using server = await openServer();
    const client = new Client(server.url());
    client.on('error', () => undefined);
    await client.connect();
    const pids = await query(server.url(), 'select pid from pg_stat_activity');
    expect(pids.length).toBeGreaterThan(5);
    const sleeping = expect(client.query('select pg_sleep(600)')).rejects.toThrow();
    await server.kill();
    await sleeping;
    expect(pids.filter((pid) => isAlive(Number(pid)))).toEqual([]);
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)('ends with its data when a %s ends who started it', async (signal) => {
    await using folder = await temporaryFolder();
    const starter = startElsewhere(folder.path);
    const [line] = await once(starter.stdout ?? starter, 'data');
    const { url, pid } = JSON.parse(String(line));
    const postmaster = Number(readFileSync(join(folder.path, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
    const pids = [...childrenOf(pid), postmaster, ...childrenOf(postmaster)];
    expect([await query(url, 'select 1'), pids.every(isAlive)]).toEqual([[1], true]);
    starter.kill(signal);
    await until(() => !pids.some(isAlive), 'every process has ended');
    await until(() => !existsSync(join(folder.path, 'data')), 'its data are gone');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('that cannot start says why', async () => {
    await expect(openServer({ max_connections: 'many' })).rejects.toThrow(
      'invalid value for parameter "max_connections": "many"',
    );
  });
});

describe.skipIf(hasNoBouncer)('a PgBouncer of a test', () => {
  test('gives a connection for a transaction, and not for a session', async () => {
    await using database = await openDatabase();
    await using bouncer = await openBouncer(database.url, { default_pool_size: '1' });
    const clients = [new Client(bouncer.url), new Client(bouncer.url)] as const;
    try {
      for (const client of clients) await client.connect();
      const [first, second] = clients;
      const pidOf = async (client: Client) => (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid;
      expect(await pidOf(first)).toBe(await pidOf(second));
      await first.query('begin');
      let isServed = false;
      const waiting = pidOf(second).then(() => {
        isServed = true;
      });
      await first.query('select 1');
      expect(isServed).toBe(false);
      await first.query('commit');
      await waiting;
    } finally {
      for (const client of clients) await client.end();
    }
  });

  test('refuses what a session sets at its start, unless told otherwise, and a database that is not there', async () => {
    await using database = await openDatabase();
    await using bouncer = await openBouncer(database.url);
    await using lenient = await openBouncer(database.url, { ignore_startup_parameters: 'statement_timeout' });
    const ask = async (url: string) => {
      const client = new Client({ connectionString: url, statement_timeout: 5_000 });
      await client.connect();
      await client.end();
    };
    await expect(ask(bouncer.url)).rejects.toMatchObject({ code: '08P01' });
    await ask(lenient.url);
    await expect(query(`${bouncer.url}_other`, 'select 1')).rejects.toThrow();
  });
});

test('where PostgreSQL is missing, that is said in a sentence', () => {
  const path = process.env.PATH;
  try {
    process.env.PATH = '/nowhere';
    expect(findPostgres(['/nowhere/*'])).toEqual({
      missing: 'PostgreSQL 14 or newer is not installed (run: node scripts/find-postgres.ts)',
    });
  } finally {
    process.env.PATH = path;
  }
});

function startElsewhere(folder: string): ChildProcess {
  const script = `
    import { startPostgres } from '${fileURLToPath(new URL('../scripts/postgres-server.ts', import.meta.url))}';
    const server = await startPostgres({ folder: ${JSON.stringify(folder)} });
    console.log(JSON.stringify({ url: server.url(), pid: process.pid }));
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}
