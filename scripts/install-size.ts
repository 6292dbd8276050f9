/** Packs both packages, installs each with an empty cache, prints how many packages and MB that is, and fails over the limits. */
import { spawnSync } from 'node:child_process';
import { globSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages } from './pack.ts';

/** What the installation of each package is held to. */
export const LIMITS = {
  server: { packages: 120, megabytes: 90 },
  client: { packages: 6, megabytes: 12 },
} as const;

/** An installation that npm could not finish. */
class InstallError extends Error {
  override readonly name = 'InstallError';
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runtimes-size-'));
  try {
    const tarballs = await packPackages(folder);
    for (const name of ['server', 'client'] as const) measure(name, install(tarballs[name], join(folder, name)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(name: keyof typeof LIMITS, modules: string): void {
  const limits = LIMITS[name];
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
  const installed: [path: string, entry: { hasInstallScript?: boolean }][] = Object.entries(packages);
  const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  const megabytes = Math.ceil(bytesOnDisk(modules) / 2 ** 20);
  console.log(
    `${name}: ${installed.length} packages (at most ${limits.packages}), ${megabytes} MB (at most ${limits.megabytes})`,
  );
  for (const path of scripted) console.error(`${name}: ${path} has an install script`);
  if (scripted.length || installed.length > limits.packages || megabytes > limits.megabytes) process.exitCode = 1;
}

/** Installs a tarball as somebody who never installed anything, and returns the folder of what that brought. */
function install(tarball: string, place: string): string {
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  // npm hands this repository's own setting down to the commands of its scripts.
  const options = [
    '--legacy-peer-deps=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--cache',
    `${place}-cache`,
  ];
  const { status, stderr } = spawnSync('npm', ['install', ...options, tarball], { cwd: place, encoding: 'utf8' });
  if (status !== 0) throw new InstallError(`npm install ${tarball} failed: ${stderr}`);
  return join(place, 'node_modules');
}

function bytesOnDisk(place: string): number {
  return globSync('**', { cwd: place }).reduce((sum, path) => sum + lstatSync(join(place, path)).blocks * 512, 0);
}
