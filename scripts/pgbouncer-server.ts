/** A PgBouncer in transaction mode before a PostgreSQL, gone with whoever started it. */
import { chownSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findOrInstallPgBouncer, findPgBouncer } from './find-pgbouncer.ts';
import { findFreePort } from './free-port.ts';
import { startPersistently, startWatched, unprivilegedUser } from './watched-process.ts';

/** Where the tests must run, what they need is installed; elsewhere it is only looked for. */
const bouncer = process.env.CI ? findOrInstallPgBouncer() : findPgBouncer();
/** Why no PgBouncer can be started here. */
export const missingPgBouncer = 'missing' in bouncer ? bouncer.missing : undefined;

/** A running PgBouncer; disposed of, it cuts its connections and ends. */
export interface PgBouncer extends AsyncDisposable {
  /** The URL of the database through it. */
  readonly url: string;
}

interface StartPgBouncer {
  /** Where it keeps its settings, in a folder `pgbouncer` that is made, and that goes when the starter dies without stopping it. */
  readonly folder: string;
  /** The URL of a database of a PostgreSQL on loopback that asks for no password. */
  readonly target: string;
  /** What else is set, such as `ignore_startup_parameters`, without which it refuses a client that sets what it does not know. */
  readonly settings?: Readonly<Record<string, string>>;
}

const READY = /process up/;
// Somebody else was faster at the port.
const RETRIED = /Address already in use/;
const STOP_MS = 10_000;

/** Starts PgBouncer on a free port of loopback, as another user where this process is root. Each transaction may run on another connection. */
export async function startPgBouncer({ folder, target, settings = {} }: StartPgBouncer): Promise<PgBouncer> {
  if ('missing' in bouncer) throw new Error(bouncer.missing);
  const { program } = bouncer;
  const own = join(folder, 'pgbouncer');
  const file = join(own, 'pgbouncer.ini');
  const url = new URL(target);
  const configure = async () => {
    const port = await findFreePort();
    await writeFile(
      file,
      toIni(new URL(target), { listen_port: String(port), auth_file: join(own, 'users.txt'), ...settings }),
    );
    url.port = String(port);
  };
  const user = unprivilegedUser();
  await mkdir(own);
  if (user) for (const path of [folder, own]) chownSync(path, user.uid, user.gid);
  await writeFile(join(own, 'users.txt'), `"${decodeURIComponent(url.username)}" ""\n`);
  await configure();
  const options = {
    command: program,
    args: [file],
    folder: own,
    endSignal: 'SIGTERM',
    remove: own,
    ready: READY,
  } as const;
  const running = await startPersistently(() => startWatched(options), RETRIED, configure);
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      running.signal('SIGTERM');
      const timer = setTimeout(() => running.signal('SIGKILL'), STOP_MS);
      await running.ended;
      clearTimeout(timer);
    },
  };
}

function toIni({ hostname, port }: URL, settings: Readonly<Record<string, string>>): string {
  const all = {
    listen_addr: '127.0.0.1',
    unix_socket_dir: '',
    auth_type: 'trust',
    pool_mode: 'transaction',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  return `[databases]\n* = host=${hostname} port=${port}\n[pgbouncer]\n${lines.join('\n')}\n`;
}
