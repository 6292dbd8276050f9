/** Between Node's requests and the web's: the SDK's server transport speaks the latter. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request without its body, which has been read before. */
export function toWebRequest(request: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return new Request(`http://localhost${request.url ?? '/'}`, { method: request.method ?? 'GET', headers });
}

/** Sends an answer as fast as its reader takes it. Resolves when it is whole or the reader has left; then its body is cancelled. */
export async function sendWebResponse(response: ServerResponse, answer: Response): Promise<void> {
  // Whether the connection is kept is not for the transport to say.
  answer.headers.delete('connection');
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (!answer.body) {
    response.end();
    return;
  }
  response.flushHeaders();
  const reader = answer.body.getReader();
  const leave = () => void reader.cancel().catch(() => undefined);
  response.once('close', leave);
  if (response.destroyed) leave();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || response.destroyed) break;
    if (!response.write(value)) await drainOrClose(response);
  }
  response.off('close', leave);
  response.end();
}

async function drainOrClose(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } catch (cause) {
    if (!response.destroyed) throw cause;
  } finally {
    settled.abort();
  }
}
