/** Declares HTTP endpoints as data: no server code and no framework, only zod schemas. */
import { z } from 'zod';
import type { ErrorBody, ErrorCode } from './errors.ts';
import { params } from './params.ts';

/** The HTTP methods an endpoint may have. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** What an endpoint is to a typed client: a query reads, a mutation changes, a stream is a mutation answered with many events. */
export type Kind = 'query' | 'mutation' | 'stream';
/** The fields of a zod object. */
export type Shape = z.core.$ZodShape;
type Param = keyof typeof params;

/** The names inside `{…}` of a path template. */
type ParamsOf<P extends string> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamsOf<Rest> : never;
/** `P` when each `{name}` in it is a declared path parameter; otherwise a type nothing fits, naming the offender. */
type ValidPath<P extends string> = [Exclude<ParamsOf<P>, Param>] extends [never]
  ? P
  : `unknown path parameter {${Exclude<ParamsOf<P>, Param>}}`;
type Flatten<T> = { [K in keyof T]: T[K] } & {};
type InputShape<P extends string, Q extends Shape, B extends Shape> = Flatten<
  Pick<typeof params, ParamsOf<P> & Param> & Q & B
>;
/** The shape of an endpoint without a query, or without a body. */
type Empty = Record<never, never>;

/** A contract that cannot be served or documented as it is declared: a mistake in the code, found when the contract is read. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/** A resource of the API: the section of the documentation that its endpoints are listed under. */
export interface Tag {
  readonly name: string;
  /** Markdown: one or two sentences. */
  readonly description: string;
}

/** What has to hold between fields of an input, each of which is right by itself. */
export interface Rule {
  /** The field that is told to be wrong where it does not. */
  readonly path: string;
  /** What that field must be. */
  readonly message: string;
  /** Asked with the input as its fields were read. */
  holds(input: Readonly<Record<string, unknown>>): boolean;
}

interface Docs {
  /** One line, for lists of endpoints. */
  readonly summary: string;
  /** Markdown: behaviour, units and order that the schemas cannot say. */
  readonly description?: string;
  /** The errors of this endpoint beyond those every endpoint can answer with. */
  readonly errors?: readonly ErrorCode[];
  /** True for endpoints that need no API key and are never rate limited. */
  readonly open?: true;
  /** True for endpoints whose body may hold files: it may have 16 MiB instead of 1. */
  readonly takesFiles?: true;
}

/** Another form of errors than this product's own, for callers who read that of another API. */
export interface ErrorShape {
  /** The JSON body, with an id. */
  readonly schema: z.ZodObject;
  /** Makes the body of an error. */
  readonly toBody: (error: ErrorBody) => object;
  /** Headers that such callers read beside it, such as whether to try again. */
  readonly headers?: (error: ErrorBody) => Readonly<Record<string, string>>;
}

/** One endpoint, as data. Everything the product offers of it is derived from this value. */
export interface Endpoint<
  K extends Kind = Kind,
  I extends Shape = Shape,
  O extends z.ZodType = z.ZodType,
  W extends z.ZodType = z.ZodType,
> extends Docs {
  readonly kind: K;
  readonly method: Method;
  /** The path below the base path, with `{name}` for each path parameter and the trailing slash it is served with. */
  readonly path: `/${string}`;
  /** The status of a success. */
  readonly status: number;
  /** Path parameters, query and body in one flat object. */
  readonly input: z.ZodObject<I>;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** The response body; of a stream, one event. */
  readonly output: O;
  /** An example of the response body; of a stream, of one event. */
  readonly example?: z.input<O>;
  /** An example of the request body: what the documentation pages send when it is tried out. */
  readonly bodyExample?: object;
  /** The `Location` of a created resource, below the base path. */
  readonly location?: (output: z.output<O>) => string;
  /** Streams only: the SSE `event:` name of an event, when the stream names its events. */
  readonly eventName?: (event: z.output<O>) => string;
  /** Streams only: the event that ends a stream which breaks off behind its beginning; see {@link StreamFailure}. */
  readonly failure?: StreamFailure<z.input<O>>;
  /** Streams only: what is answered in place of events where the handler returns it; `z.undefined()` is a 204 without a body. */
  readonly whole?: W;
  /** Streams only: an example of `whole`. */
  readonly wholeExample?: z.input<W>;
  /** Streams only: the data of a last frame, behind the last event. */
  readonly endMark?: string;
  /** Streams only: frames carry no SSE id, for clients that expect nothing but the data, or its name, in them. */
  readonly unnumbered?: true;
  /** The form of its errors; absent: `ErrorResponse`. Set by {@link group}. */
  readonly errorShape?: ErrorShape;
  /** The resource the endpoint belongs to; set by {@link group}. */
  readonly tag: Tag;
}

/** What a stream was asked for, as it came. */
type StreamInput = Readonly<Record<string, unknown>>;

/** Makes the last event of a stream that breaks off, from the error, what was asked for, and the number of the event that came last. */
type StreamFailure<Event> = (error: ErrorBody, input: StreamInput, number: number) => Event;

type Spec<Q extends Shape, B extends Shape, O extends z.ZodType> = Docs & {
  query?: z.ZodObject<Q>;
  body?: z.ZodObject<B>;
  rules?: readonly Rule[];
  output: O;
  example?: z.input<O>;
  bodyExample?: z.input<z.ZodObject<B>>;
  status?: 200 | 201 | 202 | 204;
  location?: (output: z.output<O>) => string;
};
type StreamSpec<Q extends Shape, B extends Shape, O extends z.ZodType> = Omit<Spec<Q, B, O>, 'status' | 'location'> & {
  eventName?: (event: z.output<O>) => string;
  failure: StreamFailure<z.input<O>>;
  endMark?: string;
  unnumbered?: true;
};
type Declare<K extends Kind> = <
  const P extends `/${string}`,
  O extends z.ZodType,
  Q extends Shape = Empty,
  B extends Shape = Empty,
>(
  path: P & ValidPath<P>,
  spec: Spec<Q, B, O>,
) => Endpoint<K, InputShape<P, Q, B>, O, z.ZodNever>;

/** Declares a GET: reads and changes nothing. */
export const get: Declare<'query'> = declare('query', 'GET');
/** Declares a POST answered with one JSON body. */
export const post: Declare<'mutation'> = declare('mutation', 'POST');
/** Declares a PUT: changes the fields it is given. */
export const put: Declare<'mutation'> = declare('mutation', 'PUT');
/** Declares a PATCH: replaces a part of what its path names. */
export const patch: Declare<'mutation'> = declare('mutation', 'PATCH');
/** Declares a DELETE: removes or ends what its path names. */
export const del: Declare<'mutation'> = declare('mutation', 'DELETE');
interface DeclareStream {
  <const P extends `/${string}`, O extends z.ZodType, Q extends Shape = Empty, B extends Shape = Empty>(
    path: P & ValidPath<P>,
    spec: StreamSpec<Q, B, O>,
  ): Endpoint<'stream', InputShape<P, Q, B>, O, z.ZodNever>;
  <
    const P extends `/${string}`,
    O extends z.ZodType,
    W extends z.ZodType,
    Q extends Shape = Empty,
    B extends Shape = Empty,
  >(
    path: P & ValidPath<P>,
    spec: StreamSpec<Q, B, O> & { whole: W; wholeExample?: z.input<W> },
  ): Endpoint<'stream', InputShape<P, Q, B>, O, W>;
}
/** Declares a POST answered with `text/event-stream`, or with `whole` where it has one; `output` is the schema of one event. */
export const stream: DeclareStream = declare('stream', 'POST');
/** Declares a GET answered with `text/event-stream`: what a browser's EventSource reads, also again after its connection broke. */
export const follow: DeclareStream = declare('stream', 'GET');

// The one place where the types of a declaration and the values behind them are joined by hand: TypeScript cannot compute the
// parameter names of a path from a string at run time, so the returned function is typed by its callers' annotations.
// biome-ignore lint/suspicious/noExplicitAny: see above.
function declare(kind: Kind, method: Method): any {
  return (
    path: `/${string}`,
    { query, body, rules = [], status = 200, ...rest }: Spec<Shape, Shape, z.ZodType>,
  ): Endpoint => {
    const names = [...Object.keys(readParams(path)), ...namesOf(query), ...namesOf(body)];
    if (new Set(names).size < names.length) {
      throw new ContractError(`${method} ${path}: a name stands in two of path, query and body`);
    }
    const fields = new z.ZodObject({
      type: 'object',
      // Made for the first who reads them, so that no start of a server makes those of every endpoint.
      get shape() {
        const shape = { ...readParams(path), ...query?.shape, ...body?.shape };
        Object.defineProperty(this, 'shape', { value: shape });
        return shape;
      },
    });
    const input = rules.reduce<z.ZodObject>(
      (checked, { holds, path: field, message }) => checked.refine(holds, { path: [field], message }),
      fields,
    );
    for (const schema of [query, body]) {
      if (schema?.def.checks?.length) {
        throw new ContractError(`${method} ${path}: refine fields, or state rules, not the whole query or body`);
      }
    }
    return { kind, method, path, status, input, query, body, tag: { name: '', description: '' }, ...rest } as Endpoint;
  };
}

function readParams(path: string): Shape {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as Param);
  return Object.fromEntries(names.map((name) => [name, params[name]]));
}

/** The names of the fields, without making those that are made when they are read: zod keeps these as they were given, beside the shape. */
function namesOf(schema: z.ZodObject | undefined): string[] {
  if (!schema) return [];
  const shape = Object.getOwnPropertyDescriptor(schema.def, 'shape')?.get;
  const given: unknown = shape && Reflect.get(shape, 'raw');
  return Object.keys(given ?? schema.shape);
}

/** A tree of endpoints; its keys are the names of the typed clients' procedures. */
export type Contract = { readonly [name: string]: AnyEndpoint | Contract };
/** An endpoint whatever its schemas are. */
// biome-ignore lint/suspicious/noExplicitAny: the variance of zod's types makes `Endpoint<Kind, Shape>` too narrow for a bound.
export type AnyEndpoint = Endpoint<Kind, any, any, any>;

/**
 * The `endpoints` of one resource, each with the tag it is listed under in the OpenAPI document: a name, and a description in Markdown.
 * With an `errorShape`, whatever is below the first segment of their paths answers errors in it.
 */
export function group<const C extends { readonly [name: string]: AnyEndpoint }>(
  name: string,
  description: string,
  endpoints: C,
  errorShape?: ErrorShape,
): C {
  const shared = { tag: { name, description } satisfies Tag, ...(errorShape && { errorShape }) };
  return Object.fromEntries(
    Object.entries(endpoints).map(([key, endpoint]) => [key, { ...endpoint, ...shared }]),
  ) as unknown as C;
}

/** Whether a node of a contract is an endpoint rather than a group of them. */
export const isEndpoint = (node: AnyEndpoint | Contract): node is AnyEndpoint =>
  typeof node.method === 'string' && typeof node.path === 'string';

/** Every endpoint of a contract with its dotted procedure name, such as `agents.create`, in the order of declaration. */
export function* listEndpoints(contract: Contract, prefix = ''): Generator<[name: string, endpoint: Endpoint]> {
  for (const [key, node] of Object.entries(contract)) {
    if (isEndpoint(node)) yield [prefix + key, node];
    else yield* listEndpoints(node, `${prefix}${key}.`);
  }
}
