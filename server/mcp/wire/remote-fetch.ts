import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { globalAgent, Agent as HttpAgent, request as requestHttp } from '../../network/node-http.ts';
import { AddressNotAllowedError, classifyHost, isReachable, lookupReachable } from '../../network/outgoing-address.ts';

// Less than the five seconds after which common servers close a connection that is not used: a call must not meet one that just closes.
const IDLE_MS = 4000;

/** A `fetch` that sends text, as the transports of the SDK take it. */
export type FetchText = (url: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * `fetch` for remote MCP servers, over HTTP/1.1: the address is checked when it is dialled, which the global one has no way to do. Sends
 * text, keeps connections, follows no redirect, and hands the body on as it arrives and is read.
 */
export function createRemoteFetch(lookup: LookupFunction = lookupReachable): FetchText {
  // The other options are those of Node's own agent, whose types hide them: among them the proxy of the environment, when Node is to use it.
  const options = { ...Reflect.get(globalAgent, 'options'), timeout: IDLE_MS };
  const ways = {
    http: { request: requestHttp, agent: new HttpAgent(options) },
    https: { request: requestHttps, agent: new HttpsAgent(options) },
  };
  return async (input, { method = 'GET', headers, body, signal } = {}) => {
    const url = new URL(input);
    const kind = classifyHost(url);
    if (!isReachable(kind)) throw new AddressNotAllowedError(url.hostname, kind);
    if (body && typeof body !== 'string') throw new TypeError('Only text is sent to MCP servers');
    const { request, agent } = ways[url.protocol === 'https:' ? 'https' : 'http'];
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request(url, {
      method,
      headers: { ...DEFAULT_HEADERS, ...Object.fromEntries(new Headers(headers)) },
      agent,
      lookup,
      ...(signal && { signal }),
    });
    sent.on('response', resolve).on('error', (cause) => reject(signal?.aborted ? signal.reason : toReadable(cause)));
    sent.end(body ?? undefined);
    return toResponse(await promise, signal);
  };
}

const DEFAULT_HEADERS = { 'accept-encoding': 'gzip', 'user-agent': 'agent-runtimes' };

function toResponse(answer: IncomingMessage, signal: AbortSignal | null | undefined): Response {
  const { statusCode: status = 502, statusMessage: statusText = '' } = answer;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const isEmpty = [204, 205, 304].includes(status);
  if (isEmpty) answer.resume();
  const body = isEmpty ? null : toBody(answer, signal);
  const isPacked = answer.headers['content-encoding'] === 'gzip';
  return new Response(isPacked ? body?.pipeThrough(new DecompressionStream('gzip')) : body, {
    status,
    statusText,
    headers,
  });
}

/** The bytes of an answer, read from the connection no faster than they are asked for. */
function toBody(
  answer: IncomingMessage,
  signal: AbortSignal | null | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: AsyncIterator<Buffer<ArrayBuffer>> = answer[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        throw signal?.aborted ? signal.reason : cause;
      }
    },
    async cancel() {
      // Read to its end, the connection can serve the next request.
      if (answer.complete) while (!(await chunks.next()).done);
      else answer.destroy();
    },
  });
}

/** A name none of whose addresses could be connected to. */
export class AddressesFailedError extends Error {
  override readonly name = 'AddressesFailedError';
}

// When each address of a name has failed, Node throws an error without a message, which holds those of the addresses.
const toReadable = (cause: Error) =>
  cause instanceof AggregateError
    ? new AddressesFailedError(cause.errors.map(({ message }) => message).join(', '))
    : cause;
