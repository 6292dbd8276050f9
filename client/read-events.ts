/** A stream of events that cannot be read on: it was silent for too long, or one event is too long. */
class EventStreamError extends Error {
  override readonly name = 'EventStreamError';
}

/** One server-sent event. */
export interface ServerSentEvent {
  /** The `event:` name; `message` when the stream gives none. */
  readonly event: string;
  /** The `data:` lines, joined by newlines. */
  readonly data: string;
  /** The last `id:` the stream gave, in this event or before; empty when there was none. */
  readonly id: string;
}

/** How {@link readEvents} reads. */
export interface ReadEventsOptions {
  /** Ends the reading: the stream is cancelled and the reason of the signal is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** The most characters of one event; absent: 16 Mi. A longer one is an `EventStreamError`. */
  readonly maxEventChars?: number;
  /** How many milliseconds may pass without anything, even a comment, before an `EventStreamError`. Absent: any number. */
  readonly idleMs?: number;
}

/**
 * The events of a `text/event-stream` body, as they come, read as the HTML standard says
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html): any of CR LF, LF and CR ends a line, comments and unknown fields are
 * skipped, an event without data is none, and one that is cut off by the end of the stream is dropped. Leaving the loop cancels the body.
 * Throws what the body throws, and an `EventStreamError`.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { signal, maxEventChars = 16 * 1024 * 1024, idleMs }: ReadEventsOptions = {},
): AsyncGenerator<ServerSentEvent, void> {
  signal?.throwIfAborted();
  const reader = body.getReader();
  const cancel = () => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  const decoder = new TextDecoder();
  const parser = createParser(maxEventChars);
  try {
    for (;;) {
      const { done, value } = await readWithin(reader, idleMs);
      signal?.throwIfAborted();
      if (done) return;
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        yield event;
        signal?.throwIfAborted();
      }
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

async function readWithin(reader: ReadableStreamDefaultReader<Uint8Array>, idleMs: number | undefined) {
  if (idleMs === undefined) return reader.read();
  const { promise: idle, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new EventStreamError(`Nothing has come for ${idleMs} ms`)), idleMs);
  try {
    return await Promise.race([reader.read(), idle]);
  } finally {
    clearTimeout(timer);
  }
}

/** Splits text that comes in pieces into lines, and lines into events. */
function createParser(maxEventChars: number): { push(text: string): ServerSentEvent[] } {
  // The beginning of a line whose end has not come, in the pieces it came in: joining them with each piece would be quadratic.
  let pieces: string[] = [];
  let pieceChars = 0;
  let endedWithCr = false;
  let data: string[] = [];
  let dataChars = 0;
  let event = '';
  let id = '';

  const endEvent = (): ServerSentEvent | undefined => {
    const complete = data.length > 0 ? { event: event || 'message', data: data.join('\n'), id } : undefined;
    data = [];
    dataChars = 0;
    event = '';
    return complete;
  };
  const takeLine = (line: string): ServerSentEvent | undefined => {
    if (line === '') return endEvent();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') {
      data.push(value);
      dataChars += value.length;
    } else if (field === 'event') {
      event = value;
    } else if (field === 'id' && !value.includes('\0')) {
      id = value;
    }
    return undefined;
  };

  return {
    push(text) {
      const events: ServerSentEvent[] = [];
      // The LF of a CR LF that was cut in two: its CR has ended the line already.
      let start = endedWithCr && text[0] === '\n' ? 1 : 0;
      if (text !== '') endedWithCr = text.endsWith('\r');
      for (const end of text.matchAll(/\r\n|\n|\r/g)) {
        if (end.index < start) continue;
        const complete = takeLine(pieces.join('') + text.slice(start, end.index));
        if (complete) events.push(complete);
        pieces = [];
        pieceChars = 0;
        start = end.index + end[0].length;
      }
      pieces.push(text.slice(start));
      pieceChars += text.length - start;
      if (pieceChars + dataChars > maxEventChars) {
        throw new EventStreamError(`An event of the stream is longer than ${maxEventChars} characters`);
      }
      return events;
    },
  };
}
