import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Where tests keep the interpreter's snapshot, so that only the first of many runs makes it. */
export const snapshotFolder = join(import.meta.dirname, '../../node_modules/.cache/agent-runtimes');

/** The data folder of the home of a server, there or made now, with the snapshot that all tests share unless it has one. */
export async function openDataFolder(home: string): Promise<string> {
  const folder = join(home, 'data');
  await mkdir(folder, { recursive: true });
  await symlink(snapshotFolder, join(folder, 'cache')).catch(forgiveExisting);
  return folder;
}

function forgiveExisting(cause: unknown): void {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
}
