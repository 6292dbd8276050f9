import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BASE_PATH } from '../../contract/index.ts';
import type { ErrorShape } from '../../contract/kit.ts';
import type { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import { NOBODY, type Principal } from '../call/principal.ts';
import type { RequestNotes } from '../call/request-notes.ts';
import type { Upgrade } from './upgrade.ts';

/** One request on its way through the front door: what is asked, by whom, and the headers its answer will carry. */
export interface Exchange {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Set of a request that asks for a WebSocket. */
  readonly upgrade: Upgrade | undefined;
  /** Whether its connection was given to another protocol: there is no answer then. */
  isTakenOver: boolean;
  /** The path as sent, without the query. */
  readonly path: string;
  /** The path it is served as: of an alias, what it stands for. */
  readonly route: string;
  /** The query as sent, without its question mark. */
  readonly query: string;
  readonly startedAt: number;
  /** Headers of the answer as a flat list of names and values: the form `writeHead` sends fastest. */
  readonly headers: string[];
  /** Who is counted by the rate limits: a key, else an address. */
  caller: string;
  principal: Principal;
  /** Why the caller's key is refused; undefined when it is right, or none is asked for. */
  denied: ApiError | undefined;
  /** The name of the operation that serves it, or of the page; of a batch over tRPC those of all, with commas between them. */
  operation: string | undefined;
  /** The form of errors at its path, where that is not this product's own. */
  errorShape: ErrorShape | undefined;
  /** Whether it is answered with events, one after the other. */
  isStream: boolean;
  /** What it turns out to be about, for the log. */
  readonly notes: RequestNotes;
  /** What failed here or upstream, for the log; undefined when all went well, or the caller was at fault. */
  fault: unknown;
  /** Aborts when the caller leaves before the answer is whole. */
  readonly gone: Leaving;
  /** The trace that the request is in; undefined where nothing is traced. */
  trace: RequestTrace | undefined;
}

/** Whether a caller has left. Most are answered before anybody waits for that, so a signal is made for those who do. */
export class Leaving {
  #controller: AbortController | undefined;
  #hasLeft = false;

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#hasLeft) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#hasLeft = true;
    this.#controller?.abort();
  }
}

/** The trace of one request. */
export interface RequestTrace {
  /** Does work of the request, in its trace. */
  run(work: () => void): void;
  /** What its line in the log says of it. */
  logFields(): Readonly<Record<string, string>>;
}

/** What stands for the status of a request whose caller left before it was answered, as it does in nginx. */
const CALLER_LEFT = 499;

/** The status that a request which is over was answered with, for the log and the metrics. */
export const statusOf = ({ response, isTakenOver }: Exchange): number =>
  response.headersSent || isTakenOver ? response.statusCode : CALLER_LEFT;

const exchanges = new WeakMap<IncomingMessage, Exchange>();

/** Where tRPC is served. */
export const RPC_PATH = '/trpc';

const ALIASES = new Map([
  ['/health', `${BASE_PATH}/health`],
  ['/health/live', `${BASE_PATH}/health`],
  ['/health/ready', `${BASE_PATH}/ready`],
]);

/** Where clients of OpenAI's API ask, who are given the server with `/v1` behind it. */
const OPENAI_PATH = '/v1/';

/** The path that a path is served as. */
const toRoute = (path: string): string =>
  path.startsWith(OPENAI_PATH) ? `${BASE_PATH}/openai/${path.slice(OPENAI_PATH.length)}` : (ALIASES.get(path) ?? path);

/** A request that did not come through the front door, so that nothing is known of its caller. */
class UnknownRequestError extends Error {
  override readonly name = 'UnknownRequestError';
}

/** Starts the exchange of a request; `baseHeaders` go on its answer. */
export function openExchange(
  request: IncomingMessage,
  response: ServerResponse,
  { baseHeaders, upgrade }: { readonly baseHeaders: readonly string[]; readonly upgrade?: Upgrade | undefined },
): Exchange {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  const id = sanitizeRequestId(request.headers['x-request-id']) ?? randomUUID();
  const path = mark < 0 ? url : url.slice(0, mark);
  return {
    id,
    request,
    response,
    upgrade,
    isTakenOver: false,
    path,
    route: toRoute(path),
    query: mark < 0 ? '' : url.slice(mark + 1),
    startedAt: performance.now(),
    headers: [...baseHeaders, 'x-request-id', id],
    caller: '',
    principal: NOBODY,
    denied: undefined,
    operation: undefined,
    errorShape: undefined,
    isStream: false,
    notes: {},
    fault: undefined,
    gone: new Leaving(),
    trace: undefined,
  };
}

/** Lets code behind Express find the exchange of a request with {@link exchangeOf}. Not done for each request: it costs the garbage collector too much. */
export function shareExchange(exchange: Exchange): void {
  exchanges.set(exchange.request, exchange);
}

/** The exchange a request belongs to, for code behind Express that sees only the request. */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = exchanges.get(request);
  if (!exchange) throw new UnknownRequestError('The request did not come through the front door');
  return exchange;
}

/** What a handler may know of a request by tRPC. */
export const toContext = ({ id, request, principal }: Exchange): RequestContext => ({
  requestId: id,
  headers: request.headers,
  principal,
});

/** What a handler may know of a request by REST, where each call has an answer of its own that headers can be added to. */
export const toRestContext = ({ id, request, principal, headers }: Exchange): RequestContext => ({
  requestId: id,
  headers: request.headers,
  principal,
  addHeader: (name, value) => void headers.push(name, value),
});

const sanitizeRequestId = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && /^[\w.:-]{1,128}$/.test(header) ? header : undefined;
