/** Requests to replicas, and all that came of them, byte by byte: nothing is mended, left out or put in order here. */
import { type IncomingMessage, request as startRequest } from 'node:http';
import { BASE_PATH } from '../../contract/index.ts';
import type { Replica } from './fleet.ts';

/** What was asked, and what came. Times are on the clock of `Date`. */
export interface Exchange {
  readonly replica: string;
  readonly method: string;
  readonly path: string;
  readonly sentAt: number;
  /** The number of the last event that the asker had; undefined of what is no stream. */
  readonly after?: number | undefined;
  /** When the head of the answer came. */
  headAt?: number;
  status?: number;
  retryAfter?: string;
  /** What was said of a connection that failed, or broke. */
  failure?: string;
  endedAt?: number;
  /** Of what is no stream. */
  body?: string;
  /** Of a stream, in the order in which they came. */
  readonly frames: Frame[];
  /** What came behind the last whole frame. */
  rest?: string;
}

/** What stands between two blank lines of a stream. */
export interface Frame {
  readonly at: number;
  readonly raw: string;
}

/** What a request may have. */
export interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly after?: number;
  /** Called for each frame. */
  readonly onFrame?: (frame: Frame) => void;
}

/** A request that was sent. */
interface Asking {
  /** What has come so far. */
  readonly exchange: Exchange;
  /** Resolves once the answer has ended or broken; never rejects. */
  readonly ended: Promise<Exchange>;
}

/** How long nothing at all may come before whoever asks gives up: longer than a replica is ever held still. */
const SILENCE_MS = 45_000;

/** Asks replicas, and keeps every exchange. */
export class Wire {
  readonly exchanges: Exchange[] = [];

  /** Sends a request on a connection of its own. */
  ask(replica: Replica, path: string, { method = 'GET', body, after, onFrame = () => {} }: Asked = {}): Asking {
    const exchange: Exchange = { replica: replica.name, method, path, sentAt: Date.now(), after, frames: [] };
    this.exchanges.push(exchange);
    const ended = new Promise<Exchange>((resolve) => {
      const end = (failure?: string) => {
        if (exchange.endedAt !== undefined) return;
        exchange.endedAt = Date.now();
        if (failure !== undefined) exchange.failure = failure;
        resolve(exchange);
      };
      const sent = startRequest(`${replica.server.url}${BASE_PATH}${path}`, {
        method,
        agent: false,
        timeout: SILENCE_MS,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(after !== undefined && after > 0 && { 'last-event-id': String(after) }),
        },
      });
      sent.on('timeout', () => sent.destroy(new Error(`nothing for ${SILENCE_MS} ms`)));
      sent.on('error', (cause) => end(`${Object(cause).code ?? ''} ${cause.message}`.trim()));
      sent.on('response', (response) => receive(response, { exchange, onFrame, end }));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
    return { exchange, ended };
  }
}

interface Receiving {
  readonly exchange: Exchange;
  readonly onFrame: (frame: Frame) => void;
  readonly end: (failure?: string) => void;
}

function receive(response: IncomingMessage, { exchange, onFrame, end }: Receiving): void {
  exchange.status = response.statusCode ?? 0;
  exchange.headAt = Date.now();
  const { 'retry-after': retryAfter, 'content-type': type } = response.headers;
  if (retryAfter !== undefined) exchange.retryAfter = retryAfter;
  const isStream = type?.startsWith('text/event-stream') ?? false;
  let text = '';
  response.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    if (!isStream) return;
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
      const frame = { at: Date.now(), raw: text.slice(0, at) };
      text = text.slice(at + 2);
      exchange.frames.push(frame);
      onFrame(frame);
    }
  });
  response.on('error', (cause) => end(`${Object(cause).code ?? ''} ${cause.message}`.trim()));
  response.on('close', () => {
    if (isStream) exchange.rest = text;
    else exchange.body = text;
    end(response.complete ? undefined : 'the connection broke');
  });
}

/** An event in a frame. */
export interface ToldEvent {
  readonly number: number;
  // Read where it is checked: what a server may say is not known here.
  readonly data: Readonly<Record<string, unknown>>;
}

/** The event in a frame; undefined when it is a comment that keeps a connection open. Throws when it is neither. */
export function readFrame({ raw }: Frame): ToldEvent | undefined {
  if (raw.startsWith(':')) return undefined;
  const [, id, data = ''] = /^id: (\d+)\ndata: (.*)$/.exec(raw) ?? [];
  if (id === undefined) throw new Error(`no frame: ${raw}`);
  return { number: Number(id), data: JSON.parse(data) };
}

/** Whether an event is the last of its run, or of its stream. */
export const isLast = ({ data }: ToldEvent): boolean => data.type === 'done' || data.type === 'error';

/** Whether a stream broke off that can be taken up again: its last event tells of the stream, and not of the run. */
export const isBreak = ({ data }: ToldEvent): boolean =>
  data.type === 'error' && (data.code === 'store-failed' || data.code === 'draining');

/** What a body holds as JSON; an empty object when it holds none. */
export function jsonOf({ body = '' }: Exchange): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
