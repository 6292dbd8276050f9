import { afterAll, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../server/mcp/servers/connection-limits.ts';
import { createServers } from './support/mcp-servers.ts';
import { oddServer } from './support/odd-servers.ts';

const S = { type: 'object', properties: { q: { type: 'string' } } };
const good = { name: 'good', description: 'A good tool', inputSchema: S };
const object = { type: 'object' };

const servers = createServers();
afterAll(() => servers.close());

async function start(script: Parameters<typeof oddServer>[1], limits = {}) {
  const own = createServers({ limits: { ...DEFAULT_LIMITS, graceMs: { input: 100, term: 200 }, ...limits } });
  const server = await own.define(oddServer('odd', script));
  await server.start({ keepTrying: false });
  return { server, [Symbol.asyncDispose]: () => own.close() };
}

/** What is sent to callers: a field that is undefined is not there. */
const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const mendable: [title: string, tool: object, mended: object][] = [
  ['no schema', { description: 'x' }, { description: 'x', inputSchema: object }],
  ['a schema that is null', { inputSchema: null }, { inputSchema: object }],
  ['an empty schema', { inputSchema: {} }, { inputSchema: object }],
  ['a schema that is true', { inputSchema: true }, { inputSchema: object }],
  [
    'a schema without a type',
    { inputSchema: { properties: { a: S } } },
    { inputSchema: { ...object, properties: { a: S } } },
  ],
  ['a type in capitals', { inputSchema: { type: 'OBJECT' } }, { inputSchema: object }],
  [
    'a list of types',
    { inputSchema: { type: ['object', 'null'], properties: {} } },
    { inputSchema: { ...object, properties: {} } },
  ],
  [
    'alternatives at the top',
    { inputSchema: { anyOf: [S, object] } },
    { inputSchema: { ...object, anyOf: [S, object] } },
  ],
  ['properties that are null', { inputSchema: { ...object, properties: null } }, { inputSchema: object }],
  ['properties that are true', { inputSchema: { ...object, properties: true } }, { inputSchema: object }],
  ['properties that are a text', { inputSchema: { ...object, properties: 'none' } }, { inputSchema: object }],
  [
    'a property that is true',
    { inputSchema: { ...object, properties: { a: true } } },
    { inputSchema: { ...object, properties: { a: {} } } },
  ],
  [
    'a property that is false',
    { inputSchema: { ...object, properties: { a: false } } },
    { inputSchema: { ...object, properties: { a: { not: {} } } } },
  ],
  [
    'a type among its properties',
    { inputSchema: { ...object, properties: { a: S, type: 'object' } } },
    { inputSchema: { ...object, properties: { a: S, type: {} } } },
  ],
  ['required that is null', { inputSchema: { ...S, required: null } }, { inputSchema: S }],
  ['required with a number', { inputSchema: { ...S, required: ['q', 1] } }, { inputSchema: { ...S, required: ['q'] } }],
  ['a description that is null', { description: null, inputSchema: S }, { inputSchema: S }],
  ['a description that is a number', { description: 42, inputSchema: S }, { inputSchema: S }],
  ['a title that is null', { title: null, inputSchema: S }, { inputSchema: S }],
  ['annotations that are null', { annotations: null, inputSchema: S }, { inputSchema: S }],
  [
    'a hint that is null',
    { annotations: { title: 't', readOnlyHint: null }, inputSchema: S },
    { annotations: { title: 't' }, inputSchema: S },
  ],
  ['an output schema that is null', { outputSchema: null, inputSchema: S }, { inputSchema: S }],
  ['an output schema of a list', { outputSchema: { type: 'array', items: {} }, inputSchema: S }, { inputSchema: S }],
  [
    'an output schema without a type',
    { outputSchema: { properties: {} }, inputSchema: S },
    { outputSchema: { ...object, properties: {} }, inputSchema: S },
  ],
  ['meta that is null', { _meta: null, inputSchema: S }, { inputSchema: S }],
  ['icons that are null', { icons: null, inputSchema: S }, { inputSchema: S }],
  ['an icon without a source', { icons: [{ mimeType: 'image/png' }], inputSchema: S }, { inputSchema: S }],
  [
    'an execution of an unknown kind',
    { execution: { taskSupport: 'sometimes' }, inputSchema: S },
    { execution: {}, inputSchema: S },
  ],
  [
    'null where null means something',
    { inputSchema: { ...object, default: null, enum: [null] }, _meta: { a: null } },
    { inputSchema: { ...object, default: null, enum: [null] }, _meta: { a: null } },
  ],
];

it.each(mendable)('a tool with %s is served, mended', async (title, _tool, mended) => {
  const server = await servers.define(oddServer('odd', { tools: mendable.map(([name, tool]) => ({ name, ...tool })) }));
  if (server.status !== 'running') await server.start({ keepTrying: false });
  expect(asSent(server.tools.find(({ name }) => name === title))).toEqual({ name: title, ...mended });
  expect([server.status, server.tools.length, server.problems]).toEqual(['running', mendable.length, []]);
});

/** Lists in lists, so deep that a walk through all of it would end the stack. */
const deep = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

it.each<[title: string, tool: unknown, name: string, detail: string]>([
  ['no name', { inputSchema: S }, 'tool 2', 'It has no name'],
  ['an empty name', { name: ' ', inputSchema: S }, 'tool 2', 'It has no name'],
  ['a name that is null', { name: null, inputSchema: S }, 'tool 2', 'It has no name'],
  ['nothing in it', null, 'tool 2', 'It is no object'],
  ['a text in its place', 'search', 'tool 2', 'It is no object'],
  [
    'a schema of a list',
    { name: 'bad', inputSchema: { type: 'array' } },
    'bad',
    'Its inputSchema is of type "array", not of an object',
  ],
  ['a schema that is a text', { name: 'bad', inputSchema: 'object' }, 'bad', 'Its inputSchema is no JSON Schema'],
  ['a schema that fits nothing', { name: 'bad', inputSchema: false }, 'bad', 'Its inputSchema is no JSON Schema'],
  [
    'a schema without end',
    { name: 'bad', inputSchema: { ...object, enum: deep(200) } },
    'bad',
    'It is nested more than 100 levels deep',
  ],
  [
    'the name of another',
    { ...good, description: 'second' },
    'good',
    'It is listed more than once: the first is taken',
  ],
])('a tool with %s is left out, and the view says why; the others serve', async (_title, tool, name, detail) => {
  await using odd = await start({ tools: [good, tool, { ...good, name: 'last' }] });
  expect(odd.server.tools.map(({ name: one }) => one)).toEqual(['good', 'last']);
  expect([odd.server.status, odd.server.problems]).toEqual(['running', [{ tool: name, detail }]]);
});

it.each<[title: string, script: object, names: string[], problem: string | undefined]>([
  ['no tools at all', { tools: null }, [], undefined],
  ['tools that are no list', { tools: { good } }, [], 'Its list of tools is no list'],
  ['a next cursor that is null', { tools: [good], list: { nextCursor: null } }, ['good'], undefined],
  ['a next cursor that is empty', { tools: [good], list: { nextCursor: '' } }, ['good'], undefined],
  [
    'the same cursor again and again',
    { tools: [good], list: { nextCursor: 'same' } },
    ['good'],
    'Its list of tools has no end: the same cursor came again',
  ],
  [
    'another cursor each time',
    { tools: [good], list: { nextCursor: 'new' } },
    ['good'],
    'Its list of tools has no end: 3 pages were read',
  ],
  [
    'a number as a cursor',
    { tools: [good], list: { nextCursor: 7 } },
    ['good'],
    'Its list of tools has no end: the same cursor came again',
  ],
  [
    'more tools than are taken',
    { tools: ['a', 'b', 'c', 'd'].map((name) => ({ name })) },
    ['a', 'b', 'c'],
    'It lists more than 3 tools: the others are left out',
  ],
  [
    'more text than is taken',
    { tools: [good, { ...good, name: 'long', description: 'x'.repeat(3000) }] },
    ['good'],
    'Its tools are described in more than 2000 bytes: the others are left out',
  ],
])('a list with %s ends, and a bound is stated', async (_title, script, names, problem) => {
  await using odd = await start(script, { maxToolPages: 3, maxTools: 3, maxToolsBytes: 2000 });
  expect(odd.server.tools.map(({ name }) => name)).toEqual(names);
  const ofList = odd.server.problems.filter(({ tool }) => tool === null);
  expect([odd.server.status, ofList]).toEqual([
    'running',
    problem === undefined ? [] : [{ tool: null, detail: problem }],
  ]);
});

it('a list that breaks off keeps what came before', async () => {
  await using odd = await start({ tools: [good], list: { nextCursor: 'new' }, pagesUntilError: 2 });
  expect(odd.server.tools.map(({ name }) => name)).toEqual(['good']);
  expect(odd.server.problems.at(-1)).toEqual({ tool: null, detail: 'Its list of tools breaks off after 2 pages' });
});
