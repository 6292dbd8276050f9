/** The Python package `generated` on disk, for whoever shares the folder: a notebook, or a person who wants to read it. */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bindings, HEADER } from './bindings.ts';

const ROOT = 'generated/';

/**
 * Brings the folder to what `bindings` hold. Each file is replaced as a whole, those that others import first, so that a reader at any
 * moment finds files that work together; files that are generated no longer go last. Files of others stay.
 */
export async function writeGenerated(folder: string, { files }: Bindings): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Others may write here too: a link in place of our folder would lead our files elsewhere.
  const modules = join(folder, 'mcp');
  if ((await lstat(modules).catch(() => undefined))?.isSymbolicLink()) await unlink(modules);
  await mkdir(modules, { recursive: true });
  const wanted = new Set<string>();
  for (const [path, text] of Object.entries(files)) {
    const target = join(folder, path.slice(ROOT.length));
    wanted.add(target);
    await replace(target, text);
  }
  for (const name of await readdir(modules)) {
    const path = join(modules, name);
    if (name.endsWith('.py') && !wanted.has(path) && (await isOurs(path))) await rm(path, { force: true });
  }
  await Promise.all([folder, modules].map(sweepUnfinished));
}

/** What is being written is there for moments: older than this it was left by a server that was killed. */
const LEFT_MS = 60_000;
const UNFINISHED = /\.py\.[0-9a-f]{8}\.tmp$/;

async function sweepUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!UNFINISHED.test(name)) continue;
    const path = join(folder, name);
    const changedAt = await lstat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - changedAt > LEFT_MS) await rm(path, { force: true });
  }
}

async function replace(target: string, text: string): Promise<void> {
  if ((await readFile(target, 'utf8').catch(() => undefined)) === text) return;
  const temporary = `${target}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o644);
    await file.writeFile(text).finally(() => file.close());
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

const isOurs = async (path: string): Promise<boolean> =>
  (await lstat(path)).isFile() && (await readFile(path, 'utf8')).startsWith(HEADER);
