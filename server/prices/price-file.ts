import { readFileSync, statSync } from 'node:fs';
import { findJsonFlaws } from '../call/json-flaws.ts';
import { CommandError } from '../command-error.ts';
import { type PriceTable, readPriceTable } from './price-table.ts';

const MAX_FILE_BYTES = 1024 * 1024;

/** The table in a file of the operator's. Throws one sentence when it cannot be read or is no table; an odd entry is one of its problems. */
export function readPriceFile(path: string): PriceTable {
  const text = readText(path);
  const table = readPriceTable(parse(text, path));
  if (!table) throw new CommandError(`The price file ${path} is no table of prices: it needs an object "models"`);
  const repeated: string[] = [];
  findJsonFlaws(text, ({ kind, path: keys }) => {
    if (kind === 'repeated-key') repeated.push(`'${keys.join('.')}' stands there twice; the last one counts`);
  });
  return { ...table, problems: [...repeated, ...table.problems] };
}

function readText(path: string): string {
  try {
    const stats = statSync(path);
    // A pipe that nobody writes to would hold up the start for ever.
    if (!stats.isFile()) throw new CommandError(`The price file ${path} is not a file`);
    if (stats.size > MAX_FILE_BYTES) throw new CommandError(`The price file ${path} is larger than 1 MiB`);
    // The decoder leaves out the mark that some editors put at the start.
    return new TextDecoder().decode(readFileSync(path));
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new CommandError(`The price file ${path} cannot be read: ${reason}`, { cause });
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CommandError(`The price file ${path} is not JSON`, { cause });
  }
}
