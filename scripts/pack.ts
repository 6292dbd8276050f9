/** Packs both packages: `node scripts/pack.ts folder` does for several programs, which find them when `PACKED_IN` names the folder. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'package.json',
  '.npmrc',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  'client',
  'contract',
  'scripts',
  'server',
];
const RECORD = 'packed.json';

/** The paths of both packed packages. */
export interface Tarballs {
  readonly server: string;
  readonly client: string;
  /** The copy of this repository that they were packed in. */
  readonly repository: string;
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('node scripts/pack.ts folder');
  await packPackages(folder);
}

/**
 * Builds and packs both packages into a folder, as `npm publish` would, or finds them where they have been packed already. Packing empties
 * `dist` and stands in for package.json: it is done in a copy, beside which everything goes on.
 */
export async function packPackages(folder: string): Promise<Tarballs> {
  const { PACKED_IN } = process.env;
  if (PACKED_IN !== undefined) return JSON.parse(await readFile(join(PACKED_IN, RECORD), 'utf8'));
  const repository = join(folder, 'repository');
  await copyRepository(repository);
  const server = await pack(repository, folder);
  const tarballs = { server, client: await pack(join(repository, 'client'), folder), repository };
  await writeFile(join(folder, RECORD), JSON.stringify(tarballs));
  return tarballs;
}

/** Copies what is packed and what packs it, with the installed packages as links. */
async function copyRepository(to: string): Promise<void> {
  const filter = (path: string) => !/\/(dist|node_modules|__pycache__)$/.test(path);
  for (const path of SOURCES) await cp(join(ROOT, path), join(to, path), { recursive: true, filter });
  const installed = join(to, 'node_modules');
  await mkdir(installed);
  // Each for itself: what npm and the scripts keep in `node_modules/.cache` is to be that of the copy.
  const names = (await readdir(join(ROOT, 'node_modules'))).filter((name) => name === '.bin' || !name.startsWith('.'));
  await Promise.all(names.map((name) => symlink(join(ROOT, 'node_modules', name), join(installed, name))));
}

async function pack(place: string, folder: string): Promise<string> {
  const args = ['pack', '--silent', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: place, timeout: 120_000 });
  return join(folder, stdout.trim().split('\n').at(-1) ?? '');
}
