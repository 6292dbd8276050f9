// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
/** The MCP config files of editors and agents, as people have them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitCommandLine } from '../server/mcp/definitions/command-line.ts';
import { describeProblem, parseConfig, readConfigFile } from '../server/mcp/definitions/config-file.ts';
import { ConfigServers } from '../server/mcp/servers/config-servers.ts';
import {
  editorEntries,
  readableEntries,
  stdio,
  switchedEntries,
  unusableEntries,
  url,
} from './fixtures/mcp/config-entries.ts';
import { brokenFiles, configFiles, encodings, filesWithoutServers } from './fixtures/mcp/config-files.ts';
import { createServers, FIXTURE } from './support/mcp-servers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** What is read of a file with this value: its servers by their ids, and its problems in words. */
function read(value: unknown) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const { servers, problems } = parseConfig(text, 'mcp.json');
  return {
    servers: Object.fromEntries(servers.map(({ id, launch }) => [id, launch])),
    problems: problems.map(describeProblem),
  };
}

/** What is read of one entry with the id `a`. */
function readEntry(entry: unknown) {
  const { servers, problems } = parseConfig(JSON.stringify({ mcpServers: { a: entry } }), 'mcp.json');
  return { server: servers[0], problems: problems.map(describeProblem) };
}

describe('a config file', () => {
  it.each(configFiles('node', []))('of %s is understood', (_, file) => {
    expect(read(file)).toEqual({ servers: { a: stdio('node') }, problems: [] });
  });

  it.each(filesWithoutServers)('that names no servers is told what was expected: %j', (file) => {
    expect(read(file)).toEqual({
      servers: {},
      problems: [
        'mcp.json:1: names no MCP servers: expected {"mcpServers": {"name": {"command": "…"}}}, or the same below servers, mcp.servers, mcp_servers, context_servers or mcp',
      ],
    });
  });

  it('is told which of two servers of one name counts, in whatever order they are written', () => {
    const sections = `{
  "servers": {"a": {"command": "two"}},
  "mcpServers": {"a": {"command": "one"}}
}`;
    expect(read(sections)).toEqual({
      servers: { a: stdio('one') },
      problems: ["mcp.json:2: server 'a': is defined twice: the first one in mcpServers, line 3, counts"],
    });
    const list = `{"mcpServers": [
  {"name": "a", "command": "one"},
  {"name": "a", "command": "two"}
]}`;
    expect(read(list)).toEqual({
      servers: { a: stdio('one') },
      problems: ["mcp.json:3: server 'a': is defined twice: the first one in mcpServers, line 2, counts"],
    });
  });

  it('is told what is wrong with a server, and not that it is there twice, when only the second can be used', () => {
    const { servers, problems } = read({ mcpServers: { a: {} }, servers: { a: { command: 'two' } } });
    expect(servers).toEqual({ a: stdio('two') });
    expect(problems).toEqual([expect.stringMatching(/^mcp\.json:1: server 'a': needs a command or a url$/)]);
  });

  it('is told which keys stand there twice, and the last one counts', () => {
    const text = `{
  "mcpServers": {"a": {"command": "one"}},
  "mcpServers": {
    "b": {"command": "one", "env": {"X": "1", "X": "2"}},
    "c": {"command": "one"},
    "c": {"command": "two"}
  }
}`;
    expect(read(text)).toEqual({
      servers: { b: { ...stdio('one'), env: { X: '2' } }, c: stdio('two') },
      problems: [
        'mcp.json:3: mcpServers stands there twice: the last one counts',
        "mcp.json:4: server 'b': env.X stands there twice: the last one counts",
        "mcp.json:6: server 'c': stands there twice: the last one counts",
      ],
    });
  });

  it('of a list is told which entry has no name, and keeps the others', () => {
    const list = [{ command: 'node' }, { name: 'a', command: 'node' }, { name: 'b' }];
    expect(read(`{"mcpServers":\n${JSON.stringify(list)}}`)).toEqual({
      servers: { a: stdio('node') },
      problems: [
        'mcp.json:1: mcpServers.0 must be a server with a name',
        "mcp.json:2: server 'b': needs a command or a url",
      ],
    });
  });

  it.each(brokenFiles)('that is no JSON by a usual mistake is told how to mend it: %s', (text, reason) => {
    expect(parseConfig(text, 'mcp.json').problems).toEqual([{ file: 'mcp.json', line: 1, reason }]);
  });

  it.each(encodings)('in %s is read', async (_, encode) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'mcp.json');
    await writeFile(file, encode('{\r\n"mcpServers": {"a": {"command": "nöde"}}}'));
    expect(await readConfigFile(file)).toMatchObject({ servers: [{ launch: { command: 'nöde' } }], problems: [] });
  });

  it('in another encoding is read as far as it goes, with the line of the first character that is none', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'mcp.json');
    const text = '{"mcpServers": {\n"a": {"command": "node", "description": "\xfcber"}}}';
    await writeFile(file, Buffer.from(text, 'latin1'));
    const { servers, problems } = await readConfigFile(file);
    expect(servers.map(({ id, description }) => [id, description])).toEqual([['a', '\uFFFDber']]);
    expect(problems).toEqual([{ file, line: 2, reason: 'is neither UTF-8 nor UTF-16 here', isNote: true }]);
  });
});

describe('an entry', () => {
  it.each(readableEntries)('with %s is understood', (_, entry, launch) => {
    const { server, problems } = readEntry(entry);
    expect([server?.launch, problems]).toEqual([launch, []]);
  });

  it.each(switchedEntries)('is switched on and off as it says: %j', (entry, enabled, notes) => {
    const { server, problems } = readEntry(entry);
    expect([server?.enabled, problems]).toEqual([enabled, notes.map((note) => `mcp.json:1: server 'a': ${note}`)]);
  });

  it.each([
    ['60', 60_000],
    [5, 5000],
    [30_000, 30_000],
    [null, undefined],
  ])('has the timeout %j', (timeout, callTimeoutMs) => {
    const { server, problems } = readEntry({ command: 'node', timeout });
    expect([server?.callTimeoutMs, problems]).toEqual([callTimeoutMs, []]);
  });

  it('keeps its server when only what describes it is wrong, and is told so', () => {
    const { server, problems } = readEntry({ command: 'node', name: {}, description: [], timeout: 0, envFile: '.env' });
    expect(server).toMatchObject({ id: 'a', name: 'a', description: '', enabled: true, callTimeoutMs: undefined });
    expect(problems).toEqual(
      [
        'envFile is not read: write its variables into env',
        'name is left out: it must be a text',
        'description is left out: it must be a text',
        'timeout is left out: it must be a number above 0',
      ].map((note) => `mcp.json:1: server 'a': ${note}`),
    );
  });

  it('with both a command and a url is what its type says', () => {
    expect(readEntry({ type: 'sse', command: 'node', url })).toMatchObject({
      server: { launch: { type: 'sse', url } },
      problems: ["mcp.json:1: server 'a': command is left out: the transport is sse"],
    });
  });

  it.each(unusableEntries)('that cannot be run says why: %j', (entry, reason) => {
    expect(readEntry(entry)).toEqual({ server: undefined, problems: [`mcp.json:1: server 'a': ${reason}`] });
  });
});

describe('a command line', () => {
  it('stays whole when it is the path of a file, and is split behind one', async () => {
    await using folder = await temporaryFolder();
    const program = join(folder.path, 'my server');
    await mkdir(join(folder.path, 'bin'));
    await writeFile(program, '');
    await writeFile(join(folder.path, 'bin/run'), '');
    expect(splitCommandLine(program)).toEqual([program]);
    expect(splitCommandLine(`"${program}" --flag`)).toEqual([program, '--flag']);
    expect(splitCommandLine(`${folder.path}/bin/run --flag`)).toEqual([`${folder.path}/bin/run`, '--flag']);
  });
});

describe('the servers of a config file', () => {
  it('start unless they are switched off, and are told what the variables of editors are', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'settings.json');
    const good = { command: `${process.execPath} ${FIXTURE} good` };
    const mcp = {
      on: good,
      off: { ...good, enabled: false },
      ...Object.fromEntries(editorEntries.map(([entry], index) => [`v${index}`, entry])),
    };
    await writeFile(file, JSON.stringify({ mcp }));
    await using servers = createServers();
    const config = new ConfigServers(servers, { file, startThem: true, watchIntervalMs: 20 });
    await config.open();
    await config.settled();
    config.close();
    expect(servers.list('config').map(({ definition, status, error }) => [definition.id, status, error])).toEqual([
      ['on', 'running', undefined],
      ['off', 'stopped', undefined],
      ...editorEntries.map(([, error], index) => [`v${index}`, 'failed', `MCP server 'v${index}' ${error}`]),
    ]);
  });
});
