import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toolboxServer } from '../server/mcp/definitions/bundled-servers.ts';
import { DEFAULT_LIMITS } from '../server/mcp/servers/connection-limits.ts';
import type { ServerReference } from '../server/mcp/servers/running-servers.ts';
import { toToolName } from '../server/mcp/tool-names.ts';
import { toToolOutcome } from '../server/mcp/tool-result.ts';
import { calculate } from '../server/mcp/toolbox/calculator.ts';
import { currentTime } from '../server/mcp/toolbox/current-time.ts';
import { textStats } from '../server/mcp/toolbox/text-stats.ts';
import { createServerToolset } from '../server/mcp/toolset.ts';
import { createServers, FIXTURE, fixtureServer, until } from './support/mcp-servers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const signal = AbortSignal.timeout(60_000);

describe('the toolset of an agent', () => {
  it('starts what is selected, and shows and calls its tools by server and name', async () => {
    await using servers = createServers();
    await servers.define(fixtureServer('my.server'));
    await servers.define(toolboxServer());
    await servers.define(fixtureServer('not-selected'));
    const toolset = createServerToolset(servers, () => ['my.server', { id: 'toolbox', origin: 'catalog' }, 'unknown']);
    expect(servers.list().map(({ status }) => status)).toEqual(['stopped', 'stopped', 'stopped']);
    await toolset.prepare({ signal });
    expect(servers.list().map(({ status }) => status)).toEqual(['running', 'running', 'stopped']);
    const names = toolset.list().map(({ name }) => name);
    expect(names).toContain('my_server__echo');
    expect(names.slice(-3)).toEqual(['toolbox__current_time', 'toolbox__calculate', 'toolbox__text_stats']);
    expect(await toolset.call('my_server__echo', { text: '{"a": 1}' }, { signal })).toEqual({
      result: { a: 1 },
      isError: false,
    });
    expect(await toolset.call('toolbox__calculate', { expression: '6 * 7' }, { signal })).toEqual({
      result: { expression: '6 * 7', value: 42 },
      isError: false,
    });
    expect(await toolset.call('toolbox__calculate', { expression: '6 *' }, { signal })).toEqual({
      result: 'Expected a number, found the end of the expression',
      isError: true,
    });
    expect(await toolset.call('not-selected__echo', {}, { signal })).toEqual({
      result: "There is no tool 'not-selected__echo' any more",
      isError: true,
    });
  });

  it('follows its selection and the tools of its servers', async () => {
    await using servers = createServers();
    await servers.define(fixtureServer('a'));
    await servers.define(fixtureServer('b', 'pages'));
    let selection: ServerReference[] = ['a'];
    const toolset = createServerToolset(servers, () => selection);
    await toolset.prepare({ signal });
    const before = toolset.list();
    expect(toolset.list()).toBe(before);
    expect(createServerToolset(servers, () => selection).list()).toBe(before);
    await toolset.call('a__grow', {}, { signal });
    await until(() => toolset.list().some(({ name }) => name === 'a__grown'), 'the new tool is shown');
    selection = ['b'];
    expect(toolset.list()).toEqual([]);
    await toolset.prepare({ signal });
    expect(toolset.list().length).toBe(5);
    expect(toolset.list()[0]?.name).toBe('b__tool-0');
  });

  it('tells a model of a death, a cancellation and an end as an error of the tool', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    const toolset = createServerToolset(servers, () => ['a']);
    await toolset.prepare({ signal });
    expect(await toolset.call('a__die', {}, { signal })).toEqual({
      result: "MCP server 'a' was ended by SIGKILL during the call of 'die'",
      isError: true,
    });
    const abort = new AbortController();
    const call = toolset.call('a__hang', {}, { signal: abort.signal });
    abort.abort();
    expect(await call).toEqual({ result: "The call of 'hang' was cancelled", isError: true });
    await server.stop();
    server.hold();
    await toolset.prepare({ signal });
    expect([toolset.list(), server.status]).toEqual([[], 'stopped']);
  });

  it('waits for a server as long as its start goes on, and says so after a second', async () => {
    await using folder = await temporaryFolder();
    const mayAnswer = join(folder.path, 'may-answer');
    await using servers = createServers();
    const args = [FIXTURE, 'late', mayAnswer];
    await servers.define(
      fixtureServer('late', '', { launch: { type: 'stdio', command: process.execPath, args, env: {} } }),
    );
    await servers.define(fixtureServer('good'));
    const toolset = createServerToolset(servers, () => ['late', 'good']);
    const told = Promise.withResolvers<readonly string[]>();
    const prepared = toolset.prepare({ signal, onWaiting: told.resolve });
    expect(await told.promise).toContain('late');
    expect(servers.find('late')?.status).toBe('starting');
    await writeFile(mayAnswer, '');
    expect(await prepared).toEqual([]);
    expect(toolset.list().map(({ name }) => name)).toEqual(expect.arrayContaining(['late__echo', 'good__echo']));
  });

  it('goes on without a server that hangs, is stopped or is unknown, names it, and waits for one that hangs only once', async () => {
    await using servers = createServers({
      limits: { ...DEFAULT_LIMITS, startTimeoutMs: 300, graceMs: { input: 100, term: 200 } },
      backoffMs: () => 1,
    });
    const silent = await servers.define(fixtureServer('silent', 'silent'));
    const stopped = await servers.define(fixtureServer('stopped'));
    stopped.hold();
    const toolset = createServerToolset(servers, () => ['silent', 'stopped', 'gone']);
    expect(await toolset.prepare({ signal })).toEqual(['silent', 'stopped', 'gone']);
    expect(silent.error).toBe("MCP server 'silent' gave no sign of life for 0.3 s");
    await until(() => silent.status === 'starting', 'it is tried again');
    const waited = Promise.withResolvers<string>();
    void silent.settled().then(() => waited.resolve('the next try'));
    void toolset.prepare({ signal }).then(() => waited.resolve('nothing'));
    expect(await waited.promise).toBe('nothing');
  });

  it('leaves a server to start when its run is cancelled', async () => {
    await using servers = createServers();
    const silent = await servers.define(fixtureServer('silent', 'silent'));
    const abort = new AbortController();
    const prepared = createServerToolset(servers, () => ['silent']).prepare({ signal: abort.signal });
    await until(() => silent.status === 'starting', 'it starts');
    abort.abort();
    expect(await prepared).toEqual(['silent']);
    expect(silent.status).toBe('starting');
  });
});

