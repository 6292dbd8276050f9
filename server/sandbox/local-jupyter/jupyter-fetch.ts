import type { IncomingMessage } from 'node:http';
import { request as requestHttp } from '../../network/node-http.ts';
import { loadHttps } from '../../network/node-https.ts';
import { lookupReachable } from '../../network/outgoing-address.ts';

// A Jupyter server answers some requests only when a kernel has started.
const REQUEST_MS = 120_000;
const MAX_BODY = 16 * 1_048_576;

/** A request failed before there was an answer; `code` is the system's, such as ECONNREFUSED. */
export class UnreachableError extends TypeError {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(`not reachable (${code})`, options);
    this.code = code;
  }
}

/** `fetch` for one Jupyter server: follows no redirect, dials no forbidden address, ends in time, keeps the cause of a failure. */
export async function fetchJupyter(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const wanted = new Request(input, init);
  const body = Buffer.from(await wanted.arrayBuffer());
  const answer = await dial(wanted, body);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BODY) throw new UnreachableError('EMSGSIZE');
  }
  const { statusCode = 502, statusMessage = '', headers } = answer;
  const isEmpty = statusCode === 204 || statusCode === 304;
  return new Response(isEmpty ? null : Buffer.concat(chunks), {
    status: statusCode,
    statusText: statusMessage,
    headers: { 'content-type': headers['content-type'] ?? '', location: headers.location ?? '' },
  });
}

function dial(wanted: Request, body: Buffer): Promise<IncomingMessage> {
  const url = new URL(wanted.url);
  const send = url.protocol === 'https:' ? loadHttps().request : requestHttp;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = send(
    url,
    {
      method: wanted.method,
      headers: { ...Object.fromEntries(wanted.headers), 'content-length': body.length },
      lookup: lookupReachable,
      signal: AbortSignal.timeout(REQUEST_MS),
    },
    resolve,
  );
  outgoing.on('error', (cause) =>
    reject(new UnreachableError(cause.name === 'AbortError' ? 'ETIMEDOUT' : codeOf(cause), { cause })),
  );
  outgoing.end(body);
  return promise;
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);
