import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Where tests keep the interpreter's snapshot, so that only the first of many runs makes it. */
export const snapshotFolder = join(import.meta.dirname, '../../node_modules/.cache/agent-runtimes');

/** The data folder of the home of a server, there or made now: empty but for the snapshot, which all tests share. */
export async function openDataFolder(home: string): Promise<string> {
  const folder = join(home, 'data');
  if (await mkdir(folder, { recursive: true })) await symlink(snapshotFolder, join(folder, 'cache'));
  return folder;
}
