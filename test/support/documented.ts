/** Sends requests that are written as documentation writes them, and compares answers with printed ones. */
import { expect } from 'vitest';
import { type Answer, readAnswer } from './server.ts';

interface Documented {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Sends what `text` shows, a `curl` command or `METHOD /path`, header lines, an empty line and the body, to the server at `root`. */
export async function sendDocumented(text: string, root: string): Promise<Response> {
  const { method, url, headers, body } = text.startsWith('curl ') ? parseCurl(text) : parseHttp(text);
  // Only the port is replaced, by that of the test.
  url.port = new URL(root).port;
  const signal = AbortSignal.timeout(15_000);
  return fetch(url, { method, headers, redirect: 'manual', signal, ...(body !== undefined && { body }) });
}

/** The same, read to its end. */
export const askDocumented = async (text: string, root: string): Promise<Answer> =>
  readAnswer(await sendDocumented(text, root));

function parseCurl(text: string): Documented {
  const words = [...text.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
  const headers: Record<string, string> = {};
  let method: string | undefined;
  let url: string | undefined;
  let body: string | undefined;
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-X') method = words[++at];
    else if (word === '-d') body = words[++at];
    else if (word === '-H') Object.assign(headers, parseHeader(words[++at] ?? ''));
    else if (url === undefined && word.startsWith('http://')) url = word;
    else throw new Error(`curl has an argument '${word}' that is not understood here`);
  }
  if (url === undefined) throw new Error(`No URL in ${text}`);
  const sent = { url: new URL(url), headers, ...(body !== undefined && { body }) };
  return { ...sent, method: method ?? (body === undefined ? 'GET' : 'POST') };
}

function parseHttp(text: string): Documented {
  const [head = '', ...rest] = text.split('\n\n');
  const [first = '', ...headerLines] = head.split('\n');
  const [method = '', path = ''] = first.split(/ +/);
  const headers = Object.assign({}, ...headerLines.map(parseHeader));
  return { method, url: new URL(path, 'http://localhost'), headers, ...(rest.length && { body: rest.join('\n\n') }) };
}

function parseHeader(line: string): Record<string, string> {
  const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? [];
  return { [name]: value };
}

/**
 * Holds `actual` to a printed answer: every key that is printed is there, with a value of the printed kind, and each element of a list
 * is like the printed ones. More keys may be there; where null is printed, null or a text may be.
 */
export function expectPrinted(actual: unknown, printed: unknown, path = 'the answer'): void {
  if (printed === null) {
    expect(['null', 'string'], path).toContain(kindOf(actual));
    return;
  }
  expect(kindOf(actual), `${path} in ${JSON.stringify(actual)}`).toBe(kindOf(printed));
  if (Array.isArray(printed) && Array.isArray(actual)) {
    const [like] = printed;
    if (like !== undefined) for (const [at, item] of actual.entries()) expectPrinted(item, like, `${path}[${at}]`);
  } else if (isObject(printed) && isObject(actual)) {
    for (const [key, value] of Object.entries(printed)) {
      expect(Object.keys(actual), path).toContain(key);
      expectPrinted(actual[key], value, `${path}.${key}`);
    }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const kindOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
