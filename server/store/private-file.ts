import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes `folder` and those above it when they are not there, for their owner only. */
export function createPrivateFolder(folder: string): void {
  if (existsSync(folder)) return;
  // Not Node's recursive mkdir: below a folder that refuses new ones with ENOENT, such as /proc, it never returns.
  createPrivateFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    // Another process made it in between.
    if (!existsSync(folder)) throw cause;
  }
}

/** Makes `file` when it is not there, empty and for its owner only. What SQLite puts beside it has the same permissions. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}
