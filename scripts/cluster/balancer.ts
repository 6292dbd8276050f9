/**
 * A small balancer for replicas on this machine: HTTP/1.1 and WebSockets, to each replica that is ready in turn. Requests of one MCP session
 * go to the replica that has made it, and once that is lost to any other, which does not know it. Answers pass as they come, and name their
 * replica in `X-Served-By`. A request is sent once: only one whose connection was refused is tried elsewhere. Who leaves ends it at the
 * replica too. Without a replica that is ready it answers 503 with `Retry-After`; of one that is lost in the middle, 502, and 504 of a silent one.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenToUpgrades, type Upgrade, wantsWebSocket } from '../../server/http/upgrade.ts';
import { type ForwardTimings, forward } from './forward.ts';
import { type ProbeTimings, Targets } from './targets.ts';

/** A balancer that listens. */
export interface Balancer extends AsyncDisposable {
  /** Its root, such as `http://127.0.0.1:8765`. */
  readonly url: string;
  readonly port: number;
  /** Replaces the replicas by those with these roots; what goes on at others goes on. Resolves when each was asked whether it is ready. */
  setTargets(targets: readonly string[]): Promise<void>;
  /** Cuts what goes on and takes no more. */
  close(): Promise<void>;
}

/** How a balancer is started. */
export interface StartBalancer {
  /** The roots of the replicas, such as `http://127.0.0.1:41233`. */
  readonly targets: readonly string[];
  /** The port of loopback; absent: any free one. */
  readonly port?: number;
  /** What waits otherwise than usual. */
  readonly timings?: Partial<ProbeTimings & ForwardTimings>;
}

// The server itself says something each 15 seconds where it streams events; an answer that is sent as a whole comes without any.
const TIMINGS = { probeMs: 250, probeSilenceMs: 2000, connectMs: 2000, silenceMs: 600_000 };
/** A request may take as long as it likes to come, but not its head. */
const HEAD_MS = 60_000;
/** More than a replica takes: it refuses what is too large. */
const MAX_HEAD_BYTES = 64 * 1024;

/** Starts a balancer on loopback. Rejects when its port is taken. */
export async function startBalancer({ targets: first, port = 0, timings: others }: StartBalancer): Promise<Balancer> {
  const timings = { ...TIMINGS, ...others };
  const targets = new Targets(timings);
  const pass = (request: IncomingMessage, response: ServerResponse, upgrade: Upgrade | undefined) => {
    // What cannot be passed on, such as an address with odd characters, breaks its own connection only.
    forward(request, response, { targets, timings, upgrade }).catch(() => response.destroy());
  };
  const server = createServer(
    {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: HEAD_MS,
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      shouldUpgradeCallback: wantsWebSocket,
    },
    (request, response) => pass(request, response, undefined),
  );
  // Of a replica that is silent it is told before the connection ends.
  server.timeout = timings.silenceMs * 2;
  const upgrades = listenToUpgrades(server, pass);
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    await targets.replace(first);
  } catch (cause) {
    targets.close();
    server.close();
    throw cause;
  }
  const listening = (server.address() as AddressInfo).port;
  let closed: Promise<unknown> | undefined;
  const close = async () => {
    targets.close();
    closed ??= new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    upgrades.destroyAll();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    setTargets: (next) => targets.replace(next),
    close,
    [Symbol.asyncDispose]: close,
  };
}
