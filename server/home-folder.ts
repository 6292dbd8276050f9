/** The folders that a start takes by itself, where no option names others. */
import { lstatSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from './command-error.ts';

/** The home folder; undefined for a user without one, as in containers: no variable HOME, and no entry for the user id. */
export function findHomeFolder(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

/** Where data is kept: below the home folder or, without one, in a folder for temporary files, which {@link checkDataFolder} must pass. */
export function defaultDataFolder(): string {
  const home = findHomeFolder();
  return home === undefined ? temporaryDataFolder() : join(home, '.datalayer', 'agent-runtimes');
}

/** Where the MCP config file is: in the home folder or, without one, in the data folder. */
export function defaultMcpConfig(dataFolder: string): string {
  const home = findHomeFolder();
  return home === undefined ? join(dataFolder, 'mcp.json') : join(home, '.datalayer', 'mcp.json');
}

/** Throws when the data folder is one that anybody may make, for temporary files, and somebody else has made it or may write to it. */
export function checkDataFolder(folder: string): void {
  if (!isTemporary(folder)) return;
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (!stats || (stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0)) return;
  throw new CommandError(`There is no home folder, and ${folder} is open to others: choose a folder with --data-dir`);
}

/** Whether data is kept where temporary files are, and may be gone after a restart of the machine. */
export const isTemporary = (dataFolder: string): boolean => dataFolder === temporaryDataFolder();

const temporaryDataFolder = () => join(tmpdir(), `agent-runtimes-${process.getuid?.() ?? 'data'}`);
