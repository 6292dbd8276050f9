/** The one place that loads the Jupyter client library; imported on the first use of a kernel. */
import { KernelAPI, KernelConnection, ServerConnection, SessionAPI } from '@jupyterlab/services';
import WebSocket from 'ws';
import { lookupReachable } from '../../network/outgoing-address.ts';
import { fetchJupyter } from './jupyter-fetch.ts';
import type { JupyterAddress } from './jupyter-url.ts';

const PING_MS = 20_000;
const HANDSHAKE_MS = 15_000;
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
  class KernelSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, {
        headers: token ? { authorization: `token ${token}` } : {},
        handshakeTimeout: HANDSHAKE_MS,
        maxPayload: MAX_MESSAGE,
        followRedirects: false,
        lookup: lookupReachable,
      });
      let isAlive = true;
      const pinging = setInterval(() => {
        if (this.readyState !== WebSocket.OPEN) return;
        if (!isAlive) return this.terminate();
        isAlive = false;
        this.ping();
      }, PING_MS);
      pinging.unref();
      this.on('pong', () => {
        isAlive = true;
      });
      this.on('message', () => {
        isAlive = true;
        // The server waits for an acknowledgement before it sends the next small message, and the system delays a bare one by 40 ms.
        if (this.readyState === WebSocket.OPEN) this.pong();
      });
      this.on('error', (error) => {
        if ('code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') onTooLarge();
      });
      this.on('close', () => clearInterval(pinging));
    }
  }
  return ServerConnection.makeSettings({
    baseUrl,
    wsUrl: baseUrl.replace(/^http/, 'ws'),
    token,
    appendToken: false,
    fetch: fetchJupyter,
    init: { cache: 'no-store', redirect: 'manual' },
    // The class offers the browser's interface, which is all the library uses; its type says so in other words.
    WebSocket: KernelSocket as unknown as typeof globalThis.WebSocket,
  });
}

/** Sends what the client library writes to the console, some of it on standard output, to `log` instead. */
export function routeConsole(log: (message: string) => void): void {
  for (const method of ['debug', 'log', 'warn', 'error'] as const) {
    // biome-ignore lint/suspicious/noConsole: taken from the library, not used.
    const original = console[method];
    if (routed.has(original)) continue;
    const replacement = (...args: unknown[]) => {
      // The frame after the message and this function: who wrote it. What is published has the library in a file `jupyterlab-….js`.
      const isOurs = /\/(@jupyterlab|@lumino)\/|\/jupyterlab-/.test(new Error().stack?.split('\n')[2] ?? '');
      if (isOurs)
        log(
          args
            .map((arg) => (arg instanceof Error ? arg.message : String(arg)))
            .join(' ')
            .slice(0, 500),
        );
      else original.apply(console, args);
    };
    routed.add(replacement);
    console[method] = replacement;
  }
}
// The console belongs to the process, and so does what was done to it.
const routed = new WeakSet<object>();
