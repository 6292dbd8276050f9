import type { JSONRPCMessage } from '../wire/mcp-sdk.ts';

interface Event {
  readonly stream: string;
  readonly message: JSONRPCMessage;
  readonly bytes: number;
}

/** What a caller has missed of a stream. */
export interface Missed {
  readonly events: readonly (readonly [id: string, message: JSONRPCMessage])[];
  /** Whether the request of the stream was answered, so that it has ended. */
  readonly isComplete: boolean;
}

const MAX_EVENTS = 1000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The last messages sent to the caller of a session, within bounds of count and size, so that one who lost a connection can go on where it
 * broke off. Fits the event store of the SDK's transports.
 */
export class EventLog {
  readonly #events = new Map<number, Event>();
  #count = 0;
  #bytes = 0;

  /** Keeps a message, and drops the oldest ones that are too many. */
  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const number = ++this.#count;
    const bytes = JSON.stringify(message).length;
    this.#events.set(number, { stream, message, bytes });
    this.#bytes += bytes;
    for (const [oldest, event] of this.#events) {
      if (this.#events.size <= MAX_EVENTS && this.#bytes <= MAX_BYTES) break;
      this.#events.delete(oldest);
      this.#bytes -= event.bytes;
    }
    return String(number);
  }

  /** Sends again what came after an event, and returns the stream of that event. */
  async replayEventsAfter(
    lastEventId: string,
    { send }: { send(eventId: string, message: JSONRPCMessage): Promise<void> },
  ): Promise<string> {
    for (const [id, message] of this.missedAfter(lastEventId)?.events ?? []) await send(id, message);
    return this.#events.get(Number(lastEventId))?.stream ?? '';
  }

  /** What came on the stream of an event after it; undefined when that event is not held any more. */
  missedAfter(lastEventId: string): Missed | undefined {
    const last = this.#events.get(Number(lastEventId));
    if (!last) return undefined;
    const ofStream = [...this.#events].filter(([, { stream }]) => stream === last.stream);
    return {
      events: ofStream
        // The event that opens a stream has no message in it.
        .filter(([number, { message }]) => number > Number(lastEventId) && 'jsonrpc' in message)
        .map(([number, { message }]) => [String(number), message] as const),
      isComplete: ofStream.some(([, { message }]) => 'result' in message || 'error' in message),
    };
  }
}
