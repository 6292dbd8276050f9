import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../errors.ts';

/** The keys in a file: one a line, with empty lines and lines that start with `#` left out. */
export function readApiKeyFile(path: string): string[] {
  const keys = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (!keys.length) throw new Error(`The API key file ${path} holds no key`);
  return keys;
}

/** Who sends a request: a name for its key, `undefined` when no key is asked for, or the reason why its key is refused. */
export type Authenticate = (request: IncomingMessage) => string | undefined | ApiError;

/** Checks the Bearer token of requests against the keys. The time it takes says nothing about how nearly a token was right. */
export function createAuthentication(keys: readonly string[]): Authenticate {
  const digests = keys.map(digest);
  if (!digests.length) return () => undefined;
  return ({ headers }) => {
    const token = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) return refuse('This needs an API key, sent as Authorization: Bearer <key>');
    const given = digest(token);
    let found = -1;
    digests.forEach((known, index) => {
      if (timingSafeEqual(known, given)) found = index;
    });
    return found < 0 ? refuse('The API key is not known here') : `key-${found + 1}`;
  };
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
const refuse = (detail: string) => new ApiError('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } });
