import type { IncomingMessage, ServerResponse } from 'node:http';
import { BASE_PATH } from '../../contract/index.ts';
import type { ErrorShape } from '../../contract/kit.ts';
import { ApiError, toApiError } from '../call/errors.ts';
import type { Operation } from '../call/implement.ts';
import { NOBODY, type Principal } from '../call/principal.ts';
import { withNotes } from '../call/request-notes.ts';
import { createAuthentication } from './auth.ts';
import { CONSOLE_PATH } from './console.ts';
import { createCors } from './cors.ts';
import type { Docs } from './docs.ts';
import { type Exchange, openExchange, type RequestTrace, RPC_PATH, shareExchange } from './exchange.ts';
import type { Mount } from './express-app.ts';
import { createHostCheck } from './host-check.ts';
import type { Log } from './log.ts';
import { listRateLimitHeaders, type RateLimitState, type RateLimits } from './rate-limit.ts';
import { joinRepeatedType } from './repeated-type.ts';
import { logRequest } from './request-line.ts';
import { createRest, type RestMatch, type StreamFormats } from './rest.ts';
import { computeSecurityHeaders } from './security-headers.ts';
import { handOver, sendError } from './send.ts';
import { authorizationOf, findSocket, openSocket, type SocketRoute } from './socket-routes.ts';
import { STREAM_TIMINGS, type StreamTimings } from './sse.ts';
import { sendTextPage, type TextPage } from './text-page.ts';
import type { Upgrade } from './upgrade.ts';
import type { SocketTimings } from './web-socket.ts';

/** A listener that may have to be loaded first. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Takes each request; `upgrade` is set of those that ask for a WebSocket. */
export type FrontDoor = (request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade) => void;

/** What the front door serves, and whom it lets in. */
export interface FrontDoorOptions {
  readonly operations: readonly Operation[];
  /** Serves tRPC. */
  rpc(exchange: Exchange): Promise<void>;
  /** Serves whatever else is not REST. */
  readonly express: Listener;
  /** What is served beside REST, each with everything below its path; REST comes first where it has the path. */
  readonly mounts: readonly Pick<Mount, 'path' | 'operation' | 'plain'>[];
  /** The address the server listens on. */
  readonly host: string;
  readonly apiKeys: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly rateLimits: RateLimits | undefined;
  /** The caller behind an `Authorization` that is no API key but is good for this one REST operation; undefined when it is not. */
  identifyFor?(operation: string, authorization: string | undefined): string | undefined;
  /** What is served to WebSockets. */
  readonly sockets?: readonly SocketRoute[];
  readonly socketTimings?: SocketTimings;
  /** Texts beside the contract, by their paths. */
  readonly textPages?: ReadonlyMap<string, TextPage>;
  /** The documentation, which needs no key. */
  readonly docs?: Docs;
  /** The console, which needs no key. */
  readonly console?: (exchange: Exchange) => Promise<void>;
  /** Told of each request. */
  readonly watch?: RequestWatch;
  /** Paths that need no key, with everything below them. */
  readonly openPaths: readonly string[];
  readonly log: Log;
  /** Opens the trace that the headers of a request name; absent: nothing is traced. */
  readonly openTrace?: ((headers: IncomingMessage['headers']) => RequestTrace) | undefined;
  /** Makes ready what a request to a path may be about; undefined: it is. Never rejects. */
  refresh?: ((route: string) => Promise<void> | undefined) | undefined;
  /** Whether the server is shutting down: then each answer closes its connection. */
  isDraining(): boolean;
  readonly streamFormats?: StreamFormats;
  readonly streamTimings?: StreamTimings;
}

/** Watches requests as they come and go. */
export interface RequestWatch {
  begin(exchange: Exchange): void;
  /** It is answered, or broken off. */
  end(exchange: Exchange, ms: number): void;
}

const BELOW_BASE = `${BASE_PATH}/`;

