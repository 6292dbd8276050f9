/** The transports to a server behind a URL. */
import type { RemoteLaunch } from '../definitions/server-definition.ts';
import { createBoundedFetch } from './bounded-fetch.ts';
import { loadRemoteTransports, type Transport } from './mcp-sdk.ts';
import { createMendingFetch } from './mending-fetch.ts';
import { MAX_MESSAGE_BYTES } from './message-reader.ts';
import { createRemoteFetch } from './remote-fetch.ts';

const END_SESSION_MS = 1000;

/** What `connect` comes to over streamable HTTP or, when the server answers that it does not know that, over SSE. */
export async function connectRemote<Result>(
  { type, url, headers }: RemoteLaunch,
  connect: (transport: Transport) => Promise<Result>,
): Promise<Result> {
  const { StreamableHTTPClientTransport, StreamableHTTPError, SSEClientTransport } = await loadRemoteTransports();
  const options = {
    requestInit: { headers: { ...headers } },
    fetch: createMendingFetch(createBoundedFetch(createRemoteFetch(), MAX_MESSAGE_BYTES)),
  };
  if (type === 'http') {
    try {
      // Its `sessionId` may be undefined, which the interface it implements does not allow for.
      return await connect(new StreamableHTTPClientTransport(new URL(url), options) as Transport);
    } catch (cause) {
      if (!(cause instanceof StreamableHTTPError) || !mayKnowOnlySse(cause.code ?? 0)) throw cause;
    }
  }
  return connect(new SSEClientTransport(new URL(url), options));
}

// A server of the older transport refuses the request itself: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
const OF_THE_CALLER = [401, 403, 407, 429];
const mayKnowOnlySse = (status: number) => status >= 400 && status < 500 && !OF_THE_CALLER.includes(status);

/** Tells a server that its session is over. One that has gone away need not be told; one that hangs must not hold us up. */
export async function endRemoteSession(transport: Transport | undefined): Promise<void> {
  if (!transport || !('terminateSession' in transport) || typeof transport.terminateSession !== 'function') return;
  const told = Promise.resolve(transport.terminateSession()).catch(() => undefined);
  await Promise.race([told, new Promise((resolve) => setTimeout(resolve, END_SESSION_MS).unref())]);
}

/** Whether a call failed because the server has forgotten the session, as after a restart: the call has not run, and may be made again. */
export function isSessionLost(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return cause.code === 404 || (cause.code === 400 && /session/i.test(cause.message));
}
