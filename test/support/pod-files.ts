/** The files of `scripts/pod/`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Options, readOptions } from '../../server/options.ts';

/** What a server may take to end once its grace is over. */
export const END_SECONDS = 10;

/** The text of a file of that folder. */
export const readPodFile = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../scripts/pod/${name}`, import.meta.url)), 'utf8');

/** The options that a server is started with by these arguments and variables. */
export function toOptions(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Options {
  const options = readOptions(args, environment);
  if ('print' in options) throw new Error('not options');
  return options;
}
