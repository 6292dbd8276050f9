import { closeSync, mkdirSync, openSync } from 'node:fs';

/** Makes `folder` when it is not there, for its owner only. */
export function createPrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Makes `file` when it is not there, empty and for its owner only. What SQLite puts beside it has the same permissions. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}
