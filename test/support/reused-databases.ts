/** Databases with the tables of a store, for one test after the other: to make one takes longer than most tests. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { openPostgresStore } from '../../server/store/postgres/postgres.ts';
import { openDatabase, type TestDatabase } from './postgres.ts';

/** A database that nobody else uses, and the connection that empties it. */
interface OwnDatabase {
  readonly database: TestDatabase;
  readonly client: Client;
  /** The statements that bring it back to how it was made. */
  readonly empty: string;
}

/** The databases of one file. */
export class ReusedDatabases {
  /** One whose tables are made, for copies of it. */
  #made: Promise<TestDatabase> | undefined;
  #free: OwnDatabase[] = [];

  /** A copy that is dropped when it is closed, for a test that may do with it what it likes. */
  async openCopy(): Promise<TestDatabase> {
    this.#made ??= makeTables();
    const { pathname } = new URL((await this.#made).url);
    return openDatabase(pathname.slice(1));
  }

  /** One that holds nothing; closed, it is emptied for the next test. Only rows are removed: its user must leave its tables as they are. */
  async openReused(): Promise<TestDatabase> {
    const own = this.#free.pop() ?? (await prepare(await this.openCopy()));
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= this.#giveBack(own);
      return closing;
    };
    return { url: own.database.url, close, [Symbol.asyncDispose]: close };
  }

  async close(): Promise<void> {
    await Promise.all(this.#free.splice(0).map(drop));
    await (await this.#made)?.close();
  }

  async #giveBack(own: OwnDatabase): Promise<void> {
    // Who still uses it would go on in the next test.
    if (await isUsed(own.client)) return drop(own);
    await own.client.query(own.empty);
    this.#free.push(own);
  }
}

async function makeTables(): Promise<TestDatabase> {
  const database = await openDatabase();
  const store = await openPostgresStore({ url: database.url, replica: randomUUID() });
  await store.close();
  return database;
}

const TABLES = "select tablename as name from pg_tables where schemaname = 'public'";

/** Keeps what it holds when it is new, and finds out how to empty it. */
async function prepare(database: TestDatabase): Promise<OwnDatabase> {
  const client = new Client({ connectionString: database.url, connectionTimeoutMillis: 10_000, query_timeout: 20_000 });
  // It may break when nobody waits for it: the next statement tells.
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ name: string }>(TABLES);
  // What refers to other rows goes with them, in whatever order.
  const statements = ["set local session_replication_role = 'replica'"];
  for (const { name } of rows) {
    statements.push(`delete from ${name}`);
    const { rowCount } = await client.query(`create temporary table first_${name} as table ${name}`);
    if (rowCount) statements.push(`insert into ${name} table first_${name}`);
  }
  return { database, client, empty: `begin; ${statements.join('; ')}; commit` };
}

async function drop({ database, client }: OwnDatabase): Promise<void> {
  await client.end().catch(() => undefined);
  await database.close();
}

const USERS = `select count(*)::int as count from pg_stat_activity
  where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`;

/** Whether anybody else is connected. */
async function isUsed(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ count: number }>(USERS);
  return rows[0]?.count !== 0;
}
