import type { ServerResponse } from 'node:http';
import { BASE_PATH } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import { isIterable, type Operation } from '../call/implement.ts';
import { type Exchange, toRestContext } from './exchange.ts';
import { dropBody, hasBody, MAX_FILES_BODY_BYTES, readJsonObject } from './read-json.ts';
import { createQueryReader, type QueryReader } from './read-query.ts';
import { createRoutes, type Match } from './routes.ts';
import { otherSpelling, redirect, sendEmpty, sendJson } from './send.ts';
import { type EventFormat, type StreamTimings, sendEvents, serverSentEvents } from './sse.ts';

/** Further formats of a stream by operation name, for callers whose Accept names their content type. */
export type StreamFormats = Readonly<Record<string, readonly EventFormat[]>>;

interface Route {
  readonly operation: Operation;
  readonly readQuery: QueryReader;
  readonly formats: readonly [EventFormat, ...EventFormat[]];
}
/** What a path under the base path leads to. */
export interface RestMatch {
  /** Absent when the path does not have this method. */
  readonly operation: Operation | undefined;
  /** Whether the contract has this path, or the same with the other trailing slash. */
  readonly isKnown: boolean;
  /** Answers the exchange; throws before the answer has begun, or when a stream breaks. A promise where it has to wait. */
  serve(): Promise<void> | undefined;
}

/** Serves operations as REST: exact paths, their statuses, JSON or an event stream. */
export function createRest(
  operations: readonly Operation[],
  { formats, timings }: { formats: StreamFormats; timings: StreamTimings },
): (exchange: Exchange) => RestMatch {
  const routes = createRoutes(
    operations.map((operation) => ({
      method: operation.endpoint.method,
      path: BASE_PATH + operation.endpoint.path,
      value: toRoute(operation, formats[operation.name] ?? []),
    })),
  );
  const streams = new Map(
    operations
      .filter(({ endpoint }) => endpoint.kind === 'stream')
      .map((operation) => [operation.endpoint.path, toRoute(operation, formats[operation.name] ?? [])]),
  );
  // `/ag-ui/agents/` is the other spelling of `/ag-ui/agents`, never an agent called `agents`.
  const shadowed = new Set(
    operations
      .map(({ endpoint }) => otherSpelling(BASE_PATH + endpoint.path))
      .filter((path) => Object.keys(routes.find(path)?.params ?? {}).length > 0),
  );
  return (exchange) => {
    const match = shadowed.has(exchange.route) ? undefined : findRoute(() => routes.find(exchange.route));
    const method = exchange.request.method ?? '';
    const found = match?.methods.get(method === 'HEAD' ? 'GET' : method);
    // The stream of an endpoint has the same path with `/stream` behind it; at the path itself it is asked for by its content type.
    const streamed =
      found && wantsEvents(exchange) ? streams.get(`${found.operation.endpoint.path}/stream`) : undefined;
    const route = streamed ?? found;
    if (match && route) {
      exchange.operation = route.operation.name;
      const { params } = match;
      return { operation: route.operation, isKnown: true, serve: () => serve(exchange, { route, params, timings }) };
    }
    const isOther = match === undefined && routes.find(otherSpelling(exchange.route)) !== undefined;
    const refuse = () => {
      if (match) refuseMethod(exchange, match);
      else if (isOther) redirect(exchange);
      else throw new ApiError('not-found', 'Not Found');
      return undefined;
    };
    return { operation: undefined, isKnown: match !== undefined || isOther, serve: refuse };
  };
}

function toRoute(operation: Operation, formats: readonly EventFormat[]): Route {
  const { endpoint } = operation;
  return {
    operation,
    readQuery: createQueryReader(endpoint),
    formats: [serverSentEvents(endpoint), ...formats],
  };
}

function findRoute(find: () => Match<Route> | undefined): Match<Route> | undefined {
  try {
    return find();
  } catch (cause) {
    throw new ApiError('malformed-url', 'The path holds a malformed escape', { cause });
  }
}

