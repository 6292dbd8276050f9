/** The one place that takes requests which ask for another protocol on their connection. */
import type { IncomingMessage, ServerResponse as Response, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ServerResponse } from '../network/node-http.ts';

/** The connection of a request that asks to go on in another protocol, and what has come on it already. */
export interface Upgrade {
  readonly socket: Socket;
  readonly head: Buffer;
}

/** Answers a request, or takes its connection over. */
export type UpgradeListener = (request: IncomingMessage, response: Response, upgrade: Upgrade) => void;

/** Whether a request asks for a WebSocket. Requests for any other protocol are served as if they had not asked: they may always be. */
export const wantsWebSocket = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';

/**
 * Gives `listener` each request for a WebSocket, with a response on the same connection, so that it is checked, refused and logged as any
 * other request is. The connection is closed behind a response. Returns what ends the connections that were taken over.
 */
export function listenToUpgrades(server: Server, listener: UpgradeListener): { destroyAll(): void } {
  const sockets = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    // A server of `node:http` that listens on TCP has no other connections.
    const socket = duplex as Socket;
    if (!wantsWebSocket(request)) return serveAgain(server, request, { socket, head });
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // The server has let go of it: whatever happens to it now is told to nobody else. Its end is what is waited for.
    socket.on('error', () => socket.destroy()).on('timeout', () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    listener(request, response, { socket, head });
  });
  return {
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Node before 24.9 cannot be told which requests to hand over: one for another protocol goes back to the server, without asking. */
function serveAgain(server: Server, { method, url, httpVersion, rawHeaders }: IncomingMessage, upgrade: Upgrade): void {
  const { socket, head } = upgrade;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!/^(upgrade|connection|http2-settings)$/i.test(name)) lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  server.emit('connection', socket);
  // A listener makes the server read what stands in the buffer of the connection, and not what comes from the system alone.
  socket.on('data', () => undefined);
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
}
