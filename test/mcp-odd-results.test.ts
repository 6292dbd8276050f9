import { afterAll, expect, it } from 'vitest';
import { toToolOutcome } from '../server/mcp/tool-result.ts';
import { createServers } from './support/mcp-servers.ts';
import { oddCommand, oddServer } from './support/odd-servers.ts';
import { poll, startWholeServer } from './support/whole-server.ts';

const signal = AbortSignal.timeout(60_000);
const text = (value: unknown) => ({ type: 'text', text: value });
const fine = [text('fine')];

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

const LONG = 'a long part of an unknown kind';

const read: [title: string, result: unknown, outcome: unknown][] = [
  ['structured content alone', { structuredContent: { answer: 42 } }, { answer: 42 }],
  ['structured content beside an empty list', { content: [], structuredContent: { answer: 42 } }, { answer: 42 }],
  ['a list as structured content', { content: [], structuredContent: [1, 2] }, [1, 2]],
  ['a list as structured content and as text', { content: [text('[1, 2]')], structuredContent: [1, 2] }, [1, 2]],
  [
    'a list as structured content beside a summary',
    { content: [text('Two')], structuredContent: [1, 2] },
    'Two\n[1,2]',
  ],
  ['structured content that is null', { content: fine, structuredContent: null }, 'fine'],
  ['nulls inside structured content', { content: [], structuredContent: { a: null } }, { a: null }],
  ['content that is null', { content: null }, ''],
  ['no content', {}, ''],
  ['null in its place', null, ''],
  ['a text in its place', 'plain', 'plain'],
  ['content that is a text', { content: 'plain' }, 'plain'],
  ['content that is one part', { content: text('fine') }, 'fine'],
  ['a text among the parts', { content: ['plain', text('fine')] }, 'plain\nfine'],
  ['a text without a type', { content: [{ text: 'fine' }] }, 'fine'],
  ['a text that is null', { content: [text(null)] }, ''],
  ['a text that is a number', { content: [text(42)] }, 42],
  ['a text that is an object', { content: [text({ a: 1 })] }, { a: 1 }],
  ['an error flag that is null', { content: fine, isError: null }, 'fine'],
  ['meta that is null', { content: fine, _meta: null }, 'fine'],
  ['annotations that are null', { content: [{ ...text('fine'), annotations: null, _meta: null }] }, 'fine'],
  ['annotations of an unknown kind', { content: [{ ...text('fine'), annotations: { priority: 7 } }] }, 'fine'],
  [
    'a part of an unknown kind',
    { content: [{ type: 'video', url: 'http://x' }, text('fine')] },
    '{"type":"video","url":"http://x"}\nfine',
  ],
  ['the answer of an old server', { toolResult: 'old style' }, 'old style'],
  ['an object of an old server', { toolResult: { a: 1 } }, { a: 1 }],
  [
    'a link without a name',
    { content: [{ type: 'resource_link', uri: 'file:///docs/a.txt' }] },
    '[resource file:///docs/a.txt]',
  ],
  [
    'a link with nulls',
    { content: [{ type: 'resource_link', uri: 'file:///a', name: null, description: null, size: null }] },
    '[resource file:///a]',
  ],
  [
    'a link without an address',
    { content: [{ type: 'resource_link', name: 'a' }] },
    { type: 'resource_link', name: 'a' },
  ],
  ['a resource without an address', { content: [{ type: 'resource', resource: { text: 'inside' } }] }, 'inside'],
  [
    'a resource with nulls',
    { content: [{ type: 'resource', resource: { uri: 'x:a', text: 'inside', blob: null, mimeType: null } }] },
    'inside',
  ],
  [
    'an image without a type',
    { content: [{ type: 'image', data: 'iVBORw0KGgo=' }] },
    '[image application/octet-stream, 8 bytes]',
  ],
  [
    'an image as a data URL',
    { content: [{ type: 'image', data: 'data:image/png;base64,iVBORw0KGgo=' }] },
    '[image image/png, 8 bytes]',
  ],
  [
    'an image in the alphabet of URLs',
    { content: [{ type: 'image', data: '-_-_', mimeType: 'image/png' }] },
    '[image image/png, 3 bytes]',
  ],
  [
    'an image that is none',
    { content: [{ type: 'image', data: 'no base64!' }, text('fine')] },
    '{"type":"image","data":"no base64!"}\nfine',
  ],
];

it.each(read)('a result with %s is read', async (title, _result, outcome) => {
  expect((await call(title)).outcome).toEqual({ result: outcome, isError: false });
});

const failures: [title: string, result: object, outcome: unknown][] = [
  ['without content', { isError: true }, 'The tool failed without a reason'],
  ['with empty content', { content: [], isError: true }, 'The tool failed without a reason'],
  ['with a blank text', { content: [text(' \n')], isError: true }, 'The tool failed without a reason'],
  [
    'with structured content alone',
    { content: [], isError: true, structuredContent: { error: 'quota' } },
    { error: 'quota' },
  ],
  [
    'with empty structured content',
    { content: [], isError: true, structuredContent: {} },
    'The tool failed without a reason',
  ],
  ['with words', { content: [text('no')], isError: true, structuredContent: { error: 'quota' } }, 'no'],
  ['said by a text', { content: [text('no')], isError: 'true' }, 'no'],
];

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