function refuseMethod(exchange: Exchange, { methods }: Match<Route>): void {
  const allow = [...methods.keys(), ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  const { method } = exchange.request;
  if (method !== 'OPTIONS') {
    throw new ApiError('method-not-allowed', `${method} is not allowed here; allowed: ${allow}`, {
      headers: { allow },
    });
  }
  sendEmpty(exchange, 204, 'allow', allow);
}

interface Call {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly timings: StreamTimings;
}

/** A promise only where something is waited for: a body, or the handler. */
function serve(exchange: Exchange, call: Call): Promise<void> | undefined {
  return hasBody(exchange.request) ? serveBody(exchange, call) : run(exchange, call, {});
}

type Input = Record<string, unknown>;

async function serveBody(exchange: Exchange, call: Call): Promise<void> {
  const { endpoint } = call.route.operation;
  const { request, response } = exchange;
  const writeContinue = () => response.writeContinue();
  const maxBytes = endpoint.takesFiles && MAX_FILES_BODY_BYTES;
  if (endpoint.body) await run(exchange, call, await readJsonObject(request, writeContinue, maxBytes));
  else {
    await dropBody(request, writeContinue);
    await run(exchange, call, {});
  }
}

function run(exchange: Exchange, call: Call, input: Input): Promise<void> | undefined {
  const { operation, readQuery } = call.route;
  readQuery(exchange.query, input);
  Object.assign(input, call.params);
  const result = operation.run(input, toRestContext(exchange), exchange.gone);
  return result instanceof Promise
    ? result.then((output) => finish(exchange, call, { input, output }))
    : finish(exchange, call, { input, output: result });
}

function finish(
  exchange: Exchange,
  { route: { operation, formats }, timings }: Call,
  { input, output }: { readonly input: Input; readonly output: unknown },
): Promise<void> | undefined {
  const { endpoint } = operation;
  if (endpoint.kind === 'stream' && isIterable(output)) {
    const format = chooseFormat(exchange, formats);
    return stream(exchange, output, {
      format,
      timings,
      toLastEvent: (...failure) => operation.toLastEvent(...failure, input),
    });
  }
  if (exchange.gone.hasLeft) return undefined;
  if (endpoint.location) exchange.headers.push('location', BASE_PATH + encodePath(endpoint.location(output)));
  if (endpoint.status === 204 || output === undefined) sendEmpty(exchange, 204);
  else sendJson(exchange, endpoint.status, output);
  return undefined;
}

/** Whether the caller takes events and no JSON. */
const wantsEvents = ({ request: { headers } }: Exchange): boolean =>
  headers.accept !== undefined && /text\/event-stream/.test(headers.accept) && !/json/.test(headers.accept);

const encodePath = (path: string) => encodeURI(path).replace(/[?#]/g, encodeURIComponent);

function chooseFormat({ request }: Exchange, formats: Route['formats']): EventFormat {
  const accept = request.headers.accept ?? '';
  return formats.find(({ contentType }) => accept.includes(contentType)) ?? formats[0];
}

interface StreamOptions {
  readonly format: EventFormat;
  readonly timings: StreamTimings;
  toLastEvent(cause: unknown, number: number): unknown;
}

async function stream(
  exchange: Exchange,
  events: AsyncIterable<unknown>,
  { format, timings, toLastEvent }: StreamOptions,
): Promise<void> {
  const { request, response, headers, gone } = exchange;
  exchange.isStream = true;
  const writeHead = () => {
    headers.push(
      'content-type',
      format.contentType,
      'cache-control',
      'no-cache, no-transform',
      'x-accel-buffering',
      'no',
    );
    response.writeHead(200, headers);
    response.flushHeaders();
  };
  // Whoever asks for the head alone waits for its end, and some events never end.
  if (request.method === 'HEAD') {
    writeHead();
    response.end();
    return;
  }
  await sendEvents(events, {
    response,
    format,
    timings,
    gone: gone.signal,
    writeHead,
    toLastEvent(cause, number) {
      exchange.fault = cause;
      return toLastEvent(cause, number);
    },
  });
  watchEnd(response, timings);
}

function watchEnd(response: ServerResponse, { stalledMs }: StreamTimings): void {
  if (response.socket?.writableLength) response.socket.setTimeout(stalledMs);
}
