import { afterAll, expect, it } from 'vitest';
import { toToolOutcome } from '../server/mcp/tool-result.ts';
import { failures, LONG, read } from './fixtures/mcp/odd-results.ts';
import { oddCommand } from './fixtures/mcp/odd-server.ts';
import { createServers } from './support/mcp-servers.ts';
import { oddServer } from './support/odd-servers.ts';
import { poll, startWholeServer } from './support/whole-server.ts';

const signal = AbortSignal.timeout(60_000);
const servers = createServers();
afterAll(() => servers.close());

/** The result of a call, and what is made of it. One server has a tool for each case. */
async function call(title: string) {
  const cases: [string, unknown, unknown?][] = [
    ...read,
    ...failures,
    [LONG, { content: [{ type: 'video', data: 'x'.repeat(100_000) }] }],
  ];
  const script = {
    tools: cases.map(([name]) => ({ name })),
    results: Object.fromEntries(cases.map(([name, result]) => [name, result])),
  };
  const server = await servers.define(oddServer('odd', script));
  if (server.status !== 'running') await server.start({ keepTrying: false });
  const answer = await server.call(title, {}, { signal });
  return { answer, outcome: toToolOutcome(answer) };
}

it.each(read)('a result with %s is read', async (title, _result, outcome) => {
  expect((await call(title)).outcome).toEqual({ result: outcome, isError: false });
});

it.each(failures)('a failure %s has words', async (title, _result, outcome) => {
  expect((await call(title)).outcome).toEqual({ result: outcome, isError: true });
});

it('a part of an unknown kind is cut where it would fill the context of a model', async () => {
  const { answer } = await call(LONG);
  const [part] = answer.content;
  expect(part?.type === 'text' && part.text.slice(-30)).toBe('x [cut off: 100026 characters]');
  expect(part?.type === 'text' && part.text.length).toBeLessThan(2100);
});

it('a failure without words is told by the proxy in words', async () => {
  const results = {
    quiet: { content: [], isError: true },
    structured: { isError: true, structuredContent: { error: 'quota' } },
  };
  const tools = [{ name: 'quiet' }, { name: 'structured' }];
  await using server = await startWholeServer({ mcpServers: { odd: oddCommand({ tools, results }) } });
  await poll(server, '/mcp/servers/odd', (body) => Object(body).status === 'running');
  const failed = (error: string) => ({ success: false, result: null, error, is_error: true });
  expect((await server.call('POST', '/mcp/proxy/odd/tools/quiet', {})).body).toEqual(
    failed('The tool failed without a reason'),
  );
  expect((await server.call('POST', '/mcp/proxy/odd/tools/structured', {})).body).toEqual(failed('{"error":"quota"}'));
});
