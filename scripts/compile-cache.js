/** Loaded before the server runs from its sources: the cache then also holds the first of them, and Node does not load its compiler for types. */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const folder = findFolder();
// Made by the first start that is not refused.
if (folder !== undefined && existsSync(folder)) module.enableCompileCache?.(folder);

function findFolder() {
  try {
    return join(homedir(), '.cache', 'agent-runtimes');
  } catch {
    return undefined; // A user without a home folder.
  }
}
