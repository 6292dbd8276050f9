/** `fetch` over `node:http`, for who sends text and reads streams: a chunk of an answer costs half of what it costs through the global one. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { AnswerBytes, type ByteSource } from './answer-bytes.ts';
import { globalAgent, Agent as HttpAgent, request as requestHttp } from './node-http.ts';
import { loadHttps } from './node-https.ts';

/** A `fetch` that sends text over HTTP/1.1. Keeps connections and follows no redirect. */
export type FetchText = (url: string | URL, init?: RequestInit) => Promise<Response>;

interface FetchOptions {
  /** Finds the addresses of a name when it is dialled; absent: the system's own. */
  readonly lookup?: LookupFunction | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

// Less than the five seconds after which common servers close a connection that is not used: a call must not meet one that just closes.
const IDLE_MS = 4000;

/** Rejects with the error of `node:http`, and with the reason of a signal that aborts. */
export function createTextFetch({ lookup, headers: own }: FetchOptions = {}): FetchText {
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
      headers: { ...own, ...toFields(headers) },
      agent,
      ...(lookup && { lookup }),
    });
    if (signal) endWith(signal, sent);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    sent.on('response', resolve).on('error', (cause) => reject(signal?.aborted ? signal.reason : cause));
    sent.end(body ?? undefined);
    return toResponse(await promise, signal);
  };
}

/** Ends a request when a signal aborts. Node's own option for that costs more than the rest of what a signal does. */
function endWith(signal: AbortSignal, sent: ClientRequest): void {
  const end = () => sent.destroy(new DOMException('This operation was aborted', 'AbortError'));
  signal.addEventListener('abort', end, { once: true });
  sent.once('close', () => signal.removeEventListener('abort', end));
}

/** Headers by their lower-case names. Most come as an object, which is read without making `Headers` of it. */
function toFields(headers: RequestInit['headers']): Record<string, string> {
  if (!headers || headers instanceof Headers || Array.isArray(headers)) return Object.fromEntries(new Headers(headers));
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), `${value}`.trim()]));
}

/** How requests of one protocol are sent. */
type Way = Pick<ReturnType<typeof loadHttps>, 'request'> & { readonly agent: InstanceType<typeof HttpAgent> };

function toResponse(answer: IncomingMessage, signal: RequestInit['signal']): Response {
  const { statusCode: status = 502, statusMessage: statusText = '' } = answer;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const isEmpty = [204, 205, 304].includes(status);
  if (isEmpty) answer.resume();
  return new Response(isEmpty ? null : toBody(answer, signal), { status, statusText, headers });
}

/** The sources of the bodies that were made here. */
const sources = new WeakMap<ReadableStream, ByteSource>();

/**
 * Takes what the bytes of a body come from, to be read in place of the body: a chunk costs a third of what it costs through a stream of
 * the web. Undefined of a body that was not made here.
 */
export function takeSource(body: ReadableStream): ByteSource | undefined {
  const source = sources.get(body);
  // Nobody else reads it any more, and nobody cancels it for being unread.
  if (source) body.getReader();
  return source;
}

/** The bytes of an answer, read from the connection when they are asked for. */
function toBody(answer: IncomingMessage, signal: RequestInit['signal']): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = new AnswerBytes(answer, signal);
  const start = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) =>
    source.open({
      take(chunk) {
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) source.pause();
      },
      end: () => controller.close(),
      fail: (cause) => controller.error(cause),
    });
  const body = new ReadableStream(
    { start, pull: () => source.resume(), cancel: () => source.cancel() },
    { highWaterMark: 0 },
  );
  sources.set(body, source);
  return body;
}
