import type { FetchText } from '../../network/text-fetch.ts';
import { mendEvents } from './mend-events.ts';
import { readMessages } from './read-message.ts';

/** A `fetch` whose answers are mended as the lines of a local server are, in JSON bodies and in the events of a stream. */
export function createMendingFetch(fetchText: FetchText): FetchText {
  return async (url, init) => {
    const response = await fetchText(url, init);
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !response.body) return response;
    const { status, statusText, headers } = response;
    if (type.startsWith('text/event-stream')) {
      const events = response.body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(mendEvents(mendJson))
        .pipeThrough(new TextEncoderStream());
      return new Response(events, { status, statusText, headers });
    }
    if (!type.startsWith('application/json')) return response;
    return new Response(mendJson(await response.text()), { status, statusText, headers });
  };
}

/** JSON with mended messages; a text that holds none stays as it is. */
function mendJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    const messages = readMessages(value);
    if (messages.length === 0) return text;
    return JSON.stringify(Array.isArray(value) ? messages : messages[0]);
  } catch {
    return text;
  }
}
