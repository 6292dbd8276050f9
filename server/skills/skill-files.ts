/** Files of a skill, and never a file outside its folder, whatever a path or a link says. */
import { constants, type Dirent } from 'node:fs';
import { open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { SkillError } from './skill.ts';

const MAX_FILES = 500;
const MAX_DEPTH = 8;

/** A file's bytes. `folder` is a real path. Throws a {@link SkillError} for what is no file of it, or one over `maxBytes`. */
export async function readFileWithin(folder: string, path: string, maxBytes: number): Promise<Buffer> {
  if (path.includes('\0')) throw new SkillError('The path has a NUL character');
  const outside = () => new SkillError(`${path} is outside the folder of the skill`);
  if (!isWithin(resolve(folder, path), folder)) throw outside();
  try {
    const real = await realpath(resolve(folder, path));
    if (!isWithin(real, folder)) throw outside();
    // Without O_NONBLOCK a pipe would be waited for.
    await using handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    // A folder above may have become a link since: what is open decides. Only Linux tells what is open.
    const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => realpath(real));
    if (!isWithin(opened, folder)) throw outside();
    const stats = await handle.stat();
    if (!stats.isFile()) throw new SkillError(`${path} is not a file`);
    if (stats.size > maxBytes) throw new SkillError(`${path} is larger than ${describeSize(maxBytes)}`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(stats.size), 0, stats.size, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    if (cause instanceof SkillError) throw cause;
    throw new SkillError(isMissing(cause) ? `There is no file ${path}` : `${path} cannot be read`, { cause });
  }
}

/** The files of a skill by their paths with slashes, without SKILL.md and what is hidden; and a warning for each that is left out. */
export async function listFiles(folder: string): Promise<{ files: string[]; warnings: string[] }> {
  const files: string[] = [];
  const warnings: string[] = [];
  const visit = async (path: string, depth: number) => {
    for (const entry of await readSorted(join(folder, path))) {
      if (files.length >= MAX_FILES || isLeftOut(entry, depth)) continue;
      const below = path ? `${path}/${entry.name}` : entry.name;
      if (entry.isDirectory()) await visit(below, depth + 1);
      else if (entry.isFile()) files.push(below);
      else if (entry.isSymbolicLink()) {
        const real = await realpath(join(folder, below)).catch(() => '');
        if (!isWithin(real, folder)) warnings.push(`${below} is left out: it is a link that leads out of the folder`);
        // A volume of a Kubernetes ConfigMap holds nothing but such links.
        else if (await isFile(real)) files.push(below);
      }
    }
  };
  await visit('', 0);
  if (files.length >= MAX_FILES) warnings.push(`only the first ${MAX_FILES} files count`);
  return { files, warnings };
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
const isLeftOut = ({ name }: Dirent, depth: number): boolean =>
  name.startsWith('.') ||
  name === '__pycache__' ||
  name === 'node_modules' ||
  (depth === 0 && /^skill\.md$/i.test(name)) ||
  depth >= MAX_DEPTH;

/** What a folder holds, in an order that is the same everywhere; nothing when it cannot be read. */
export async function readSorted(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a path is that of `folder` or below it; both absolute and without `..`. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
const describeSize = (bytes: number): string => `${Math.round(bytes / 1024)} kB`;
