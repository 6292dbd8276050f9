/** PostgreSQL for tests. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { missingPgBouncer, type PgBouncer, startPgBouncer } from '../../scripts/pgbouncer-server.ts';
import { administer, missingPostgres, type PostgresServer, startPostgres } from '../../scripts/postgres-server.ts';
import type {} from '../share-postgres.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An empty database of one's own. */
export interface TestDatabase extends AsyncDisposable {
  /** Such as `postgres://postgres@127.0.0.1:41233/test_3f2c…`. */
  readonly url: string;
  /** Drops it, whoever is still connected. */
  close(): Promise<void>;
}

const given = process.env.TEST_DATABASE_URL;
const START_MS = 120_000;

/** Whether tests that call {@link openServer} are skipped, which is said: here is no PostgreSQL. In CI they run, and fail. */
export const hasNoServer = missingPostgres !== undefined && !process.env.CI;
/** Whether tests that call {@link openDatabase} are skipped: here is no PostgreSQL, and `TEST_DATABASE_URL` tells of none. */
export const hasNoDatabase = hasNoServer && !given;
if (hasNoServer)
  console.warn(`Tests with ${given ? 'a PostgreSQL of their own' : 'PostgreSQL'} are skipped: ${missingPostgres}`);

/** Whether tests that call {@link openBouncer} are skipped, which is said: here is no PgBouncer. In CI they run, and fail. */
export const hasNoBouncer = hasNoDatabase || (missingPgBouncer !== undefined && !process.env.CI);
if (!hasNoDatabase && hasNoBouncer) console.warn(`Tests with PgBouncer are skipped: ${missingPgBouncer}`);

/** Creates a database on the server that all tests share, or on the one of `TEST_DATABASE_URL`: empty, or as another one is that nobody uses. */
export async function openDatabase(template = 'template0'): Promise<TestDatabase> {
  const server = given ?? (await askForServer());
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(server, `create database ${name} template ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= administer(server, `drop database if exists ${name} with (force)`);
    return closing;
  };
  return { url: url.href, close, [Symbol.asyncDispose]: close };
}

/**
 * Starts a PostgreSQL that a test may stop, kill and start again. With `settings` of `{ fsync: 'off' }` it starts again many times faster on a busy
 * disk, and loses nothing as long as the machine itself goes on.
 */
export async function openServer(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const server = stack.use(await startPostgres({ folder: folder.path, settings }));
  const owned = stack.move();
  return { ...server, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Starts a PgBouncer in transaction mode before a database of {@link openServer} or {@link openDatabase}, whose user needs no password. */
export async function openBouncer(target: string, settings: Readonly<Record<string, string>> = {}): Promise<PgBouncer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const bouncer = stack.use(await startPgBouncer({ folder: folder.path, target, settings }));
  const owned = stack.move();
  return { ...bouncer, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function askForServer(): Promise<string> {
  const response = await fetch(inject('postgresAt'), { signal: AbortSignal.timeout(START_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** The values of all rows that one statement gives, on a connection of its own. */
export async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}
