import { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { Models } from '../server/models/models.ts';
import { sayTools } from '../server/models/tool-schemas/say-tools.ts';
import { ToolArguments } from '../server/runs/tool-arguments.ts';
import { node, object, oddSchemas, S } from './fixtures/mcp/odd-schemas.ts';
import { refusalsOf, toolsIn } from './fixtures/mcp/tool-judge.ts';
import { ok, runLoop, toolsetOf, userSays } from './support/loop.ts';

const families = {
  openai: 'openai',
  chat: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  compatible: 'compatible',
  ollama: 'compatible',
} as const;
const doors: [family: keyof typeof families, id: string, environment: (url: string) => Record<string, string>][] = [
  ['openai', 'gpt-4o', (url) => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1`, OPENAI_API: 'responses' })],
  ['chat', 'gpt-4o', (url) => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1`, OPENAI_API: 'chat' })],
  ['anthropic', 'claude-sonnet-4-5', (url) => ({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: url })],
  ['google', 'gemini-2.5-flash', (url) => ({ GEMINI_API_KEY: 'k', GOOGLE_GENERATIVE_AI_BASE_URL: url })],
  ['compatible', 'openai-compatible:m', (url) => ({ OPENAI_COMPATIBLE_BASE_URL: `${url}/v1` })],
  ['ollama', 'ollama:m', (url) => ({ OLLAMA_BASE_URL: url })],
];

/** Prompts a model over real HTTP with a tool for each schema, and returns what was sent. */
async function prompt(
  id: string,
  environment: (url: string) => Record<string, string>,
  schemas: Record<string, Record<string, unknown>>,
) {
  const mock = new LLMock({ port: 0 });
  mock.onMessage('hello', { content: 'Hello' });
  await mock.start();
  const bodies: unknown[] = [];
  const models = new Models({
    environment: environment(mock.url),
    fetch: (input, init) => {
      bodies.push(JSON.parse(String(init?.body)));
      return fetch(input, init);
    },
  });
  const tools = Object.fromEntries(Object.keys(schemas).map((name) => [name, () => ok('done')]));
  const noted: unknown[] = [];
  const toolset = { ...toolsetOf(tools, schemas), noteUnsaid: (list: readonly unknown[]) => noted.push(...list) };
  const { outcome } = await runLoop((await models.resolve(id)).model, { history: [userSays('hello')], toolset });
  await mock.stop();
  return { outcome, sent: toolsIn(bodies[0]), noted };
}

const finished = { status: 'finished', pending: [] };

describe.each(doors)('%s', (family, id, environment) => {
  it('takes a tool for each odd schema, with the names of its arguments', async () => {
    const schemas = Object.fromEntries(oddSchemas.map(([, schema], index) => [`tool_${index}`, schema]));
    const { outcome, sent, noted } = await prompt(id, environment, schemas);
    expect(outcome).toEqual(finished);
    expect(refusalsOf(families[family], sent)).toEqual([]);
    expect(noted).toEqual([]);
    const told = sent.map(({ schema }, index) => [oddSchemas[index]?.[0], Object.keys(Object(schema.properties))]);
    expect(told).toEqual(oddSchemas.map(([title, , names]) => [title, names]));
  });

  it('is told of a plain schema as it is', async () => {
    const plain = object(
      {
        a: { ...S, description: 'What', enum: ['x', 'y'] },
        b: { type: 'array', items: { type: 'integer', minimum: 1 } },
      },
      { required: ['a'], additionalProperties: false },
    );
    const { sent } = await prompt(id, environment, { plain });
    expect(sent).toEqual([{ name: 'plain', schema: plain }]);
  });
});

it.each([
  ['openai', 128],
  ['google', 512],
  ['openai-compatible', 128],
])('%s is told of the first %i tools, and those of the caller among them', (provider, most) => {
  const tools = Array.from({ length: most + 3 }, (_, index) => ({ name: `tool_${index}`, inputSchema: object({}) }));
  const last = `tool_${most + 2}`;
  const { said, unsaid } = sayTools(`${provider}.chat`, tools, new Set([last]));
  const names = said.map(({ name }) => name);
  expect([names.length, names[0], names.at(-2), names.at(-1)]).toEqual([most, 'tool_0', `tool_${most - 2}`, last]);
  const detail = `${provider} takes ${most} tools at most, and an agent has ${most + 3}`;
  expect(unsaid).toEqual([`tool_${most - 1}`, `tool_${most}`, `tool_${most + 1}`].map((name) => ({ name, detail })));
});

