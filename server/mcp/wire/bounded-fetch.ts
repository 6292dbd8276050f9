import type { FetchText } from '../../network/text-fetch.ts';

/** A message of a remote server that is longer than what is kept of it. */
export class MessageTooLongError extends Error {
  override readonly name = 'MessageTooLongError';

  constructor(maxBytes: number) {
    super(`A message of more than ${maxBytes} bytes was cut off`);
  }
}

/** A `fetch` whose answers cannot fill the memory: a JSON body, or one event of a stream, is cut off with an error at `maxBytes`. */
export function createBoundedFetch(fetchText: FetchText, maxBytes: number): FetchText {
  return async (url, init) => {
    const response = await fetchText(url, init);
    const type = response.headers.get('content-type') ?? '';
    if (!response.body) return response;
    const body = response.body.pipeThrough(limitBytes(maxBytes, type.startsWith('text/event-stream')));
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };
}

function limitBytes(maxBytes: number, isEventStream: boolean): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const text = isEventStream ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : undefined;
      const lastEnd = text ? Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n')) : -1;
      bytes = lastEnd === -1 ? bytes + chunk.byteLength : chunk.byteLength - lastEnd;
      if (bytes > maxBytes) controller.error(new MessageTooLongError(maxBytes));
      else controller.enqueue(chunk);
    },
  });
}
