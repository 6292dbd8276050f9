/** The events of one run, across as many connections as it takes. */
import type { AgUiEvent } from '../contract/ag-ui-events.ts';
import { AGUIError } from './ag-ui-error.ts';
import type { AGUIReconnectOptions } from './ag-ui-options.ts';
import { readEvents, type ServerSentEvent } from './read-events.ts';

/** The version of AG-UI that is spoken here. */
export const AG_UI_VERSION = '1.0';

/** What every request is made with. */
export interface HttpSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

/** A request to make. */
export interface Post {
  readonly url: string;
  readonly body: unknown;
  readonly signal: AbortSignal;
  /** The number of the last event the caller has. */
  readonly lastEventId?: string | undefined;
}

/** Posts JSON. Throws an {@link AGUIError} unless the answer is a success. */
export async function postJson({ url, body, signal, lastEventId }: Post, http: HttpSettings): Promise<Response> {
  let response: Response;
  try {
    response = await http.fetch(url, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream, application/json',
        ...http.headers,
        'content-type': 'application/json',
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      body: JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    throw new AGUIError('unreachable', `No answer from ${url}`, { cause });
  }
  if (!response.ok) throw await toError(response);
  return response;
}

/** When a broken connection is made again: AGUIReconnectOptions with nothing left open. */
export type ReconnectPolicy = Required<AGUIReconnectOptions>;

/** How a run is started and read. */
export interface RunStream {
  /** The request that starts it, or reads it for the first time. */
  readonly first: Pick<Post, 'url' | 'body'>;
  /** Where it is read again when the connection has broken. */
  readonly connectUrl: string;
  readonly threadId: string;
  /** Absent: the newest of the thread, whose conversation comes first. */
  readonly runId?: string | undefined;
  readonly signal: AbortSignal;
  /** Absent: a connection that breaks is an error. */
  readonly reconnect: ReconnectPolicy | undefined;
}

/**
 * The events of one run, up to its `RUN_FINISHED`, each once. Throws an {@link AGUIError} when the server refuses the run, when the run
 * fails (after the `RUN_ERROR` was yielded), and when the connection is lost for good before the terminal event.
 */
export async function* streamRun(run: RunStream, http: HttpSettings): AsyncGenerator<AgUiEvent, void> {
  const { first, connectUrl, threadId, signal, reconnect } = run;
  let { runId } = run;
  let lastEventId = runId === undefined ? undefined : '0';
  let hasStarted = false;
  let isNumbered = true;
  let tries = 0;
  let response: Response | undefined = await postJson({ ...first, signal }, http);
  for (;;) {
    try {
      const body = { protocolVersion: AG_UI_VERSION, threadId, runId };
      response ??= await postJson({ url: connectUrl, body, signal, lastEventId }, http);
      for await (const { id, data } of readBody(response, signal, reconnect?.idleMs)) {
        const event = parseEvent(data);
        if (event.type === 'RUN_STARTED') {
          runId = event.runId;
          if (hasStarted) continue;
          hasStarted = true;
        }
        // The conversation comes only to a reader that sends no number, and has the number of RUN_STARTED: until it has come, none is sent.
        if (event.type !== 'RUN_STARTED' || lastEventId !== undefined) lastEventId = id;
        isNumbered &&= id !== '';
        tries = 0;
        yield event;
        if (event.type === 'RUN_FINISHED') return;
        if (event.type === 'RUN_ERROR') throw new AGUIError(event.code ?? 'run-failed', event.message);
      }
      throw new AGUIError('connection-lost', 'The stream of the run ended before the run did');
    } catch (cause) {
      // Where a server numbers no events, nobody can say which ones are missing.
      if (!reconnect || !isNumbered || tries >= reconnect.maxTries || !isPassing(cause)) {
        throw response ? cause : new AGUIError('connection-lost', 'The stream of the run broke for good', { cause });
      }
      response = undefined;
      await wait(delayOf(tries++, reconnect), signal, cause);
    }
  }
}

async function* readBody(
  { body }: Response,
  signal: AbortSignal,
  idleMs: number | undefined,
): AsyncGenerator<ServerSentEvent, void> {
  if (!body) return;
  try {
    yield* readEvents(body, { signal, ...(idleMs !== undefined && { idleMs }) });
  } catch (cause) {
    throw new AGUIError('connection-lost', 'The stream of the run broke', { cause });
  }
}

/** Whether trying again may help: the connection broke, or the server is not there now and may be soon. */
const isPassing = (cause: unknown): cause is AGUIError =>
  cause instanceof AGUIError &&
  (cause.code === 'connection-lost' ||
    cause.code === 'unreachable' ||
    [429, 502, 503, 504].includes(cause.status ?? 0));

const delayOf = (tries: number, { delayMs, maxDelayMs }: ReconnectPolicy) =>
  Math.min(delayMs * 2 ** tries, maxDelayMs) * (1 - Math.random() / 2);

/** Waits for `ms`; throws `cause` when the signal aborts. */
async function wait(ms: number, signal: AbortSignal, cause: AGUIError): Promise<void> {
  if (signal.aborted) throw cause;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  if (signal.aborted) throw cause;
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
    // Not the body of an error of this server: a proxy may have answered.
  }
  return new AGUIError('refused', `The server answered ${status}`, { status });
}
