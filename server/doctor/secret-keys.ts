import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { MAKE_A_KEY, readSecretKeys } from '../secrets/secret-keys.ts';
import { type Check, count, type Finding, fail, ok, sentenceOf, warn } from './finding.ts';

const KEYS = 'secret keys';
/** So few different bytes are in no key that was made by chance. */
const MIN_DIFFERENT = 8;

/** Whether the keys that secrets are stored with are there, hard to guess, and read by nobody else. Never says one. */
export const secretKeys: Check = {
  name: KEYS,
  silenceMs: 5000,
  async run({ options }) {
    const file = options['secret-key-file'];
    if (file === undefined) return [ok(KEYS, 'none: secrets are kept in memory only, and given again after a restart')];
    let keys: readonly Buffer[];
    try {
      keys = readSecretKeys(file);
    } catch (cause) {
      return [fail(KEYS, sentenceOf(cause), 'write one key a line, or start without --secret-key-file')];
    }
    const notes = [...judgeKeys(keys), ...(await judgePlace(file, options['data-dir']))];
    return notes.length ? notes : [ok(KEYS, `${count(keys.length, 'key')}, and the first one seals`)];
  },
};

function judgeKeys(keys: readonly Buffer[]): Finding[] {
  const weak = keys.flatMap((key, at) => (new Set(key).size < MIN_DIFFERENT ? [at + 1] : []));
  const isTwice = new Set(keys.map((key) => key.toString('hex'))).size < keys.length;
  return [
    ...(weak.length
      ? [
          fail(
            KEYS,
            `key ${weak.join(', ')} of the list can be guessed: few different bytes`,
            `make one with ${MAKE_A_KEY}`,
          ),
        ]
      : []),
    ...(isTwice ? [warn(KEYS, 'a key is there twice', 'leave one of them out')] : []),
  ];
}

async function judgePlace(file: string, dataFolder: string): Promise<Finding[]> {
  const { mode } = await stat(file);
  const [first] = relative(resolve(dataFolder), resolve(file)).split(sep);
  const isInside = dataFolder !== ':memory:' && first !== '..' && first !== '';
  return [
    ...(mode & 0o077 ? [warn(KEYS, `others of this machine may read ${file}`, `chmod 600 ${file}`)] : []),
    ...(isInside
      ? [warn(KEYS, `${file} is in the data folder: whoever has a copy of that has both`, 'move it elsewhere')]
      : []),
  ];
}
