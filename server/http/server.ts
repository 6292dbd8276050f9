import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ApiError } from '../call/errors.ts';
import type { Operation } from '../call/implement.ts';
import { createServer, ServerResponse } from '../network/node-http.ts';
import type { Exchange } from './exchange.ts';
import type { Mount } from './express-app.ts';
import { createFrontDoor, type FrontDoor, type FrontDoorOptions, type Listener } from './front-door.ts';
import { type Address, checkIsGuarded, listen } from './listen.ts';
import { createRateLimits, type OpenWindow } from './rate-limit.ts';
import { listenToUpgrades, wantsWebSocket } from './upgrade.ts';

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 20_000;

/** How long a request may take to arrive, in milliseconds. An answer may take as long as it likes. */
export interface ReadTimings {
  readonly headersMs: number;
  readonly requestMs: number;
}
// Generous: a server without a processor sees late what has come in time.
const READ_TIMINGS: ReadTimings = { headersMs: 60_000, requestMs: 300_000 };

/** How an HTTP server is started. */
export interface StartHttpServer
  extends Address,
    Pick<
      FrontDoorOptions,
      | 'operations'
      | 'apiKeys'
      | 'allowedHosts'
      | 'corsOrigins'
      | 'console'
      | 'docs'
      | 'identifyFor'
      | 'log'
      | 'openTrace'
      | 'refresh'
      | 'sockets'
      | 'socketTimings'
      | 'streamFormats'
      | 'streamTimings'
      | 'textPages'
      | 'watch'
    > {
  /** Rules such as `600/min` and `agents.create=30/min`. */
  readonly rateLimits: readonly string[];
  /** How requests are counted against them; absent: by this process alone. */
  readonly openRateWindow?: OpenWindow | undefined;
  /** Served beside REST and tRPC, in order; below the base path, where REST has no such path. */
  readonly mounts: readonly Mount[];
  /** Paths of mounts that need no key, with everything below them. */
  readonly openPaths: readonly string[];
  readonly readTimings?: ReadTimings;
  isDraining(): boolean;
}

/** A server that listens. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /**
   * Lets running requests and streams end within the grace, then cuts what is left. Answers new requests until then, each with its
   * connection closed. A second call with a shorter grace shortens the wait.
   */
  close(options: { graceMs: number }): Promise<void>;
}

/** Starts to listen. Throws one sentence when the address is taken, or open to others without an API key. */
export async function startHttpServer(options: StartHttpServer): Promise<HttpServer> {
  const { host, operations, apiKeys } = options;
  checkIsGuarded(options, apiKeys);
  const rateLimits = createRateLimits(
    options.rateLimits,
    operations.map(({ name }: Operation) => name),
    options.openRateWindow,
  );
  // Each takes as long to load as all the rest: they are loaded by the first request for them.
  const loadExpress = once(async () => (await import('./express-app.ts')).createExpressApp(options.mounts));
  const loadRpc = once(async () => (await import('./rpc.ts')).createRpc(operations, rateLimits));
  const express: Listener = async (request, response) => (await loadExpress())(request, response);
  const rpc = async (exchange: Exchange) => (await loadRpc())(exchange);
  const drain = createDrain(options.isDraining);
  const frontDoor = drain.count(
    createFrontDoor({ ...options, express, rpc, rateLimits, isDraining: drain.isDraining }),
  );
  const server = createServerFor(frontDoor, options.readTimings ?? READ_TIMINGS);
  const upgrades = listenToUpgrades(server, frontDoor);
  await listen(server, options);
  server.on('error', (error) => options.log.error({ err: error }, 'the server cannot take a connection'));
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${port}`, port, close: ({ graceMs }) => drain.close(server, upgrades, graceMs) };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

function createServerFor(listener: RequestListener, { headersMs, requestMs }: ReadTimings): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: headersMs / 3,
      keepAliveTimeout: 65_000,
      keepAlive: true,
      noDelay: true,
      // Any other request is served as if it had not asked for another protocol.
      shouldUpgradeCallback: wantsWebSocket,
      // Checked by the front door, which answers in the shape of every error.
      requireHostHeader: false,
    },
    listener,
  );
  server.maxConnections = MAX_CONNECTIONS;
  // The body is asked for only when the request has passed every check.
  server.on('checkContinue', listener).on('checkExpectation', listener);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => answerBrokenRequest(error, socket as Socket));
  return server;
}

function answerBrokenRequest({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  // Another head in the middle of an answer would corrupt it.
  const answering = '_httpMessage' in socket ? socket._httpMessage : undefined;
  if (answering instanceof ServerResponse && answering.headersSent) {
    socket.destroy();
    return;
  }
  const error =
    code === 'HPE_HEADER_OVERFLOW'
      ? new ApiError('headers-too-large', `The headers are over ${MAX_HEADER_BYTES} bytes`)
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new ApiError('request-timeout', 'The request took too long to arrive')
        : new ApiError('malformed-request', 'What came is not an HTTP request');
  const text = JSON.stringify(error.toBody());
  socket.end(
    `HTTP/1.1 ${error.status} ${error.code}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    () => socket.destroySoon(),
  );
}

/** Counts what is being answered, and ends a server when nothing is. */
function createDrain(isDrainingOutside: () => boolean) {
  let active = 0;
  let isClosing = false;
  let stop: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let closed: Promise<void> | undefined;
  return {
    isDraining: () => isClosing || isDrainingOutside(),
    count(listener: FrontDoor): FrontDoor {
      const leave = () => {
        active--;
        if (isClosing && active === 0) stop?.();
      };
      return (request, response, upgrade) => {
        active++;
        // It closes once: `once` would only make a function for each request.
        response.on('close', leave);
        listener(request, response, upgrade);
      };
    },
    close(server: Server, upgrades: { destroyAll(): void }, graceMs: number): Promise<void> {
      isClosing = true;
      // Idle connections stay until the end: a request may be on its way on one, and its answer closes it.
      if (active === 0) stop?.();
      else setTimeout(() => stop?.(), graceMs).unref();
      closed ??= stopped.then(
        () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
            upgrades.destroyAll();
          }),
      );
      return closed;
    },
  };
}
