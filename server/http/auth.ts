import { hash, scryptSync, timingSafeEqual } from 'node:crypto';
import { ApiError } from '../call/errors.ts';
import { EVERYBODY, type Principal } from '../call/principal.ts';
import { readKeyFile } from '../key-file.ts';

/** The keys in a file, one a line. Throws one sentence when it cannot be read, or holds none. */
export const readApiKeyFile = (path: string): string[] => readKeyFile(path, 'API key file');

/** Tells who sends an `Authorization`, or why its key is refused. */
export type Authenticate = (authorization: string | undefined) => Principal | ApiError;

/** Checks the Bearer token of requests against the keys. The time it takes says nothing about how nearly a token was right. */
export function createAuthentication(keys: readonly string[]): Authenticate {
  if (!keys.length) return () => EVERYBODY;
  const known = keys.map(readKey);
  const names = new Set(known.map(({ name }) => name));
  // Where there is one name only, nobody else is there to hide anything from, also not what a key before it has made.
  const principals = known.map(({ name }): Principal => ({ name, seesAll: names.size === 1 }));
  const digests = known.map(({ key }) => digest(key));
  // Headers that were accepted, so that a key is not hashed for each request. A lookup compares texts only when their seeded
  // hashes are equal: it tells nobody how much of a guess was right.
  const accepted = new Map<string, Principal>();
  return (header = '') => {
    const before = accepted.get(header);
    if (before) return before;
    const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
    if (token === undefined) return refuse('This needs an API key, sent as Authorization: Bearer <key>');
    const principal = principals[indexOf(digests, digest(token))];
    if (!principal) return refuse('The API key is not known here');
    if (accepted.size < 4 * digests.length) accepted.set(header, principal);
    return principal;
  };
}

/** A key as it is configured: `name:key`, or a key alone, which has a name that is made from it and does not give it away. */
function readKey(text: string): { readonly name: string; readonly key: string } {
  const [, name, key] = /^([A-Za-z0-9][\w.-]{0,63}):(.+)$/.exec(text) ?? [];
  if (name !== undefined && key !== undefined) return { name, key };
  return { name: `key-${scryptSync(text, 'agent-runtimes', 6, { N: 4096 }).toString('hex')}`, key: text };
}

/** The place of `wanted` among the digests, or -1. Compares with each, also after a match, so that the time says nothing. */
function indexOf(digests: readonly Buffer[], wanted: Buffer): number {
  let found = -1;
  digests.forEach((known, index) => {
    if (timingSafeEqual(known, wanted)) found = index;
  });
  return found;
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
const refuse = (detail: string) => new ApiError('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } });
