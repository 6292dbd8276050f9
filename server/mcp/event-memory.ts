/** The last events of a session, so that a caller whose stream broke can fetch what it missed. */
import type { JSONRPCMessage } from './mcp-sdk.ts';

interface Kept {
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  readonly bytes: number;
}

/** Keeps as many of the newest events as fit into `maxBytes`; what it no longer has cannot be fetched. */
export class EventMemory {
  readonly #maxBytes: number;
  readonly #events = new Map<string, Kept>();
  #bytes = 0;
  #count = 0;

  constructor(maxBytes = 4 * 1024 * 1024) {
    this.#maxBytes = maxBytes;
  }

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    const id = `${++this.#count}`;
    const bytes = JSON.stringify(message).length + 100;
    this.#events.set(id, { streamId, message, bytes });
    this.#bytes += bytes;
    for (const [oldest, event] of this.#events) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#events.delete(oldest);
      this.#bytes -= event.bytes;
    }
    return id;
  }

  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    return this.#events.get(eventId)?.streamId;
  }

  /** Sends what came after an event on its stream, in order. */
  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const streamId = this.#events.get(lastEventId)?.streamId;
    if (streamId === undefined) throw new Error('The event is not kept any more');
    for (const [id, event] of this.#events) {
      const isMissed = event.streamId === streamId && Number(id) > Number(lastEventId);
      // What only opens a stream carries no message.
      if (isMissed && 'jsonrpc' in event.message) await send(id, event.message);
    }
    return streamId;
  }
}
