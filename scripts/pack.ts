import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The paths of both packed packages. */
export interface Tarballs {
  readonly server: string;
  readonly client: string;
}

/** Builds and packs both packages into a folder, as `npm publish` would. */
export async function packPackages(folder: string): Promise<Tarballs> {
  return { server: await pack('.', folder), client: await pack('client', folder) };
}

async function pack(place: string, folder: string): Promise<string> {
  const args = ['pack', '--silent', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: join(ROOT, place), timeout: 120_000 });
  return join(folder, stdout.trim().split('\n').at(-1) ?? '');
}
