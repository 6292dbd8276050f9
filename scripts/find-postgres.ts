/**
 * Finds the programs of PostgreSQL on this machine, or installs Debian's packages when it may.
 * As a command it prints the folder that has them, or what is missing and exits 1: `node scripts/find-postgres.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages, updatePackages, whyNotApt } from './apt-get.ts';

/** The folder with `postgres` and `initdb`, or why there is none. */
export type FoundPostgres = { readonly bin: string; readonly version: number } | { readonly missing: string };

const OLDEST = 14;
const PROGRAMS = ['postgres', 'initdb'];
const PLACES = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin',
];
const CLUSTERS = '/etc/postgresql-common/createcluster.conf';

/** Looks for PostgreSQL: in `PATH`, where `pg_config` says, and then at `places`, the newest first. Installs nothing. */
export function findPostgres(places: readonly string[] = PLACES): FoundPostgres {
  const told = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8', timeout: 20_000 }).stdout?.trim() ?? '';
  const first = [...(process.env.PATH ?? '').split(delimiter), told].filter(Boolean);
  const others = globSync([...places]).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  let older: number | undefined;
  for (const bin of new Set([...first, ...others])) {
    if (!PROGRAMS.every((program) => existsSync(join(bin, program)))) continue;
    const version = versionOf(bin);
    if (version && version >= OLDEST) return { bin, version };
    older ??= version;
  }
  const what = older ? `PostgreSQL ${older} is older than ${OLDEST}` : `PostgreSQL ${OLDEST} or newer is not installed`;
  return { missing: `${what} (run: node scripts/find-postgres.ts)` };
}

/** As {@link findPostgres}, after an attempt to install what is missing with apt-get, which needs Debian and root. */
export function findOrInstallPostgres(places?: readonly string[]): FoundPostgres {
  const found = findPostgres(places);
  if ('bin' in found) return found;
  const reason = whyNotApt();
  if (reason) return { missing: `${found.missing}; ${reason}` };
  const failure = updatePackages() ?? installPackages('postgresql-common') ?? installServer();
  return failure ? { missing: failure } : findPostgres(places);
}

/** The package makes the data of a server of its own, unless a file of the package before it says no. */
function installServer(): string | undefined {
  const before = readFileSync(CLUSTERS, 'utf8');
  writeFileSync(CLUSTERS, `${before.replace(/^\s*create_main_cluster\b.*$/gm, '')}\ncreate_main_cluster = false\n`);
  try {
    return installPackages('postgresql');
  } finally {
    writeFileSync(CLUSTERS, before);
  }
}

function versionOf(bin: string): number | undefined {
  const { stdout } = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return Number(/\(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]) || undefined;
}

if (import.meta.main) {
  const result = findOrInstallPostgres();
  console.log('bin' in result ? result.bin : result.missing);
  process.exitCode = 'bin' in result ? 0 : 1;
}
