import { stat } from 'node:fs/promises';
import { isLoopback } from '../http/host-check.ts';
import { checkIsGuarded } from '../http/listen.ts';
import { readApiKeys } from '../wiring/http.ts';
import { type Check, count, type DoctorWorld, type Finding, fail, ok, sentenceOf, warn } from './finding.ts';

const KEYS = 'API keys';
const MIN_LENGTH = 16;
const MIN_CHARACTERS = 8;
const MAKE_ONE = 'make one with openssl rand -hex 32';

/** Whether the keys that callers send are there, hard to guess, and read by nobody else. Never says one. */
export const serverKeys: Check = {
  name: KEYS,
  silenceMs: 5000,
  async run(world) {
    const { options } = world;
    let keys: readonly string[];
    try {
      keys = readApiKeys(options);
      checkIsGuarded(options, keys);
    } catch (cause) {
      return [fail(KEYS, sentenceOf(cause), MAKE_ONE)];
    }
    if (!keys.length) return [ok(KEYS, `none is asked for: only this machine reaches ${options.host}`)];
    const notes = [...judgeKeys(keys, isLoopback(options.host)), ...(await judgePlaces(world))];
    return notes.length ? notes : [ok(KEYS, `${count(keys.length, 'key')}, long enough`)];
  },
};

/** What is wrong with keys as they are configured, each alone or as `name:key`. */
export function judgeKeys(keys: readonly string[], isOnlyHere: boolean): Finding[] {
  const texts = keys.map((key) => key.replace(/^[A-Za-z0-9][\w.-]{0,63}:(?=.)/, ''));
  const weak = texts.flatMap((text, at) => (isWeak(text) ? [at + 1] : []));
  const say = isOnlyHere ? warn : fail;
  return [
    ...(weak.length
      ? [say(KEYS, `${placesOf(weak)} can be guessed: under ${MIN_LENGTH} characters, or few different ones`, MAKE_ONE)]
      : []),
    ...(new Set(texts).size < texts.length
      ? [warn(KEYS, 'a key is there twice', 'give each caller a key of its own')]
      : []),
  ];
}

const isWeak = (key: string) => key.length < MIN_LENGTH || new Set(key).size < MIN_CHARACTERS;
const placesOf = (places: readonly number[]) => `key ${places.join(', ')} of the list`;

async function judgePlaces({ options, flags }: DoctorWorld): Promise<Finding[]> {
  const file = options['api-key-file'];
  const mode = file === undefined ? 0 : (await stat(file)).mode;
  return [
    ...(mode & 0o077 ? [warn(KEYS, `others of this machine may read ${file}`, `chmod 600 ${file}`)] : []),
    ...(flags.has('--api-keys')
      ? [
          warn(
            KEYS,
            'they stand on the command line, where others of this machine see them',
            'set AGENT_RUNTIMES_API_KEYS',
          ),
        ]
      : []),
  ];
}
