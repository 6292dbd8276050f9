/** The events of one run, across as many connections as it takes. */
import type { AgUiEvent } from '../contract/ag-ui-events.ts';
import { readEvents, type ServerSentEvent } from './read-events.ts';

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

/** The version of AG-UI that is spoken here. */
export const AG_UI_VERSION = '1.0';

/** How a request reaches its server. */
export interface Connection {
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
export async function postJson({ url, body, signal, lastEventId }: Post, to: Connection): Promise<Response> {
  let response: Response;
  try {
    response = await to.fetch(url, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream, application/json',
        ...to.headers,
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

/** When a broken connection is made again. */
export interface ReconnectPolicy {
  readonly maxTries: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
  readonly idleMs: number;
}

/** A run to read. */
export interface RunStream {
  /** What it is asked for with. */
  readonly first: Pick<Post, 'url' | 'body'>;
  /** Where it is read again. */
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
 * fails (after the `RUN_ERROR` was given out), and when the connection is lost for good before the terminal event.
 */
export async function* streamRun(run: RunStream, to: Connection): AsyncGenerator<AgUiEvent, void> {
  const { first, connectUrl, threadId, signal, reconnect } = run;
  let { runId } = run;
  let lastEventId = runId === undefined ? undefined : '0';
  let hasStarted = false;
  let isNumbered = true;
  let tries = 0;
  let response: Response | undefined = await postJson({ ...first, signal }, to);
  for (;;) {
    try {
      const body = { protocolVersion: AG_UI_VERSION, threadId, runId };
      response ??= await postJson({ url: connectUrl, body, signal, lastEventId }, to);
      for await (const { id, data } of readBody(response, signal, reconnect?.idleMs)) {
        const event = parseEvent(data);
        if (event.type === 'RUN_STARTED') {
          runId = event.runId;
          if (hasStarted) continue;
          hasStarted = true;
        }
        // The conversation has the number of RUN_STARTED, and comes to a reader without a number alone.
        if (event.type !== 'RUN_STARTED' || lastEventId !== undefined) lastEventId = id;
        isNumbered &&= id !== '';
        tries = 0;
        yield event;
        if (event.type === 'RUN_FINISHED') return;
        if (event.type === 'RUN_ERROR') throw new AGUIError(event.code ?? 'run-failed', event.message);
      }
      throw new AGUIError('connection-lost', 'The stream of the run ended before the run did');
    } catch (cause) {
      // Of a server that numbers no events, nobody could say which ones are missing.
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

/** A connection that broke, or a server that is not there now and may be soon. */
const isPassing = (cause: unknown): cause is AGUIError =>
  cause instanceof AGUIError &&
  (cause.code === 'connection-lost' ||
    cause.code === 'unreachable' ||
    [429, 502, 503, 504].includes(cause.status ?? 0));

const delayOf = (tries: number, { delayMs, maxDelayMs }: ReconnectPolicy) =>
  Math.min(delayMs * 2 ** tries, maxDelayMs) * (1 - Math.random() / 2);

/** Throws `cause` when the wait is given up. */
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
    // Something other than the server answered, such as a proxy.
  }
  return new AGUIError('refused', `The server answered ${status}`, { status });
}
