import type { ServerResponse } from 'node:http';
import type { Endpoint } from '../../contract/kit.ts';
import { shareInterval } from '../async/shared-interval.ts';
import { lastNumberOf } from '../call/numbered-events.ts';
import { isReady } from '../call/ready-events.ts';
import { type ChunkWriter, writeChunks, writePiece } from '../network/chunks.ts';
import { STALLED_READER_MS } from './send.ts';

/** How the events of a stream are written. */
export interface EventFormat {
  readonly contentType: string;
  /** One event on the wire; `number` counts from 1 unless the events have numbers of their own. */
  encode(event: unknown, number: number): string | Uint8Array;
  /** What keeps an idle connection open; absent where the format has nothing for it. */
  readonly ping?: string;
  /** What stands behind the last event. */
  readonly end?: string;
}

/** How long a stream waits, in milliseconds. */
export interface StreamTimings {
  /** The longest wait for the first event before the headers go out; a failure within it keeps its HTTP status. */
  readonly headersAfterMs: number;
  readonly pingMs: number;
  /** How long a reader may take nothing before its connection is closed. */
  readonly stalledMs: number;
}

/** The waits of a stream where nothing else is set. */
export const STREAM_TIMINGS: StreamTimings = { headersAfterMs: 2_000, pingMs: 15_000, stalledMs: STALLED_READER_MS };

/** Server-Sent Events: numbered, named when the endpoint names its events, one JSON value each, and the endpoint's mark behind the last. */
export function serverSentEvents({
  eventName,
  endMark,
  unnumbered,
}: Pick<Endpoint, 'eventName' | 'endMark' | 'unnumbered'>): EventFormat {
  const name = eventName as ((event: unknown) => string) | undefined;
  const idOf = (number: number) => (unnumbered ? '' : `id: ${number}\n`);
  return {
    ...(endMark !== undefined && { end: `data: ${endMark}\n\n` }),
    contentType: 'text/event-stream; charset=utf-8',
    encode: name
      ? (event, number) => `${idOf(number)}event: ${name(event)}\ndata: ${JSON.stringify(event)}\n\n`
      : (event, number) => `${idOf(number)}data: ${JSON.stringify(event)}\n\n`,
    ping: ': ping\n\n',
  };
}

interface SendEvents {
  readonly response: ServerResponse;
  readonly format: EventFormat;
  readonly timings: StreamTimings;
  /** Aborts when the reader leaves. */
  readonly gone: AbortSignal;
  /** Sends the head of the answer; called once, when the first event is there or has been waited for long enough. */
  writeHead(): void;
  /** The event that tells of a failure behind the head, when `number` is that of the event that came last; undefined when there is none. */
  toLastEvent(cause: unknown, number: number): unknown;
}

/**
 * Writes events as they come, no faster than the reader takes them. Returns when the events or the reader have ended. Throws what the
 * events throw before `writeHead` was called; after it, they end with an event that tells of it, so that nobody takes the answer for
 * cut off. The events are always told to stop.
 */
export async function sendEvents(events: AsyncIterable<unknown>, options: SendEvents): Promise<void> {
  const { response, format, timings, gone, writeHead, toLastEvent } = options;
  const iterator = events[Symbol.asyncIterator]();
  const lastNumber = lastNumberOf(events);
  const ready = isReady(iterator) ? iterator : undefined;
  const { untilGone, untilCalled } = createRaceWith(gone);
  let out: ChunkWriter | undefined;
  let endPings: (() => void) | undefined;
  let isOver = false;
  let isWhole = false;
  let number = 0;
  try {
    const first = iterator.next();
    await untilGone(firstOf(first, timings.headersAfterMs));
    if (gone.aborted) return;
    writeHead();
    out = writeChunks(response);
    const { ping: pingText } = format;
    if (pingText !== undefined) {
      endPings = shareInterval(timings.pingMs, () => {
        if (!response.writableNeedDrain) writePiece(response, pingText);
      });
    }
    for (let result = await untilGone(first); !result?.done; ) {
      while (result && !result.done) {
        number = lastNumber?.() ?? number + 1;
        out.add(format.encode(result.value, number));
        result = response.writableNeedDrain ? undefined : ready?.poll();
      }
      if (result) break;
      if (response.writableNeedDrain) await untilGone(drain(response, timings.stalledMs));
      if (gone.aborted) return;
      if (!ready) result = await untilGone(iterator.next());
      else {
        await untilCalled((wake) => ready.whenReady(wake));
        if (!gone.aborted) result = ready.poll();
      }
    }
    isOver = true;
    isWhole = true;
  } catch (cause) {
    isOver = true;
    const last = out && !gone.aborted ? toLastEvent(cause, number) : undefined;
    if (!out || last === undefined) throw cause;
    // Under the number of the event that came last: whoever reads on from there misses nothing.
    out.add(format.encode(last, number));
    isWhole = true;
  } finally {
    endPings?.();
    if (isWhole && format.end !== undefined) out?.add(format.end);
    if (isWhole) out?.end();
    else out?.flush();
    // Not awaited: a generator that waits for something else returns when that is over.
    if (!isOver) iterator.return?.().catch(() => undefined);
  }
}

function firstOf(next: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    next.then(() => resolve(), reject).finally(() => clearTimeout(timer));
  });
}

/** Waits for something, or for the signal: then undefined. Leaves nothing behind on the signal, however often it is called; for one wait at a time. */
function createRaceWith(signal: AbortSignal) {
  let leave: (() => void) | undefined;
  signal.addEventListener('abort', () => leave?.(), { once: true });
  return {
    /** Waits for a promise. */
    untilGone<T>(promise: Promise<T>): Promise<T | undefined> {
      return new Promise((resolve, reject) => {
        promise.then(resolve, reject);
        leave = () => resolve(undefined);
        if (signal.aborted) leave();
      });
    },
    /** Waits until `listen` has called what it is given. */
    untilCalled(listen: (wake: () => void) => void): Promise<void> {
      return new Promise((resolve) => {
        leave = resolve;
        listen(resolve);
      });
    },
  };
}

async function drain(response: ServerResponse, stalledMs: number): Promise<void> {
  // Counts partly written data as progress; a socket that times out is destroyed by the server, and the reader is gone.
  response.socket?.setTimeout(stalledMs);
  await new Promise((resolve) => response.once('drain', resolve));
  response.socket?.setTimeout(0);
}