it.each(['anthropic.messages', 'ollama.chat', 'script'])('%s is told of any number of tools', (provider) => {
  const tools = Array.from({ length: 1000 }, (_, index) => ({ name: `tool_${index}`, inputSchema: object({}) }));
  expect(sayTools(provider, tools, new Set()).said.length).toBe(1000);
});

it('Anthropic is not told of an argument whose name it refuses, nor of a tool that requires one', async () => {
  const [, , anthropic] = doors;
  if (!anthropic) throw new Error('There is no such door');
  const schemas = {
    optional: object({ $top: S, q: S }),
    required: object({ 'filter[id]': S }, { required: ['filter[id]'] }),
    nested: object({ q: object({ $top: S }) }),
  };
  const { outcome, sent, noted } = await prompt(anthropic[1], anthropic[2], schemas);
  expect(outcome).toEqual(finished);
  expect(sent).toEqual([
    { name: 'optional', schema: object({ q: S }) },
    { name: 'nested', schema: schemas.nested },
  ]);
  expect(noted).toEqual([
    { name: 'optional', detail: "anthropic is told of it without its arguments '$top', whose names it refuses" },
    { name: 'required', detail: "anthropic is not told of it: it refuses the names of its arguments 'filter[id]'" },
  ]);
});

it('Google is not told of a tool whose name begins with a digit', () => {
  const tools = [{ name: '21st__a', inputSchema: object({}) }];
  expect(sayTools('google.generative-ai', tools, new Set())).toEqual({
    said: [],
    unsaid: [
      {
        name: '21st__a',
        detail: 'google takes no tool of this name: it wants at most 64 of A-Z a-z 0-9 _ -, and a letter or _ first',
      },
    ],
  });
});

/** What a provider is told of a schema. */
const told = (provider: string, schema: Record<string, unknown>) =>
  sayTools(provider, [{ name: 'a', inputSchema: schema }], new Set()).said[0]?.inputSchema;

it('definitions stay where a provider follows them, and are written out where it does not', () => {
  const schema = object(
    { n: { $ref: '#/$defs/N', description: 'The first' } },
    { $defs: { N: { ...node, title: 'N' } } },
  );
  expect(told('openai.responses', schema)).toEqual(schema);
  expect(told('google.generative-ai', schema)).toEqual(
    object({
      n: { ...object({ kids: { type: 'array', items: { type: 'object' } } }), title: 'N', description: 'The first' },
    }),
  );
});

it('alternatives at the top become one object that requires what all of them do', () => {
  const schema = {
    type: 'object',
    properties: { id: S },
    required: ['id'],
    oneOf: [
      object({ kind: { const: 'a' }, a: S }, { required: ['kind', 'a'] }),
      object({ kind: { const: 'b' }, b: S }, { required: ['kind'] }),
    ],
  };
  expect(told('anthropic.messages', schema)).toEqual(
    object({ id: S, kind: { anyOf: [{ const: 'a' }, { const: 'b' }] }, a: S, b: S }, { required: ['id', 'kind'] }),
  );
});

it('definitions that refer to each other do not grow without end', () => {
  const names = Array.from({ length: 30 }, (_, index) => `D${index}`);
  const all = object(Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }])));
  const schema = { ...all, $defs: Object.fromEntries(names.map((name) => [name, all])) };
  expect(JSON.stringify(told('ollama.chat', schema)).length).toBeLessThan(1_000_000);
});

it('null is kept where it is a value', () => {
  const schema = object({ a: { default: null, enum: [null, 'x'] }, b: { const: null, examples: [null] } });
  expect(told('openai.chat', schema)).toEqual(schema);
});

it.each(oddSchemas)('the arguments of a tool with %s are checked, or left to its server', async (_title, schema) => {
  const toolArguments = new ToolArguments();
  const problem = await toolArguments.findProblem({}, { name: 'a', description: '', inputSchema: schema });
  expect(problem === undefined || problem.startsWith('The arguments do not fit the schema of the tool: ')).toBe(true);
});

it('a schema that cannot be compiled takes any arguments', async () => {
  const toolArguments = new ToolArguments();
  const of = (schema: Record<string, unknown>) =>
    toolArguments.findProblem({ n: 1 }, { name: 'a', description: '', inputSchema: schema });
  expect(await of(object({ n: { ...S, pattern: '(?<=a)[' } }))).toBeUndefined();
  expect(await of(object({ n: { $ref: '#/$defs/Missing' } }))).toBeUndefined();
  expect(await of(object({ n: { $ref: 'https://example.invalid/s.json' } }))).toBeUndefined();
});
