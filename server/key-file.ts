import { readFileSync } from 'node:fs';
import { CommandError } from './command-error.ts';

/** The keys in a file: one a line, with empty lines and lines that start with `#` left out. `name` is what errors call it. */
export function readKeyFile(path: string, name: string): string[] {
  const keys = readText(path, name)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (!keys.length) throw new CommandError(`The ${name} ${path} holds no key`);
  return keys;
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new CommandError(`The ${name} ${path} cannot be read: ${reason}`, { cause });
  }
}
