import type { ServerResponse } from 'node:http';
import type { ApiError } from '../call/errors.ts';
import { toJsonBody } from '../call/lasting.ts';
import type { Exchange } from './exchange.ts';
import { isExpected } from './logged-error.ts';
import { MAX_BODY_BYTES } from './read-json.ts';

/** How long a reader may take nothing of an answer before its connection is closed. */
export const STALLED_READER_MS = 60_000;
const LINGER_MS = 5_000;
const LINGER_BYTES = 32 * MAX_BODY_BYTES;

/** Answers with a JSON body. */
export function sendJson(exchange: Exchange, status: number, body: unknown): void {
  const { request, response, headers } = exchange;
  const { content, length } = toJsonBody(body);
  headers.push('content-type', 'application/json', 'content-length', length);
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : content);
  closeWhenStalled(response);
}

/** Answers without a body. */
export function sendEmpty(exchange: Exchange, status: number, ...headers: string[]): void {
  if (status !== 204) headers.push('content-length', '0');
  exchange.response.writeHead(status, exchange.headers.concat(headers)).end();
}

/** The same path with or without its trailing slash. */
export const otherSpelling = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`);

/** Sends the caller to the other spelling of the path; 307 keeps the method and the body. */
export function redirect(exchange: Exchange): void {
  const { path, query } = exchange;
  const other = otherSpelling(path);
  sendEmpty(exchange, 307, 'location', query === '' ? other : `${other}?${query}`);
}

/** What the log tells of a failure: of one that is expected its sentence, of a fault of this server what caused it. */
export const toFault = (error: ApiError): unknown => (isExpected(error) ? error : (error.cause ?? error));

/** Answers with an error, also to a caller who is still sending a body that nobody will read. */
export function sendError(exchange: Exchange, error: ApiError): void {
  // 503 is an answer given on purpose, while starting or shutting down.
  if (error.status >= 500 && error.status !== 503) exchange.fault = toFault(error);
  for (const [name, value] of Object.entries(headersOf(exchange, error))) exchange.headers.push(name, value);
  if (hasLongUnreadBody(exchange)) sendAndLinger(exchange, error);
  else sendJson(exchange, error.status, toErrorBody(exchange, error));
}

function toErrorBody({ errorShape }: Exchange, error: ApiError): object {
  const body = error.toBody();
  return errorShape?.toBody(body) ?? body;
}

const headersOf = ({ errorShape }: Exchange, error: ApiError) => ({
  ...errorShape?.headers?.(error.toBody()),
  ...error.headers,
});

function sendAndLinger(exchange: Exchange, error: ApiError): void {
  const { request, response, headers } = exchange;
  // Closing a socket with unread bytes resets it, and the caller may lose the answer: answer first, then read on and drop
  // what comes, within bounds, and close when the caller is done.
  const text = JSON.stringify(toErrorBody(exchange, error));
  headers.push('content-type', 'application/json', 'content-length', String(Buffer.byteLength(text)));
  headers.push('connection', 'close');
  response.writeHead(error.status, headers);
  response.write(text);
  let dropped = 0;
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > LINGER_BYTES) end();
  });
  request.once('end', end).once('close', end).resume();
}

/** Prepares an answer that others write by themselves: gives it its headers, and closes its connection when the reader stalls. */
export function handOver({ response, headers }: Exchange): void {
  for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
  const watch = setInterval(() => closeWhenStalled(response), 15_000).unref();
  response.once('close', () => clearInterval(watch));
}

/** Closes the connection of a reader who takes nothing of what is left of its answer. */
export function closeWhenStalled(response: ServerResponse): void {
  // The timer of a socket counts partly written data as activity, so a slow reader is not a stalled one.
  if (response.socket?.writableLength) response.socket.setTimeout(STALLED_READER_MS);
}

function hasLongUnreadBody({ request }: Exchange): boolean {
  if (request.complete || request.readableEnded) return false;
  if (request.headers['transfer-encoding'] !== undefined) return true;
  return Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES || request.headers.expect !== undefined;
}
