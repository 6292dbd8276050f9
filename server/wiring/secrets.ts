import type { Options } from '../options.ts';
import { createSecretBox, type SecretBox } from '../secrets/secret-box.ts';
import { readSecretKeys } from '../secrets/secret-keys.ts';

/** What seals the secrets that are stored; undefined without a key file: then none is. Throws one sentence when the file is none of keys. */
export function openSecrets(options: Options): SecretBox | undefined {
  const file = options['secret-key-file'];
  return file === undefined ? undefined : createSecretBox(readSecretKeys(file));
}
