/** The OpenAPI 3.1 document of a contract. trpc-to-openapi writes parameters, bodies and schemas; the rest adds what it cannot express. */
import { initTRPC } from '@trpc/server';
import { generateOpenApiDocument, type OpenAPIObject, type OpenApiMeta } from 'trpc-to-openapi';
import { z } from 'zod';
import { ErrorResponse } from './errors.ts';
import { BASE_PATH } from './index.ts';
import { type Contract, ContractError, type Endpoint, listEndpoints } from './kit.ts';
import { type ResponseOrRef, toErrorResponses } from './openapi-errors.ts';

type Paths = NonNullable<OpenAPIObject['paths']>;
type Operation = NonNullable<Paths[string]['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];
type Body = Exclude<NonNullable<Operation['requestBody']>, { $ref: string }>;
type Schema = NonNullable<Body['content'][string]['schema']>;
type NamedEndpoint = readonly [name: string, endpoint: Endpoint];
type Components = Required<Pick<NonNullable<OpenAPIObject['components']>, 'schemas' | 'responses'>>;

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = OpenAPIObject;

const ABOUT = `One server that hosts AI agents and offers each of them through every protocol a caller may speak.

- **Keys.** A server started with API keys answers 401 without \`Authorization: Bearer <key>\`. The health checks and these pages need none. Of several keys each sees the conversations, runs, approvals and A2A tasks it began, and those of others are a 404; agents and MCP servers are common to all.
- **Errors.** Every error has the body \`{"detail", "status_code", "code"}\`; \`code\` is stable, and a 422 adds \`errors\`, one entry for each wrong field. Where the data folder fails, any endpoint that needs it answers 503 \`store-failed\` or 507 \`store-full\`.
- **Streams** are server-sent events; \`: ping\` comments keep a quiet one open.
- **Paths** are exact. The spelling with the other trailing slash answers 307.
- **OpenAI clients** take \`/v1\` of this server as their base URL: \`/v1/<path>\` is \`${BASE_PATH}/openai/<path>\`, and every agent is a model.
- **MCP clients** come in by streamable HTTP: at \`${BASE_PATH}/mcp/servers/{server_id}/mcp\` each session has a process of that server to itself, sampling, elicitation and roots included; at \`${BASE_PATH}/mcp\` the tools of all running servers are one list, named \`server__tool\`. A session ends by DELETE, or ten minutes after its last connection closed.`;

/** Every endpoint of `contract` as valid OpenAPI 3.1, with the paths, statuses and bodies that are served. `version` is the server's. */
export function createOpenApiDocument(contract: Contract, version: string): OpenApiDocument {
  const endpoints = [...listEndpoints(contract)];
  const draft = tidy(draftDocument(endpoints, version));
  const components: Components = { schemas: { ...draft.components?.schemas }, responses: {} };
  const paths: Paths = {};
  for (const [name, endpoint] of endpoints) {
    const path = paths[endpoint.path] ?? {};
    path[toLowerCase(endpoint.method)] = toOperation(name, endpoint, draft.paths ?? {}, components);
    paths[endpoint.path] = path;
  }
  const sorted = { schemas: sortKeys(components.schemas), responses: sortKeys(components.responses) };
  const { openapi, info, servers } = draft;
  const tags = [...new Set(endpoints.map(([, { tag }]) => tag))];
  return { openapi, info, servers, tags, paths, components: { ...draft.components, ...sorted } };
}

function draftDocument(endpoints: readonly NamedEndpoint[], version: string): OpenApiDocument {
  return generateOpenApiDocument(toDraftRouter(endpoints), {
    title: 'agent-runtimes',
    version,
    description: ABOUT,
    baseUrl: BASE_PATH,
    license: { name: 'MIT', identifier: 'MIT' },
    securitySchemes: {
      apiKey: { type: 'http', scheme: 'bearer', description: 'Needed only by a server that is started with API keys' },
    },
    defs: { ErrorResponse, ...errorSchemasOf(endpoints) },
  });
}

/** The schemas of the errors that have another form, by their ids. */
const errorSchemasOf = (endpoints: readonly NamedEndpoint[]) =>
  Object.fromEntries(
    endpoints.flatMap(([, { errorShape }]) => (errorShape ? [[errorShape.schema.meta()?.id, errorShape.schema]] : [])),
  );

/**
 * Drops what the library adds to say that a zod object strips unknown keys, that an integer is a safe one and how digits make a date: noise to
 * a reader, and `additionalProperties: false` would forbid to add a field to an answer and gives schemas used in both directions a twin.
 */
function tidy(draft: OpenApiDocument): OpenApiDocument {
  const tidied: OpenApiDocument = JSON.parse(JSON.stringify(draft), function (this: { format?: string }, key, value) {
    const isNoise =
      (key === 'additionalProperties' && value === false) ||
      (key === 'pattern' && this.format === 'date-time') ||
      value === Number.MAX_SAFE_INTEGER ||
      value === Number.MIN_SAFE_INTEGER;
    return isNoise ? undefined : value;
  });
  const schemas = tidied.components?.schemas ?? {};
  const twins = Object.keys(schemas).filter((id) => isSame(schemas[id], schemas[`${id}Output`]));
  for (const id of twins) delete schemas[`${id}Output`];
  return JSON.parse(JSON.stringify(tidied), (_key, value) => {
    const twin = typeof value === 'string' && /^#\/components\/schemas\/(.+)Output$/.exec(value)?.[1];
    return twin && twins.includes(twin) ? `#/components/schemas/${twin}` : value;
  });
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function toOperation(name: string, endpoint: Endpoint, drafts: Paths, components: Components): Operation {
  const { summary, description, tag, open, body, bodyExample, status } = endpoint;
  const draft = drafts[draftPath(name, endpoint)]?.get;
  const parameters = (draft?.parameters ?? []).map((parameter) => describeParameter(parameter, endpoint));
  return {
    operationId: toOperationId(name),
    tags: [tag.name],
    summary,
    ...(description && { description }),
    // The empty requirement stands for a server without keys.
    security: open ? [] : [{}, { apiKey: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: toRequestBody({
        name,
        body,
        example: bodyExample,
        written: drafts[draftPath(name)]?.post?.requestBody,
        schemas: components.schemas,
      }),
    }),
    responses: {
      [status]: toSuccess(endpoint, schemaOf(draft?.responses?.['200']), drafts[wholePath(name)]?.get?.responses),
      ...(isOptional(endpoint.whole) && { 204: NO_BODY }),
      ...toErrorResponses(endpoint, components.responses),
    },
  };
}

/** The parameter with its description, which the library forgets where the parameter is optional. */
function describeParameter(parameter: Parameter, { input }: Endpoint): Parameter {
  if (!('name' in parameter)) return parameter;
  const field = input.shape[parameter.name];
  const description = field instanceof z.ZodType ? field.meta()?.description : undefined;
  return description ? { ...parameter, description } : parameter;
}

/** The body as a reference to a named component, which typed clients have a name for; the library writes it in place. */
function toRequestBody({
  name,
  body,
  example,
  written,
  schemas,
}: {
  name: string;
  body: NonNullable<Endpoint['body']>;
  example: object | undefined;
  written: Operation['requestBody'];
  schemas: Components['schemas'];
}): Body {
  const { id, description } = body.meta() ?? {};
  const schema = schemaOf(written);
  if (!schema || !id) throw new ContractError(`${name}: the body needs an id, .meta({ id })`);
  schemas[id] ??= description ? { ...schema, description } : schema;
  const content = { schema: { $ref: `#/components/schemas/${id}` }, ...(example && { example }) };
  return { required: !body.safeParse({}).success, content: { 'application/json': content } };
}

function toSuccess(
  { kind, status, location, example, wholeExample, endMark }: Endpoint,
  schema: Schema | undefined,
  whole: Operation['responses'],
): ResponseOrRef {
  if (status === 204) return NO_BODY;
  const content = { schema: schema ?? {}, ...(example !== undefined && { example }) };
  if (kind === 'stream') {
    const wholeSchema = schemaOf(whole?.['200']);
    const end = endMark === undefined ? '' : `, that of the last frame \`${endMark}\``;
    return {
      description: `Server-sent events; the \`data:\` of each is one event as JSON${end}`,
      content: {
        'text/event-stream': content,
        ...(wholeSchema && {
          'application/json': { schema: wholeSchema, ...(wholeExample !== undefined && { example: wholeExample }) },
        }),
      },
    };
  }
  const headers = { Location: { description: 'The path of the new resource', schema: { type: 'string' as const } } };
  return {
    description: DESCRIPTIONS[status] ?? 'OK',
    ...(location && { headers }),
    content: { 'application/json': content },
  };
}

const NO_BODY = { description: 'Done; the answer has no body' };

const isOptional = (schema: z.ZodType | undefined) => schema?.safeParse(undefined).success ?? false;

const DESCRIPTIONS: Partial<Record<number, string>> = { 201: 'Created', 202: 'Accepted' };

function schemaOf(holder: Operation['requestBody'] | Operation['responses']): Schema | undefined {
  return holder && 'content' in holder ? holder.content?.['application/json']?.schema : undefined;
}

/**
 * The contract as procedures that document and are never called. The library knows no trailing slash, no query of a POST and no event
 * stream. So each endpoint has a path made of its name here, with a GET for its path and query parameters and its output, and a POST for
 * its body.
 */
function toDraftRouter(endpoints: readonly NamedEndpoint[]) {
  const { procedure, router } = initTRPC.meta<OpenApiMeta>().create();
  const drafts = endpoints.flatMap(([name, endpoint]) => {
    const { input, body, output, whole } = endpoint;
    const parameters = z.object(
      Object.fromEntries(Object.entries(input.shape).filter(([field]) => !(field in (body?.shape ?? {})))),
    );
    const get = procedure
      .meta({ openapi: { method: 'GET', path: draftPath(name, endpoint), errorResponses: [] } })
      .input(parameters)
      .output(output)
      .query(neverCalled);
    const documented = { [`${name}.get`]: get };
    if (whole && !isOptional(whole)) {
      documented[`${name}.whole`] = procedure
        .meta({ openapi: { method: 'GET', path: wholePath(name), errorResponses: [] } })
        .input(z.object({}))
        .output(whole)
        .query(neverCalled);
    }
    if (!body) return Object.entries(documented);
    const post = procedure
      .meta({ openapi: { method: 'POST', path: draftPath(name), errorResponses: [] } })
      .input(body)
      .output(z.void())
      .mutation(neverCalled);
    return [...Object.entries(documented), [`${name}.post`, post] as const];
  });
  return router(Object.fromEntries(drafts));
}

/** The path of an endpoint in the draft: of its GET with the path parameters, which `endpoint` tells; of its POST without them. */
const draftPath = (name: string, endpoint?: Endpoint): `/${string}` =>
  `/${[name, ...(endpoint?.path.match(/\{\w+\}/g) ?? [])].join('/')}`;

/** The path in the draft that documents what a stream may be answered with in place of events. */
const wholePath = (name: string): `/${string}` => `/${name}/whole`;

const neverCalled = (): never => {
  throw new ContractError('A procedure that documents was called');
};

/** The operation id of a procedure: `agentsCreate` for `agents.create`. */
const toOperationId = (name: string) => name.replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase());

const toLowerCase = <const T extends string>(text: T) => text.toLowerCase() as Lowercase<T>;

const sortKeys = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