describe('the name of a tool', () => {
  it('has only characters and a length that every provider accepts, and is unique', () => {
    const taken = new Map<string, unknown>();
    const name = (server: string, tool: string) => {
      const unique = toToolName(server, tool, taken);
      taken.set(unique, true);
      return unique;
    };
    expect(name('a.b', 'do it!')).toBe('a_b__do_it_');
    expect(name('a_b', 'do it?')).toMatch(/^a_b__do_it__[0-9a-f]{8}$/);
    const long = name('server', 'x'.repeat(100));
    expect(long).toMatch(/^server__x{47}_[0-9a-f]{8}$/);
    expect(long.length).toBe(64);
    expect(toToolName('server', 'x'.repeat(100), new Map())).toBe(long);
    expect(name('server', 'x'.repeat(101))).not.toBe(long);
    expect(name('a__b', 'c')).toBe('a__b__c');
    expect(name('a', 'b__c')).toMatch(/^a__b__c_[0-9a-f]{8}$/);
  });
});

describe('the result of a tool', () => {
  const text = (...texts: string[]) => ({ content: texts.map((part) => ({ type: 'text' as const, text: part })) });

  it.each([
    ['a text', text('hi'), 'hi'],
    ['several texts', text('a', 'b'), 'a\nb'],
    ['nothing', text(), ''],
    ['an object', text('{"a": [1]}'), { a: [1] }],
    ['a list in parts', text('[1,', '2]'), [1, 2]],
    ['a number', text('42'), 42],
    ['a number too long for a double', text('12345678901234567890'), '12345678901234567890'],
    ['what only begins like JSON', text('[note] {'), '[note] {'],
    ['structured content', { ...text('ignored'), structuredContent: { a: 1 } }, { a: 1 }],
    [
      'an image and a link',
      {
        content: [
          { type: 'image' as const, mimeType: 'image/png', data: 'AAAA' },
          { type: 'resource_link' as const, uri: 'file:///a', name: 'a', description: 'The file' },
          { type: 'resource' as const, resource: { uri: 'file:///b', text: 'inside' } },
        ],
      },
      '[image image/png, 3 bytes]\n[resource file:///a: The file]\ninside',
    ],
  ])('of %s is what it says', (_name, answer, result) => {
    expect(toToolOutcome(answer)).toEqual({ result, isError: false });
  });

  it('that is an error stays one, with its text', () => {
    expect(toToolOutcome({ ...text('no'), isError: true, structuredContent: { a: 1 } })).toEqual({
      result: 'no',
      isError: true,
    });
  });

  it('that is too long is cut off and says so', () => {
    const { result } = toToolOutcome(text('x'.repeat(2_000_000)));
    expect(String(result).length).toBe(1024 * 1024 + '\n[cut off: 2000000 characters in all]'.length);
    expect(String(result).slice(-40)).toBe('xxx\n[cut off: 2000000 characters in all]');
  });
});

