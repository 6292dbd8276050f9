/** Calls a server from outside, and notes what no case may cost: a stream that is cut, an answer that never comes, a fault. */
import { readEvents } from '../../client/read-events.ts';

/** How long anything may be silent. */
export const SILENCE_MS = 60_000;

/** An answer; status 0 when none came. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: cases say what they expect of a body where they read it.
  readonly body: any;
}

/** The answer to a request for a stream. */
export interface StreamAnswer extends Answer {
  /** The data of each event; none when the answer is no stream. */
  // biome-ignore lint/suspicious/noExplicitAny: cases say what they expect of an event where they read it.
  readonly events: readonly any[];
}

/** The events that end a stream, of every protocol with one. */
const ENDS = new Set(['done', 'error', 'RUN_FINISHED', 'RUN_ERROR']);

/** Where a server is, and the key with which it is asked; absent: none. */
export interface CalledServer {
  readonly url: string;
  readonly key?: string | undefined;
}

/** Calls one server for one case. Nothing that it does throws. */
export class Caller {
  readonly #server: CalledServer;
  readonly #silenceMs: number;
  /** What was lost as a whole, a sentence each. */
  readonly losses: string[];
  /** Every status of 500 or above. */
  readonly failures: number[];

  constructor(server: CalledServer, silenceMs: number = SILENCE_MS, noted?: Pick<Caller, 'losses' | 'failures'>) {
    this.#server = server;
    this.#silenceMs = silenceMs;
    this.losses = noted?.losses ?? [];
    this.failures = noted?.failures ?? [];
  }

  /** Somebody with another key, in the same case. */
  as(key: string): Caller {
    return new Caller({ url: this.#server.url, key }, this.#silenceMs, this);
  }

  /** Sends a request below the base path. A body that is a text is sent as it is, any other as JSON. */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#try(`${method} ${path}`, async (signal) => {
      const response = await this.#send(method, path, body, signal);
      return this.#note(response.status, await response.text());
    });
  }

  /** Posts a request for a stream and reads it to its end. One that ends without an event that says so is lost. */
  async stream(path: string, body: unknown, onEvent: (event: unknown) => void = () => {}): Promise<StreamAnswer> {
    const events: unknown[] = [];
    const answer = await this.#try(`POST ${path}`, async (signal, heard) => {
      const response = await this.#send('POST', path, body, signal);
      if (!response.body || !response.headers.get('content-type')?.includes('text/event-stream')) {
        return this.#note(response.status, await response.text());
      }
      for await (const { data } of readEvents(response.body, { signal })) {
        heard();
        events.push(parse(data));
        onEvent(events.at(-1));
      }
      return this.#note(response.status, '');
    });
    // A2UI has no event for the end: that of the connection is it, and one that breaks is not answered.
    const isStream = (answer.status === 0 || answer.text === '') && !path.startsWith('/a2ui/');
    if (isStream && !ENDS.has(Object(events.at(-1)).type)) {
      this.losses.push(`the stream of ${path} is cut after ${events.length} events`);
    }
    return { ...answer, text: answer.text || JSON.stringify(events), events };
  }

  #send(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const { url, key } = this.#server;
    return fetch(url + (path.startsWith('/trpc') ? path : `/api/v1${path}`), {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        accept: 'application/json, text/event-stream',
        'a2a-version': '1.0',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal,
    });
  }

  /** `heard` starts the deadline anew. */
  async #try(what: string, run: (signal: AbortSignal, heard: () => void) => Promise<Answer>): Promise<Answer> {
    const abort = new AbortController();
    const reason = new Error(`nothing for ${this.#silenceMs} ms`);
    const timer = setTimeout(() => abort.abort(reason), this.#silenceMs);
    try {
      return await run(abort.signal, () => void timer.refresh());
    } catch (cause) {
      const { message } = cause instanceof Error ? cause : new Error(String(cause));
      this.losses.push(`${what} is not answered: ${message}`);
      return { status: 0, text: '', body: undefined };
    } finally {
      clearTimeout(timer);
    }
  }

  #note(status: number, text: string): Answer {
    if (status >= 500) this.failures.push(status);
    return { status, text, body: parse(text) };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks again and again until what comes passes, or as long as anything may be silent; the last answer. */
export async function askUntil(
  caller: Caller,
  path: string,
  passes: (answer: Answer) => boolean,
  patienceMs: number = SILENCE_MS,
): Promise<Answer> {
  for (const deadline = performance.now() + patienceMs; ; ) {
    const answer = await caller.ask('GET', path);
    if (passes(answer) || answer.status === 0 || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
