/** The four ways to call an operation: REST and tRPC as plain HTTP, and the two typed clients. */
import { createClient, errorBodyOf } from '../../client/index.ts';
import { createRestClient, readEvents } from '../../client/rest.ts';
import { BASE_PATH, contract, type ErrorBody } from '../../contract/index.ts';
import { type Endpoint, listEndpoints } from '../../contract/kit.ts';

/** The input of an operation: path parameters, query and body in one object. */
export type Input = Readonly<Record<string, unknown>>;

/** What a call came to: an answer, the events of a stream, or an error. */
export interface CallResult {
  readonly value?: unknown;
  readonly error?: unknown;
  /** Where the surface shows it. */
  readonly status?: number;
}

type Call = (name: string, endpoint: Endpoint, input: Input) => Promise<CallResult>;

const endpoints = new Map(listEndpoints(contract));

/** Calls an operation of the server at `url` in each way. */
export function surfacesOf(url: string): Readonly<Record<'REST' | 'createRestClient' | 'tRPC' | 'createClient', Call>> {
  const rest = createRestClient(url);
  const client = createClient(url);
  return {
    async REST(_name, endpoint, input) {
      const { path, query, body } = splitInput(endpoint, input);
      const response = await fetch(`${url}${BASE_PATH}${fill(endpoint.path, path)}${toQuery(query)}`, {
        method: endpoint.method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const { status } = response;
      if (!response.ok) return { status, error: await response.json() };
      if (endpoint.kind === 'stream' && status !== 204) return { status, value: await eventsOf(response.body) };
      const text = await response.text();
      return { status, value: text === '' ? undefined : JSON.parse(text) };
    },

    async createRestClient(_name, { method, path: template, kind, ...endpoint }, input) {
      const { path, query, body } = splitInput({ method, path: template, kind, ...endpoint }, input);
      // The client is typed path by path, and here the path is a value.
      const request = rest.request as unknown as (method: string, path: string, init: object) => Promise<RestAnswer>;
      const isStream = kind === 'stream';
      const { data, error, response } = await request(method.toLowerCase(), template, {
        params: { path, query },
        ...(body && { body }),
        ...(isStream && { parseAs: 'stream' }),
      });
      if (error !== undefined) return { status: response.status, error };
      const isEvents = isStream && response.status !== 204;
      return { status: response.status, value: isEvents ? await eventsOf(data as ReadableStream<Uint8Array>) : data };
    },

    async tRPC(name, { kind }, input) {
      const isQuery = kind === 'query';
      const json = JSON.stringify(input);
      const response = await fetch(`${url}/trpc/${name}${isQuery ? `?input=${encodeURIComponent(json)}` : ''}`, {
        method: isQuery ? 'GET' : 'POST',
        ...(!isQuery && { headers: { 'content-type': 'application/json' }, body: json }),
      });
      const answer = (await response.json()) as TrpcAnswer;
      if (answer.error) return { status: response.status, error: answer.error.data };
      return { status: response.status, value: answer.result?.data ?? undefined };
    },

    async createClient(name, { kind }, input) {
      // The client is typed by name, and here the name is a value.
      let node = client as unknown as ClientNode;
      for (const key of name.split('.')) node = node[key] as ClientNode;
      try {
        const answer = await (kind === 'query' ? node.query(input) : node.mutate(input));
        return {
          value:
            kind === 'stream' && answer
              ? await Array.fromAsync(answer as AsyncIterable<unknown>)
              : (answer ?? undefined),
        };
      } catch (cause) {
        const error = errorBodyOf(cause);
        if (!error) throw cause;
        return { error };
      }
    },
  };
}

type ClientNode = { readonly [key: string]: ClientNode } & {
  query(input: unknown): Promise<unknown>;
  mutate(input: unknown): Promise<unknown>;
};
interface RestAnswer {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}
interface TrpcAnswer {
  readonly result?: { readonly data?: unknown };
  readonly error?: { readonly data: unknown };
}

async function eventsOf(body: ReadableStream<Uint8Array> | null): Promise<unknown[]> {
  const events: unknown[] = [];
  if (body) for await (const { data } of readEvents(body)) if (data !== '[DONE]') events.push(JSON.parse(data));
  return events;
}

/** An input in the places REST has for it. */
export function splitInput({ path, query, body, method }: Endpoint, input: Input) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const pick = (keys: readonly string[]) =>
    Object.fromEntries(Object.entries(input).filter(([key]) => keys.includes(key)));
  const queryNames = Object.keys(query?.shape ?? {});
  const rest = Object.entries(input).filter(([key]) => !names.includes(key) && !queryNames.includes(key));
  return {
    path: pick(names),
    query: pick(queryNames),
    body: body && method !== 'GET' ? Object.fromEntries(rest) : undefined,
  };
}

const fill = (template: string, path: Input) =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
function toQuery(query: Input): string {
  const text = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)])).toString();
  return text && `?${text}`;
}

/** An error as REST has it, where the surface is tRPC, whose errors have one form. */
export const errorOverRest = ({ errorShape }: Endpoint, error: unknown): unknown =>
  errorShape?.toBody(error as ErrorBody) ?? error;

/** Every operation by its name. */
export const operations: ReadonlyMap<string, Endpoint> = endpoints;
