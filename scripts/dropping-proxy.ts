import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from './free-port.ts';

/** A TCP proxy before a server such as PostgreSQL, whose connections fail when a test says so. */
export interface DroppingProxy extends AsyncDisposable {
  /** The URL of the target, user and database included, through the proxy. */
  readonly url: string;
  /** How many connections are open. */
  connections(): number;
  /** Breaks every connection off at both ends, as a reset. New ones are taken. */
  cut(): void;
  /** Refuses new connections, as a port does on which nobody listens; those that are open stay. */
  refuse(): void;
  /** Passes nothing on, not even an end, and keeps every connection open, also new ones; of the `answers` alone, or of `everything`. */
  stall(what?: 'everything' | 'answers'): void;
  /** Takes connections again and passes on what was held up. */
  resume(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

const LISTEN_MS = 10_000;
const LISTEN_AGAIN_MS = 20;

/** Stands before the server at `target`, a URL of loopback with a port. */
export async function startDroppingProxy(target: string): Promise<DroppingProxy> {
  const { port: targetPort } = new URL(target);
  const url = new URL(target);
  const port = await findFreePort();
  url.port = String(port);
  const open = new Set<Pair>();
  let stalled: 'everything' | 'answers' | undefined;
  const pass = ({ client, upstream }: Pair) => {
    if (stalled !== 'everything') client.pipe(upstream);
    if (!stalled) upstream.pipe(client);
  };
  const hold = ({ client, upstream }: Pair) => {
    // What is not read is not seen to end either.
    if (stalled === 'everything') client.unpipe().pause();
    upstream.unpipe().pause();
  };
  const take = (client: Socket) => {
    const pair = { client, upstream: connect({ port: Number(targetPort), host: '127.0.0.1', allowHalfOpen: true }) };
    open.add(pair);
    for (const [socket, other] of [
      [client, pair.upstream],
      [pair.upstream, client],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(pair);
        // The last that was said still arrives.
        other.destroySoon();
      });
    }
    pass(pair);
  };
  const cut = () => {
    for (const { client, upstream } of open) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  };
  let server: Server | undefined = await listen(port, take);
  const refuse = () => {
    server?.close();
    server = undefined;
  };
  return {
    url: url.href,
    connections: () => open.size,
    cut,
    refuse,
    stall(what = 'everything') {
      stalled = what;
      for (const pair of open) hold(pair);
    },
    async resume() {
      stalled = undefined;
      for (const pair of open) pass(pair);
      server ??= await listen(port, take);
    },
    async [Symbol.asyncDispose]() {
      cut();
      refuse();
    },
  };
}

/** Somebody else may have the port for a moment after it was given up. */
async function listen(port: number, take: (client: Socket) => void): Promise<Server> {
  const deadline = performance.now() + LISTEN_MS;
  for (;;) {
    const server = createServer({ allowHalfOpen: true }, take).listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return server;
    } catch (cause) {
      if (performance.now() > deadline) throw cause;
      await sleep(LISTEN_AGAIN_MS);
    }
  }
}