/** The way in for every request: one pipeline of checks, then REST and tRPC directly and everything else, mounts below the base path included, through Express, but what a mount answers without. */
export function createFrontDoor(options: FrontDoorOptions): FrontDoor {
  const { operations, apiKeys, allowedHosts, corsOrigins, rateLimits, log, openTrace } = options;
  const headers = computeSecurityHeaders();
  const drainingHeaders = [...headers, 'connection', 'close'];
  const checkHost = createHostCheck({ boundHost: options.host, allowedHosts, hasKeys: apiKeys.length > 0 });
  const shapeOf = createErrorShapes(operations);
  const answerPreflight = createCors(corsOrigins);
  const authenticate = createAuthentication(apiKeys);
  const findRest = createRest(operations, {
    formats: options.streamFormats ?? {},
    timings: options.streamTimings ?? STREAM_TIMINGS,
  });
  // The root stands for itself alone: everything is below it.
  const isBelow = (path: string, above: string) => path === above || (above !== '/' && path.startsWith(`${above}/`));
  const isOpenPath = (path: string) => options.openPaths.some((open) => isBelow(path, open));
  const sockets = options.sockets ?? [];
  const findMount = (path: string) => options.mounts.find((mount) => isBelow(path, mount.path));

  /** Most requests are answered before it returns: a promise is there only where something is waited for. */
  function answer(exchange: Exchange): Promise<void> | undefined {
    const { request, route } = exchange;
    checkHost(request);
    if (answerPreflight(exchange)) return undefined;
    identify(exchange, authenticate(authorizationOf(request)));
    const page = options.textPages?.get(route);
    if (page) {
      exchange.operation = page.operation;
      if (!page.isOpen) admit(exchange, rateLimits);
      return sendTextPage(exchange, page);
    }
    const serveDocs = options.docs?.get(route);
    if (serveDocs) return serveDocs(exchange);
    if (options.console && isBelow(route, CONSOLE_PATH)) return options.console(exchange);
    const socket = findSocket(sockets, route);
    if (socket) return answerSocket(exchange, socket);
    if (route !== exchange.path || route.startsWith(BELOW_BASE)) {
      const match = findRest(exchange);
      if (match.isKnown || !findMount(route)) return answerRest(exchange, match);
    }
    // tRPC clients read errors in an envelope of their own: it counts and refuses by itself.
    if (isBelow(route, RPC_PATH)) return options.rpc(exchange);
    const mount = findMount(route);
    exchange.operation = mount?.operation;
    if (!isOpenPath(route)) admit(exchange, rateLimits);
    return passOn(exchange, mount?.plain?.(request, route) ?? options.express);
  }

  function answerSocket(exchange: Exchange, socket: NonNullable<ReturnType<typeof findSocket>>): Promise<void> {
    exchange.operation = socket.route.operation;
    admit(exchange, rateLimits);
    const { socketTimings: timings, isDraining } = options;
    const count = async () => void rateLimits?.take(exchange.caller, undefined);
    return openSocket(socket, exchange, { admit: count, timings, isDraining });
  }

  function answerRest(exchange: Exchange, match: RestMatch): Promise<void> | undefined {
    if (exchange.denied && match.operation) {
      const caller = options.identifyFor?.(match.operation.name, exchange.request.headers.authorization);
      if (caller !== undefined) identify(exchange, { name: caller, seesAll: false });
    }
    if (!match.operation?.endpoint.open) admit(exchange, rateLimits, match.operation?.name);
    return match.serve();
  }

  function work(exchange: Exchange): void {
    const ready = options.refresh?.(exchange.route);
    try {
      withNotes(exchange.notes, () => (ready ? ready.then(() => answer(exchange)) : answer(exchange)))?.catch((cause) =>
        fail(exchange, cause),
      );
    } catch (cause) {
      fail(exchange, cause);
    }
  }

  return (request, response, upgrade) => {
    joinRepeatedType(request.headers);
    const baseHeaders = options.isDraining() ? drainingHeaders : headers;
    const exchange = openExchange(request, response, { baseHeaders, upgrade });
    exchange.errorShape = shapeOf(exchange.route);
    options.watch?.begin(exchange);
    response.on('close', () => {
      const ms = leave(exchange, log);
      options.watch?.end(exchange, ms);
    });
    if (!openTrace) return work(exchange);
    exchange.trace = openTrace(request.headers);
    exchange.trace.run(() => work(exchange));
  };
}

/** Finds the form that errors have at a path: where operations have one of their own, everything below the first segment of their paths has it. */
function createErrorShapes(operations: readonly Operation[]): (route: string) => ErrorShape | undefined {
  const shapes = operations.flatMap(({ endpoint: { path, errorShape } }) =>
    errorShape ? [[`${BASE_PATH}/${path.split('/')[1]}/`, errorShape] as const] : [],
  );
  const unique = [...new Map(shapes)];
  return (route) => unique.find(([above]) => route.startsWith(above))?.[1];
}

function identify(exchange: Exchange, identity: Principal | ApiError): void {
  const isDenied = identity instanceof ApiError;
  exchange.denied = isDenied ? identity : undefined;
  exchange.principal = isDenied ? NOBODY : identity;
  exchange.caller = exchange.principal.name ?? exchange.request.socket.remoteAddress ?? '';
}

/** Counts a request, then refuses it when its key is wrong: guessing keys is limited too. */
function admit(exchange: Exchange, rateLimits: RateLimits | undefined, operation?: string): void {
  if (rateLimits) {
    const { caller, headers } = exchange;
    const general = rateLimits.take(caller, undefined);
    const own = operation === undefined || exchange.denied ? undefined : rateLimits.take(caller, operation);
    const state = tightest(general, own);
    if (state) headers.push(...listRateLimitHeaders(state));
  }
  if (exchange.denied) throw exchange.denied;
}

const tightest = (a: RateLimitState | undefined, b: RateLimitState | undefined) =>
  a && b ? (a.remaining <= b.remaining ? a : b) : (a ?? b);

async function passOn(exchange: Exchange, listener: Listener): Promise<void> {
  handOver(exchange);
  shareExchange(exchange);
  await listener(exchange.request, exchange.response);
}

/** Answers what failed; of an answer that has begun, breaks the connection so that nobody takes it for whole. */
export function fail(exchange: Exchange, cause: unknown): void {
  const { response, gone } = exchange;
  if (gone.hasLeft || response.destroyed || exchange.isTakenOver) return;
  if (!response.headersSent) sendError(exchange, toApiError(cause));
  else {
    exchange.fault = cause;
    // What was written so far still goes out; the end of the last chunk does not.
    response.uncork();
    response.socket?.destroySoon();
  }
}

/** Ends a request. Returns how long it took, in milliseconds. */
function leave(exchange: Exchange, log: Log): number {
  const isCut = !exchange.response.writableFinished && !exchange.isTakenOver;
  if (isCut) exchange.gone.abort();
  return logRequest(log, exchange, { isCut });
}
