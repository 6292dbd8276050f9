/** Joins a caller's MCP session to a server process of its own: every message passes as it is, in both directions. */
import type { JSONRPCMessage, Transport } from './mcp-sdk.ts';

type RequestId = string | number;

/**
 * Starts `server` and passes messages until either side closes, then closes the other. What the server says unasked goes to the request it
 * belongs to: by its progress token, else to the newest one that waits, since its stream is surely open.
 */
export async function pipe(caller: Transport, server: Transport): Promise<void> {
  const waiting = new Set<RequestId>();
  const progress = new Map<RequestId, RequestId>();
  let isClosed = false;

  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    for (const id of waiting) await caller.send(toError(id, 'The MCP server has ended')).catch(() => undefined);
    await Promise.all([caller.close(), server.close()]);
  };
  const relatedTo = (message: JSONRPCMessage): RequestId | undefined => {
    const token = progressTokenOf(message, 'notifications/progress');
    return (token === undefined ? undefined : progress.get(token)) ?? [...waiting].at(-1);
  };

  caller.onmessage = (message) => {
    if ('method' in message && 'id' in message) {
      waiting.add(message.id);
      const token = requestedTokenOf(message);
      if (token !== undefined) progress.set(token, message.id);
    }
    server.send(message).catch(() => {
      if ('method' in message && 'id' in message) {
        waiting.delete(message.id);
        caller.send(toError(message.id, 'The MCP server cannot be reached')).catch(() => undefined);
      }
    });
  };
  server.onmessage = (message) => {
    if ('method' in message) {
      const relatedRequestId = relatedTo(message);
      const options = relatedRequestId === undefined ? {} : { relatedRequestId };
      caller.send(message, options).catch(() => undefined); // the caller has closed that stream
      return;
    }
    if (message.id !== undefined) {
      waiting.delete(message.id);
      for (const [token, id] of progress) if (id === message.id) progress.delete(token);
    }
    const version = protocolVersionOf(message);
    if (version !== undefined) server.setProtocolVersion?.(version);
    caller.send(message).catch(() => undefined); // the caller has gone; its session ends when it is idle
  };
  caller.onclose = () => void close();
  server.onclose = () => void close();
  await server.start();
}

const toError = (id: RequestId, message: string): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code: -32_000, message },
});

function progressTokenOf(message: JSONRPCMessage, method: string): RequestId | undefined {
  if (!('method' in message) || message.method !== method) return undefined;
  return toId(message.params?.progressToken);
}

function requestedTokenOf(message: JSONRPCMessage): RequestId | undefined {
  return 'method' in message ? toId(message.params?._meta?.progressToken) : undefined;
}

/** Of the answer to `initialize`: what the two have agreed on, which HTTP repeats in a header from then on. */
function protocolVersionOf(message: JSONRPCMessage): string | undefined {
  const version = 'result' in message ? message.result.protocolVersion : undefined;
  return typeof version === 'string' ? version : undefined;
}

const toId = (value: unknown): RequestId | undefined =>
  typeof value === 'string' || typeof value === 'number' ? value : undefined;
