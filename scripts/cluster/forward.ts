/** One request, passed on to a replica, and its answer, passed back as it comes. */
import { type IncomingMessage, type ServerResponse, request as startRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { Upgrade } from '../../server/http/upgrade.ts';
import type { Targets } from './targets.ts';

/** How long is waited, in milliseconds, and never for a whole: an answer may take as long as it likes. */
export interface ForwardTimings {
  /** For a connection to a replica. */
  readonly connectMs: number;
  /** For the next byte in either direction. */
  readonly silenceMs: number;
}

interface Forward {
  readonly targets: Targets;
  readonly timings: ForwardTimings;
  /** The connection of a request for a WebSocket. */
  readonly upgrade: Upgrade | undefined;
}

interface Connected {
  readonly target: string;
  readonly socket: Socket;
}

/** Headers about one connection alone; those that a header `connection` names are so too. */
const OF_CONNECTION = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Passes a request on, to the next replica when one refuses the connection. Answers by itself when there is none, and when it is lost. */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { targets, timings, upgrade }: Forward,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const connected = await connectInTurn(request, { targets, timings, signal: gone.signal });
  if (gone.signal.aborted) return void connected?.socket.destroy();
  if (!connected) return refuse(response, 503, 'No replica is ready');
  const { target, socket } = connected;
  const { method = 'GET', url = '/' } = request;
  // Nothing is sent on a connection that was used before: it may have ended by now, and then nobody knows what has arrived.
  const passed = startRequest({
    createConnection: () => socket,
    method,
    path: url,
    headers: toRequestHeaders(request, upgrade),
  });
  gone.signal.addEventListener('abort', () => socket.destroy());
  let isSilent = false;
  socket.setTimeout(timings.silenceMs, () => {
    isSilent = true;
    socket.destroy();
  });
  passed.on('error', () => {
    // What an answer that has begun comes to, its own connection tells.
    if (response.headersSent) return;
    if (isSilent) refuse(response, 504, `The replica was silent for ${timings.silenceMs} ms`);
    else refuse(response, 502, 'The replica was lost before it answered');
  });
  passed.once('response', (answer) => passBack(answer, response, { targets, target }));
  passed.once('upgrade', (answer, _, head) => {
    if (upgrade) join(answer, { upgrade, response, target, upstream: { socket, head } });
    else socket.destroy();
  });
  // The body may take a while.
  passed.flushHeaders();
  if (upgrade) passed.end();
  else request.pipe(passed);
}

/** A connection to the first replica in turn that takes one; undefined when none does, or when `signal` aborts. */
async function connectInTurn(
  { headers }: IncomingMessage,
  { targets, timings, signal }: Pick<Forward, 'targets' | 'timings'> & { readonly signal: AbortSignal },
): Promise<Connected | undefined> {
  const sessionId = headers['mcp-session-id'];
  for (const target of targets.inTurn(sessionId?.toString())) {
    const socket = await connectTo(target, timings.connectMs, signal);
    if (socket) return { target, socket };
    if (signal.aborted) break;
    targets.noteLost(target);
  }
  return undefined;
}

function connectTo(target: string, connectMs: number, signal: AbortSignal): Promise<Socket | undefined> {
  const { hostname, port } = new URL(target);
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>();
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80), noDelay: true });
  const giveUp = () => socket.destroy();
  const timer = setTimeout(giveUp, connectMs);
  signal.addEventListener('abort', giveUp);
  const settle = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  };
  // Why it broke is of no interest: its end tells that it did.
  socket.on('error', () => undefined);
  socket.once('close', () => resolve(undefined));
  socket.once('connect', () => resolve(socket));
  return promise.finally(settle);
}

function passBack(answer: IncomingMessage, response: ServerResponse, from: { targets: Targets; target: string }): void {
  noteSession(answer, from);
  const headers = [...toPairs(answer), 'x-served-by', from.target];
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
  // What follows may take a while.
  response.flushHeaders();
  pipeline(answer, response, () => undefined);
}

function noteSession({ headers }: IncomingMessage, { targets, target }: { targets: Targets; target: string }): void {
  const sessionId = headers['mcp-session-id'];
  if (sessionId !== undefined) targets.keepSession(sessionId.toString(), target);
}

interface Join {
  readonly upgrade: Upgrade;
  readonly response: ServerResponse;
  readonly target: string;
  readonly upstream: Upgrade;
}

/** Joins two connections, once the replica has agreed to another protocol, until both have ended or one has broken. */
function join(answer: IncomingMessage, { upgrade, response, target, upstream }: Join): void {
  const client = upgrade.socket;
  response.detachSocket(client);
  const pairs = [...answer.rawHeaders, 'x-served-by', target];
  const lines = [`HTTP/1.1 101 ${answer.statusMessage}`];
  for (let at = 0; at < pairs.length; at += 2) lines.push(`${pairs[at]}: ${pairs[at + 1]}`);
  client.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  client.write(upstream.head);
  upstream.socket.write(upgrade.head);
  for (const [from, to] of [
    [client, upstream.socket],
    [upstream.socket, client],
  ] as const) {
    from.pipe(to);
    // What it said last is still on its way.
    from.once('close', () => to.destroySoon());
  }
}

function toRequestHeaders(request: IncomingMessage, upgrade: Upgrade | undefined): string[] {
  const { headers, method } = request;
  if (upgrade) return [...toPairs(request), 'connection', 'upgrade', 'upgrade', headers.upgrade ?? ''];
  const pairs = [...toPairs(request), 'connection', 'close'];
  if (headers['transfer-encoding'] !== undefined) return [...pairs, 'transfer-encoding', 'chunked'];
  // Else Node announces a body where there is none.
  const isEmpty = headers['content-length'] === undefined && method !== 'GET' && method !== 'HEAD';
  return isEmpty ? [...pairs, 'content-length', '0'] : pairs;
}

/** The headers of a message as they came, without those that are about its connection. */
function toPairs({ headers, rawHeaders }: IncomingMessage): string[] {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const left = new Set([...OF_CONNECTION, ...named]);
  return rawHeaders.flatMap((name, at) =>
    at % 2 || left.has(name.toLowerCase()) ? [] : [name, rawHeaders[at + 1] ?? ''],
  );
}

/** Answers in the form that the errors of a replica have. */
function refuse(response: ServerResponse, status: 502 | 503 | 504, detail: string): void {
  if (response.destroyed) return;
  const body = JSON.stringify({ detail, status_code: status, code: CODES[status] });
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 503 && { 'retry-after': '1' }) });
  response.end(body);
}

const CODES = { 502: 'replica-lost', 503: 'not-ready', 504: 'replica-silent' } as const;
