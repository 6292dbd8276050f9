import { CommandError } from '../command-error.ts';
import { readKeyFile } from '../key-file.ts';

/** What makes a key. */
export const MAKE_A_KEY = 'openssl rand -base64 32';
const KEY_BYTES = 32;

/** The keys in a file, of 32 bytes each: one a line, in base64 or in hex. Throws one sentence, without any of the file, when one is none. */
export function readSecretKeys(path: string): Buffer[] {
  return readKeyFile(path, 'secret key file').map((text, index) => {
    const key = decode(text);
    if (key?.length === KEY_BYTES) return key;
    const fault = key ? `has ${key.length} bytes, not ${KEY_BYTES}` : 'is neither base64 nor hex';
    throw new CommandError(`Key ${index + 1} of the secret key file ${path} ${fault}: make one with ${MAKE_A_KEY}`);
  });
}

/** The bytes of a key; undefined when the text is in neither form. */
function decode(text: string): Buffer | undefined {
  if (/^(?:[\da-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
