import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../errors.ts';

/** The keys in a file: one a line, with empty lines and lines that start with `#` left out. */
export function readApiKeyFile(path: string): string[] {
  const keys = readText(path)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (!keys.length) throw new Error(`The API key file ${path} holds no key`);
  return keys;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new Error(`The API key file ${path} cannot be read: ${reason}`, { cause });
  }
}

/** Who sends a request: a name for its key, `undefined` when no key is asked for, or the reason why its key is refused. */
export type Authenticate = (request: IncomingMessage) => string | undefined | ApiError;

/** Checks the Bearer token of requests against the keys. The time it takes says nothing about how nearly a token was right. */
export function createAuthentication(keys: readonly string[]): Authenticate {
  const digests = keys.map(digest);
  if (!digests.length) return () => undefined;
  // Headers that were accepted, so that a key is not hashed for each request. A lookup compares texts only when their seeded
  // hashes are equal: it tells nobody how much of a guess was right.
  const accepted = new Map<string, string>();
  return ({ headers }) => {
    const header = headers.authorization ?? '';
    const known = accepted.get(header);
    if (known !== undefined) return known;
    const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
    if (token === undefined) return refuse('This needs an API key, sent as Authorization: Bearer <key>');
    const found = indexOf(digests, digest(token));
    if (found < 0) return refuse('The API key is not known here');
    const name = `key-${found + 1}`;
    if (accepted.size < 4 * digests.length) accepted.set(header, name);
    return name;
  };
}

/** Compares with each, also after a match, so that the time says nothing. */
function indexOf(digests: readonly Buffer[], given: Buffer): number {
  let found = -1;
  digests.forEach((known, index) => {
    if (timingSafeEqual(known, given)) found = index;
  });
  return found;
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
const refuse = (detail: string) => new ApiError('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } });
