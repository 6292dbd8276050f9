/**
 * Finds PgBouncer on this machine, or installs Debian's package when it may.
 * As a command it prints its path, or what is missing and exits 1: `node scripts/find-pgbouncer.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages, updatePackages, whyNotApt } from './apt-get.ts';

/** The program, or why there is none. */
export type FoundPgBouncer = { readonly program: string } | { readonly missing: string };

const PLACES = ['/usr/sbin', '/usr/bin', '/opt/homebrew/bin', '/usr/local/bin'];

/** Looks for PgBouncer in `PATH` and at `places`; installs nothing. */
export function findPgBouncer(places: readonly string[] = PLACES): FoundPgBouncer {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...places];
  const program = folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path));
  return program ? { program } : { missing: 'PgBouncer is not installed (run: node scripts/find-pgbouncer.ts)' };
}

/** As {@link findPgBouncer}, after an attempt to install it with apt-get, which needs Debian and root. */
export function findOrInstallPgBouncer(places?: readonly string[]): FoundPgBouncer {
  const found = findPgBouncer(places);
  if ('program' in found) return found;
  const reason = whyNotApt();
  if (reason) return { missing: `${found.missing}; ${reason}` };
  const failure = updatePackages() ?? installPackages('pgbouncer');
  // Debian would start it whenever the machine starts.
  if (!failure) spawnSync('update-rc.d', ['pgbouncer', 'disable'], { timeout: 20_000 });
  return failure ? { missing: failure } : findPgBouncer(places);
}

if (import.meta.main) {
  const result = findOrInstallPgBouncer();
  console.log('program' in result ? result.program : result.missing);
  process.exitCode = 'program' in result ? 0 : 1;
}
