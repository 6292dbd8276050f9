import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';

/** Texts both ways, one message each. */
export interface TextPipe {
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<string>;
}

/** How many requests of the other side may be without an answer. */
const MAX_OPEN_REQUESTS = 1000;
const NO_JSON = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'Parse error' } });

/** A pipe of texts as the messages that the SDK reads and writes. A text that is no JSON is answered, and dropped. */
export function toMessageStream({ readable, writable }: TextPipe): Stream {
  const writer = writable.getWriter();
  let openRequests = 0;
  const messages = new TransformStream<string, AnyMessage>({
    async transform(text, controller) {
      const message = parse(text);
      if (message === undefined) return writer.write(NO_JSON);
      if (isRequest(message)) openRequests++;
      if (openRequests > MAX_OPEN_REQUESTS) throw new Error(`More than ${MAX_OPEN_REQUESTS} requests are open`);
      // Whatever it is: the SDK answers what is no message.
      controller.enqueue(message as AnyMessage);
    },
  });
  return {
    readable: readable.pipeThrough(messages),
    writable: new WritableStream({
      write(message) {
        if (!('method' in message)) openRequests--;
        return writer.write(JSON.stringify(message));
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRequest = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'method' in message && 'id' in message;
