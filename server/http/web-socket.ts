/** WebSockets as streams of texts: bounded, and closed when the other side is silent. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { ApiError } from '../call/errors.ts';
import type { Upgrade } from './upgrade.ts';

/** The most bytes of one message: images are part of them. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** How a silent connection is found out. */
export interface SocketTimings {
  /** How often the other side is asked for a sign of life. */
  readonly pingMs: number;
  /** After so many times in a row without a single byte it is gone. */
  readonly maxUnanswered: number;
}

// A machine with a tenth of a core answers late: only after several pings is it silent.
const SOCKET_TIMINGS: SocketTimings = { pingMs: 20_000, maxUnanswered: 3 };
/** How many messages may wait to be read before no more are taken from the network. */
const READ_AHEAD = 16;
/** How long the other side may take to agree to an end. */
const CLOSE_MS = 2000;

/** A connection of texts. What is written waits until the system has taken it. */
export interface TextSocket {
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<string>;
  /** Resolves when it is closed, with the code and the reason of that; 1006 when it broke. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Says goodbye, and breaks the connection when that is not answered. */
  close(code: number, reason: string): void;
}

/** Takes a connection over. Of the protocols that the caller offers `protocol` is the one; it may offer none. Throws a 400. */
export async function acceptWebSocket(
  request: IncomingMessage,
  { socket, head }: Upgrade,
  { protocol, timings = SOCKET_TIMINGS }: { readonly protocol: string; readonly timings?: SocketTimings | undefined },
): Promise<TextSocket> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  const accepted = await new Promise<WebSocket>((resolve, reject) => {
    server.once('wsClientError', ({ message }) => reject(new ApiError('malformed-request', message)));
    server.handleUpgrade(request, socket, head, resolve);
  });
  return toTextSocket(accepted, socket, timings);
}

/** A WebSocket that is open on a connection, as streams. */
export function toTextSocket(socket: WebSocket, tcp: Socket, timings: SocketTimings = SOCKET_TIMINGS): TextSocket {
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  const close = (code: number, reason: string) => {
    socket.close(code, reason);
    setTimeout(() => socket.terminate(), CLOSE_MS).unref();
  };
  keepAlive(socket, tcp, timings);
  // What is wrong with a connection is followed by its end, which has the code.
  socket.on('error', () => undefined);
  socket.once('close', (code, reason) => closed.resolve({ code, reason: reason.toString() }));
  let isRead = true;
  const readable = new ReadableStream<string>(
    {
      start(controller) {
        socket.on('message', (data, isBinary) => {
          if (isBinary) return close(1003, 'Only texts are understood here');
          if (!isRead) return;
          controller.enqueue(data.toString());
          if ((controller.desiredSize ?? 0) <= 0) socket.pause();
        });
        socket.once('close', () => isRead && controller.close());
      },
      pull: () => socket.resume(),
      cancel() {
        isRead = false;
        // What is still on its way is read: the goodbye of the other side stands behind it.
        socket.resume();
        close(1001, 'This side ends the connection');
      },
    },
    { highWaterMark: READ_AHEAD },
  );
  const writable = new WritableStream<string>({
    write: (text) =>
      new Promise((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve()))),
    close: () => close(1000, ''),
    abort: () => socket.terminate(),
  });
  return { readable, writable, closed: closed.promise, close };
}

/** Pings now and then, and breaks a connection on which no byte has come since several pings. One that nobody reads answers none. */
function keepAlive(socket: WebSocket, tcp: Socket, { pingMs, maxUnanswered }: SocketTimings): void {
  let seen = tcp.bytesRead;
  let unanswered = 0;
  const pinging = setInterval(() => {
    unanswered = tcp.bytesRead === seen ? unanswered + 1 : 0;
    seen = tcp.bytesRead;
    if (unanswered > maxUnanswered) socket.terminate();
    else socket.ping();
  }, pingMs);
  pinging.unref();
  socket.once('close', () => clearInterval(pinging));
}
