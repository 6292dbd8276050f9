import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { contract } from '../contract/index.ts';
import { get, group, listEndpoints, type Method, post, stream } from '../contract/kit.ts';
import { createOpenApiDocument } from '../contract/openapi.ts';

const document = createOpenApiDocument(contract, '1.2.3');
const endpoints = [...listEndpoints(contract)];

/** The operation an endpoint is documented as. */
function operationOf({ path, method }: { path: string; method: Method }, of = document) {
  const item = of.paths?.[path];
  const operation = { GET: item?.get, POST: item?.post, PUT: item?.put, PATCH: item?.patch, DELETE: item?.delete }[
    method
  ];
  if (!operation) throw new Error(`${method} ${path} is not documented`);
  return operation;
}

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(result).toEqual({ valid: true });
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'agent-runtimes', version: '1.2.3' });
    expect(document.servers).toEqual([{ url: '/api/v1' }]);
  });

  test('has each endpoint of the contract and no other', () => {
    const documented = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(endpoints.map(([, { method, path }]) => `${method} ${path}`).sort());
  });

  test('names each operation once, in camelCase, after its procedure', () => {
    const ids = endpoints.map(([, endpoint]) => operationOf(endpoint).operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/);
    expect(operationOf({ method: 'POST', path: '/agents' }).operationId).toBe('agentsCreate');
  });

  test('lists each resource as one tag', () => {
    expect(document.tags).toEqual([...new Set(endpoints.map(([, { tag }]) => tag))]);
    for (const { description } of document.tags ?? []) expect(description).toMatch(/^[A-Z].*\.$/);
    for (const [, endpoint] of endpoints) expect(operationOf(endpoint).tags).toEqual([endpoint.tag.name]);
  });

  test('refers only to what it has, and uses all it has', () => {
    const text = JSON.stringify(document);
    const used = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, name]) => name));
    const had = Object.entries({
      schemas: document.components?.schemas,
      responses: document.components?.responses,
    }).flatMap(([kind, entries]) => Object.keys(entries ?? {}).map((name) => `${kind}/${name}`));
    expect([...used].sort()).toEqual(had.sort());
  });
});

