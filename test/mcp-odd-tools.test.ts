import { afterAll, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../server/mcp/servers/connection-limits.ts';
import { good, leftOut, mendable, oddLists } from './fixtures/mcp/odd-tools.ts';
import { createServers, until } from './support/mcp-servers.ts';
import { oddServer } from './support/odd-servers.ts';

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

it.each(mendable)('a tool with %s is served, mended', async (title, _tool, mended) => {
  const server = await servers.define(oddServer('odd', { tools: mendable.map(([name, tool]) => ({ name, ...tool })) }));
  if (server.status !== 'running') await server.start({ keepTrying: false });
  expect(asSent(server.tools.find(({ name }) => name === title))).toEqual({ name: title, ...mended });
  expect([server.status, server.tools.length, server.problems]).toEqual(['running', mendable.length, []]);
});

it.each(leftOut)(
  'a tool with %s is left out, and the view says why; the others serve',
  async (_title, tool, name, detail) => {
    await using odd = await start({ tools: [good, tool, { ...good, name: 'last' }] });
    expect(odd.server.tools.map(({ name: one }) => one)).toEqual(['good', 'last']);
    expect([odd.server.status, odd.server.problems]).toEqual(['running', [{ tool: name, detail }]]);
  },
);

it.each(oddLists)('a list with %s ends, and a bound is stated', async (_title, script, names, problem) => {
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

it('a huge tool is left out, and costs the others nothing', async () => {
  const huge = { ...good, name: 'huge', description: 'x'.repeat(1000) };
  await using odd = await start({ tools: [huge, good] }, { maxToolsBytes: 2000 });
  expect(odd.server.tools.map(({ name }) => name)).toEqual(['good']);
  expect(odd.server.problems).toEqual([{ tool: 'huge', detail: 'It is described in more than 1000 bytes' }]);
});

it('a list that is dropped because it is too long is told of', async () => {
  await using odd = await start({ without: [], list: { tools: undefined, isError: true, content: [] } });
  expect([odd.server.status, odd.server.tools]).toEqual(['running', []]);
  expect(odd.server.problems).toEqual([{ tool: null, detail: 'Its list of tools is longer than a message may be' }]);
});

it.each(leftOut)('a tool with %s costs only itself in a list that changes', async (_title, tool, name, detail) => {
  const [grow, grown] = [
    { ...good, name: 'grow' },
    { ...good, name: 'grown' },
  ];
  const results = { grow: { content: [{ type: 'text', text: 'grown' }] } };
  await using odd = await start({ tools: [good, grow], grown: [good, tool, grown], results });
  await odd.server.call('grow', {}, { signal: AbortSignal.timeout(60_000) });
  const names = () => odd.server.tools.map(({ name: one }) => one);
  await until(() => names().includes('grown'), 'the new tool is listed');
  expect([names(), odd.server.problems]).toEqual([['good', 'grown'], [{ tool: name, detail }]]);
});
