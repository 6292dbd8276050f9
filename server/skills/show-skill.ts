/** The files of a skill, for people to read. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../call/errors.ts';
import { type Skill, SkillError } from './skill.ts';
import { readFileWithin, readSorted } from './skill-files.ts';

const MAX_TEXT = 1_048_576;

/** A file of a skill: with its text, or with why there is none. */
interface ShownFile {
  readonly path: string;
  readonly bytes: number;
  readonly text: string | null;
  readonly left_out: 'binary' | 'too_long' | null;
}

/** The SKILL.md of a skill, as it is written. */
export async function readSkillSource({ name, folder }: Skill): Promise<string> {
  const entries = await readSorted(folder);
  const file = entries.find((entry) => /^skill\.md$/i.test(entry.name))?.name ?? 'SKILL.md';
  return (await readListed(folder, file, name)).toString('utf8');
}

/** The files of a skill with their sizes; one that has gone meanwhile is left out. */
export async function sizeFiles({ folder, files }: Skill): Promise<{ path: string; bytes: number }[]> {
  const sizes = await Promise.all(files.map((path) => sizeOf(folder, path)));
  return files.flatMap((path, index) => (sizes[index] === undefined ? [] : [{ path, bytes: sizes[index] }]));
}

/** One of the files of a skill. Throws `skill-file-not-found` for any other path, wherever it leads. */
export async function showFile({ name, folder, files }: Skill, path: string): Promise<ShownFile> {
  const bytes = files.includes(path) ? await sizeOf(folder, path) : undefined;
  if (bytes === undefined) throw noSuchFile(name, path);
  if (bytes > MAX_TEXT) return { path, bytes, text: null, left_out: 'too_long' };
  const content = await readListed(folder, path, name);
  const text = toText(content);
  return { path, bytes: content.length, text: text ?? null, left_out: text === undefined ? 'binary' : null };
}

const sizeOf = (folder: string, path: string): Promise<number | undefined> =>
  stat(join(folder, path)).then(
    ({ size }) => size,
    () => undefined,
  );

async function readListed(folder: string, path: string, name: string): Promise<Buffer> {
  try {
    return await readFileWithin(folder, path, MAX_TEXT);
  } catch (cause) {
    if (!(cause instanceof SkillError)) throw cause;
    throw noSuchFile(name, path, { cause });
  }
}

const noSuchFile = (name: string, path: string, options?: ErrorOptions) =>
  new ApiError('skill-file-not-found', `The skill '${name}' has no file '${path}' that can be read`, options);

/** What bytes say in UTF-8; undefined where they are no text, as those with a NUL are not. */
function toText(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
