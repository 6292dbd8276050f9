import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { describeDatabaseError, findUrlProblem, withoutPassword } from '../replicas/connection.ts';
import { SCHEMA_VERSION } from '../store/migrations.ts';
import { type Check, type DoctorWorld, type Finding, fail, ok, warn } from './finding.ts';

const DATABASE = 'database';
/** How long the database may say nothing. */
const SILENCE_MS = 10_000;
const OLDEST = 14;
/** How long a word to oneself may take. */
const ECHO_MS = 2000;
const DOCTOR_CHANNEL = 'agent_runtimes_doctor';
/** By more than this the time of what is stored would look odd to people. */
const CLOCK_MS = 5000;

/** Whether the database that servers share, where one is configured, answers, is new enough, may be written, and tells of changes. Changes nothing. */
export const database: Check = {
  name: DATABASE,
  silenceMs: SILENCE_MS,
  async *run(world) {
    const { 'database-url': url, 'database-direct-url': directUrl = url } = world.options;
    if (url === undefined || directUrl === undefined) return;
    const problem = findUrlProblem(url);
    // The check of the options says so.
    if (problem) return;
    try {
      yield* await withClient(url, (client) => look(client, url, world));
      yield await withClient(directUrl, (client) => withClient(url, (other) => listen(client, other, directUrl)));
    } catch (cause) {
      yield fail(
        DATABASE,
        `${withoutPassword(url)} was not reached: ${describeDatabaseError(cause, [url, directUrl])}`,
        'start it, or check --database-url',
      );
    }
  },
};

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: SILENCE_MS,
    query_timeout: SILENCE_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function look(client: Client, url: string, { heard, clocksAhead }: DoctorWorld): Promise<Finding[]> {
  const { rows } = await client.query(`
    select current_setting('server_version_num')::int / 10000 as major,
      has_schema_privilege(current_schema(), 'create') as may_create, pg_is_in_recovery() as is_copy,
      extract(epoch from clock_timestamp())::float8 * 1000 as now, to_regclass('schema_versions') is not null as has_tables`);
  heard();
  const { major, may_create: mayCreate, is_copy: isCopy, now, has_tables: hasTables } = rows[0];
  const aheadMs = Date.now() - now;
  clocksAhead.push({ host: new URL(url).hostname, ms: aheadMs });
  const shown = withoutPassword(url);
  if (major < OLDEST) return [fail(DATABASE, `${shown} is PostgreSQL ${major}`, `use PostgreSQL ${OLDEST} or newer`)];
  if (isCopy) return [fail(DATABASE, `${shown} is a copy that nobody may write`, 'use the address of the primary')];
  if (!mayCreate)
    return [fail(DATABASE, `the user of ${shown} may make no tables`, 'grant it create on the schema of the database')];
  const version = hasTables ? await readVersion(client) : undefined;
  const found = [ok(DATABASE, `${shown}, PostgreSQL ${major}, ${describeVersion(version)}`)];
  if (Math.abs(aheadMs) < CLOCK_MS) return found;
  const apart = warn(
    DATABASE,
    `its clock and the one of this machine are ${Math.round(aheadMs / 1000)} s apart`,
    'set both by NTP',
  );
  return [...found, apart];
}

async function readVersion(client: Client): Promise<number> {
  const { rows } = await client.query('select coalesce(max(version), 0)::int as version from schema_versions');
  return rows[0].version;
}

function describeVersion(version: number | undefined): string {
  if (version === undefined) return 'empty yet; the first start makes the tables';
  if (version > SCHEMA_VERSION) return `schema version ${version}, of a newer release than this one`;
  const next = version < SCHEMA_VERSION ? `; the next start brings it to ${SCHEMA_VERSION}` : '';
  return `schema version ${version}${next}`;
}

/** Whether what is told on one connection is heard on another: through a pooler it may not be. */
async function listen(client: Client, other: Client, url: string): Promise<Finding> {
  const heard = Promise.withResolvers<boolean>();
  client.on('notification', () => heard.resolve(true));
  const isHeard = await client.query(`listen ${DOCTOR_CHANNEL}`).then(
    async () => {
      await other.query(`notify ${DOCTOR_CHANNEL}`);
      return Promise.race([heard.promise, sleep(ECHO_MS, false, { ref: false })]);
    },
    () => false,
  );
  return isHeard
    ? ok(DATABASE, 'servers hear of changes at once')
    : warn(
        DATABASE,
        `no wake-ups come through ${withoutPassword(url)}, as behind a pooler: servers look for changes twice a second`,
        'name the database without the pooler by --database-direct-url',
      );
}
