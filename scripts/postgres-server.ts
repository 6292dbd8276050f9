/** A PostgreSQL of one's own: on loopback, in a folder, and gone with whoever started it. */
import { execFile } from 'node:child_process';
import { chownSync, existsSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findOrInstallPostgres, findPostgres } from './find-postgres.ts';
import { findFreePort } from './free-port.ts';
import { killTree } from './kill-tree.ts';
import { startPersistently, startWatched, unprivilegedUser, type WatchedProcess } from './watched-process.ts';

/** Where the tests must run, what they need is installed; elsewhere it is only looked for. */
const postgres = process.env.CI ? findOrInstallPostgres() : findPostgres();
/** Why no PostgreSQL can be started here. */
export const missingPostgres = 'missing' in postgres ? postgres.missing : undefined;

/** A PostgreSQL that one may stop, kill and start again; disposed of, it is stopped. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** The URL of a database on it, for a user who may do anything and needs no password. */
  url(database?: string): string;
  /** Creates an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Starts it with what it has stored, at the same port, after it was stopped or killed; stops it first when it runs. */
  restart(): Promise<void>;
  /** Breaks off what it does, cuts its connections and ends it in good order. */
  stop(): Promise<void>;
  /** Ends all its processes with kill -9. */
  kill(): Promise<void>;
}

interface StartPostgres {
  /** Where it keeps its data, in a folder `data` that is made, and that goes when the starter dies without stopping it. */
  readonly folder: string;
  /** Whether the folder `data` may be there already, and stays whatever happens. */
  readonly isKept?: boolean;
  /** Where its programs are; absent: where they were found when this was loaded. */
  readonly bin?: string;
  /** What else is set, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const READY = /database system is ready to accept connections/;
// Somebody else was faster at the port, or the processes of the one before are not quite gone.
const RETRIED = /Address already in use|is still in use|lock file "[^"]*" already exists/;
const START_MS = 20_000;
const STOP_MS = 20_000;

/** Makes the data of a new PostgreSQL in `folder` and starts it on a free port of loopback, as another user where this process is root. */
export async function startPostgres(options: StartPostgres): Promise<PostgresServer> {
  const { folder, isKept = false, bin = findBin(), settings = {} } = options;
  const data = join(folder, 'data');
  if (!isKept || !existsSync(data)) await initialize(bin, folder, data);
  let port = await findFreePort();
  const start = () => {
    const all = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', ...settings };
    const args = ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const command = join(bin, 'postgres');
    const remove = isKept ? undefined : data;
    return startWatched({ command, args, folder, endSignal: 'SIGQUIT', remove, ready: READY });
  };
  let running: WatchedProcess | undefined = await startPersistently(start, RETRIED, async () => {
    port = await findFreePort();
  });
  const take = () => {
    const taken = running;
    running = undefined;
    return taken;
  };
  const stop = async () => {
    const server = take();
    if (server) await endInOrder(server);
  };
  const url = (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`;
  return {
    port,
    url,
    async createDatabase(name) {
      await administer(url(), `create database "${name.replaceAll('"', '""')}"`);
      return url(encodeURIComponent(name));
    },
    async restart() {
      await stop();
      running = await startPersistently(start, RETRIED);
    },
    stop,
    async kill() {
      const server = take();
      if (server) await killAll(server);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await removeSharedMemory(data);
    },
  };
}

/** Runs one statement on the server of a URL. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: START_MS, query_timeout: START_MS });
  // It may be killed under the statement, which rejects then.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function findBin(): string {
  if ('missing' in postgres) throw new Error(postgres.missing);
  return postgres.bin;
}

async function initialize(bin: string, folder: string, data: string): Promise<void> {
  const user = unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  // Half of it, left by one that was killed, must not look like a database.
  const draft = `${data}.new`;
  rmSync(draft, { recursive: true, force: true });
  const args = ['-D', draft, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const environment = { PATH: process.env.PATH, LC_ALL: 'C' };
  await promisify(execFile)(join(bin, 'initdb'), args, { ...user, cwd: folder, env: environment, timeout: START_MS });
  renameSync(draft, data);
}

async function endInOrder(server: WatchedProcess): Promise<void> {
  server.signal('SIGINT');
  const timer = setTimeout(() => void killAll(server), STOP_MS);
  await server.ended;
  clearTimeout(timer);
}

async function killAll({ pid, ended }: WatchedProcess): Promise<void> {
  await killTree(pid);
  await ended;
}

/** One that was killed leaves a small segment, until it is started again or the machine is: its number is the second of the seventh line. */
async function removeSharedMemory(data: string): Promise<void> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const [, id] = lines.split('\n')[6]?.trim().split(/\s+/) ?? [];
  // A machine without the program keeps 56 bytes.
  if (id) await promisify(execFile)('ipcrm', ['-m', id]).catch(() => undefined);
}
