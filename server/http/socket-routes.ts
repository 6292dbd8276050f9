/** Paths that are served to WebSockets. */
import type { IncomingMessage } from 'node:http';
import { ApiError, drainingError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';
import type { Exchange } from './exchange.ts';
import { redirect } from './send.ts';
import { acceptWebSocket, type SocketTimings, type TextSocket } from './web-socket.ts';

/** Who has opened a socket, and what for. */
export interface SocketCaller {
  /** What stands behind the path of the route. */
  readonly name: string;
  readonly principal: Principal;
  /** Counts a request that came over the socket. Throws `rate-limited`. */
  admit(): Promise<void>;
}

/** What is served to WebSockets below a path. */
export interface SocketRoute {
  /** Ends with a slash; one segment behind it says what is asked for. */
  readonly path: string;
  /** What its requests are called in the log and in the metrics. */
  readonly operation: string;
  /** Its protocol among those that a caller may offer. */
  readonly protocol: string;
  /** Throws why there is nothing of this name, before the connection is taken over. */
  check(name: string): void;
  /** Is given each socket. What it does goes on in the trace and with the notes of the request. */
  serve(socket: TextSocket, caller: SocketCaller): void;
}

/** A route that a path leads to, with what stands behind it. */
interface SocketMatch {
  readonly route: SocketRoute;
  readonly name: string;
  /** Whether the path is the other spelling: with a slash behind the name. */
  readonly hasSlash: boolean;
}

const RETRY_SECONDS = '10';
const KEY_PROTOCOL = 'base64url.bearer.';

/** Finds what a path leads to. Throws a 400 when the name is not well formed. */
export function findSocket(routes: readonly SocketRoute[], path: string): SocketMatch | undefined {
  const route = routes.find((one) => path.startsWith(one.path));
  const [, segment, slash] = (route && /^([^/]+)(\/?)$/.exec(path.slice(route.path.length))) ?? [];
  if (!route || segment === undefined) return undefined;
  try {
    return { route, name: decodeURIComponent(segment), hasSlash: slash === '/' };
  } catch (cause) {
    throw new ApiError('malformed-url', 'The path is not well formed', { cause });
  }
}

/** Takes over the connection of a caller who may come in. Throws what refuses it. */
export async function openSocket(
  { route, name, hasSlash }: SocketMatch,
  exchange: Exchange,
  options: {
    readonly admit: SocketCaller['admit'];
    readonly timings?: SocketTimings | undefined;
    isDraining(): boolean;
  },
): Promise<void> {
  const { request, upgrade, principal, response } = exchange;
  if (hasSlash) return redirect(exchange);
  if (!upgrade) {
    const headers = { upgrade: 'websocket', connection: 'upgrade' };
    throw new ApiError('upgrade-required', 'This path speaks WebSocket only', { headers });
  }
  route.check(name);
  if (options.isDraining()) throw drainingError(RETRY_SECONDS);
  const socket = await acceptWebSocket(request, upgrade, { protocol: route.protocol, timings: options.timings });
  exchange.isTakenOver = true;
  response.statusCode = 101;
  route.serve(socket, { name, principal, admit: options.admit });
}

/**
 * The `Authorization` of a request. Pages cannot set headers of a WebSocket: theirs come as one of the protocols they offer, where no log
 * of a proxy has them, as `base64url.bearer.` and the key in base64url.
 */
export function authorizationOf({ headers }: IncomingMessage): string | undefined {
  if (headers.authorization !== undefined || headers.upgrade === undefined) return headers.authorization;
  const offered = headers['sec-websocket-protocol']?.split(',').map((protocol) => protocol.trim()) ?? [];
  const key = offered.find((protocol) => protocol.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length);
  return key === undefined ? undefined : `Bearer ${Buffer.from(key, 'base64url')}`;
}