describe.each(endpoints)('%s', (_name, endpoint) => {
  const operation = operationOf(endpoint);
  const success = operation.responses?.[String(endpoint.status)];

  test('says in a sentence what it does, and what each of its parameters is', () => {
    const sentences = [
      operation.description,
      ...(operation.parameters ?? []).map((parameter) => parameter.description),
    ];
    expect(sentences.filter((text) => !text?.trim())).toEqual([]);
  });

  test('documents its own success and no other', () => {
    const successes = Object.keys(operation.responses ?? {}).filter((status) => status.startsWith('2'));
    const isOptional = endpoint.whole?.safeParse(undefined).success;
    expect(successes).toEqual([String(endpoint.status), ...(isOptional ? ['204'] : [])]);
    const isAlsoWhole = endpoint.whole !== undefined && !isOptional;
    const types = endpoint.kind === 'stream' ? ['text/event-stream'] : ['application/json'];
    if (isAlsoWhole) types.push('application/json');
    expect(Object.keys(success?.content ?? {})).toEqual(endpoint.status === 204 ? [] : types);
    expect(Object.keys(success?.headers ?? {})).toEqual(endpoint.location ? ['Location'] : []);
  });

  test('documents its errors as named responses with the error body', () => {
    const declared = endpoint.errors ?? [];
    const refs = Object.entries(operation.responses ?? {}).filter(([status]) => !status.startsWith('2'));
    const codes = refs.flatMap(([status, { $ref }]) => {
      const response = document.components?.responses?.[String($ref).replace('#/components/responses/', '')];
      if (!response || !('content' in response)) throw new Error(`${$ref} is missing`);
      const json = response.content?.['application/json'];
      const isForeign = endpoint.errorShape !== undefined;
      expect(json?.schema).toEqual({ $ref: `#/components/schemas/${isForeign ? 'OpenAiError' : 'ErrorResponse'}` });
      return Object.entries(json?.examples ?? {}).map(([code, example]) => {
        const value = isForeign ? { error: { code } } : { code, status_code: Number(status) };
        expect(example).toMatchObject({ value });
        return code;
      });
    });
    expect(codes).toEqual(expect.arrayContaining([...declared, 'internal', 'host-not-allowed']));
    expect(codes.includes('unauthorized')).toBe(!endpoint.open);
    expect(codes.includes('rate-limited')).toBe(!endpoint.open);
    expect(codes.includes('malformed-json')).toBe(endpoint.body !== undefined);
    expect(operation.security).toEqual(endpoint.open ? [] : [{}, { apiKey: [] }]);
  });

  test('documents each parameter where it is read, and whether it is required', () => {
    const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, 'path', true] as const);
    const query = Object.entries(endpoint.query?.shape ?? {}).map(
      ([name, schema]) => [name, 'query', !schema.safeParse(undefined).success] as const,
    );
    const documented = (operation.parameters ?? []).map((parameter) =>
      'name' in parameter ? [parameter.name, parameter.in, parameter.required ?? false] : parameter,
    );
    expect(documented).toEqual([...names, ...query]);
  });

  test('documents its body as a component, required when a field of it is, with an example', () => {
    const { requestBody } = operation;
    expect(requestBody !== undefined).toBe(endpoint.body !== undefined);
    if (!endpoint.body || !requestBody || !('content' in requestBody)) return;
    expect(endpoint.body.parse(endpoint.bodyExample)).toEqual(endpoint.bodyExample);
    expect(requestBody.content['application/json']?.example).toEqual(endpoint.bodyExample);
    expect(requestBody.required).toBe(!endpoint.body.safeParse({}).success);
    const schema = document.components?.schemas?.[String(endpoint.body.meta()?.id)];
    if (!schema || !('properties' in schema)) throw new Error('its component has no properties');
    expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(endpoint.body.shape));
    const required = Object.keys(endpoint.body.shape).filter(
      (name) => !endpoint.body?.shape[name]?.safeParse(undefined).success,
    );
    expect(schema.required ?? []).toEqual(required);
  });

  test('has an example that its schema accepts and keeps whole', () => {
    const media = Object.values(success?.content ?? {})[0];
    if (endpoint.status === 204) return;
    if (endpoint.example === undefined) expect(media).not.toHaveProperty('example');
    else expectExample(media, endpoint.output, endpoint.example);
  });

  test('has an example of what it may answer in place of events', () => {
    const media = endpoint.kind === 'stream' ? success?.content?.['application/json'] : undefined;
    if (media) expectExample(media, endpoint.whole, endpoint.wholeExample);
    else expect(endpoint.wholeExample).toBeUndefined();
  });
});

function expectExample(media: unknown, output: z.ZodType | undefined, example: unknown): void {
  expect(output?.parse(example)).toEqual(example);
  expect(media).toMatchObject({ example });
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'document', components: document.components });
  const schema = JSON.parse(JSON.stringify(media).replaceAll('"#/components/', '"document#/components/')).schema;
  const isValid = ajv.compile(schema);
  expect(isValid(example), JSON.stringify(isValid.errors)).toBe(true);
}

