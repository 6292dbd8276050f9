/** The one place that loads the Jupyter client library; imported on the first use of a kernel. */
import { KernelAPI, KernelConnection, ServerConnection, SessionAPI } from '@jupyterlab/services';
import WebSocket from 'ws';
import { lookupReachable } from '../../network/outgoing-address.ts';
import { fetchJupyter } from './jupyter-fetch.ts';
import type { JupyterAddress } from './jupyter-url.ts';

// A Jupyter server on a tenth of a core answers late: only after several pings is it silent.
const PING_MS = 20_000;
const MAX_UNANSWERED = 3;
const HANDSHAKE_MS = 60_000;
const MAX_MESSAGE = 16 * 1_048_576;

/** The calls of the Jupyter server's API that a sandbox makes. */
export { KernelAPI, SessionAPI };
/** How to talk to one Jupyter server. */
export type JupyterSettings = ServerConnection.ISettings;

/** A connection that leaves the decision what a failed reconnection means to its supervisor. */
export class SupervisedKernel extends KernelConnection {
  override async reconnect(): Promise<void> {
    try {
      await super.reconnect();
    } catch {
      // Its status says the same; a rejection would be nobody's to catch.
    }
  }
}

/** Settings that keep the token in a header, never in a URL; `onTooLarge` is told of a message that cannot be received. */
export function toJupyterSettings({ baseUrl, token }: JupyterAddress, onTooLarge: () => void): JupyterSettings {
  return ServerConnection.makeSettings({
    baseUrl,
    wsUrl: baseUrl.replace(/^http/, 'ws'),
    token,
    appendToken: false,
    fetch: fetchJupyter,
    init: { cache: 'no-store', redirect: 'manual' },
    // The class offers the browser's interface, which is all the library uses; its type says so in other words.
    WebSocket: socketClass(token, onTooLarge) as unknown as typeof globalThis.WebSocket,
  });
}

/** The class of the sockets that the library opens: bounded, with the token in a header, and closed when the server is silent. */
function socketClass(token: string, onTooLarge: () => void) {
  return class KernelSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, {
        headers: token ? { authorization: `token ${token}` } : {},
        handshakeTimeout: HANDSHAKE_MS,
        maxPayload: MAX_MESSAGE,
        followRedirects: false,
        lookup: lookupReachable,
      });
      keepAlive(this);
      this.on('error', (error) => {
        if ('code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') onTooLarge();
      });
    }
  };
}

/** Pings now and then, and ends a connection on which nothing has come since several pings. */
function keepAlive(socket: WebSocket): void {
  let unanswered = 0;
  const pinging = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (unanswered >= MAX_UNANSWERED) return socket.terminate();
    unanswered += 1;
    socket.ping();
  }, PING_MS);
  pinging.unref();
  socket.on('pong', () => {
    unanswered = 0;
  });
  socket.on('message', () => {
    unanswered = 0;
    // The server waits for an acknowledgement before it sends the next small message, and the system delays a bare one by 40 ms.
    if (socket.readyState === WebSocket.OPEN) socket.pong();
  });
  socket.on('close', () => clearInterval(pinging));
}
