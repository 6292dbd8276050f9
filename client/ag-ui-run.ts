/** One request to an AG-UI endpoint, as a stream of typed events. */
import type { AgUiEvent } from '../contract/ag-ui-events.ts';
import { readEvents } from './read-events.ts';

/**
 * Why a message was not answered. `code` is that of the server's error or of its `RUN_ERROR`; made here are `busy` (a message is being
 * answered), `unreachable`, `refused` (by something that is not this server), `connection-lost`, `malformed-event` and `caller-failed` (a
 * callback threw). `status` is set when the request was refused.
 */
export class AGUIError extends Error {
  readonly code: string;
  readonly status: number | undefined;

  constructor(code: string, message: string, { status, ...options }: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.name = 'AGUIError';
    this.code = code;
    this.status = status;
  }
}

/** How a request reaches its server. */
export interface Connection {
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

/** Posts JSON. Throws an {@link AGUIError} unless the answer is a success. */
export async function postJson(url: string, body: unknown, signal: AbortSignal, to: Connection): Promise<Response> {
  let response: Response;
  try {
    response = await to.fetch(url, {
      method: 'POST',
      headers: { accept: 'text/event-stream, application/json', ...to.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    throw new AGUIError('unreachable', `No answer from ${url}`, { cause });
  }
  if (!response.ok) throw await toError(response);
  return response;
}

/**
 * The events of one run, up to its `RUN_FINISHED`. Throws an {@link AGUIError} when the server refuses the run, when the run fails
 * (after the `RUN_ERROR` was given out), and when the stream ends or breaks before its terminal event.
 */
export async function* streamRun(
  url: string,
  input: unknown,
  signal: AbortSignal,
  to: Connection,
): AsyncGenerator<AgUiEvent, void> {
  const { body } = await postJson(url, input, signal, to);
  try {
    if (body) {
      for await (const { data } of readEvents(body, { signal })) {
        const event = parseEvent(data);
        yield event;
        if (event.type === 'RUN_FINISHED') return;
        if (event.type === 'RUN_ERROR') throw new AGUIError(event.code ?? 'run-failed', event.message);
      }
    }
  } catch (cause) {
    throw cause instanceof AGUIError
      ? cause
      : new AGUIError('connection-lost', 'The stream of the run broke', { cause });
  }
  throw new AGUIError('connection-lost', 'The stream of the run ended before the run did');
}

function parseEvent(data: string): AgUiEvent {
  try {
    const event: AgUiEvent = JSON.parse(data);
    if (typeof event.type === 'string') return event;
  } catch (cause) {
    throw new AGUIError('malformed-event', 'The server sent an event that is not JSON', { cause });
  }
  throw new AGUIError('malformed-event', 'The server sent an event without a type');
}

async function toError(response: Response): Promise<AGUIError> {
  const { status } = response;
  const text = await response.text().catch(() => '');
  try {
    const { detail, code }: { detail?: unknown; code?: unknown } = JSON.parse(text);
    if (typeof detail === 'string')
      return new AGUIError(typeof code === 'string' ? code : 'refused', detail, { status });
  } catch {
    // Something other than the server answered, such as a proxy.
  }
  return new AGUIError('refused', `The server answered ${status}`, { status });
}