describe('what the library cannot express', () => {
  const Choice = z.union([z.string(), z.object({ id: z.string() })]).meta({ id: 'Choice' });
  const odd = {
    things: group('Things', 'For the test.', {
      search: post('/things/search', {
        summary: 'Both a query and a body',
        query: z.object({ limit: z.coerce.number().int().default(5).meta({ description: 'The most' }) }),
        body: z.object({ words: z.array(Choice) }).meta({ id: 'Search', description: 'What to look for' }),
        output: z.object({ first: Choice, at: z.iso.datetime(), count: z.int() }).meta({ id: 'Found' }),
      }),
      run: stream('/things/{agent_id}/', {
        summary: 'A stream with a query',
        query: z.object({ casing: z.enum(['camel', 'snake']).optional().meta({ description: 'How' }) }),
        output: z.object({ type: z.literal('end') }),
        failure: () => ({ type: 'end' as const }),
        errors: ['agent-not-found', 'mcp-server-not-found'],
      }),
      get: get('/things/{agent_id}', { summary: 'Get', output: z.object({}), errors: ['agent-not-found'] }),
    }),
    foreign: group(
      'Foreign',
      'For the test.',
      {
        ask: stream('/foreign/ask', {
          summary: 'Events or one answer',
          output: z.object({ type: z.literal('end') }),
          failure: () => ({ type: 'end' as const }),
          whole: z.object({ count: z.int() }).meta({ id: 'Whole' }),
          endMark: '[DONE]',
          errors: ['agent-not-found'],
        }),
      },
      {
        schema: z.object({ error: z.object({ message: z.string() }) }).meta({ id: 'ForeignError' }),
        toBody: ({ detail }) => ({ error: { message: detail } }),
      },
    ),
  };
  const written = createOpenApiDocument(odd, '0.0.0');

  test('a POST keeps its query out of its body', () => {
    const operation = operationOf({ method: 'POST', path: '/things/search' }, written);
    expect(operation.parameters).toEqual([
      {
        in: 'query',
        name: 'limit',
        description: 'The most',
        schema: { default: 5, description: 'The most', type: 'integer' },
      },
    ]);
    expect(operation.requestBody).toEqual({
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Search' } } },
    });
  });

  test('a schema used in bodies and in answers is one component, open to new fields', () => {
    expect(written.components?.schemas).toMatchObject({
      Search: {
        type: 'object',
        description: 'What to look for',
        properties: { words: { type: 'array', items: { $ref: '#/components/schemas/Choice' } } },
      },
      Found: {
        type: 'object',
        properties: {
          first: { $ref: '#/components/schemas/Choice' },
          at: { type: 'string', format: 'date-time' },
          count: { type: 'integer' },
        },
      },
    });
    expect(Object.keys(written.components?.schemas ?? {})).toEqual([
      'Choice',
      'ErrorResponse',
      'ForeignError',
      'Found',
      'Search',
      'Whole',
    ]);
    expect(JSON.stringify(written)).not.toContain('additionalProperties');
  });

  test('a path keeps its trailing slash, and one path with and without it are two', () => {
    expect(Object.keys(written.paths ?? {})).toEqual([
      '/things/search',
      '/things/{agent_id}/',
      '/things/{agent_id}',
      '/foreign/ask',
    ]);
  });

  test('errors of one status share a response that lists them, and each endpoint has its own set', () => {
    expect(operationOf({ method: 'POST', path: '/things/{agent_id}/' }, written).responses?.['404']).toEqual({
      $ref: '#/components/responses/AgentNotFoundOrMcpServerNotFound',
    });
    expect(operationOf({ method: 'GET', path: '/things/{agent_id}' }, written).responses?.['404']).toEqual({
      $ref: '#/components/responses/AgentNotFound',
    });
    expect(written.components?.responses?.AgentNotFoundOrMcpServerNotFound).toMatchObject({
      description: '`agent-not-found`: No agent has this id  \n`mcp-server-not-found`: No MCP server has this id',
    });
  });

  test('a stream that may answer whole has both, and a group with errors of its own says so', () => {
    const { responses } = operationOf({ method: 'POST', path: '/foreign/ask' }, written);
    expect(responses?.['200']).toMatchObject({
      description: 'Server-sent events; the `data:` of each is one event as JSON, that of the last frame `[DONE]`',
      content: {
        'text/event-stream': { schema: { type: 'object' } },
        'application/json': { schema: { $ref: '#/components/schemas/Whole' } },
      },
    });
    expect(responses?.['404']).toEqual({ $ref: '#/components/responses/AgentNotFoundAsForeignError' });
    expect(written.components?.responses?.AgentNotFoundAsForeignError).toMatchObject({
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/ForeignError' },
          examples: { 'agent-not-found': { value: { error: { message: 'No agent has this id' } } } },
        },
      },
    });
    expect(written.components?.schemas).toHaveProperty('ForeignError');
  });

  test('a body without a name is refused, because typed clients would have none for it', () => {
    const nameless = {
      things: group('Things', 'For the test.', {
        create: post('/things', { summary: 'Create', body: z.object({ size: z.int() }), output: z.object({}) }),
      }),
    };
    expect(() => createOpenApiDocument(nameless, '0.0.0')).toThrow('things.create: the body needs an id');
  });
});
