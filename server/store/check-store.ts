import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lockFolder } from './folder-lock.ts';
import { toOpenError } from './store-errors.ts';

/** Throws one sentence when the store of `folder` plainly cannot be opened. Makes nothing: it looks at what is there. */
export function checkStore(folder: string): void {
  if (folder === ':memory:') return;
  const file = join(folder, 'agent-runtimes.db');
  try {
    const existing = firstExisting(resolve(folder));
    if (!statSync(existing).isDirectory()) throw new Error(`${existing} is not a folder`);
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw toOpenError(file, cause);
  }
  if (existsSync(join(folder, 'agent-runtimes.lock'))) lockFolder(folder).unlock();
}

/** The folder, or the first above it that is there. */
const firstExisting = (folder: string): string => (existsSync(folder) ? folder : firstExisting(dirname(folder)));