describe('the toolbox', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ^ 3 ^ 2', 512],
    ['2 ** 3', 8],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['10 % 4 - 7 / 2', -1.5],
    ['sqrt(16) + max(1, 2, 3) + abs(-2)', 9],
    ['.5e1 + 1.5E-1', 5.15],
    ['cos(pi) + ln(e)', 0],
    ['--3', 3],
  ])('calculates %s', (expression, value) => {
    expect(calculate(expression)).toBeCloseTo(value, 12);
  });

  it.each([
    ['', 'Expected a number, found the end of the expression'],
    ['2 +', 'Expected a number, found the end of the expression'],
    ['2 3', "Expected an operator, found '3' at position 3"],
    ['(1 + 2', "Expected ')', found the end of the expression"],
    ['1 / (2 - 2)', 'Division by zero'],
    ['sqrt(-1)', 'The result is not a real number'],
    ['10 ^ 400', 'The result is too large'],
    ['sqrt(1, 2)', 'sqrt takes one value'],
    ['process.exit()', "Unexpected '.' at position 8"],
    ['constructor(1)', "Unknown name 'constructor'"],
    [`${'('.repeat(200)}1`, 'The expression is nested more than 100 levels deep'],
  ])('says what is wrong with %s', (expression, message) => {
    expect(() => calculate(expression)).toThrow(message);
  });

  it('tells the time of a zone', () => {
    expect(currentTime('America/New_York', new Date('2026-07-01T03:04:05Z'))).toEqual({
      timezone: 'America/New_York',
      iso: '2026-06-30T23:04:05-04:00',
      weekday: 'Tuesday',
      date: '2026-06-30',
      time: '23:04:05',
      utc_offset: '-04:00',
    });
    expect(currentTime('UTC', new Date('2026-01-01T00:00:00Z')).iso).toBe('2026-01-01T00:00:00+00:00');
    expect(() => currentTime('Mars', new Date())).toThrow("Unknown time zone 'Mars'; use an IANA name");
  });

  it('counts a text', () => {
    expect(textStats('Hello, wörld! How are you?\nFine 👩‍👩‍👧.')).toEqual({
      characters: 34,
      words: 6,
      sentences: 3,
      lines: 2,
      bytes: 52,
    });
    expect(textStats('')).toEqual({ characters: 0, words: 0, sentences: 0, lines: 0, bytes: 0 });
  });
});
