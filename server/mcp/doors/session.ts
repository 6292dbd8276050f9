import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../../call/errors.ts';
import type { JSONRPCMessage, McpServerSdk, RequestId, Transport } from '../wire/mcp-sdk.ts';
import { EventLog, type Missed } from './event-log.ts';
import { sendWebResponse, toWebRequest } from './web-exchange.ts';

/** The caller, as the backend of a session sees it. */
export interface Caller {
  readonly transport: Transport;
  /** Never throws. What belongs to no request waits, within bounds, until the caller listens for such messages. */
  send(message: JSONRPCMessage, relatedRequestId?: RequestId): void;
  /** Whether the caller has a connection open for a request, or, without one, for what belongs to none. */
  isListening(requestId?: RequestId): boolean;
}

/** What answers the messages of a session: a server of its own, or all servers that run. */
export interface Backend {
  /** Begins to answer what the caller sends. */
  attach(caller: Caller): Promise<void>;
  close(): Promise<void>;
}

/** Whose session it is, and when it ends. */
export interface SessionOptions {
  /** Which door it was opened at. */
  readonly door: string;
  /** Whose it is; nobody else is let in. */
  readonly owner: string;
  readonly idleMs: number;
  /** False once its backend is not to be reached any more. */
  isWanted(): boolean;
  onEnd(): void;
}

const RETRY_MS = 1000;
const MAX_WAITING = 100;
/** The code of JSON-RPC peers for a request that was taken back. */
const CANCELLED = -32800;

/** One caller's session at a door: its connections, what it has missed, and when it has been quiet for too long. */
export class Session {
  readonly id: string = randomUUID();
  readonly #options: SessionOptions;
  readonly #backend: Backend;
  readonly #events = new EventLog();
  readonly #transport: InstanceType<McpServerSdk['WebStandardStreamableHTTPServerTransport']>;
  readonly #listening = new Set<RequestId>();
  readonly #waiting: JSONRPCMessage[] = [];
  #generalStreams = 0;
  #exchanges = 0;
  #lastUse = performance.now();
  #idle: NodeJS.Timeout | undefined;
  #ended: Promise<void> | undefined;

  constructor(sdk: McpServerSdk, backend: Backend, options: SessionOptions) {
    this.#options = options;
    this.#backend = backend;
    this.#transport = new sdk.WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => this.id,
      eventStore: this.#events,
      retryInterval: RETRY_MS,
    });
  }

  /** Whether its caller was answered to `initialize`. */
  get isInitialized(): boolean {
    return this.#transport.sessionId !== undefined;
  }

  /** Whether its backend is still to be reached. */
  get isWanted(): boolean {
    return this.#options.isWanted();
  }

  /** Since when nothing was sent in either direction. */
  get lastUse(): number {
    return this.#lastUse;
  }

  /** Whether it was opened at this door by this owner, and has not ended. */
  belongsTo({ door, owner }: Pick<SessionOptions, 'door' | 'owner'>): boolean {
    return this.#options.door === door && this.#options.owner === owner && !this.#ended;
  }

  /** Begins to pass messages between the caller and the backend; to be called before the first {@link handle}. */
  async open(): Promise<void> {
    // The `sessionId` of the SDK's class may be undefined, which the interface it implements does not allow for.
    const transport = this.#transport as Transport;
    await this.#backend.attach({
      transport,
      send: (message, relatedRequestId) => this.#send(message, relatedRequestId),
      isListening: (requestId) => (requestId === undefined ? this.#generalStreams > 0 : this.#listening.has(requestId)),
    });
    const receive = transport.onmessage;
    transport.onmessage = (message, extra) => {
      receive?.(message, extra);
      if ('method' in message && message.method === 'notifications/cancelled') this.#endCancelled(message.params);
    };
  }

  /** Answers one HTTP request of the caller. */
  async handle(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const leave = this.#enter(body);
    response.once('close', leave);
    if (response.destroyed) leave();
    const lastEventId = request.headers['last-event-id'];
    if (request.method === 'GET' && typeof lastEventId === 'string') {
      const missed = this.#events.missedAfter(lastEventId);
      if (!missed) throw new ApiError('events-gone', 'The events after this Last-Event-ID are no longer held');
      if (missed.isComplete) return sendMissed(response, missed);
    }
    const answer = await this.#transport.handleRequest(toWebRequest(request), { parsedBody: body });
    if (request.method === 'GET' && lastEventId === undefined && answer.status === 200) this.#listen(response);
    await sendWebResponse(response, answer);
  }

  /** Ends it and its backend. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    this.#options.onEnd();
    // The backend first: what it answers to open calls still reaches the caller.
    await this.#backend.close();
    await this.#transport.close();
  }

  /** Counts an HTTP exchange in; the returned function counts it out again. */
  #enter(body: unknown): () => void {
    this.#lastUse = performance.now();
    this.#exchanges++;
    clearTimeout(this.#idle);
    const requests = requestIdsOf(body);
    for (const id of requests) this.#listening.add(id);
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      for (const id of requests) this.#listening.delete(id);
      this.#lastUse = performance.now();
      if (--this.#exchanges === 0 && !this.#ended) {
        this.#idle = setTimeout(() => void this.end(), this.#options.idleMs).unref();
      }
    };
  }

  #listen(response: ServerResponse): void {
    this.#generalStreams++;
    response.once('close', () => {
      this.#generalStreams--;
    });
    for (const message of this.#waiting.splice(0)) this.#send(message);
  }

  #send(message: JSONRPCMessage, relatedRequestId?: RequestId): void {
    this.#lastUse = performance.now();
    const isAnswer = !('method' in message);
    if (!isAnswer && relatedRequestId === undefined && this.#generalStreams === 0) {
      if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift();
      this.#waiting.push(message);
      return;
    }
    // It throws when nobody can get the answer any more, which is nobody's loss.
    this.#transport.send(message, { relatedRequestId }).catch(() => undefined);
  }

  // Nobody answers a request that was taken back, and without an answer the transport would hold its stream open for ever.
  #endCancelled(params: unknown): void {
    const id = isObject(params) ? params.requestId : undefined;
    if (!isRequestId(id)) return;
    this.#send({ jsonrpc: '2.0', id, error: { code: CANCELLED, message: 'The request was cancelled' } });
  }
}

/** Sends the rest of a stream that was answered; 204 to a caller who has all of it, which ends its reconnecting. */
function sendMissed(response: ServerResponse, { events }: Missed): void {
  if (events.length === 0) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' });
  response.end(
    events.map(([id, message]) => `event: message\nid: ${id}\ndata: ${JSON.stringify(message)}\n\n`).join(''),
  );
}

function requestIdsOf(body: unknown): RequestId[] {
  const messages = Array.isArray(body) ? body : [body];
  return messages.flatMap((message) =>
    isObject(message) && 'method' in message && isRequestId(message.id) ? [message.id] : [],
  );
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isRequestId = (value: unknown): value is RequestId => typeof value === 'string' || typeof value === 'number';
