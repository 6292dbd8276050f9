import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../call/errors.ts';
import { findJsonFlaws } from '../call/json-flaws.ts';
import { invalidField } from '../call/validation-error.ts';

/** The most bytes a request body may have. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** The most where it may hold files. */
export const MAX_FILES_BODY_BYTES = 16 * 1024 * 1024;
/** The most bytes that all bodies which are longer than others may be, may have together while they are read. */
const MAX_LONG_BYTES = 16 * MAX_FILES_BODY_BYTES;
/** The most characters that an error tells of where in the body something is. */
const MAX_PATH = 300;
const JSON_TYPE = /^application\/(?:json|[\w.!#$&^+-]+\+json)\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

/** Whether a request brings a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return headers['content-length'] !== undefined && headers['content-length'] !== '0';
}

/** The JSON object in the body of a request; an empty one when there is no body. */
export async function readJsonObject(
  request: IncomingMessage,
  writeContinue: () => void,
  maxBytes = MAX_BODY_BYTES,
): Promise<Record<string, unknown>> {
  if (!hasBody(request)) return {};
  checkContentType(request);
  // Every `await` of a request costs: this is all that is waited for.
  const value = toValue(toJsonText(await readBytes(request, writeContinue, maxBytes)));
  if (value === undefined) return {};
  if (isObject(value)) return value;
  throw invalidField('body', 'expected a JSON object');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON in the body of a request; undefined when there is none. */
export async function readJson(
  request: IncomingMessage,
  writeContinue: () => void,
  maxBytes?: number,
): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  return toValue(await readJsonText(request, writeContinue, maxBytes));
}

const toValue = (text: string): unknown => (text.trim() === '' ? undefined : parseJson(text));

/** The text of a JSON body, within the limits of size and depth and without flaws, not parsed yet. */
export async function readJsonText(
  request: IncomingMessage,
  writeContinue: () => void,
  maxBytes = MAX_BODY_BYTES,
): Promise<string> {
  checkContentType(request);
  return toJsonText(await readBytes(request, writeContinue, maxBytes));
}

function toJsonText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new ApiError('malformed-json', 'The body is not UTF-8');
  const text = bytes.toString('utf8');
  checkJsonText(text);
  return text;
}

/** Throws a 422 that names the place when an object has a key twice, a string is none, or the text is nested too deep. */
export function checkJsonText(text: string): void {
  findJsonFlaws(text, ({ path, message }) => {
    const place = path.map((key) => (key === '' ? '""' : key)).join('.');
    throw invalidField(place.slice(0, MAX_PATH).toWellFormed() || 'body', message);
  });
}

/** Reads and drops the body of a request whose endpoint takes none. */
export async function dropBody(request: IncomingMessage, writeContinue: () => void): Promise<void> {
  if (hasBody(request)) await readBytes(request, writeContinue, MAX_BODY_BYTES);
}

function checkContentType({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ApiError('not-json', `The body must not be compressed, and its Content-Encoding is ${encoding}`);
  }
  const type = headers['content-type'];
  if (type === 'application/json') return;
  if (type === undefined) throw new ApiError('not-json', 'The body needs the Content-Type application/json');
  if (!JSON_TYPE.test(type)) throw new ApiError('not-json', `The Content-Type must be application/json, not ${type}`);
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw new ApiError('not-json', `The charset of the body must be utf-8, not ${charset}`);
  }
}

/** What is held of bodies beyond {@link MAX_BODY_BYTES} of each. */
let longBytes = 0;

function readBytes(request: IncomingMessage, writeContinue: () => void, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  if (request.headers.expect !== undefined) writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let held = 0;
    const release = () => {
      longBytes -= held;
      held = 0;
    };
    const refuse = (error: ApiError) => {
      release();
      request.off('data', take).off('end', finish).off('close', leave).off('error', leave);
      reject(error);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= MAX_BODY_BYTES) return;
      held += chunk.length;
      longBytes += chunk.length;
      if (size <= maxBytes && longBytes <= MAX_LONG_BYTES) return;
      refuse(size > maxBytes ? tooLarge(maxBytes) : tooMany());
    };
    // The listeners stay behind the end: it closes after that, too, and to take each away costs more than all the rest of this.
    let isWhole = false;
    const finish = () => {
      isWhole = true;
      release();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    };
    const leave = () => {
      if (!isWhole) refuse(new ApiError('malformed-request', 'The connection closed before the body was whole'));
    };
    request.on('data', take).on('end', finish).on('close', leave).on('error', leave);
  });
}

const tooLarge = (maxBytes: number) => new ApiError('body-too-large', `The body is over ${maxBytes} bytes`);
const tooMany = () =>
  new ApiError('bodies-full', 'Too many long bodies are being read', { headers: { 'retry-after': '2' } });

function parseJson(text: string): unknown {
  try {
    // A key `__proto__` would set the prototype of whatever object it is copied to.
    return /__proto__|\\u00[57]/i.test(text) ? JSON.parse(text, dropPrototype) : JSON.parse(text);
  } catch (cause) {
    throw new ApiError('malformed-json', 'The body is not JSON', { cause });
  }
}

const dropPrototype = (key: string, value: unknown) => (key === '__proto__' ? undefined : value);
