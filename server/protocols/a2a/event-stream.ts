import { once } from 'node:events';
import { isReady } from '../../call/ready-events.ts';
import { type ChunkWriter, writeChunks } from '../../network/chunks.ts';
import type { RpcResponse } from './rpc-exchange.ts';

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
  response: RpcResponse,
  events: AsyncIterable<object>,
  { isOnlyTaken, beforeHead, toError }: StreamOptions,
): Promise<void> {
  const gone = new AbortController();
  const reading = openReading(events, gone.signal);
  response.once('close', () => gone.abort());
  let out: ChunkWriter | undefined;
  try {
    for (let event = await reading.next(); event; ) {
      if (!out) beforeHead();
      out ??= openStream(response);
      out.add(`data: ${JSON.stringify(event)}\n\n`);
      if (response.writableNeedDrain) await drained(response, gone.signal);
      if (gone.signal.aborted) return;
      event = reading.poll() ?? (await reading.next());
    }
    if (gone.signal.aborted) return;
  } catch (cause) {
    if (!out && !isOnlyTaken) {
      response.json(toError(cause));
      return;
    }
    out ??= openStream(response);
    out.add(`event: error\ndata: ${JSON.stringify(toError(cause))}\n\n`);
  } finally {
    reading.end();
  }
  if (out) out.end();
  else response.end();
}

/** Reads events without a promise for each of those that are there at once. */
function openReading(events: AsyncIterable<object>, gone: AbortSignal) {
  const iterator = events[Symbol.asyncIterator]();
  const ready = isReady(iterator) ? iterator : undefined;
  let leave: (() => void) | undefined;
  gone.addEventListener('abort', () => leave?.(), { once: true });
  let isOver = false;
  const take = (result: IteratorResult<object> | undefined): object | undefined => {
    isOver ||= result?.done === true;
    return result?.done ? undefined : result?.value;
  };
  return {
    /** The next event; undefined when it is not there yet, or none comes any more. */
    poll: () => (ready ? take(ready.poll()) : undefined),
    /** The next event; undefined when none comes any more, or the reader has gone. */
    async next(): Promise<object | undefined> {
      if (!ready) return take(await iterator.next());
      while (!isOver && !gone.aborted) {
        const event = take(ready.poll());
        if (event) return event;
        await new Promise<void>((resolve) => {
          leave = resolve;
          if (isOver) resolve();
          else ready.whenReady(resolve);
        });
      }
      return undefined;
    },
    // Not awaited: a generator that waits for something else returns when that is over.
    end: () => void iterator.return?.().catch(() => undefined),
  };
}

function openStream(response: RpcResponse): ChunkWriter {
  response.set({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  return writeChunks(response);
}

async function drained(response: RpcResponse, gone: AbortSignal): Promise<void> {
  // A reader who leaves never drains the response, so the wait ends when it leaves.
  await once(response, 'drain', { signal: gone }).catch((cause) => {
    if (!gone.aborted) throw cause;
  });
}
