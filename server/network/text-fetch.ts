/** `fetch` over `node:http`, for who sends text and reads streams: a chunk of an answer costs half of what it costs through the global one. */
import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { globalAgent, Agent as HttpAgent, request as requestHttp } from './node-http.ts';
import { loadHttps } from './node-https.ts';

/** A `fetch` that sends text over HTTP/1.1. Keeps connections and follows no redirect. */
export type FetchText = (url: string | URL, init?: RequestInit) => Promise<Response>;

interface FetchOptions {
  /** Finds the addresses of a name when it is dialled; absent: the system's own. */
  readonly lookup?: LookupFunction | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many chunks of an answer are read before they are asked for. */
  readonly readAhead: number;
}

// Less than the five seconds after which common servers close a connection that is not used: a call must not meet one that just closes.
const IDLE_MS = 4000;

/** Rejects with the error of `node:http`, and with the reason of a signal that aborts. */
export function createTextFetch({ lookup, headers: own, readAhead }: FetchOptions): FetchText {
  // The other options are those of Node's own agent, whose types hide them: among them the proxy of the environment, when Node is to use it.
  const options = { ...Reflect.get(globalAgent, 'options'), timeout: IDLE_MS };
  const http = { request: requestHttp, agent: new HttpAgent(options) };
  let https: Way | undefined;
  const toHttps = (): Way => {
    const { Agent, request } = loadHttps();
    https ??= { request, agent: new Agent(options) };
    return https;
  };
  return async (input, { method = 'GET', headers, body, signal } = {}) => {
    const url = new URL(input);
    if (body && typeof body !== 'string') throw new TypeError('Only text is sent');
    signal?.throwIfAborted();
    const { request, agent } = url.protocol === 'https:' ? toHttps() : http;
    const sent = request(url, {
      method,
      headers: { ...own, ...Object.fromEntries(new Headers(headers)) },
      agent,
      ...(lookup && { lookup }),
      ...(signal && { signal }),
    });
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    sent.on('response', resolve).on('error', (cause) => reject(signal?.aborted ? signal.reason : cause));
    sent.end(body ?? undefined);
    return toResponse(await promise, { signal, readAhead });
  };
}

/** How requests of one protocol are sent. */
type Way = Pick<ReturnType<typeof loadHttps>, 'request'> & { readonly agent: InstanceType<typeof HttpAgent> };

interface BodyOptions {
  readonly signal: AbortSignal | null | undefined;
  readonly readAhead: number;
}

function toResponse(answer: IncomingMessage, options: BodyOptions): Response {
  const { statusCode: status = 502, statusMessage: statusText = '' } = answer;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const isEmpty = [204, 205, 304].includes(status);
  if (isEmpty) answer.resume();
  return new Response(isEmpty ? null : toBody(answer, options), { status, statusText, headers });
}

/** The bytes of an answer, read from the connection no further ahead than said. */
function toBody(answer: IncomingMessage, { signal, readAhead }: BodyOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = unpack(answer);
  let isOver = false;
  const endWith = (end: () => void) => {
    if (!isOver) end();
    isOver = true;
  };
  const start = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
    const fail = (cause: unknown) => endWith(() => controller.error(signal?.aborted ? signal.reason : cause));
    source.on('data', (chunk: Buffer<ArrayBuffer>) => {
      if (isOver) return;
      controller.enqueue(chunk);
      if ((controller.desiredSize ?? 0) <= 0) source.pause();
    });
    source.once('end', () => endWith(() => controller.close()));
    source.on('error', fail).once('close', () => fail(new Error('The answer was cut off')));
    source.pause();
  };
  const pull = () => {
    source.resume();
  };
  const cancel = async () => {
    isOver = true;
    if (!answer.complete) answer.destroy();
    else if (!source.closed) {
      // Read to its end, the connection can serve the next request.
      source.resume();
      await new Promise((resolve) => source.once('close', resolve));
    }
  };
  return new ReadableStream({ start, pull, cancel }, { highWaterMark: readAhead });
}

function unpack(answer: IncomingMessage): Readable {
  const packing = answer.headers['content-encoding']?.toLowerCase();
  const unpacked = packing === 'br' ? createBrotliDecompress() : isZip(packing) ? createUnzip() : undefined;
  if (!unpacked) return answer;
  answer.once('error', (cause) => unpacked.destroy(cause));
  return answer.pipe(unpacked);
}

const isZip = (packing: string | undefined) => packing === 'gzip' || packing === 'x-gzip' || packing === 'deflate';
