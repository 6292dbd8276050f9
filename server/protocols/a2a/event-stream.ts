import { once } from 'node:events';
import type { Response } from 'express';

interface StreamOptions {
  /** Whether the reader takes nothing but an event stream, also of an error. */
  readonly isOnlyTaken: boolean;
  /** Called before anything is sent, to set headers that the first event may have decided on. */
  beforeHead(): void;
  /** The body that tells of an error. */
  toError(cause: unknown): object;
}

/**
 * Sends events as an event stream, at the pace of the reader. An error before the first of them is answered without a stream, or is the only
 * event of one for a reader that takes nothing else.
 */
export async function sendEventStream(
  response: Response,
  events: AsyncGenerator<object>,
  { isOnlyTaken, beforeHead, toError }: StreamOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    for await (const event of events) {
      if (gone.signal.aborted) return;
      if (!response.headersSent) {
        beforeHead();
        writeHead(response);
      }
      if (!response.write(`data: ${JSON.stringify(event)}\n\n`)) await drained(response, gone.signal);
    }
  } catch (cause) {
    if (!response.headersSent && !isOnlyTaken) {
      response.json(toError(cause));
      return;
    }
    if (!response.headersSent) writeHead(response);
    response.write(`event: error\ndata: ${JSON.stringify(toError(cause))}\n\n`);
  }
  response.end();
}

function writeHead(response: Response): void {
  response.set({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
}

async function drained(response: Response, gone: AbortSignal): Promise<void> {
  // A reader who leaves never drains the response, so the wait ends when it leaves.
  await once(response, 'drain', { signal: gone }).catch((cause) => {
    if (!gone.aborted) throw cause;
  });
}
